/** What a map or list of a usual compose file is; what a key without a value on its line lets expect. */
export const NOTHING = 0
export const ROOT = 1
export const SERVICES = 2
export const SERVICE = 3
export const VOLUMES = 4
export const VOLUME = 5
export const MAP = 6
const LIST = 7
export const BUILD = 8
export const ARGUMENTS = 9
export const ARGUMENT_LIST = 10

/** Deeper files exist, but nobody writes them. */
const MAX_DEPTH = 24

/** The maps and lists that are open at a line, from the outside: one file is read at a time. */
const indents = new Int32Array(MAX_DEPTH + 2)
const kinds = new Uint8Array(MAX_DEPTH + 2)
const seeds = new Int32Array(MAX_DEPTH + 2)

/** A table of the keys that were met: each its hash, and the file that had it. */
const SLOTS = 2048
const hashes = new Int32Array(SLOTS)
const files = new Int32Array(SLOTS)
let current = 0

/** So that most slots stay free. */
const MAX_KEYS = 1024

/** The maps and lists around a line of a usual compose file, by how far it is indented, and the keys that they have. */
export class Outline {
  /** What the last key lets expect on the next line. */
  expected = NOTHING
  /** Some service has neither an image nor a build. */
  partial = false
  /** The service at hand has one, or is built. */
  named = false
  private depth = -1
  private keys = 0
  private maps = 0

  constructor() {
    current = (current + 1) | 0
  }

  /** The innermost map or list. */
  get kind(): number {
    return this.depth < 0 ? NOTHING : (kinds[this.depth] ?? NOTHING)
  }

  get indent(): number {
    return indents[this.depth] ?? 0
  }

  /** Goes to the map or list that a line of this indent belongs to; false where it is not sure. */
  place(indent: number, item: boolean): boolean {
    if (this.depth < 0) return indent === 0 && !item && this.open(0, ROOT)
    const { expected, indent: outer } = this
    if (indent > outer || (indent === outer && item && !isList(this.kind))) return this.begin(indent, item)
    if (isNeeded(expected)) return false
    this.close(indent)
    if (!item && isList(this.kind)) this.depth--
    this.expected = NOTHING
    return this.depth >= 0 && this.indent === indent && isList(this.kind) === item
  }

  /** Opens what the last key lets expect. */
  private begin(indent: number, item: boolean): boolean {
    const { expected } = this
    const kind = item ? listOf(expected) : expected === VOLUMES ? NOTHING : expected
    return kind !== NOTHING && this.open(indent, kind)
  }

  open(indent: number, kind: number): boolean {
    if (this.depth >= MAX_DEPTH) return false
    this.expected = NOTHING
    this.depth++
    indents[this.depth] = indent
    kinds[this.depth] = kind
    seeds[this.depth] = Math.imul(++this.maps, 0x9e3779b1)
    if (kind === SERVICE) this.named = false
    return true
  }

  /** Leaves everything; false where something is lacking. */
  end(): boolean {
    const { expected, depth } = this
    this.close(0)
    return depth >= 0 && !isNeeded(expected)
  }

  /** Leaves what is indented further. */
  private close(indent: number): void {
    while (this.depth >= 0 && this.indent > indent) {
      if (kinds[this.depth] === SERVICE && !this.named) this.partial = true
      this.depth--
    }
  }

  /** Whether the key of a hash is the first of its kind in its map, for sure: two texts of one hash count as one. */
  isNew(key: number): boolean {
    const hash = Math.imul(key ^ (seeds[this.depth] ?? 0), 0x85ebca6b)
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    for (; files[slot] === current; slot = (slot + 1) & (SLOTS - 1)) if (hashes[slot] === hash) return false
    files[slot] = current
    hashes[slot] = hash
    return ++this.keys <= MAX_KEYS
  }
}

/** What must not be left out. */
function isNeeded(kind: number): boolean {
  return kind === SERVICES || kind === SERVICE || kind === BUILD
}

/** What a list is where such a thing is expected. */
function listOf(expected: number): number {
  if (expected === MAP) return LIST
  if (expected === ARGUMENTS) return ARGUMENT_LIST
  return expected === VOLUMES ? VOLUMES : NOTHING
}

function isList(kind: number): boolean {
  return kind === LIST || kind === VOLUMES || kind === ARGUMENT_LIST
}
