import { goQuote, isGoSpace, trimmedEnd } from '../extract/go-text.js'
import { Positions } from '../extract/positions.js'
import { type Lookup, type Step, type Value } from '../model.js'
import { interpolate } from './interpolate.js'

/** What a .env file defines, by name. */
export interface Dotenv {
  readonly values: ReadonlyMap<string, Value>
  /** compose-go's error, and the line where it stood: compose refuses to run. What was defined before it is told all the same. */
  readonly problem?: { readonly message: string; readonly line: number }
}

const LF = 10
const HASH = 35
const DOLLAR_ESCAPE = '\\$'
const SINGLE = 39
const DOUBLE = 34
const BACKSLASH = 92
const EQUALS = 61
const COLON = 58

/**
 * Reads a .env file as compose-go's dotenv package does. `outer` is what stands before the file's own definitions (the environment);
 * `earlier` are the definitions of files before this one. Quotes, escapes and interpolation are done; the values carry where they are
 * written. Never throws; linear in the text.
 */
export function readDotenv(file: string, text: string, outer: Lookup, earlier?: ReadonlyMap<string, Value>): Dotenv {
  return new Reader(file, text, outer, new Map(earlier)).read()
}

/** UTF-16 units, and dollar signs, of an env file whose values are all short. */
const MAX_USUAL = 1000
const MAX_USUAL_VARIABLES = 2

