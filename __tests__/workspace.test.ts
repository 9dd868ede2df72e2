import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isDiscovered } from '../src/files/discover.js'
import { parseIndex } from '../src/files/git-index.js'
import { locate, topLevelOf } from '../src/files/root.js'
import { whollyTracked } from '../src/files/tracked.js'
import { openWorkspace } from '../src/files/workspace.js'
import { testFolder, type TestFolder } from './repository.js'

let folder: TestFolder
beforeEach(() => {
  folder = testFolder()
})
afterEach(() => folder.remove())

async function found(root = folder.root): Promise<readonly string[]> {
  const files = openWorkspace(root)
  await files.settled()
  return files.find(isDiscovered)
}

function problemOf(path: string): string {
  const content = openWorkspace(folder.root).read(path)
  return content.kind === 'unreadable' ? content.problem : content.kind
}

describe.each(['git', 'no git'])('with %s', (kind) => {
  beforeEach(() => {
    if (kind === 'git') folder.git('init', '--quiet')
  })

  test('finds files by their names, sorted, and reads them', async () => {
    folder.write({ 'b/Dockerfile': 'FROM b\n', 'compose.yaml': 'services: {}\n', 'a/web.Dockerfile': '\ufeffFROM ä\n', 'README.md': '' })
    expect(await found()).toEqual(['a/web.Dockerfile', 'b/Dockerfile', 'compose.yaml'])
    const files = openWorkspace(folder.root)
    expect(files.read('a/web.Dockerfile')).toEqual({ kind: 'text', text: '\ufeffFROM ä\n' })
    expect(files.read('./b/../b//Dockerfile')).toEqual({ kind: 'text', text: 'FROM b\n' })
    expect(files.read('b/absent')).toEqual({ kind: 'missing' })
    expect(files.read('b/Dockerfile/below')).toEqual({ kind: 'missing' })
    expect(files.read('compose.yaml/')).toEqual({ kind: 'text', text: 'services: {}\n' })
    expect([files.isFolder('b'), files.isFolder(''), files.isFolder('b/Dockerfile'), files.isFolder('c'), files.isFolder('..')]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
  })

  test('an empty folder has nothing', async () => expect(await found()).toEqual([]))

  test('names with line ends, quotes, dashes and bytes that are not UTF-8 are found and read', async () => {
    const odd = Buffer.concat([Buffer.from(`${folder.root}/Dockerfile.`), Buffer.from([0xff, 0x5c])])
    folder.write({
      'Dockerfile.a\nb': 'FROM a\n',
      '"-q"/-Dockerfile': 'FROM q\n',
      "--help.Dockerfile'": '',
      'ü/Dockerfile': 'FROM u\n',
      '-x/Dockerfile': 'FROM x\n',
    })
    writeFileSync(odd, 'FROM odd\n')
    const paths = await found()
    expect(paths).toEqual(['"-q"/-Dockerfile', '-x/Dockerfile', 'Dockerfile.\\xff\\x5c', 'Dockerfile.a\nb', 'ü/Dockerfile'])
    const files = openWorkspace(folder.root)
    await files.settled()
    expect(files.find(isDiscovered).map((path) => files.read(path))).toEqual(
      ['q', 'x', 'odd', 'a', 'u'].map((name) => ({ kind: 'text', text: `FROM ${name}\n` })),
    )
  })

  test('a name that is written like the escapes of another one is told from it', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder.root}/Dockerfile.`), Buffer.from([0xff])]), 'FROM bytes\n')
    folder.write({ 'Dockerfile.\\xff': 'FROM text\n', 'Dockerfile.\\xyz': 'FROM other\n' })
    const files = openWorkspace(folder.root)
    await files.settled()
    expect(files.find(isDiscovered).map((path) => [path, files.read(path)])).toEqual([
      ['Dockerfile.\\x5cxff', { kind: 'text', text: 'FROM text\n' }],
      ['Dockerfile.\\xff', { kind: 'text', text: 'FROM bytes\n' }],
      ['Dockerfile.\\xyz', { kind: 'text', text: 'FROM other\n' }],
    ])
  })

  test('a link within the root is read through, under its own name', async () => {
    folder.write({ 'real/file': 'FROM real\n' })
    folder.link('Dockerfile', 'real/file')
    folder.link('up/Dockerfile', '../real/../real/file')
    folder.link('folder', 'real')
    expect(await found()).toEqual(['Dockerfile', 'up/Dockerfile'])
    const files = openWorkspace(folder.root)
    for (const path of ['Dockerfile', 'up/Dockerfile', 'folder/file'])
      expect(files.read(path)).toEqual({ kind: 'text', text: 'FROM real\n' })
    expect(['Dockerfile', 'folder/file', 'real/file', 'none'].map((path) => files.isLinked(path))).toEqual([true, true, false, false])
    expect(files.isFolder('folder')).toBe(true)
  })

  test('a link that leaves the root is not followed, nor is a path', () => {
    folder.link('Dockerfile', '/etc/passwd')
    folder.link('above', '../..')
    folder.link('around/Dockerfile', '../../x/../../etc/passwd')
    expect(problemOf('Dockerfile')).toBe('it is a link that leaves the repository')
    expect(problemOf('above/etc/passwd')).toMatch(/missing|leaves the repository/)
    expect(problemOf('above')).toBe('it is a link that leaves the repository')
    expect(openWorkspace(folder.root).isFolder('above')).toBe(false)
    for (const path of ['../x', '/etc/passwd', 'a/../../x', '..', 'x\0y']) expect(problemOf(path)).toBe('its path leaves the repository')
  })

  test('a folder in the middle of a path that is a link out leads nowhere', () => {
    const outside = testFolder()
    try {
      outside.write({ Dockerfile: 'FROM secret\n' })
      folder.link('dir', outside.root)
      expect(problemOf('dir/Dockerfile')).toBe('it is a link that leaves the repository')
      folder.write({ 'kept/Dockerfile': 'FROM kept\n' })
      if (kind === 'git') folder.commit()
      rmSync(join(folder.root, 'kept'), { recursive: true })
      symlinkSync(outside.root, join(folder.root, 'kept'))
      expect(problemOf('kept/Dockerfile')).toBe('it is a link that leaves the repository')
    } finally {
      outside.remove()
    }
  })

  test('links in a circle, to nothing and to a folder say so', () => {
    folder.link('a', 'b')
    folder.link('b', 'a')
    folder.link('gone', 'nowhere')
    folder.link('Dockerfile', 'folder')
    folder.write({ 'folder/x': '' })
    expect(problemOf('a')).toBe('it is a link that leads back to itself')
    expect(problemOf('gone')).toBe('it is a link to a file that is not there')
    expect(problemOf('Dockerfile')).toBe('it is a folder')
  })

  test("git's own folder is not read: checkouts keep credentials in it", () => {
    folder.write({ '.git/config': '[core]\n' })
    folder.link('Dockerfile', '.git/config')
    expect(problemOf('.git/config')).toBe("it lies in git's own folder")
    expect(problemOf('sub/../.GIT/config')).toBe("it lies in git's own folder")
    expect(problemOf('Dockerfile')).toBe("it lies in git's own folder")
  })

  test('what is no text says so', () => {
    folder.write({
      binary: Buffer.from('FROM a\0'),
      latin: Buffer.from([0x46, 0xe4]),
      lfs: 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      large: Buffer.alloc(50 << 20, 'x'),
      limit: Buffer.alloc(1 << 20, 'x'),
    })
    expect(problemOf('binary')).toBe('it is binary, or not UTF-8')
    expect(problemOf('latin')).toBe('it is binary, or not UTF-8')
    const read = (text: string): string => {
      folder.write({ 'old/Dockerfile': Buffer.from(text, 'latin1') })
      const content = openWorkspace(folder.root).read('old/Dockerfile')
      expect(content.kind).toBe('unreadable')
      return content.kind === 'unreadable' ? (content.text ?? content.kind) : content.kind
    }
    expect(read('# Andr\u00e9: x=\u00e9\nFROM x\n\t# \u00e9')).toBe('# Andr\ufffd: x=\ufffd\nFROM x\n\t# \ufffd')
    for (const text of ['# x\nFROM x\u00e9', '# syntax=\u00e9', '# image-policy: ignore pinned -- \u00e9', '# \u00e9\nFROM \u00e9'])
      expect(read(text)).toBe('unreadable')
    expect(problemOf('lfs')).toMatch(/Git LFS/)
    expect(problemOf('large')).toBe('it has 51200 KiB, and files over 1024 KiB are not read')
    expect(problemOf('limit')).toBe('text')
  })

  test('a folder called Dockerfile is told', async () => {
    folder.write({ 'api/Dockerfile/notes.txt': '', 'api/Dockerfile/deep/other.txt': '', 'Containerfile/x': '', 'dockerfile/notes': '' })
    expect(await found()).toEqual(['Containerfile', 'api/Dockerfile'])
    if (kind === 'git') folder.commit()
    expect(await found()).toEqual(['Containerfile', 'api/Dockerfile'])
    expect(problemOf('api/Dockerfile')).toBe('it is a folder')
  })

  test('a pipe keeps nobody waiting', async () => {
    folder.write({ 'x/y': '' })
    execFileSync('mkfifo', [join(folder.root, 'x', 'Dockerfile')])
    expect(problemOf('x/Dockerfile')).toBe('it is not a regular file')
    expect(await found()).toEqual(kind === 'git' ? [] : ['x/Dockerfile']) // git knows nothing but files and links
  })

  test('paths that no system could open end in a value', () => {
    const files = openWorkspace(folder.root)
    for (const path of ['a/'.repeat(100_000), 'x'.repeat(3000), '../'.repeat(100_000), './'.repeat(100_000)]) {
      expect(['missing', 'unreadable']).toContain(files.read(path).kind)
      files.isFolder(path)
      files.isLinked(path)
    }
  })
})

describe('in a git checkout', () => {
  beforeEach(() => {
    folder.git('init', '--quiet')
  })

  test('tracked and untracked files count, ignored ones do not unless they are tracked', async () => {
    folder.write({ 'kept/Dockerfile': '', 'ignored/Dockerfile': '' })
    folder.commit()
    folder.write({ '.gitignore': 'ignored/\nout/\n', 'out/Dockerfile': '', 'new/Dockerfile': '', 'ignored/compose.yml': '' })
    const files = openWorkspace(folder.root)
    expect(files.find(isDiscovered)).toEqual(['ignored/Dockerfile', 'kept/Dockerfile'])
    await files.settled()
    expect(files.find(isDiscovered)).toEqual(['ignored/Dockerfile', 'kept/Dockerfile', 'new/Dockerfile'])
    expect(await files.untracked()).toEqual(['.gitignore', 'new/Dockerfile'])
    expect(files.problems()).toEqual([])
  })

  test('a file that is tracked and deleted is missing, without a problem', () => {
    folder.write({ Dockerfile: '' })
    folder.commit()
    rmSync(join(folder.root, 'Dockerfile'))
    expect(openWorkspace(folder.root).read('Dockerfile')).toEqual({ kind: 'missing' })
  })

  test('a folder of the checkout may be opened by itself', async () => {
    folder.write({ 'a/b/Dockerfile': 'FROM x\n', 'c/Dockerfile': '' })
    folder.commit()
    expect(await found(join(folder.root, 'a'))).toEqual(['b/Dockerfile'])
  })

  test('what lies in a submodule is of another repository, whether it is checked out or not', async () => {
    const other = testFolder()
    try {
      other.git('init', '--quiet')
      other.write({ 'x/Dockerfile': 'FROM other\n' })
      other.commit()
      folder.git('submodule', '--quiet', 'add', other.root, 'libs/other')
      folder.write({ 'libs/Dockerfile': '' })
      folder.commit()
      expect(await found()).toEqual(['libs/Dockerfile'])
      expect(problemOf('libs/other/x/Dockerfile')).toMatch(/submodule/)
      expect(problemOf('libs/Dockerfile')).toBe('text')
      rmSync(join(folder.root, 'libs', 'other'), { recursive: true })
      expect(problemOf('libs/other/x/Dockerfile')).toMatch(/submodule/)
      folder.link('Dockerfile', 'libs/other/x/Dockerfile')
      expect(problemOf('Dockerfile')).toMatch(/link to a file that is not there|submodule/)
    } finally {
      other.remove()
    }
  })

  test('the list of what is tracked tells the same when it was let go', async () => {
    folder.write({ 'a/Dockerfile': '', 'a/.env': '', 'b/compose.yaml': '' })
    folder.commit()
    folder.write({ 'new/Dockerfile': '', 'new/.env': '' })
    const files = openWorkspace(folder.root)
    const isEnvFile = (name: string): boolean => name === '.env'
    const isCompose = (name: string): boolean => name === 'compose.yaml'
    files.expect([isDiscovered, isEnvFile])
    folder.git('rm', '--quiet', '--cached', 'a/.env') // the list that was read stands
    await files.settled()
    expect(files.find(isEnvFile)).toEqual(['a/.env', 'new/.env'])
    expect(files.find(isDiscovered)).toEqual(['a/Dockerfile', 'b/compose.yaml', 'new/Dockerfile'])
    expect(files.find(isCompose)).toEqual(['b/compose.yaml'])
    expect(files.read('a/Dockerfile').kind).toBe('text')
  })

  test('an untracked repository inside is not entered', async () => {
    folder.write({ 'inner/Dockerfile': '', Dockerfile: '' })
    execFileSync('git', ['init', '--quiet'], { cwd: join(folder.root, 'inner') })
    expect(await found()).toEqual(['Dockerfile'])
  })

  test('programs that the configuration of the repository names are not run', async () => {
    const trace = join(folder.root, 'ran')
    folder.write({ Dockerfile: 'FROM a\n', 'spy.sh': `#!/bin/sh\ntouch "${trace}"\n` })
    folder.commit()
    const spy = `sh ${join(folder.root, 'spy.sh')}`
    for (const key of ['core.fsmonitor', 'core.pager', 'core.sshCommand', 'diff.external']) folder.git('config', key, spy)
    folder.write({ '.git/hooks/post-index-change': `#!/bin/sh\ntouch "${trace}"\n` })
    execFileSync('chmod', ['+x', join(folder.root, '.git/hooks/post-index-change')])
    folder.write({ 'new/Dockerfile': '' })
    expect(await found()).toEqual(['Dockerfile', 'new/Dockerfile'])
    expect(existsSync(trace)).toBe(false)
  })

  test('variables of a git hook do not lead to another repository', async () => {
    folder.write({ Dockerfile: '' })
    const before = { ...process.env }
    process.env['GIT_DIR'] = '/nowhere'
    process.env['GIT_INDEX_FILE'] = '/nowhere/index'
    try {
      expect(await found()).toEqual(['Dockerfile'])
    } finally {
      process.env = before
    }
  })

  test('where git fails, a walk finds no less', async () => {
    folder.write({ Dockerfile: '', 'a/compose.yml': '' })
    folder.commit()
    folder.write({ '.git/index': 'broken', '.git/config': '[core\n' })
    expect(await found()).toEqual(['Dockerfile', 'a/compose.yml'])
  })

  test('the index is read as git lists it, in every layout', async () => {
    const long = `${'d'.repeat(200)}/`.repeat(21)
    const paths = Array.from({ length: 300 }, (_, index) => `area-${index % 7}/${'x'.repeat(index % 19)}/Dockerfile.${index}`)
    folder.write(Object.fromEntries([...paths, 'ü/Dockerfile', 'a.b/Dockerfile', 'a/Dockerfile'].map((path) => [path, ''])))
    folder.commit()
    const blob = folder.git('hash-object', '-w', 'a/Dockerfile').trim()
    folder.git('update-index', '--add', '--cacheinfo', `100644,${blob},${long}Dockerfile`)
    const told = folder
      .git('ls-files', '-z')
      .split('\0')
      .filter((path) => path !== '')
      .sort()
    const settings = [
      ['--index-version', '2'],
      ['--index-version', '3'],
      ['--index-version', '4'],
      ['--index-version', '2', '--split-index'],
    ]
    for (const setting of settings) {
      folder.git('update-index', ...setting, '--force-write-index')
      expect(await found()).toEqual(told)
    }
    folder.git('update-index', '--no-split-index')
    folder.git('add', '--intent-to-add', '--force', 'a/Dockerfile')
    expect(await found()).toEqual(told)
  })
})

