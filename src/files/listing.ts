import { isUtf8 } from 'node:buffer'
import { type NameTest } from '../model.js'
import { BUILD_NAMES } from './discover.js'

const SLASH = 0x2f
const TAB = 0x09
const NUL = 0

/**
 * A list of paths in the order of their bytes, as git keeps it. It stays undecoded, since of 215,000 paths only some thousands are ever looked at:
 * the paths are the stretches `[starts[i], ends[i])` of `bytes`.
 */
export class Listing {
  readonly #bytes: Buffer
  readonly #starts: Uint32Array
  readonly #ends: Uint32Array
  /** The folders among the paths that bear a build's default name: searched for once. */
  #blockers: readonly Blocker[] | undefined

  /** `submodules`: false if it is known that no entry is one. */
  constructor(
    bytes: Buffer,
    starts: Uint32Array,
    ends: Uint32Array,
    readonly submodules: boolean | undefined,
  ) {
    this.#bytes = bytes
    this.#starts = starts
    this.#ends = ends
  }

  /**
   * Tells for each test, by its number, the entries whose path's base name passes, in git's order; then the folders that bear a build's default name and pass
   * too, with the first entry below them: what is in a Dockerfile's place and is none has to be told. `end` is where the path ends among the bytes, for `stretch`.
   */
  find(tests: readonly NameTest[], use: (test: number, path: string, entry: number, end: number) => void): void {
    const candidates = this.#candidates(tests)
    tests.forEach((test, index) => {
      const passes = (path: string): boolean => test(path.slice(path.lastIndexOf('/') + 1))
      for (const entry of candidates[index] ?? []) {
        const end = this.#end(entry)
        const path = this.#bytes.toString('utf8', this.#start(entry), end)
        if (passes(path)) use(index, path, entry, end)
      }
      for (const { folder, end, entry } of (this.#blockers ??= this.#findBlockers())) if (passes(folder)) use(index, folder, entry, end)
    })
  }

  /** For each test the entries whose names may pass: one loop over all names, in which nothing is decoded. */
  #candidates(tests: readonly NameTest[]): readonly (readonly number[])[] {
    const bytes = this.#bytes
    const found = tests.map((test): Candidates => ({ mayPass: test.bytes ?? anyName, entries: [] }))
    for (let entry = 0; entry < this.#starts.length; entry++) {
      const start = this.#start(entry)
      const end = this.#end(entry)
      let name = end
      while (name > start && bytes[name - 1] !== SLASH) name--
      for (const { mayPass, entries } of found) if (mayPass(bytes, name, end)) entries.push(entry)
    }
    return found.map(({ entries }) => entries)
  }

  /** A folder is seen in the paths below it only. */
  #findBlockers(): readonly Blocker[] {
    const bytes = this.#bytes
    const found = new Map<string, Blocker>()
    for (let at = bytes.indexOf(COMMON_ENDING); at >= 0; at = bytes.indexOf(COMMON_ENDING, at + 1)) {
      const end = at + COMMON_ENDING.length - 1
      const entry = this.#entryAround(at)
      const folder = bytes.toString('utf8', this.#start(entry), end)
      const name = folder.slice(folder.lastIndexOf('/') + 1)
      if (at >= this.#start(entry) && BUILD_NAMES.includes(name) && !found.has(folder)) found.set(folder, { folder, end, entry })
    }
    return [...found.values()]
  }

  /** The entry whose path is exactly this, by bisection. */
  entryOf(path: string): number | undefined {
    const bytes = Buffer.from(path)
    const entry = this.#firstNotBefore(bytes)
    return entry < this.#starts.length && bytes.equals(this.path(entry)) ? entry : undefined
  }

  /** Whether any path lies below the folder. */
  hasFolder(folder: string): boolean {
    if (folder === '') return this.#starts.length > 0
    const prefix = Buffer.from(`${folder}/`)
    const entry = this.#firstNotBefore(prefix)
    return entry < this.#starts.length && this.path(entry).subarray(0, prefix.length).equals(prefix)
  }

  #firstNotBefore(path: Buffer): number {
    let [low, high] = [0, this.#starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (path.compare(this.#bytes, this.#start(middle), this.#end(middle)) > 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The last entry that starts at an offset or before it. */
  #entryAround(offset: number): number {
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#start(middle) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  /** All paths, as far as they are UTF-8. */
  texts(): readonly string[] {
    return Array.from(this.#starts, (start, entry) => this.#bytes.toString('utf8', start, this.#end(entry)))
  }

  /** The bytes of an entry's path: a name that is not UTF-8 can only be opened by them. */
  path(entry: number): Buffer {
    return this.stretch(entry, this.#end(entry))
  }

  /** The bytes of an entry's path, or of a folder above it: up to an end that `find` told. */
  stretch(entry: number, end: number): Buffer {
    return this.#bytes.subarray(this.#start(entry), end)
  }

  /** What git wrote before an entry's path, up to the tab; of a list that has such columns. */
  columns(entry: number): string {
    return this.#bytes.toString('latin1', entry === 0 ? 0 : this.#end(entry - 1) + 1, this.#start(entry) - 1)
  }

  #start(entry: number): number {
    return this.#starts[entry] ?? 0
  }

  #end(entry: number): number {
    return this.#ends[entry] ?? 0
  }
}

interface Candidates {
  readonly mayPass: NonNullable<NameTest['bytes']>
  readonly entries: number[]
}

const anyName = (): boolean => true

interface Blocker {
  readonly folder: string
  readonly end: number
  readonly entry: number
}

/** One search for both names of `BUILD_NAMES`. */
const COMMON_ENDING = 'erfile/'

/** The list that git writes with `-z`: paths ended by NUL, or with columns and a tab before each path as `ls-tree` has them. */
export function listingOf(bytes: Buffer, layout: 'paths' | 'columns, tab, path'): Listing {
  const starts: number[] = []
  const ends: number[] = []
  for (let start = 0, end = bytes.indexOf(NUL); end >= 0; start = end + 1, end = bytes.indexOf(NUL, start)) {
    starts.push(layout === 'paths' ? start : bytes.indexOf(TAB, start) + 1)
    ends.push(end)
  }
  return new Listing(bytes, Uint32Array.from(starts), Uint32Array.from(ends), undefined)
}

/** The stretches between the NULs of what git wrote with `-z`. */
export function* splitNul(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NUL, start)
    const end = found < 0 ? bytes.length : found
    yield bytes.subarray(start, end)
    start = end + 1
  }
}

/** How a path is shown: as it is, or escaped where it is not UTF-8. */
export function shownPath(bytes: Buffer): string {
  const path = bytes.toString('utf8')
  return isOdd(path) ? (escapedPath(bytes) ?? path) : path
}

/** Whether a path that was read as UTF-8 may have to be shown in another way. */
export function isOdd(path: string): boolean {
  return path.includes('\ufffd') || path.includes('\\x')
}

/**
 * A path as text that can be shown and told from others: the bytes that are not UTF-8 are written `\xNN`, and so are the backslashes beside them, and those of
 * a path that looks as if it had been written so. Undefined for any other path, which is its own text.
 */
export function escapedPath(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) {
    const path = bytes.toString('utf8')
    return /\\x[0-9a-f]{2}/.test(path) ? path.replaceAll('\\', '\\x5c') : undefined
  }
  let text = ''
  for (const byte of bytes) text += byte < 0x80 && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  return text
}