/** Comments, and names with a plain value, one in quotes, or one with variables in it. */
const USUAL =
  /^(?:[ \t]*(?:#[^\n]*)?\n|(?:export )?[A-Za-z_]\w*=(?:(?:[\w.:@/-]|\$\{[A-Za-z_]\w*\})*|"[\w.:@/ -]*"|'[\w.:@/ -]*') *(?: #[^\n]*)?\n)*$/

/** Whether an env file is surely read without a problem, and gives no value of more than three times its length. */
export function isUsualDotenv(text: string): boolean {
  if (text.length > MAX_USUAL || text.includes('\r') || !USUAL.test(text.endsWith('\n') ? text : `${text}\n`)) return false
  return text.split('$').length - 1 <= MAX_USUAL_VARIABLES
}

interface Assignment {
  readonly name: string
  /** Where the next entry is looked for. */
  readonly next: number
}

/** A port of compose-go's parser, on indices. Its oddities are kept: a last line without `=` defines the empty name. */
class Reader {
  private line = 1
  private problem: string | undefined
  private readonly positions: Positions

  constructor(
    private readonly file: string,
    private readonly text: string,
    private readonly outer: Lookup,
    private readonly values: Map<string, Value>,
  ) {
    this.positions = new Positions(text)
  }

  read(): Dotenv {
    let at = this.text.startsWith('\ufeff') ? 1 : 0
    for (;;) {
      at = this.statementStart(at)
      if (at < 0) break
      const next = this.entry(at)
      if (next === undefined) break
      at = next
    }
    const { values, problem, line } = this
    return problem === undefined ? { values } : { values, problem: { message: problem, line } }
  }

  private statementStart(from: number): number {
    let i = from
    for (;;) {
      while (i < this.text.length && isGoSpace(this.text.charCodeAt(i))) {
        if (this.text.charCodeAt(i) === LF) this.line++
        i++
      }
      if (i >= this.text.length) return -1
      if (this.text.charCodeAt(i) !== HASH) return i
      i = this.text.indexOf('\n', i)
      if (i < 0) return -1
    }
  }

  private entry(from: number): number | undefined {
    const start = this.afterExport(from)
    if (start >= this.text.length) return this.fail('zero length string')
    const end = this.nameEnd(start)
    if (end === undefined) return undefined
    // without a separator up to the end of the file the name is empty, and the whole rest is its value
    const separated = end < this.text.length
    const inherited = separated && this.text.charCodeAt(end) === LF
    const name = separated ? this.text.slice(start, trimmedEnd(this.text, start, end)) : ''
    if (inherited && !this.text.slice(start, end).includes(' ')) this.line++
    const value = this.skipBlanks(separated ? end + 1 : start)
    if (name.includes(' ')) return this.fail(`line ${this.line}: key cannot contain a space`)
    if (!inherited) return this.assign({ name, next: value })
    const given = this.outer(name) ?? this.values.get(name)
    if (given !== undefined) this.values.set(name, given)
    return value
  }

  private afterExport(from: number): number {
    const space = this.text.charCodeAt(from + 6)
    return this.text.startsWith('export', from) && isGoSpace(space) && space !== 0x0b && space < 0x80 ? this.skipBlanks(from + 6) : from
  }

  /** Where the separator stands (`=`, `:` or the end of the line), or the end of the text. */
  private nameEnd(from: number): number | undefined {
    for (let i = from; i < this.text.length; i++) {
      const c = this.text.charCodeAt(i)
      if (c === EQUALS || c === COLON || c === LF) return i
      if (isBlank(c) || isNameCharacter(c)) continue
      const character = String.fromCodePoint(this.text.codePointAt(i) ?? c)
      if (character.length === 2 && isLetterOrNumber(character)) {
        i++
        continue
      }
      if (c > 127 && isLetterOrNumber(character)) continue
      return this.fail(`line ${this.line}: unexpected character ${goQuote(character)} in variable name ${goQuote(this.restOfLine(from))}`)
    }
    return this.text.length
  }

  private assign({ name, next }: Assignment): number | undefined {
    const quote = this.text.charCodeAt(next)
    return quote === SINGLE || quote === DOUBLE ? this.quoted(name, next, quote) : this.unquoted(name, next)
  }

  private unquoted(name: string, from: number): number | undefined {
    const newline = this.text.indexOf('\n', from)
    const lineEnd = newline < 0 ? this.text.length : newline
    const comment = this.text.slice(from, lineEnd).indexOf(' #')
    const end = trimmedEnd(this.text, from, comment < 0 ? lineEnd : from + comment)
    this.line++
    const raw = this.text.slice(from, end)
    return this.define(name, raw, this.step(name, from, end)) ? Math.min(lineEnd + 1, this.text.length) : undefined
  }

  private quoted(name: string, from: number, quote: number): number | undefined {
    let end = from + 1
    let escaped = false
    for (; end < this.text.length; end++) {
      const c = this.text.charCodeAt(end)
      if (c === LF) this.line++
      if (c === quote && !escaped) break
      escaped = c === BACKSLASH && !escaped
    }
    if (end >= this.text.length) return this.fail(`line ${this.line}: unterminated quoted value ${this.restOfLine(from)}`)
    const raw = this.text.slice(from + 1, end)
    const step = this.step(name, from + 1, end)
    if (quote === SINGLE) {
      this.values.set(name, { text: withoutEscapedQuotes(raw, "'"), unset: [], via: [step] })
      return end + 1
    }
    return this.define(name, expandEscapes(withoutEscapedQuotes(raw, '"')), step) ? end + 1 : undefined
  }

  private define(name: string, template: string, step: Step): boolean {
    const expanded = interpolate(template, (key) => this.outer(key) ?? this.values.get(key))
    if (expanded.kind === 'error') {
      this.fail(expanded.problem)
      return false
    }
    const { text, unset, via } = expanded.value
    this.values.set(name, { text, unset, via: [step, ...via] })
    return true
  }

  private step(name: string, start: number, end: number): Step {
    const value = this.text.slice(start, end)
    return { file: this.file, span: this.positions.span(start, end), text: `${name}=${value}`, value }
  }

  private skipBlanks(from: number): number {
    let i = from
    while (i < this.text.length && isBlank(this.text.charCodeAt(i))) i++
    return i
  }

  private restOfLine(from: number): string {
    const newline = this.text.indexOf('\n', from)
    return this.text.slice(from, newline < 0 ? this.text.length : newline)
  }

  private fail(problem: string): undefined {
    this.problem = problem
    return undefined
  }
}

/** White space but no line feed. */
function isBlank(c: number): boolean {
  return c === 32 || c === 9 || (c >= 11 && c <= 13) || c === 0x85 || c === 0xa0
}

/** ASCII letters and digits, `_`, `.`, `-`, `[`, `]`. */
function isNameCharacter(c: number): boolean {
  if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57)) return true
  return c === 95 || c === 46 || c === 45 || c === 91 || c === 93
}

function isLetterOrNumber(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character)
}

/** `\"` gives `"` within double quotes, `\'` gives `'` within single ones; other backslashes stay, each with what follows it. */
function withoutEscapedQuotes(raw: string, quote: string): string {
  if (!raw.includes('\\')) return raw
  return raw.replace(/\\[^]/g, (pair) => (pair[1] === quote ? quote : pair))
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\a', '\u0007'],
  ['\\b', '\b'],
  ['\\f', '\f'],
  ['\\n', '\n'],
  ['\\r', '\r'],
  ['\\t', '\t'],
  ['\\v', '\v'],
  ['\\"', '"'],
  ['\\\\', '\\'],
  [DOLLAR_ESCAPE, '$$'],
])

/** expandEscapes: `\$` becomes the `$$` that interpolation turns into a dollar; `\0` and three octal digits are a character. */
function expandEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:[abcfnrtv$"\\]|0\d{0,3})/g, (match) => {
    if (match[1] !== '0') return ESCAPES.get(match) ?? match
    const digits = match.slice(2)
    const code = /^[0-7]{3}$/.test(digits) ? parseInt(digits, 8) : 256
    return code < 256 ? String.fromCharCode(code) : `\\${digits}`
  })
}