describe('a small checkout that holds nothing but tracked files needs no git', () => {
  const tracked = (): boolean => whollyTracked(folder.root) !== undefined
  const agree = (expected: boolean): void => {
    expect(tracked()).toBe(expected)
    if (expected) expect(folder.git('ls-files', '--others', '--exclude-standard')).toBe('')
  }
  beforeEach(() => {
    folder.git('init', '--quiet')
    folder.write({ Dockerfile: 'FROM a\n', 'a/b/compose.yaml': 'services: {}\n', 'ä/ö': '', '.gitignore': 'ignored\n' })
    folder.link('to-folder', 'a')
    folder.link('to-file', 'Dockerfile')
    folder.commit()
  })

  test('as it was checked out', async () => {
    agree(true)
    expect(await openWorkspace(folder.root).untracked()).toEqual([])
  })
  test('with an empty folder, and without a tracked file', () => {
    mkdirSync(join(folder.root, 'empty'))
    unlinkSync(join(folder.root, 'Dockerfile'))
    agree(true)
  })
  test('with a file that is staged, or meant to be', () => {
    folder.write({ staged: '', meant: '' })
    folder.git('add', 'staged')
    folder.git('add', '--intent-to-add', 'meant')
    agree(true)
  })
  test.each(['untracked', 'a/untracked', 'ignored', 'new/untracked', '.Git/x', 'a/.git/config', 'to-folder-2/x'])('not with %s', (path) => {
    folder.write({ [path]: '' })
    agree(false)
  })
  test('not with an untracked link, or a folder where a file was', () => {
    folder.link('link', 'a')
    agree(false)
    unlinkSync(join(folder.root, 'link'))
    unlinkSync(join(folder.root, 'Dockerfile'))
    folder.write({ 'Dockerfile/x': '' })
    agree(false)
  })
  test('not with a name that is not UTF-8, nor with a submodule', () => {
    const name = Buffer.concat([Buffer.from(`${folder.root}/`), Buffer.from([0xff])])
    writeFileSync(name, '')
    folder.commit()
    agree(false)
    unlinkSync(name)
    folder.commit()
    agree(true)
    folder.git('update-index', '--add', '--cacheinfo', `160000,${folder.git('rev-parse', 'HEAD').trim()},module`)
    mkdirSync(join(folder.root, 'module'))
    agree(false)
  })
  test('not with thousands of files', () => {
    folder.write(Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`many/${index}`, ''])))
    folder.commit()
    agree(false)
  })
  test('not outside git', () => {
    rmSync(join(folder.root, '.git'), { recursive: true })
    agree(false)
  })
})

