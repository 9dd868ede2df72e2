import { lstatSync, realpathSync, statSync } from 'node:fs'
import { type Content, type Files, type NameTest, type Problem } from '../model.js'
import { insidePath, isGitsOwn, MAX_PATH_LENGTH, MISSING, PROBLEMS, unreadable } from './content.js'
import { codeOf, readRegular } from './disk.js'
import { git, gitLater, type GitOutput } from './git.js'
import { readIndex } from './git-index.js'
import { escapedPath, isOdd, listingOf, splitNul, type Listing } from './listing.js'
import { pathWithin, topLevelOf } from './root.js'
import { whollyTracked } from './tracked.js'
import { BUILD_NAMES } from './discover.js'
import { walk, type Walked } from './walk.js'

/** A folder on disk as Files, with what only a folder on disk has. */
export interface Workspace extends Files {
  /** What git neither tracks nor ignores; empty outside git. */
  untracked(): Promise<readonly string[]>
  /** Whether the path is a link or lies below one: its content is another path's, and changes with that. */
  isLinked(path: string): boolean
  /** Folders that could not be listed. Complete once settled. */
  problems(): readonly Problem[]
  expect(tests: readonly NameTest[]): void
  absent(): readonly string[]
  submodules(): readonly string[]
}

/**
 * Opens a folder: in a git checkout the files that git tracks and those that it does not ignore, elsewhere what a walk finds. Links are read if they lead to
 * a file within the folder. Folders that are links are read through, but what lies below them is listed under its real path only, as git lists it.
 * Never throws; where git cannot answer, the walk does.
 */
export function openWorkspace(root: string): Workspace {
  return new DiskWorkspace(realRoot(root))
}

function realRoot(root: string): string {
  try {
    return realpathSync.native(root)
  } catch {
    return root
  }
}

/**
 * Windows and macOS find a file in any case and in any form of Unicode. A name counts as it is spelled, there as well: the report on a laptop has to be the
 * one that Linux and git give.
 */
const NAMES_ARE_LOOSE = process.platform === 'win32' || process.platform === 'darwin'

type FolderState = 'plain' | 'linked' | 'missing'

class DiskWorkspace implements Workspace {
  readonly #root: string
  /** Started at once: it takes git three times as long as the list of what it tracks. Absent outside git, and where no file can be untracked. */
  readonly #others: Promise<GitOutput> | undefined
  #tracked: Listing | undefined
  /** The list of tracked paths has told all that will be asked of it, and has no submodule. */
  #released = false
  #untracked: readonly string[] = []
  #walked: Walked | undefined
  /** Paths that are not UTF-8: how they are shown → what they are. */
  readonly #bytes = new Map<string, Buffer>()
  /** What was found among the tracked paths already, and with all others, until more is listed; and all paths of it, which git would not list below a submodule. */
  #foundTracked = new WeakMap<NameTest, readonly string[]>()
  #found = new WeakMap<NameTest, readonly string[]>()
  readonly #listed = new Set<string>()
  readonly #absent = new Set<string>()
  /** Paths that were read and are no links. */
  readonly #plain = new Set<string>()
  readonly #folders = new Map<string, FolderState>([['', 'plain']])
  readonly #submodules = new Map<string, boolean>([['', false]])
  readonly #settled: Promise<void>

  constructor(root: string) {
    this.#root = root
    const inGit = topLevelOf(root) !== undefined
    this.#tracked = inGit ? whollyTracked(root) : undefined
    const asking = inGit && this.#tracked === undefined
    this.#others = asking ? gitLater(root, ['ls-files', '--others', '--exclude-standard', '-z']) : undefined
    this.#settled = this.#others === undefined ? Promise.resolve() : this.#others.then((output) => this.#takeOthers(output))
  }

