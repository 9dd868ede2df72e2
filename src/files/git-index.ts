import { readFileSync, statSync } from 'node:fs'
import { Listing } from './listing.js'

/*
 * git's index file (Documentation/gitformat-index.txt), as far as a list of paths needs it:
 *
 *     "DIRC" version:u32 count:u32  entry*  extension*  checksum
 *     entry     = 40 bytes of stat data, of which 24..27 are the mode · object id (20 bytes) · flags:u16 · path · 1 to 8 NULs up to a multiple of 8
 *     flags     = the path's length in the low 12 bits, 0xfff if it is longer; in version 3, bit 14: two more bytes follow
 *     extension = signature:4 bytes · length:u32 · that many bytes
 */
const SIGNATURE = 0x44495243
const HEADER_BYTES = 12
const ID_BYTES = 20
const FLAGS_AT = 40 + ID_BYTES
/** The third byte of the mode: its upper four bits are the type. */
const TYPE_AT = 26
/** Of the mode 160000. */
const SUBMODULE = 0xe0
const LENGTH_MASK = 0xfff
const EXTENDED = 0x4000

/** With a split index most entries are in another file; in a sparse one, folders stand for what is below them. */
const UNKNOWN_EXTENSIONS = new Set(['link', 'sdir'])

/**
 * The tracked paths of a checkout, out of its index file: what `git ls-files` would print, in a third of the time. Undefined for everything but the plain layout
 * (versions 2 and 3, SHA-1, one file): git itself is asked then.
 */
export function readIndex(root: string): Listing | undefined {
  try {
    if (!statSync(`${root}/.git`).isDirectory()) return undefined
    return parseIndex(readFileSync(`${root}/.git/index`))
  } catch {
    return undefined
  }
}

/** The paths in the bytes of an index file. Undefined unless every byte up to the checksum is accounted for. */
export function parseIndex(bytes: Buffer): Listing | undefined {
  if (bytes.length < HEADER_BYTES + ID_BYTES || bytes.readUInt32BE(0) !== SIGNATURE) return undefined
  const version = bytes.readUInt32BE(4)
  const count = bytes.readUInt32BE(8)
  if ((version !== 2 && version !== 3) || count > bytes.length / FLAGS_AT) return undefined
  const starts = new Uint32Array(count)
  const ends = new Uint32Array(count)
  let submodules = false
  let at = HEADER_BYTES
  for (let entry = 0; entry < count; entry++) {
    if (bytes[at + TYPE_AT] === SUBMODULE) submodules = true
    const flags = ((bytes[at + FLAGS_AT] ?? 0) << 8) | (bytes[at + FLAGS_AT + 1] ?? 0)
    const start = at + FLAGS_AT + ((flags & EXTENDED) === 0 ? 2 : 4)
    const length = flags & LENGTH_MASK
    const end = length < LENGTH_MASK ? start + length : bytes.indexOf(0, start)
    if (end < start || bytes[end] !== 0) return undefined
    starts[entry] = start
    ends[entry] = end
    at += (end - at + 8) & ~7
  }
  return endsWell(bytes, at) ? new Listing(bytes, starts, ends, submodules) : undefined
}

function endsWell(bytes: Buffer, from: number): boolean {
  const end = bytes.length - ID_BYTES
  let at = from
  while (at + 8 <= end) {
    if (UNKNOWN_EXTENSIONS.has(bytes.toString('latin1', at, at + 4))) return false
    at += 8 + bytes.readUInt32BE(at + 4)
  }
  return at === end
}
