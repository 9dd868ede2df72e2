import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Blobs } from '../src/files/blobs.js'
import { changesSince, overlayBase, type Changes } from '../src/files/changes.js'
import { isDiscovered } from '../src/files/discover.js'
import { GitFailure, openRevision, resolveRevision, type LinkedFiles } from '../src/files/revision.js'
import { openWorkspace } from '../src/files/workspace.js'
import { testFolder, type TestFolder } from './repository.js'

let folder: TestFolder
beforeEach(() => {
  folder = testFolder()
  folder.git('init', '--quiet')
})
afterEach(() => folder.remove())

function textAt(files: LinkedFiles, path: string): string {
  const content = files.read(path)
  return content.kind === 'text' ? content.text : content.kind === 'missing' ? 'missing' : content.problem
}

describe('resolveRevision', () => {
  test('gives the commit that a name stands for', () => {
    const commit = folder.commit()
    folder.git('tag', '--annotate', '--message', 'x', 'v1')
    for (const name of ['HEAD', 'main', 'v1', commit, commit.slice(0, 10), 'HEAD^{}'])
      expect(resolveRevision(folder.root, name)).toEqual({ kind: 'commit', id: commit })
  })

  test.each(['', 'nowhere', '--all', '-h', 'a b', 'HEAD\n', 'HEAD~9', 'HEAD:x', '@{u}', 'main..main', 'x'.repeat(300)])(
    '%j is none',
    (name) => {
      folder.commit()
      expect(resolveRevision(folder.root, name)).toMatchObject({ kind: 'failed' })
    },
  )
})

describe('openRevision', () => {
  test('gives the tree as it was committed, whatever the folder has', () => {
    folder.write({ 'a/Dockerfile': 'FROM a\n', 'b/compose.yml': 'services: {}\n', 'x.txt': 'x', '-q/Dockerfile.a\nb': 'FROM q\n' })
    const commit = folder.commit()
    folder.write({ 'a/Dockerfile': 'FROM other\n', 'c/Dockerfile': '' })
    rmSync(join(folder.root, 'b'), { recursive: true })
    const files = openRevision(folder.root, commit)
    expect(files.find(isDiscovered)).toEqual(['-q/Dockerfile.a\nb', 'a/Dockerfile', 'b/compose.yml'])
    expect(
      ['a/Dockerfile', 'b/./compose.yml', '-q/Dockerfile.a\nb', 'c/Dockerfile', 'a', 'a/Dockerfile/x', '../x', '/x', ''].map((path) =>
        textAt(files, path),
      ),
    ).toEqual([
      'FROM a\n',
      'services: {}\n',
      'FROM q\n',
      'missing',
      'it is a folder',
      'missing',
      'its path leaves the repository',
      'its path leaves the repository',
      'it is a folder',
    ])
    expect([files.isFolder('a'), files.isFolder('a/Dockerfile'), files.isFolder('z'), files.isFolder('')]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  test('the same content has the same identity', () => {
    folder.write({ 'a/Dockerfile': 'FROM a\n', 'b/Dockerfile': 'FROM a\n', 'c/Dockerfile': 'FROM c\n' })
    folder.link('d/Dockerfile', '../a/Dockerfile')
    const files = openRevision(folder.root, folder.commit())
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => files.identity(`${name}/Dockerfile`))
    expect(a).toMatch(/^blob:[0-9a-f]{40}$/)
    expect([b, d]).toEqual([a, a])
    expect(c).not.toBe(a)
    expect(files.identity('none')).not.toBe(files.identity('other'))
  })

  test('links are followed within the tree and nowhere else', () => {
    folder.write({ 'real/Dockerfile': 'FROM real\n', 'real/deep/x': 'x' })
    const links = {
      Dockerfile: 'real/Dockerfile',
      dir: 'real',
      'up/Dockerfile': '../dir/deep/../Dockerfile',
      out: '../../etc/passwd',
      root: '/etc/passwd',
      a: 'b',
      b: 'a',
      gone: 'real/gone',
      self: '.',
    }
    for (const [path, target] of Object.entries(links)) folder.link(path, target)
    const files = openRevision(folder.root, folder.commit())
    const paths = [
      'Dockerfile',
      'dir/Dockerfile',
      'up/Dockerfile',
      'out',
      'root',
      'a',
      'gone',
      'dir/gone',
      'dir',
      'self/self/real/Dockerfile',
    ]
    expect(paths.map((path) => textAt(files, path))).toEqual([
      'FROM real\n',
      'FROM real\n',
      'FROM real\n',
      'it is a link that leaves the repository',
      'it is a link that leaves the repository',
      'it is a link that leads back to itself',
      'it is a link to a file that is not there',
      'missing',
      'it is a folder',
      'FROM real\n',
    ])
    expect(['Dockerfile', 'dir/Dockerfile', 'real/Dockerfile', 'none'].map((path) => files.isLinked(path))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(files.isFolder('dir')).toBe(true)
    expect(files.find(isDiscovered)).toEqual(['Dockerfile', 'real/Dockerfile', 'up/Dockerfile'])
  })

  test('submodules, large files, binaries and LFS pointers say so', () => {
    folder.write({
      large: Buffer.alloc(3 << 20, 'x'),
      binary: Buffer.from([0, 1]),
      lfs: 'version https://git-lfs.github.com/spec/v1\n',
      empty: '',
    })
    const head = folder.commit()
    folder.git('update-index', '--add', '--cacheinfo', `160000,${head},libs/other`)
    folder.git('commit', '--quiet', '--message', 'submodule')
    const files = openRevision(folder.root, folder.git('rev-parse', 'HEAD').trim())
    expect(['large', 'binary', 'lfs', 'empty', 'libs/other', 'libs/other/Dockerfile'].map((path) => textAt(files, path))).toEqual([
      'it has 3072 KiB, and files over 1024 KiB are not read',
      'it is binary, or not UTF-8',
      'it is a Git LFS pointer; its content is not in the repository',
      '',
      'it lies in a submodule, whose files belong to another repository',
      'it lies in a submodule, whose files belong to another repository',
    ])
  })

  test('names that are not UTF-8 are shown escaped, and read', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder.root}/Dockerfile.`), Buffer.from([0xff])]), 'FROM odd\n')
    const files = openRevision(folder.root, folder.commit())
    expect(files.find(isDiscovered).map((path) => [path, textAt(files, path)])).toEqual([['Dockerfile.\\xff', 'FROM odd\n']])
  })

  test('a name that is written like the escapes of another one is told from it', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder.root}/Dockerfile.`), Buffer.from([0xff])]), 'FROM bytes\n')
    folder.write({ 'Dockerfile.\\xff': 'FROM text\n' })
    const files = openRevision(folder.root, folder.commit())
    expect(files.find(isDiscovered).map((path) => [path, textAt(files, path)])).toEqual([
      ['Dockerfile.\\x5cxff', 'FROM text\n'],
      ['Dockerfile.\\xff', 'FROM bytes\n'],
    ])
  })

  test('a folder called Dockerfile is told', () => {
    folder.write({ 'api/Dockerfile/x': '' })
    const files = openRevision(folder.root, folder.commit())
    expect(files.find(isDiscovered).map((path) => [path, textAt(files, path)])).toEqual([['api/Dockerfile', 'it is a folder']])
  })

  test('a tree that cannot be listed never passes for an empty one', () => {
    expect(() => openRevision(folder.root, 'HEAD')).toThrow(GitFailure)
    expect(() => openRevision(folder.root, '0'.repeat(40)).find(isDiscovered)).toThrow(GitFailure)
    expect(() => openRevision(folder.root, '0'.repeat(40)).read('x')).toThrow(GitFailure)
  })

  test('many blobs are fetched in a few calls, and one that is not here says so', () => {
    folder.write(
      Object.fromEntries(Array.from({ length: 2500 }, (_, index) => [`d${index % 50}/Dockerfile.${index}`, `FROM image:${index}\n`])),
    )
    const files = openRevision(folder.root, folder.commit())
    const paths = files.find(isDiscovered)
    const started = performance.now()
    for (const path of paths) expect(textAt(files, path)).toBe(`FROM image:${path.slice(path.lastIndexOf('.') + 1)}\n`)
    expect(performance.now() - started).toBeLessThan(5000)
    expect(new Blobs(folder.root).read('1'.repeat(40))).toMatchObject({ kind: 'unreadable' })
  })
})

