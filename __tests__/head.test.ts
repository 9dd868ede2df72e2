import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readHead } from '../src/files/head.js'
import { openHistory } from '../src/files/history.js'

let root = ''
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'head-')))
  git('init', '-q', '-b', 'main')
  commit('one')
})
afterEach(() => rmSync(root, { recursive: true }))

function git(...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

const commit = (message: string): string => git('commit', '-q', '--allow-empty', '-m', message)
const own = (path: string): string => join(root, '.git', path)
const byGit = (): string => git('rev-parse', 'HEAD^{commit}')
const openedId = (folder = root): Promise<string | undefined> => openHistory(folder, { url: 'file:///nowhere' }, process.env).headId()

type Case = readonly [string, () => unknown]

describe('what is checked out is read as git reads it', () => {
  test.each<Case>([
    ['on a branch', () => undefined],
    ['on a branch with slashes', () => git('checkout', '-q', '-b', 'release/1.2-x_y')],
    ['detached', () => git('checkout', '-q', '--detach')],
    ['with packed references', () => git('pack-refs', '--all')],
    ['with a packed reference and a newer one', () => [git('pack-refs', '--all'), commit('two')]],
    [
      'with packed references of other branches',
      () => [git('branch', 'x-main'), git('branch', 'main-x'), git('pack-refs', '--all'), commit('two'), git('pack-refs', '--all')],
    ],
    ['with a tag of the same name', () => [git('tag', 'main'), commit('two')]],
  ])('%s', async (_, change) => {
    change()
    expect(readHead(root)).toBe(byGit())
    expect(await openedId()).toBe(byGit())
  })
})

describe('what is not plain is left to git', () => {
  test.each<Case>([
    ['a branch without a commit', () => git('checkout', '-q', '--orphan', 'new')],
    ['a reference to a reference', () => git('symbolic-ref', 'refs/heads/main', 'refs/heads/other')],
    ['a name that leads out', () => writeFileSync(own('HEAD'), 'ref: refs/heads/../../x\n')],
    ['a name outside the branches', () => [git('tag', 'v1'), writeFileSync(own('HEAD'), 'ref: refs/tags/v1\n')]],
    [
      'a packed reference that stands there twice',
      () => [git('pack-refs', '--all'), appendFileSync(own('packed-refs'), `${byGit()} refs/heads/main\n`)],
    ],
    ['a lock', () => writeFileSync(own('HEAD'), 'ref: refs/heads/main.lock\n')],
    ['the placeholder of another storage', () => writeFileSync(own('HEAD'), 'ref: refs/heads/.invalid\n')],
    ['an id without an end of line', () => writeFileSync(own('HEAD'), byGit())],
    ['an id in capitals', () => writeFileSync(own('HEAD'), `${byGit().toUpperCase()}\n`)],
    ['a short id', () => writeFileSync(own('HEAD'), `${byGit().slice(0, 20)}\n`)],
    ['a branch with more in its file', () => appendFileSync(own('refs/heads/main'), 'x\n')],
    ['a list with half an id', () => [git('pack-refs', '--all'), writeFileSync(own('packed-refs'), `${'a'.repeat(39)} refs/heads/main\n`)]],
    ['a list that is too long', () => [git('pack-refs', '--all'), appendFileSync(own('packed-refs'), '#'.repeat(1 << 20))]],
    ['a HEAD that is a link', () => [renameSync(own('HEAD'), own('HEAD2')), symlinkSync('HEAD2', own('HEAD'))]],
    ['a branch that is a link', () => [renameSync(own('refs/heads/main'), own('main')), symlinkSync('../../main', own('refs/heads/main'))]],
    ["a folder in a branch's place", () => [rmSync(own('refs/heads/main')), mkdirSync(own('refs/heads/main'))]],
    ['references that lie elsewhere', () => writeFileSync(own('commondir'), '.\n')],
    ['no HEAD', () => rmSync(own('HEAD'))],
    ['no git folder', () => rmSync(own(''), { recursive: true })],
  ])('%s', (_, change) => {
    change()
    expect(readHead(root)).toBeUndefined()
  })

  test('a worktree of its own', async () => {
    const folder = join(root, 'tree')
    git('worktree', 'add', '-q', '--detach', folder)
    commit('two')
    expect(readHead(folder)).toBeUndefined()
    expect(await openedId(folder)).toBe(git('-C', folder, 'rev-parse', 'HEAD'))
  })

  test('what git has told before is not asked again', async () => {
    const history = openHistory(root, { url: 'file:///nowhere' }, process.env)
    const told = await history.head()
    writeFileSync(own('HEAD'), `${'0'.repeat(39)}1\n`)
    expect(await history.headId()).toBe(told?.id)
    expect(readFileSync(own('HEAD'), 'utf8')).toContain(readHead(root))
  })
})
