import { isBlank, lower } from './characters.js'
import { readFlags, type Flag } from './dockerfile-flags.js'
import { type Word } from './dockerfile-words.js'
import { isGoSpace } from './go-text.js'

/** A joined line, split as BuildKit splits it: keyword, flags, arguments. Offsets are those of `text`. */
export interface Instruction {
  readonly text: string
  /** In lower case; `written` as it stands. */
  readonly keyword: string
  readonly written: string
  readonly flags: readonly Flag[]
  /** The arguments, without blanks around them. */
  readonly start: number
  readonly end: number
}

const DASH = 45
const OPEN_BRACKET = 91
const NO_FLAGS: readonly Flag[] = []

/** Splits a stretch of a joined line (BuildKit's splitCommand). */
export function splitInstruction(text: string, from: number, escape: number, template: boolean): Instruction {
  let start = from
  let end = text.length
  while (end > start && isGoSpace(text.charCodeAt(end - 1))) end--
  while (start < end && isGoSpace(text.charCodeAt(start))) start++
  let at = start
  while (at < end && !isBlank(text.charCodeAt(at))) at++
  const written = text.slice(start, at)
  while (at < end && isBlank(text.charCodeAt(at))) at++
  const keyword = lower(written)
  if (text.charCodeAt(at) !== DASH) return { text, keyword, written, flags: NO_FLAGS, start: skipSpace(text, at, end), end }
  const { flags, end: rest } = readFlags(text, at, end, escape, template)
  return { text, keyword, written, flags, start: skipSpace(text, rest, end), end }
}

function skipSpace(text: string, from: number, to: number): number {
  let i = from
  while (i < to && isGoSpace(text.charCodeAt(i))) i++
  return i
}

/** The arguments of an instruction, as far as their form decides something; `mixed` is a JSON array that does not hold strings alone. */
export type Arguments =
  | { readonly kind: 'plain' }
  | { readonly kind: 'json'; readonly values: readonly string[] }
  | { readonly kind: 'mixed' }
  /** Of ARG, ENV and LABEL. */
  | { readonly kind: 'words'; readonly words: readonly Word[] }

export const PLAIN: Arguments = { kind: 'plain' }

/** Tries a stretch as a JSON array, as RUN, CMD, COPY and others do. What is no JSON is plain text. */
export function readArguments(text: string, start: number, end: number): Arguments {
  if (start >= end || text.charCodeAt(start) !== OPEN_BRACKET) return PLAIN
  try {
    const parsed: unknown = JSON.parse(text.slice(start, end))
    if (!Array.isArray(parsed)) return PLAIN
    const values = parsed.filter((value) => typeof value === 'string')
    return values.length === parsed.length ? { kind: 'json', values } : { kind: 'mixed' }
  } catch {
    return PLAIN
  }
}

/** The argument that BuildKit reads as a time, and writes back as a number (dockerfile2llb/epoch.go). */
export const EPOCH = 'SOURCE_DATE_EPOCH'
