import { suggestion } from './dockerfile-suggestions.js'
import { skipMark } from './dockerfile-template.js'

/** A flag of an instruction, without its quotes and escapes. */
export interface Flag {
  /** Without the `--`. */
  readonly name: string
  /** Undefined without `=`, which is not the same as empty. */
  readonly value: string | undefined
  /** Where the characters of the value stand in the instruction's text: one by one, or the first where they stand side by side. */
  readonly places: number | readonly number[]
}

export type FlagType = 'boolean' | 'text' | 'texts'

const DASH = 45
const SINGLE_QUOTE = 39
const DOUBLE_QUOTE = 34

/**
 * The leading words that start with `--`, and where the arguments behind them begin (BuildKit's extractBuilderFlags). Quotes of both
 * kinds and the escape character are removed; a bare `--` ends the flags.
 */
export function readFlags(
  text: string,
  from: number,
  to: number,
  escape: number,
  template: boolean,
): { flags: readonly Flag[]; end: number } {
  const flags: Flag[] = []
  let at = from
  for (;;) {
    while (at < to && isAsciiSpace(text.charCodeAt(at))) at++
    if (at + 1 >= to || text.charCodeAt(at) !== DASH || text.charCodeAt(at + 1) !== DASH) return { flags, end: at }
    const word = readWord(text, at, to, escape, template)
    at = word.end
    if (word.text === '--') return { flags, end: at }
    flags.push(flagOf(word.text, word.places))
    if (word.last) return { flags, end: at }
  }
}

function flagOf(word: string, places: number | readonly number[]): Flag {
  const equals = word.indexOf('=')
  if (equals < 0) return { name: word.slice(2), value: undefined, places }
  const rest = typeof places === 'number' ? places + equals + 1 : places.slice(equals + 1)
  return { name: word.slice(2, equals), value: word.slice(equals + 1), places: rest }
}

interface Word {
  readonly text: string
  readonly places: number | readonly number[]
  readonly end: number
  /** BuildKit saw something after it that begins no flag. */
  readonly last: boolean
}

function readWord(text: string, from: number, to: number, escape: number, template: boolean): Word {
  let at = from
  while (at < to) {
    const c = text.charCodeAt(at)
    if (c > 0x7f || c === SINGLE_QUOTE || c === DOUBLE_QUOTE || c === escape) return readQuotedWord(text, from, to, escape, template)
    if (isAsciiSpace(c)) break
    at = Math.max(at + 1, template ? skipMark(text, at) : 0)
  }
  const end = Math.min(at, to)
  return { text: text.slice(from, end), places: from, end, last: false }
}

function readQuotedWord(text: string, from: number, to: number, escape: number, template: boolean): Word {
  const places: number[] = []
  const parts: string[] = []
  const take = (start: number, end: number): void => {
    parts.push(text.slice(start, end))
    for (let i = start; i < end; i++) places.push(i)
  }
  let quote = 0
  let at = from
  while (at < to) {
    const c = text.charCodeAt(at)
    const marked = template ? Math.min(skipMark(text, at), to) : at
    if (marked > at) {
      take(at, marked)
      at = marked
    } else if (quote === 0 && isAsciiSpace(c)) break
    else if (quote === 0 && (c === SINGLE_QUOTE || c === DOUBLE_QUOTE)) {
      quote = c
      at++
    } else if (quote !== 0 && c === quote) {
      quote = 0
      at++
    } else if (c === escape && at + 1 < to && text.charCodeAt(at + 1) < 0x80) {
      take(at + 1, at + 2)
      at += 2
    } else if (c === escape) {
      at++ // of a character of several bytes it saves the first one, which needs none
    } else if (c < 0x80) {
      take(at, at + 1)
      at++
    } else {
      // BuildKit looks at bytes here, makes a character of each, and takes 0x85 and 0xA0 for white space as Go does: `\u0420` (D0 A0) ends a word
      const point = String.fromCodePoint(text.codePointAt(at) ?? 0)
      const bytes = Buffer.from(point)
      const space = quote === 0 ? bytes.findIndex(isSpaceByte) : -1
      const kept = space < 0 ? bytes : bytes.subarray(0, space)
      parts.push(kept.toString('latin1'))
      for (let i = 0; i < kept.length; i++) places.push(i > 1 ? at + point.length - 1 : at)
      if (space >= 0) {
        const last = !bytes.subarray(space).every(isSpaceByte)
        return { text: parts.join(''), places, end: last ? at : at + point.length, last }
      }
      at += point.length
    }
  }
  return { text: parts.join(''), places, end: Math.min(at, to), last: false }
}

function isSpaceByte(byte: number): boolean {
  return byte === 0x85 || byte === 0xa0
}

function isAsciiSpace(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13)
}

/** What BuildKit says of an instruction's flags (BFlags.Parse); undefined if it takes them. */
export function flagsError(flags: readonly Flag[], known: ReadonlyMap<string, FlagType>): string | undefined {
  if (flags.length === 0) return undefined
  const used = new Set<string>()
  for (const { name, value } of flags) {
    const type = known.get(name)
    if (type === undefined) return `unknown flag: --${name}${suggestion(name, [...known.keys()], 'exact')}`
    if (used.has(name) && type !== 'texts') return `duplicate flag specified: --${name}`
    used.add(name)
    if (type !== 'boolean') {
      if (value === undefined) return `missing a value on flag: --${name}`
    } else if (value === '') return `missing a value on flag: --${name}`
    else if (value !== undefined && !/^(?:true|false)$/i.test(value)) return `expecting boolean value for flag --${name}, not: ${value}`
  }
  return undefined
}