test('bytes that are no index are none', () => {
  const entry = Buffer.alloc(72)
  entry.writeUInt16BE(1, 60)
  entry.write('x', 62)
  const index = (header: string, ...parts: Buffer[]): Buffer => Buffer.concat([Buffer.from(header, 'latin1'), ...parts, Buffer.alloc(20)])
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x01', entry))).toBeDefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x00'))).toBeDefined()
  expect(parseIndex(index('DIRC\0\0\0\x04\0\0\0\x01', entry))).toBeUndefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\xff\xff\xff\xff', entry))).toBeUndefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x02', entry))).toBeUndefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x00', entry))).toBeUndefined()
  expect(parseIndex(index('DIRX\0\0\0\x02\0\0\0\x00'))).toBeUndefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x00', Buffer.from('link\0\0\0\x04abcd', 'latin1')))).toBeUndefined()
  expect(parseIndex(index('DIRC\0\0\0\x02\0\0\0\x00', Buffer.from('TREE\0\0\0\x04abcd', 'latin1')))).toBeDefined()
  expect(parseIndex(Buffer.alloc(0))).toBeUndefined()
})

test('outside git, .git and node_modules are left out, at any depth', async () => {
  folder.write({ '.git/Dockerfile': '', 'a/node_modules/x/Dockerfile': '', 'a/Dockerfile': '', 'b/.git/Dockerfile': '' })
  expect(await found()).toEqual(['a/Dockerfile'])
})

