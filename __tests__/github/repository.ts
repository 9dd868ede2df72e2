import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const IDENTITY = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
}

/** A path → its text; null removes it. */
export type Tree = Readonly<Record<string, string | null>>

export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: folder,
    env: { ...process.env, ...IDENTITY },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()
}

/** What GitHub has of `acme/shop`, as a repository on disk, and checkouts of it as actions/checkout makes them. */
export class Shop {
  readonly root = mkdtempSync(join(tmpdir(), 'image-policy-test-'))
  readonly server = pathToFileURL(join(this.root, 'remotes')).href
  readonly remote = join(this.root, 'remotes', 'acme', 'shop')

  constructor(main: Tree) {
    mkdirSync(this.remote, { recursive: true })
    git(this.remote, 'init', '-q', '-b', 'main')
    git(this.remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    this.commit(main)
  }

  /** Commits on the branch that is checked out in the remote. */
  commit(tree: Tree): string {
    write(this.remote, tree)
    git(this.remote, 'add', '-A')
    git(this.remote, 'commit', '-q', '--allow-empty', '-m', 'x')
    return git(this.remote, 'rev-parse', 'HEAD')
  }

  on(branch: string, from: string | undefined, ...trees: Tree[]): string {
    git(this.remote, 'checkout', '-q', ...(from === undefined ? [branch] : ['-b', branch, from]))
    for (const tree of trees) this.commit(tree)
    const id = git(this.remote, 'rev-parse', 'HEAD')
    git(this.remote, 'checkout', '-q', 'main')
    return id
  }

  id(name: string): string {
    return git(this.remote, 'rev-parse', `${name}^{commit}`)
  }

  /** The test merge that GitHub makes of a pull request, under its ref. */
  pull(number: number, base: string, head: string): { head: string; base: string; merge: string } {
    git(this.remote, 'checkout', '-q', '--detach', base)
    git(this.remote, 'merge', '-q', '--no-ff', '-m', `Merge ${head} into ${base}`, head)
    const merge = git(this.remote, 'rev-parse', 'HEAD')
    git(this.remote, 'checkout', '-q', 'main')
    git(this.remote, 'update-ref', `refs/pull/${number}/merge`, merge)
    git(this.remote, 'update-ref', `refs/pull/${number}/head`, this.id(head))
    return { head: this.id(head), base: this.id(base), merge }
  }

  /** As actions/checkout does it: one commit, and its history only as deep as asked (0: all branches). */
  checkout(commit: string, depth = 1): string {
    const folder = mkdtempSync(join(this.root, 'checkout-'))
    git(folder, 'init', '-q')
    git(folder, 'remote', 'add', 'origin', pathToFileURL(this.remote).href)
    const branches = '+refs/heads/*:refs/remotes/origin/*'
    git(
      folder,
      'fetch',
      '-q',
      '--no-tags',
      ...(depth === 0 ? [] : [`--depth=${depth}`]),
      'origin',
      ...(depth === 0 ? [branches] : []),
      `+${commit}:refs/remotes/checked/out`,
    )
    git(folder, 'checkout', '-q', '--force', '--detach', commit)
    return folder
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

export function write(folder: string, tree: Tree): void {
  for (const [path, text] of Object.entries(tree)) {
    const full = join(folder, path)
    if (text === null) rmSync(full, { force: true })
    else {
      mkdirSync(dirname(full), { recursive: true })
      writeFileSync(full, text)
    }
  }
}