  settled(): Promise<void> {
    if (this.#others !== undefined && !this.#released) this.#list() // git's two lists are made side by side
    return this.#settled
  }

  async untracked(): Promise<readonly string[]> {
    await this.settled()
    return this.#untracked
  }

  problems(): readonly Problem[] {
    const closed = this.#walked?.closed ?? new Map<string, string>()
    return [...closed].map(([folder, code]) => ({ file: folder === '' ? '.' : folder, message: `the folder cannot be listed (${code})` }))
  }

  find(test: NameTest): readonly string[] {
    const known = this.#found.get(test)
    if (known !== undefined) return known
    const found = [...this.#findTracked(test)]
    const passes = (path: string): boolean => test(path.slice(path.lastIndexOf('/') + 1))
    for (const path of this.#walked?.paths ?? this.#untracked) if (passes(path)) found.push(path)
    for (const folder of this.#walked?.folders ?? foldersOf(this.#untracked)) if (isBlocker(folder) && passes(folder)) found.push(folder)
    found.sort()
    const paths = found.filter((path, index) => path !== found[index - 1])
    for (const path of paths) this.#listed.add(path)
    this.#found.set(test, paths)
    return paths
  }

  /** A long list of paths is let go, and read again in case somebody asks more of it. */
  expect(tests: readonly NameTest[]): void {
    this.#findAllTracked(tests)
    if (this.#others === undefined || this.#tracked?.submodules !== false) return
    this.#released = true
    this.#tracked = undefined
  }

  #findTracked(test: NameTest): readonly string[] {
    const known = this.#foundTracked.get(test)
    if (known !== undefined) return known
    this.#findAllTracked([test])
    return this.#foundTracked.get(test) ?? []
  }

  #findAllTracked(tests: readonly NameTest[]): void {
    const found = tests.map((): string[] => [])
    const list = this.#list()
    list?.find(tests, (test, path, entry, end) => found[test]?.push(isOdd(path) ? this.#shown(list.stretch(entry, end)) : path))
    tests.forEach((test, index) => this.#foundTracked.set(test, found[index] ?? []))
  }

  read(path: string): Content {
    const inside = insidePath(path)
    if (inside === undefined) return unreadable(PROBLEMS.outside)
    if (inside.length > MAX_PATH_LENGTH) return unreadable(PROBLEMS.tooLong)
    if (inside === '') return unreadable(PROBLEMS.folder)
    if (isGitsOwn(inside)) return unreadable(PROBLEMS.gitOwn)
    if (!this.#listed.has(inside) && this.#inSubmodule(inside)) return unreadable(PROBLEMS.submodule)
    if (this.#bytes.has(inside)) return this.#readLink(inside) // its folders cannot be looked at by the names that are shown
    const state = this.#stateOf(parentOf(inside))
    if (state === 'missing') return this.#missing(inside)
    const content = state === 'linked' ? 'link' : readRegular(this.#full(inside))
    if (content === 'link') return this.#readLink(inside)
    if (content.kind === 'missing') return this.#missing(inside)
    if (NAMES_ARE_LOOSE && !this.#listed.has(inside) && !this.#isSpelled(inside)) return MISSING
    this.#plain.add(inside)
    return content
  }

  #missing(path: string): Content {
    if (this.#listed.has(path)) this.#absent.add(path)
    return MISSING
  }

  absent(): readonly string[] {
    return [...this.#absent].sort()
  }

  submodules(): readonly string[] {
    if (this.#released) return []
    const list = this.#list()
    if (list === undefined || list.submodules === false) return []
    const output = git(this.#root, ['ls-files', '--cached', '--stage', '-z'])
    if (output.kind === 'failed') return []
    const paths = [...splitNul(output.bytes)].filter((entry) => entry.toString('latin1', 0, SUBMODULE_MODE.length) === SUBMODULE_MODE)
    return paths.map((entry) => this.#shown(entry.subarray(entry.indexOf('\t') + 1))).sort()
  }

  /** Whether a file that is no link, below no link, is spelled so on disk. */
  #isSpelled(path: string): boolean {
    try {
      const real = pathWithin(this.#root, realpathSync.native(`${this.#root}/${path}`))
      return real?.normalize() === path.normalize()
    } catch {
      return true // what it cannot be read for, the read has told
    }
  }

  isFolder(path: string): boolean {
    const inside = insidePath(path)
    if (inside === undefined || inside.length > MAX_PATH_LENGTH || isGitsOwn(inside)) return false
    const state = this.#stateOf(inside)
    if (state !== 'linked') return state === 'plain'
    const target = this.#targetOf(inside)
    return target.kind === 'target' && statSync(target.full, { throwIfNoEntry: false })?.isDirectory() === true
  }

  isLinked(path: string): boolean {
    const inside = insidePath(path)
    if (inside === undefined || inside.length > MAX_PATH_LENGTH || this.#plain.has(inside)) return false
    return this.#stateOf(parentOf(inside)) !== 'missing' && this.#stateOf(inside) === 'linked'
  }

  identity(path: string): string {
    return `file:${path}`
  }

  /** Git's list; undefined outside git, or where git fails: then everything is found by walking, which finds no less. */
  #list(): Listing | undefined {
    if (this.#tracked !== undefined || this.#walked !== undefined) return this.#tracked
    if (this.#others === undefined) this.#walk()
    else this.#tracked = readIndex(this.#root) ?? this.#askGit()
    return this.#tracked
  }

  #askGit(): Listing | undefined {
    const output = git(this.#root, ['ls-files', '--cached', '-z'])
    if (output.kind === 'output') return listingOf(output.bytes, 'paths')
    this.#walk()
    return undefined
  }

  #walk(): void {
    this.#found = new WeakMap()
    this.#foundTracked = new WeakMap()
    this.#tracked = undefined
    this.#walked = walk(this.#root)
    for (const [shown, bytes] of this.#walked.bytes) this.#bytes.set(shown, bytes)
  }

  #takeOthers(output: GitOutput): void {
    if (this.#walked !== undefined) return
    if (output.kind === 'failed') return this.#walk()
    const paths: string[] = []
    for (const bytes of splitNul(output.bytes)) {
      // A trailing slash: another repository's folder, which is not this one's to judge.
      if (bytes.at(-1) !== 0x2f) paths.push(this.#shown(bytes))
    }
    this.#untracked = paths
    if (paths.length > 0) this.#found = new WeakMap()
  }

  #shown(bytes: Buffer): string {
    const path = bytes.toString('utf8')
    const escaped = isOdd(path) ? escapedPath(bytes) : undefined
    if (escaped !== undefined) this.#bytes.set(escaped, Buffer.from(bytes))
    return escaped ?? path
  }

  #full(path: string): string | Buffer {
    const bytes = this.#bytes.get(path)
    return bytes === undefined ? `${this.#root}/${path}` : Buffer.concat([Buffer.from(`${this.#root}/`), bytes])
  }

  /** One look at each folder, kept: a link in the middle of a path leads out as well as one at its end. */
  #stateOf(folder: string): FolderState {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const above = this.#stateOf(parentOf(folder))
    const state = above === 'plain' ? this.#look(folder) : above
    this.#folders.set(folder, state)
    return state
  }

  #look(folder: string): FolderState {
    try {
      const stats = lstatSync(this.#full(folder), { throwIfNoEntry: false })
      if (stats?.isSymbolicLink() === true) return 'linked'
      return stats?.isDirectory() === true ? 'plain' : 'missing'
    } catch {
      return 'plain' // not to be looked at: what is below it says so when it is read
    }
  }

  #readLink(path: string): Content {
    const target = this.#targetOf(path)
    if (target.kind !== 'target') return target
    const content = readRegular(target.full)
    return content === 'link' ? unreadable(PROBLEMS.linkCircle) : content
  }

  /** Where a path really leads, as bytes since any name may lie there; or what a read has to say instead. */
  #targetOf(path: string): Target | Content {
    try {
      const full = realpathSync.native(this.#full(path), { encoding: 'buffer' })
      const target = pathWithin(this.#root, full.toString('utf8'))
      if (target === undefined) return unreadable(PROBLEMS.linkOutside)
      if (isGitsOwn(target)) return unreadable(PROBLEMS.gitOwn)
      return this.#inSubmodule(target) ? unreadable(PROBLEMS.submodule) : { kind: 'target', full }
    } catch (error) {
      const code = codeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return this.#isItselfLink(path) ? unreadable(PROBLEMS.linkToNothing) : MISSING
      return unreadable(code === 'ELOOP' ? PROBLEMS.linkCircle : code === 'EACCES' ? PROBLEMS.denied : `it cannot be read (${code})`)
    }
  }

  #isItselfLink(path: string): boolean {
    try {
      return lstatSync(this.#full(path), { throwIfNoEntry: false })?.isSymbolicLink() === true
    } catch {
      return false
    }
  }

  /** Git lists a submodule as one entry and nothing below it. */
  #inSubmodule(path: string): boolean {
    if (this.#released || this.#list()?.submodules === false) return false
    const parent = parentOf(path)
    const known = this.#submodules.get(parent)
    if (known !== undefined) return known
    const inside = this.#inSubmodule(parent) || (this.#list()?.entryOf(parent) !== undefined && this.#isSubmodule(parent))
    this.#submodules.set(parent, inside)
    return inside
  }

  #isSubmodule(entry: string): boolean {
    const output = git(this.#root, ['ls-files', '--cached', '--stage', '-z', '--', entry])
    return output.kind === 'output' && output.bytes.toString('latin1').startsWith(SUBMODULE_MODE)
  }
}

interface Target {
  readonly kind: 'target'
  readonly full: Buffer
}

const SUBMODULE_MODE = '160000 '

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function isBlocker(folder: string): boolean {
  return BUILD_NAMES.includes(folder.slice(folder.lastIndexOf('/') + 1))
}

/** The folders above some paths, each once. */
function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let folder = parentOf(path); folder !== '' && !folders.has(folder); folder = parentOf(folder)) folders.add(folder)
  }
  return folders
}
