import { type Content, type NameTest } from '../model.js'
import { Blobs } from './blobs.js'
import { insidePath, MISSING } from './content.js'
import { BUILD_NAMES } from './discover.js'
import { gitLater, type GitOutput } from './git.js'
import { shownPath, splitNul } from './listing.js'
import { openRevision, type LinkedFiles } from './revision.js'

/** What the base has at a path where the head has something else, or nothing. */
export interface BaseEntry {
  /** As git writes it: `100644`, `120000` for a link, `160000` for a submodule. */
  readonly mode: string
  readonly id: string
}

/** What differs between a base and a head. Paths that are in none of these are the same on both sides. */
export interface Changes {
  /** The base's commit. */
  readonly commit: string
  /** Paths at the head that the base has not, or not so. */
  readonly changed: ReadonlySet<string>
  /** Path at the head → path at the base. */
  readonly renamed: ReadonlyMap<string, string>
  readonly base: ReadonlyMap<string, BaseEntry>
}

export type ComparedTrees = { readonly kind: 'changes'; readonly changes: Changes } | { readonly kind: 'failed'; readonly problem: string }

/** The head of a comparison: a commit, or the working folder with the files that git does not track. */
export type Head = { readonly commit: string } | { untracked(): Promise<readonly string[]> }

const DIFF = [
  'diff',
  '--raw',
  '-z',
  '--no-abbrev',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--ignore-submodules=dirty',
]

/** Compares a commit with a head. Renames are git's own guess, by half of the content; where a clone lacks what that takes, there are none. */
export async function changesSince(root: string, base: string, head: Head): Promise<ComparedTrees> {
  const withoutFilters = await switchFiltersOff(root)
  if (withoutFilters === undefined)
    return { kind: 'failed', problem: 'the configuration of the repository has a filter that cannot be switched off' }
  const ends = 'commit' in head ? [base, head.commit, '--'] : [base, '--']
  const run = (renames: string): Promise<GitOutput> => gitLater(root, [...withoutFilters, ...DIFF, renames, ...ends])
  const [first, untracked] = await Promise.all([run('--find-renames'), 'commit' in head ? [] : head.untracked()])
  const output = first.kind === 'output' ? first : await run('--no-renames')
  if (output.kind === 'failed') return output
  return { kind: 'changes', changes: collect(base, output.bytes, untracked) }
}

/** To compare files on disk git runs the clean filters that the configuration names; without them a file counts as changed, at worst. */
async function switchFiltersOff(root: string): Promise<readonly string[] | undefined> {
  const output = await gitLater(root, ['config', '--name-only', '-z', '--get-regexp', '^filter\\..*\\.(clean|smudge|process)$'])
  const names = output.kind === 'output' ? [...splitNul(output.bytes)].map((name) => name.toString('utf8')) : []
  if (names.some((name) => name.includes('='))) return undefined
  return names.flatMap((name) => ['-c', `${name}=`, '-c', `${name.slice(0, name.lastIndexOf('.'))}.required=false`])
}

/** Reads `:100644 100644 0123… 4567… M` NUL path NUL; a rename (R) has two paths. */
function collect(commit: string, raw: Buffer, untracked: readonly string[]): Changes {
  const changed = new Set<string>()
  const renamed = new Map<string, string>()
  const base = new Map<string, BaseEntry>()
  const parts = splitNul(raw)
  const next = (): string | undefined => {
    const part = parts.next()
    return part.done === true ? undefined : shownPath(part.value)
  }
  for (let columns = next(), path = next(); columns !== undefined && path !== undefined; columns = next(), path = next()) {
    const [mode = '', , id = '', , status = ''] = columns.slice(1).split(' ')
    const to = status.startsWith('R') || status.startsWith('C') ? next() : path
    if (to === undefined) break
    if (status !== 'A' && !status.startsWith('C')) base.set(path, { mode, id })
    if (status.startsWith('R')) renamed.set(to, path)
    if (status !== 'D') changed.add(to)
  }
  for (const path of untracked) changed.add(path)
  for (const path of [...changed]) addBlockers(path, changed)
  return { commit, changed, renamed, base }
}