describe('locate', () => {
  test('inside git the root is the top level, wherever one stands', () => {
    folder.write({ 'repo/a/b/Dockerfile': '' })
    const repo = join(folder.root, 'repo')
    execFileSync('git', ['init', '--quiet', repo])
    expect(locate('.', join(repo, 'a'))).toEqual({ kind: 'located', root: repo, path: 'a', folder: true })
    expect(locate('repo/a/b/Dockerfile', folder.root)).toEqual({ kind: 'located', root: repo, path: 'a/b/Dockerfile', folder: false })
  })

  test('finds the top level by a folder with a HEAD, or a file that names one', () => {
    folder.write({ 'repo/a/b/x': '', 'empty/.git/x': '', 'tree/.git': 'gitdir: /elsewhere\n', 'tree/a/x': '', 'odd/.git': 'nothing' })
    execFileSync('git', ['init', '--quiet', join(folder.root, 'repo')])
    const at = (path: string): string | undefined => topLevelOf(join(folder.root, path))
    expect([at('repo/a/b'), at('repo'), at('empty'), at('tree/a'), at('odd')]).toEqual([
      join(folder.root, 'repo'),
      join(folder.root, 'repo'),
      undefined,
      join(folder.root, 'tree'),
      undefined,
    ])
  })

  test('outside git: the working folder if it holds the path, else the folder of the path', () => {
    folder.write({ 'w/a/Dockerfile': '', 'v/b/Dockerfile': '' })
    const [w, v] = [join(folder.root, 'w'), join(folder.root, 'v')]
    expect(locate('a', w)).toEqual({ kind: 'located', root: w, path: 'a', folder: true })
    expect(locate('.', w)).toEqual({ kind: 'located', root: w, path: '', folder: true })
    expect(locate('../v/b', w)).toEqual({ kind: 'located', root: join(v, 'b'), path: '', folder: true })
    expect(locate('../v/b/Dockerfile', w)).toEqual({ kind: 'located', root: join(v, 'b'), path: 'Dockerfile', folder: false })
    expect(locate('../v/b', w, w)).toMatchObject({ kind: 'failed' })
    expect(locate('nowhere', w)).toEqual({ kind: 'failed', problem: 'nowhere: there is no such file or folder' })
    expect(locate('', w)).toMatchObject({ kind: 'located', path: '' })
  })

  test('a folder that is a link is what it leads to, a file that is a link is itself', () => {
    folder.write({ 'real/file': '' })
    folder.link('folder', 'real')
    folder.link('file', 'real/file')
    expect(locate('folder', folder.root)).toMatchObject({ path: 'real' })
    expect(locate('folder/file', folder.root)).toMatchObject({ path: 'real/file' })
    expect(locate('file', folder.root)).toMatchObject({ path: 'file' })
  })
})

test('a folder that is moved away under our feet is missing, not a crash', () => {
  folder.write({ 'a/Dockerfile': 'FROM x\n' })
  const files = openWorkspace(folder.root)
  expect(files.find(isDiscovered)).toEqual(['a/Dockerfile'])
  renameSync(join(folder.root, 'a'), join(folder.root, 'b'))
  expect(files.read('a/Dockerfile')).toEqual({ kind: 'missing' })
  rmSync(folder.root, { recursive: true })
  expect(openWorkspace(folder.root).find(isDiscovered)).toEqual([])
})