describe('changesSince and overlayBase', () => {
  async function changes(base: string, commit?: string): Promise<{ head: LinkedFiles; base: LinkedFiles; changes: Changes }> {
    const workspace = openWorkspace(folder.root)
    const compared = await changesSince(folder.root, base, commit === undefined ? workspace : { commit })
    if (compared.kind === 'failed') throw new Error(compared.problem)
    const head = commit === undefined ? workspace : openRevision(folder.root, commit)
    return { head, base: overlayBase(folder.root, head, compared.changes), changes: compared.changes }
  }

  /** Seven files, and a change of every sort. */
  function everyChange(): string {
    const long = Array.from({ length: 30 }, (_, index) => `RUN step ${index}\n`).join('')
    folder.write({
      'same/Dockerfile': 'FROM same\n',
      'edited/Dockerfile': 'FROM old\n',
      'gone/Dockerfile': 'FROM gone\n',
      'moved/Dockerfile': `FROM moved\n${long}`,
      'x.txt': '',
    })
    folder.write({ 'typed/Dockerfile': 'FROM typed\n', '.gitignore': '.env\n' })
    const base = folder.commit()
    folder.git('mv', 'moved', 'went')
    rmSync(join(folder.root, 'gone'), { recursive: true })
    rmSync(join(folder.root, 'typed/Dockerfile'))
    folder.link('typed/Dockerfile', '../same/Dockerfile')
    folder.write({
      'edited/Dockerfile': 'FROM new\n',
      'added/Dockerfile': 'FROM added\n',
      'went/Dockerfile': `FROM moved:2\n${long}`,
      '.env': 'A=1\n',
    })
    return base
  }

  test.each(['the working folder', 'a commit'])('tells what differs, against %s', async (against) => {
    const base = everyChange()
    folder.git('add', 'went') // what is moved and not staged is a file gone and a new one
    const head =
      against === 'a commit'
        ? (folder.git('rm', '--quiet', '--cached', '--ignore-unmatch', '.env'),
          folder.git('add', '--all'),
          folder.git('commit', '--quiet', '-m', 'x'),
          folder.git('rev-parse', 'HEAD').trim())
        : undefined
    const compared = await changes(base, head)
    expect([...compared.changes.changed].sort()).toEqual(['added/Dockerfile', 'edited/Dockerfile', 'typed/Dockerfile', 'went/Dockerfile'])
    expect([...compared.changes.renamed]).toEqual([['went/Dockerfile', 'moved/Dockerfile']])
    expect([...compared.changes.base.keys()].sort()).toEqual([
      'edited/Dockerfile',
      'gone/Dockerfile',
      'moved/Dockerfile',
      'typed/Dockerfile',
    ])
  })

  test('the overlay is the base: same paths, same content', async () => {
    const commit = everyChange()
    const { head, base } = await changes(commit)
    const revision = openRevision(folder.root, commit)
    await base.settled()
    expect(base.find(isDiscovered)).toEqual(revision.find(isDiscovered))
    for (const path of [...revision.find(isDiscovered), 'added/Dockerfile', 'went/Dockerfile', 'none', '../x', 'x.txt'])
      expect(base.read(path)).toEqual(revision.read(path))
    expect(base.identity('same/Dockerfile')).toBe(head.identity('same/Dockerfile'))
    expect(base.identity('edited/Dockerfile')).not.toBe(head.identity('edited/Dockerfile'))
    expect(base.identity('edited/Dockerfile')).toMatch(/^blob:/)
    expect([base.isFolder('same'), base.isFolder('gone/Dockerfile'), base.isFolder('added/Dockerfile')]).toEqual([true, false, false])
    expect(textAt(base, '.env')).toBe('A=1\n') // ignored by git: on neither side of the change
  })

  test('what a link leads to is the base, also where the link itself did not change', async () => {
    folder.write({ 'real/Dockerfile': 'FROM old\n', 'other/Dockerfile': 'FROM other\n' })
    folder.link('Dockerfile', 'real/Dockerfile')
    folder.link('dir', 'real')
    folder.link('turned', 'real')
    const commit = folder.commit()
    folder.write({ 'real/Dockerfile': 'FROM new\n' })
    rmSync(join(folder.root, 'turned'))
    folder.link('turned', 'other')
    const { head, base } = await changes(commit)
    expect([head, base].map((files) => ['Dockerfile', 'dir/Dockerfile', 'turned/Dockerfile'].map((path) => textAt(files, path)))).toEqual([
      ['FROM new\n', 'FROM new\n', 'FROM other\n'],
      ['FROM old\n', 'FROM old\n', 'FROM old\n'],
    ])
    for (const path of ['Dockerfile', 'dir/Dockerfile', 'turned/Dockerfile']) expect(base.identity(path)).not.toBe(head.identity(path))
  })

  test('a folder that comes to stand in the place of a Dockerfile is new', async () => {
    folder.write({ 'old/Dockerfile/x': '', y: '' })
    const commit = folder.commit()
    folder.write({ 'new/Dockerfile/x': '' })
    const { base, changes: told } = await changes(commit)
    expect(base.find(isDiscovered)).toEqual(['old/Dockerfile'])
    expect(told.changed.has('new/Dockerfile')).toBe(true)
  })

  test('a file that was taken out of git and left in the folder is no difference but an untracked file', async () => {
    folder.write({ Dockerfile: 'FROM a\n' })
    const commit = folder.commit()
    folder.git('rm', '--quiet', '--cached', 'Dockerfile')
    const { base } = await changes(commit)
    expect(textAt(base, 'Dockerfile')).toBe('FROM a\n')
  })

  test('programs that the configuration names are not run', async () => {
    const trace = join(folder.root, 'ran')
    const spy = `sh -c 'touch ${trace}; cat'`
    folder.write({ Dockerfile: 'FROM a\n', '.gitattributes': '* filter=spy diff=spy\n', '.gitignore': 'ran\n' })
    const commit = folder.commit()
    for (const key of [
      'filter.spy.clean',
      'filter.spy.smudge',
      'filter.spy.process',
      'diff.spy.textconv',
      'diff.spy.command',
      'diff.external',
      'core.fsmonitor',
    ])
      folder.git('config', key, spy)
    folder.git('config', 'filter.spy.required', 'true')
    rmSync(trace, { force: true })
    folder.write({ Dockerfile: 'FROM b\n', 'new/Dockerfile': 'FROM b\n' })
    const { changes: told } = await changes(commit)
    expect([...told.changed].sort()).toEqual(['Dockerfile', 'new/Dockerfile'])
    expect(existsSync(trace)).toBe(false)
  })

  test('a base that is not there is a failure', async () => {
    folder.commit()
    expect(await changesSince(folder.root, '0'.repeat(40), openWorkspace(folder.root))).toMatchObject({ kind: 'failed' })
  })
})
