import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of its own for a test, removed with `remove`. */
export interface TestFolder {
  readonly root: string
  write(files: Readonly<Record<string, string | Buffer>>): void
  link(path: string, target: string): void
  git(...args: string[]): string
  /** Adds everything and commits it; the commit's id. */
  commit(): string
  remove(): void
}

/** An empty folder outside every repository. Git in it knows nothing of who runs the tests. */
export function testFolder(): TestFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'image-policy-')))
  const env = { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }
  const git = (...args: string[]): string => {
    const identity = [
      '-c',
      'user.name=test',
      '-c',
      'user.email=test@example.com',
      '-c',
      'init.defaultBranch=main',
      '-c',
      'protocol.file.allow=always',
    ]
    return execFileSync('git', [...identity, ...args], { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  }
  return {
    root,
    git,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      }
    },
    link(path, target) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      symlinkSync(target, join(root, path))
    },
    commit() {
      git('add', '--all', '--force')
      git('commit', '--quiet', '--allow-empty', '--message', 'state')
      return git('rev-parse', 'HEAD').trim()
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
