// Builds what runs: dist/index.js for the action, dist/cli/index.js for the command line, each with everything it needs.
// usage: node scripts/build.mjs [--check]     with --check: fails if the committed dist/ is not what the sources build
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')
const BUNDLES = [
  { source: 'main', folder: '' },
  { source: 'cli', folder: 'cli' },
]

/**
 * Sources as JavaScript modules. `npm run typecheck` is for types; ncc's own way to leave them out turns modules into CommonJS, which the packages of
 * `@actions` cannot be loaded from.
 */
function transpile(lib) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    isolatedModules: true,
    newLine: ts.NewLineKind.LineFeed,
  }
  for (const name of filesBelow(join(root, 'src'))) {
    if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue
    const { outputText } = ts.transpileModule(readFileSync(join(root, 'src', name), 'utf8'), { fileName: name, compilerOptions })
    const out = join(lib, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(out), { recursive: true })
    writeFileSync(out, outputText)
  }
}

/** Builds every bundle into a folder that is empty or not there, by way of a workshop of its own: two builds may run at a time. */
function build(workshop, out) {
  const lib = join(workshop, 'lib')
  transpile(lib)
  for (const { source, folder } of BUNDLES) {
    const entry = join(lib, `${source}.js`)
    const args = ['build', entry, '--out', join(out, folder), '--license', 'licenses.txt', '--no-cache', '--quiet']
    execFileSync(process.execPath, [ncc, ...args], { cwd: workshop, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  minify(out)
}

/** ncc would minify the entries alone, and their chunks are read and compiled at every start as well. */
function minify(out) {
  for (const name of filesBelow(out).filter((one) => one.endsWith('.js'))) {
    const path = join(out, name)
    const { code } = transformSync(readFileSync(path, 'utf8'), {
      minify: true,
      format: 'esm',
      target: 'node20',
      legalComments: 'none',
      charset: 'utf8',
    })
    writeFileSync(path, code)
  }
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
}

/** What would have to change for `kept` to be `built`: missing, extra and differing files, in order of their names. */
function differences(built, kept) {
  const [wanted, there] = [new Set(filesBelow(built)), new Set(existsSync(kept) ? filesBelow(kept) : [])]
  const same = (name) => readFileSync(join(built, name)).equals(readFileSync(join(kept, name)))
  return [...new Set([...wanted, ...there])].sort().flatMap((name) => {
    if (!there.has(name)) return [`${name} is missing`]
    if (!wanted.has(name)) return [`${name} is built by nothing`]
    return same(name) ? [] : [`${name} differs`]
  })
}

function check(built) {
  const found = differences(built, dist)
  if (found.length === 0) return console.log('dist/ is what the sources build')
  console.error(
    `dist/ is not what the sources build:\n${found.map((line) => `  dist/${line}`).join('\n')}\nrun npm run build, and commit dist/`,
  )
  process.exitCode = 1
}

// Within the project, so that packages are found, and always as deep: a bundler numbers modules by their paths as seen from where it runs.
mkdirSync(join(root, '.cache'), { recursive: true })
const workshop = mkdtempSync(join(root, '.cache', 'build-'))
const out = join(workshop, 'dist')
try {
  build(workshop, out)
  if (process.argv.includes('--check')) check(out)
  else {
    rmSync(dist, { recursive: true, force: true }) // chunks of an earlier build would stay
    cpSync(out, dist, { recursive: true })
    console.log(`dist/ has ${filesBelow(dist).length} files`)
  }
} finally {
  rmSync(workshop, { recursive: true, force: true })
}
