import { type Content, type Files, type NameTest } from '../model.js'
import { Blobs } from './blobs.js'
import { insidePath, MAX_PATH_LENGTH, MISSING, PROBLEMS, unreadable } from './content.js'
import { git, GitFailure } from './git.js'
import { listingOf, isOdd, shownPath, type Listing } from './listing.js'

export { GitFailure } from './git.js'

/** A tree that knows which of its paths are links, or lie below one: their content is another path's. */
export interface LinkedFiles extends Files {
  isLinked(path: string): boolean
}

export type ResolvedRevision = { readonly kind: 'commit'; readonly id: string } | { readonly kind: 'failed'; readonly problem: string }

const COMMIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** The commit that a name given by a user stands for (`main`, `v1.2`, `HEAD~3`, an id). */
export function resolveRevision(root: string, name: string): ResolvedRevision {
  const output = /^[^-\p{Cc}][^\p{Cc}]*$/u.test(name)
    ? git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
    : undefined
  const id = output?.kind === 'output' ? output.bytes.toString('latin1').trim() : ''
  if (COMMIT_ID.test(id)) return { kind: 'commit', id }
  const missing =
    output?.kind === 'failed' && output.problem === 'git is not installed'
      ? output.problem
      : 'it is no commit of this repository, or not in this clone'
  return { kind: 'failed', problem: missing }
}

/** A commit's tree as Files, read from git's objects alone: no checkout, no filters, nothing on disk is looked at. Throws GitFailure if the tree cannot be listed. */
export function openRevision(root: string, commit: string): LinkedFiles {
  if (!COMMIT_ID.test(commit)) throw new GitFailure(`${JSON.stringify(commit)} is not the id of a commit`)
  return new Revision(root, commit)
}

/** Linux's limit for the links of one path. */
const MAX_LINKS = 40

const REGULAR = '100'
const LINK = '120'
const SUBMODULE = '160'

interface Blob {
  readonly kind: 'blob'
  readonly id: string
  readonly linked: boolean
}

type Resolved =
  | Blob
  | { readonly kind: 'folder'; readonly linked: boolean }
  | { readonly kind: 'none'; readonly content: Content; readonly linked: boolean }

class Revision implements LinkedFiles {
  readonly #root: string
  readonly #commit: string
  readonly #blobs: Blobs
  #listing: Listing | undefined
  /** Paths that are not UTF-8, as they are shown. */
  readonly #odd = new Map<string, number>()

  constructor(root: string, commit: string) {
    this.#root = root
    this.#commit = commit
    this.#blobs = new Blobs(root)
  }

  settled(): Promise<void> {
    return Promise.resolve()
  }

  find(test: NameTest): readonly string[] {
    const found: string[] = []
    const ids: string[] = []
    const list = this.#list()
    list.find([test], (_, text, entry, end) => {
      const path = isOdd(text) ? shownPath(list.stretch(entry, end)) : text
      if (path !== text) this.#odd.set(path, entry)
      found.push(path)
      const { mode, id } = this.#entry(entry)
      if (mode.startsWith(REGULAR)) ids.push(id)
    })
    this.#blobs.expect(ids)
    return found.sort()
  }

  read(path: string): Content {
    const resolved = this.#resolve(path)
    if (resolved.kind === 'blob') return this.#blobs.read(resolved.id)
    return resolved.kind === 'folder' ? unreadable(PROBLEMS.folder) : resolved.content
  }

  isFolder(path: string): boolean {
    return this.#resolve(path).kind === 'folder'
  }

  isLinked(path: string): boolean {
    return this.#resolve(path).linked
  }

  identity(path: string): string {
    const resolved = this.#resolve(path)
    return resolved.kind === 'blob' ? `blob:${resolved.id}` : `${this.#commit}:${path}`
  }

  #list(): Listing {
    if (this.#listing !== undefined) return this.#listing
    const output = git(this.#root, ['ls-tree', '-r', '-z', '--full-tree', this.#commit])
    if (output.kind === 'failed') throw new GitFailure(`the tree of ${this.#commit} cannot be listed: ${output.problem}`)
    return (this.#listing = listingOf(output.bytes, 'columns, tab, path'))
  }

  /** `ls-tree` writes `100644 blob 0123…` before the tab. */
  #entry(entry: number): { readonly mode: string; readonly id: string } {
    const [mode = '', , id = ''] = this.#list().columns(entry).split(' ')
    return { mode, id }
  }

  #resolve(path: string): Resolved {
    const inside = insidePath(path)
    if (inside === undefined) return none(unreadable(PROBLEMS.outside), false)
    if (inside.length > MAX_PATH_LENGTH) return none(unreadable(PROBLEMS.tooLong), false)
    if (inside === '') return { kind: 'folder', linked: false }
    const entry = this.#odd.get(inside) ?? this.#list().entryOf(inside)
    const { mode, id } = entry === undefined ? { mode: '', id: '' } : this.#entry(entry)
    return mode.startsWith(REGULAR) ? { kind: 'blob', id, linked: false } : this.#follow(inside)
  }

  /** Walks a path from the root as a file system does; a link's target takes the place of its name. */
  #follow(path: string): Resolved {
    const ahead = path.split('/').reverse()
    const at: string[] = []
    let links = 0
    for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
      if (part === '' || part === '.') continue
      if (part === '..') {
        if (at.pop() === undefined) return none(unreadable(PROBLEMS.linkOutside), true)
        continue
      }
      const here = [...at, part].join('/')
      const entry = this.#list().entryOf(here)
      if (entry === undefined) {
        if (!this.#list().hasFolder(here)) return none(this.#isLinkEntry(path) ? unreadable(PROBLEMS.linkToNothing) : MISSING, links > 0)
        at.push(part)
        continue
      }
      const { mode, id } = this.#entry(entry)
      if (mode.startsWith(SUBMODULE)) return none(unreadable(PROBLEMS.submodule), links > 0)
      if (!mode.startsWith(LINK)) return ahead.length === 0 ? { kind: 'blob', id, linked: links > 0 } : none(MISSING, links > 0)
      if (++links > MAX_LINKS) return none(unreadable(PROBLEMS.linkCircle), true)
      const target = this.#blobs.read(id)
      if (target.kind !== 'text' || target.text.startsWith('/') || target.text.length > MAX_PATH_LENGTH)
        return none(unreadable(PROBLEMS.linkOutside), true)
      ahead.push(...target.text.split('/').reverse())
    }
    return { kind: 'folder', linked: links > 0 }
  }

  #isLinkEntry(path: string): boolean {
    const entry = this.#list().entryOf(path)
    return entry !== undefined && this.#entry(entry).mode.startsWith(LINK)
  }
}

function none(content: Content, linked: boolean): Resolved {
  return { kind: 'none', content, linked }
}