/** A folder in a Dockerfile's place is as new as what is new in it. */
function addBlockers(path: string, changed: Set<string>): void {
  for (let slash = path.indexOf('/'), start = 0; slash >= 0; start = slash + 1, slash = path.indexOf('/', start)) {
    if (BUILD_NAMES.includes(path.slice(start, slash))) changed.add(path.slice(0, slash))
  }
}

/** The base beside a head, with what differs. */
export function baseBeside(
  root: string,
  head: LinkedFiles,
  changes: Changes,
): Pick<Changes, 'changed' | 'renamed'> & { readonly files: LinkedFiles; readonly before: ReadonlySet<string> } {
  const { changed, renamed, base } = changes
  return { files: overlayBase(root, head, changes), changed, before: new Set(base.keys()), renamed }
}

/**
 * The base's tree as Files: what is the same at the head is the head's, under the same identity, so that nothing is read or extracted twice;
 * what differs comes from the base's blobs.
 */
export function overlayBase(root: string, head: LinkedFiles, changes: Changes): LinkedFiles {
  return new Overlay(root, head, changes)
}

const LINK = '120000'

class Overlay implements LinkedFiles {
  readonly #head: LinkedFiles
  readonly #changes: Changes
  readonly #blobs: Blobs
  readonly #hasLinks: boolean
  /** The base itself, for what lies behind links. Its tree is listed only if there is such a thing. */
  readonly #revision: LinkedFiles

  constructor(root: string, head: LinkedFiles, changes: Changes) {
    this.#head = head
    this.#changes = changes
    this.#blobs = new Blobs(root)
    this.#blobs.expect([...changes.base.values()].filter(({ mode }) => mode.startsWith('100')).map(({ id }) => id))
    this.#hasLinks = [...changes.base.values()].some(({ mode }) => mode === LINK)
    this.#revision = openRevision(root, changes.commit)
  }

  settled(): Promise<void> {
    return this.#head.settled()
  }

  find(test: NameTest): readonly string[] {
    const { base, changed } = this.#changes
    const same = this.#head.find(test).filter((path) => !changed.has(path) && !base.has(path))
    const other = [...base.keys()].filter((path) => test(path.slice(path.lastIndexOf('/') + 1)))
    return other.length === 0 ? same : [...same, ...other].sort()
  }

  read(path: string): Content {
    const side = this.#sideOf(path)
    if (typeof side !== 'string') return this.#blobs.read(side.id)
    return side === 'absent' ? MISSING : (side === 'head' ? this.#head : this.#revision).read(path)
  }

  isFolder(path: string): boolean {
    const side = this.#sideOf(path)
    if (typeof side !== 'string' || side === 'absent') return false
    return (side === 'head' ? this.#head : this.#revision).isFolder(path)
  }

  isLinked(path: string): boolean {
    const side = this.#sideOf(path)
    return side === 'revision' && this.#revision.isLinked(path)
  }

  identity(path: string): string {
    const side = this.#sideOf(path)
    if (typeof side !== 'string') return `blob:${side.id}`
    return side === 'absent' ? `absent:${path}` : (side === 'head' ? this.#head : this.#revision).identity(path)
  }

  #sideOf(path: string): BaseEntry | 'head' | 'revision' | 'absent' {
    const inside = insidePath(path)
    if (inside === undefined) return 'head' // which says that the path leaves the tree
    const entry = this.#changes.base.get(inside)
    if (entry !== undefined) return entry.mode.startsWith('100') ? entry : 'revision'
    if (this.#hasLinks && this.#isBelowLink(inside)) return 'revision'
    if (this.#changes.changed.has(inside)) return 'absent'
    return this.#head.isLinked(inside) ? 'revision' : 'head'
  }

  #isBelowLink(path: string): boolean {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      if (this.#changes.base.get(path.slice(0, slash))?.mode === LINK) return true
    }
    return false
  }
}
