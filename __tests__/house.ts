import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildSync } from 'esbuild'
import { ROOT } from './golden.js'

/** What is built, measured or installed. */
const NOT_COPIED = ['node_modules', '.git', 'dist', 'lib', 'coverage', '.cache', join('bench', 'out')].map((path) => join(ROOT, path))

export interface Ran {
  readonly status: number | null
  readonly output: string
}

/** A copy of the project in which one can build on, and which knows what was touched. */
export class House {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'image-policy-house-')))
  private touched = new Set<string>()

  constructor() {
    cpSync(ROOT, this.root, { recursive: true, filter: (path) => !NOT_COPIED.includes(path) })
    symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(this.root, 'node_modules'), 'junction')
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8')
  }

  /** A new file. */
  write(path: string, text: string): void {
    if (existsSync(join(this.root, path))) throw new Error(`${path} is there already`)
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    writeFileSync(join(this.root, path), text)
    this.touched.add(path)
  }

  /** One more line in a file, behind the only line that matches. */
  addLine(path: string, behind: RegExp, line: string): void {
    const lines = this.read(path).split('\n')
    const places = lines.flatMap((text, index) => (behind.test(text) ? [index] : []))
    if (places.length !== 1) throw new Error(`${path} has ${places.length} lines that match ${String(behind)}`)
    lines.splice((places[0] ?? 0) + 1, 0, line)
    writeFileSync(join(this.root, path), lines.join('\n'))
    this.touched.add(path)
  }

  /** Something else in the place of the only text like it. */
  replace(path: string, text: string, by: string): void {
    const [before, after, ...more] = this.read(path).split(text)
    if (before === undefined || after === undefined || more.length > 0) throw new Error(`${path} has not one ${JSON.stringify(text)}`)
    writeFileSync(join(this.root, path), before + by + after)
    this.touched.add(path)
  }

  /** The files that were touched since the last call. */
  changes(): readonly string[] {
    const changes = [...this.touched].sort()
    this.touched = new Set()
    return changes
  }

  node(args: readonly string[], folder = ''): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: join(this.root, folder),
      encoding: 'utf8',
      env: { ...process.env, UPDATE: '', GITHUB_ACTIONS: '', FORCE_COLOR: '0' },
    })
    return { status, output: stdout + stderr }
  }

  /** `npm run NAME -- ARGS`, as package.json says. */
  script(name: string, ...args: string[]): Ran {
    const { scripts } = JSON.parse(this.read('package.json')) as { scripts: Record<string, string> }
    const [program, ...words] = (scripts[name] ?? '').split(' ')
    if (program !== 'node') throw new Error(`npm run ${name} is not run by node`)
    return this.node([...words, ...args])
  }

  /** The command line, from the sources as they are, to be run in a folder. */
  build(folder: string): (...args: string[]) => Ran {
    const out = join(this.root, 'lib', 'cli.mjs')
    const banner = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)`
    buildSync({
      entryPoints: [join(this.root, 'src', 'cli.ts')],
      outfile: out,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      banner: { js: banner },
      logLevel: 'silent',
    })
    return (...args) => this.node([out, ...args], folder)
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
