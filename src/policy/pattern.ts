/*
 * Patterns of hosts, repository paths and tags. `*` is the only special character and every pattern is anchored at both ends.
 * Hosts and paths are matched piece by piece (label, component), so a `*` can never cross `.`, `:` or `/`.
 */

const STAR = 42

/**
 * Whether a text matches a pattern whose `*` stands for any run of characters, at least `least` long.
 * The literal parts are found leftmost first, so there is no backtracking.
 */
export function matchesRun(pattern: string, text: string, least: 0 | 1 = 0): boolean {
  // Most patterns differ in their first character.
  const first = pattern.charCodeAt(0)
  if (first !== STAR && first !== text.charCodeAt(0)) return pattern === '' && text === ''
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === text
  for (let i = 1; i < star; i++) if (pattern.charCodeAt(i) !== text.charCodeAt(i)) return false
  const parts = pattern.split('*')
  const head = parts[0] ?? ''
  const tail = parts[parts.length - 1] ?? ''
  const end = text.length - tail.length
  let at = head.length
  if (at > end || !text.endsWith(tail)) return false
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at + least)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return end - at >= least
}

/** A pattern split into pieces at a separator. */
export interface Pieces {
  readonly text: string
  readonly pieces: readonly string[]
  readonly literal: boolean
  /** Characters that are no `*`: of two patterns with as many pieces, the one with more is the more specific. */
  readonly weight: number
  /** What a `*` stands for at least: one character in a host, none in a path. */
  readonly least: 0 | 1
}

/** Splits a pattern of a path (`acme/tool-*`) at `/`. */
export function pathPattern(text: string): Pieces {
  return pieces(text, text.split('/'), 0)
}

/** Splits a pattern of a host (`*.dkr.ecr.*.amazonaws.com`, `registry.acme.example:5000`) at `.` and `:`; hosts compare without case. */
export function hostPattern(text: string): Pieces {
  const lower = text.toLowerCase()
  return pieces(lower, splitHost(lower), 1)
}

/** The labels of a host; a port comes last, with its colon, so that it never equals a label. */
export function splitHost(host: string): string[] {
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':')
  if (host.startsWith('[')) return colon < 0 ? [host] : [host.slice(0, colon), host.slice(colon)]
  return colon < 0 ? host.split('.') : [...host.slice(0, colon).split('.'), host.slice(colon)]
}

function pieces(text: string, parts: readonly string[], least: 0 | 1): Pieces {
  const stars = text.split('*').length - 1
  return { text, pieces: parts, literal: stars === 0, weight: text.length - stars, least }
}

/** Whether the pieces match a pattern's, all of them. */
export function matchesAll(pattern: Pieces, parts: readonly string[]): boolean {
  const { pieces, least } = pattern
  if (pieces.length !== parts.length) return false
  // From the end: of two hosts, the last labels differ.
  for (let index = pieces.length - 1; index >= 0; index--) if (!matchesRun(pieces[index] ?? '', parts[index] ?? '', least)) return false
  return true
}

/** Whether the first pieces match a pattern's: `acme` covers `acme/x`. */
export function matchesLeading(pattern: Pieces, parts: readonly string[]): boolean {
  if (pattern.pieces.length > parts.length) return false
  const { pieces, least } = pattern
  for (let index = 0; index < pieces.length; index++) if (!matchesRun(pieces[index] ?? '', parts[index] ?? '', least)) return false
  return true
}

/** Whether some text could match both patterns. A run of * counts as possibly empty, so it errs towards yes. */
export function overlap(a: Pieces, b: Pieces): boolean {
  if (a.pieces.length !== b.pieces.length) return false
  // From the end: of two hosts, the last labels differ.
  for (let index = a.pieces.length - 1; index >= 0; index--) if (!overlapPiece(a.pieces[index] ?? '', b.pieces[index] ?? '')) return false
  return true
}

function overlapPiece(a: string, b: string): boolean {
  if (a === '*' || b === '*') return true
  if (!a.includes('*')) return b.includes('*') ? matchesRun(b, a) : a === b
  if (!b.includes('*')) return matchesRun(a, b)
  if (
    !agree(a, b, a.indexOf('*'), b.indexOf('*'), 0) ||
    !agree(a, b, a.length - 1 - a.lastIndexOf('*'), b.length - 1 - b.lastIndexOf('*'), 1)
  )
    return false
  return overlapInside(a, b)
}

/** Whether what stands before the first `*` of each (or, from the end, behind the last) can be the same. */
function agree(a: string, b: string, lengthA: number, lengthB: number, fromEnd: 0 | 1): boolean {
  const common = Math.min(lengthA, lengthB)
  return fromEnd === 0 ? a.slice(0, common) === b.slice(0, common) : a.slice(a.length - common) === b.slice(b.length - common)
}

function overlapInside(a: string, b: string): boolean {
  // reachable[j]: a's first i characters and b's first j characters can stand for the same text.
  let reachable = new Array<boolean>(b.length + 1).fill(false)
  reachable[0] = true
  for (let j = 0; j < b.length && b[j] === '*'; j++) reachable[j + 1] = true
  for (let i = 1; i <= a.length; i++) {
    const next = new Array<boolean>(b.length + 1).fill(false)
    for (let j = 0; j <= b.length; j++)
      next[j] = step(a[i - 1], b[j - 1], reachable[j] ?? false, next[j - 1] ?? false, reachable[j - 1] ?? false)
    reachable = next
  }
  return reachable[b.length] ?? false
}

/** Of one cell: `above` without a's character, `left` without b's, `both` without either. */
function step(a: string | undefined, b: string | undefined, above: boolean, left: boolean, both: boolean): boolean {
  if (a === '*') return above || left || both
  if (b === '*') return left || above || both
  return b !== undefined && a === b && both
}
