import { type Lookup, type Step, type Unset, type Value } from '../model.js'
import { replacePattern, trimPattern, type Budget } from './shell-pattern.js'
import { isDigitAt, isLetterAt, pointLength } from './characters.js'
import { Words } from './shell-words.js'
import { NONE, plain, shifted } from './values.js'

/*
 * BuildKit's shell lexer (frontend/dockerfile/shell): one pass over the characters, `$` forms, quotes and escapes. FROM, its
 * platform and ARG defaults are expanded with it; heredocs are found with it, then nothing is replaced and words are wanted.
 */

/**
 * How the lexer is used: `raw` keeps quotes and escapes, `keep` leaves variables that have no value as they are written, `blank` makes
 * `${V:?}` of an unset variable the blank that it stands for, in place of an error.
 */
export interface LexerMode {
  readonly rawQuotes: boolean
  readonly rawEscapes: boolean
  readonly keep: boolean
  readonly words: boolean
  readonly blank?: true
}

export type Lexed =
  | { readonly kind: 'value'; readonly value: Value; readonly words: readonly string[] }
  | { readonly kind: 'error'; readonly problem: string; readonly variable?: string }

/** `${` inside `${`; a real word nests two or three. The bound keeps a hostile one off the call stack. */
const MAX_DEPTH = 200
/** Of one value: what a reader of a report can use, and what keeps a chain of 200,000 ARGs linear. */
const MAX_UNSET = 32
export const MAX_STEPS = 8

const DOLLAR = 36
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39
const LESS = 60
const OPEN = 123
const CLOSE = 125
const SLASH = 47
const COLON = 58
const UNDERSCORE = 95
const BOM = 0xfeff
const NO_STOP = -1

/** Runs the lexer over a text. Its problems are BuildKit's, without what BuildKit puts before them. */
export function lex(text: string, escape: number, lookup: Lookup, mode: LexerMode, budget: Budget): Lexed {
  const lexer = new Lexer(text, escape, lookup, mode, budget)
  const value = lexer.until(NO_STOP, mode.rawEscapes)
  if (value === undefined) return { kind: 'error', problem: lexer.fault, ...(lexer.required !== undefined && { variable: lexer.required }) }
  return { kind: 'value', value, words: lexer.words }
}

class Lexer {
  fault = ''
  /** What `${V:?}` asked for in vain, if that is the fault. */
  required: string | undefined
  words: readonly string[] = NONE
  private at: number
  private depth = 0
  private splitter: Words | undefined

  constructor(
    private readonly text: string,
    private readonly escape: number,
    private readonly lookup: Lookup,
    private readonly mode: LexerMode,
    private readonly budget: Budget,
  ) {
    // Go's scanner drops a byte order mark at the start of whatever it reads
    this.at = text.charCodeAt(0) === BOM ? 1 : 0
  }

  /** Up to the stop character, which is consumed, or to the end of the text. Undefined is a fault. */
  until(stop: number, rawEscapes: boolean): Value | undefined {
    if (++this.depth > MAX_DEPTH) return this.fail(`nested deeper than ${MAX_DEPTH} levels`)
    const built = new Built()
    const words = this.mode.words && stop === NO_STOP ? (this.splitter = new Words()) : undefined
    // BuildKit keeps the word that it reads in one buffer for all depths: a `${V:-w}` in a word drops what stands before it
    if (stop !== NO_STOP) this.splitter?.forget()
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at)
      if (c === stop) {
        this.at++
        this.depth--
        return built.value()
      }
      if (!this.step(c, stop, rawEscapes, built, words)) return undefined
    }
    if (stop !== NO_STOP) return this.fail(`unexpected end of statement while looking for matching ${String.fromCharCode(stop)}`)
    if (words !== undefined) this.words = words.all()
    this.depth--
    return built.value()
  }

  /** Consumes one construct; false is a fault. */
  private step(c: number, stop: number, rawEscapes: boolean, built: Built, words: Words | undefined): boolean {
    if (c === DOLLAR || c === DOUBLE_QUOTE || c === SINGLE_QUOTE) {
      const value = c === DOLLAR ? this.dollar() : c === DOUBLE_QUOTE ? this.doubleQuoted(rawEscapes) : this.singleQuoted(rawEscapes)
      if (value === undefined) return false
      built.add(value)
      if (c === DOLLAR) words?.split(value.text)
      else words?.keep(value.text)
      return true
    }
    if (c === this.escape) {
      const escaped = this.escaped(rawEscapes)
      built.addText(escaped)
      words?.keep(escaped)
      return true
    }
    const start = this.at
    if (c === LESS) this.skipHeredocMark()
    else this.skipPlain(stop)
    const run = this.text.slice(start, this.at)
    built.addText(run)
    if (c === LESS) words?.keep(run)
    else words?.split(run)
    return true
  }

  /** A heredoc's name may stand apart from its `<<`: the blanks between belong to the word. */
  private skipHeredocMark(): void {
    this.at++
    if (this.text.charCodeAt(this.at) !== LESS) return
    this.at++
    for (;;) {
      const c = this.text.charCodeAt(this.at)
      if (c !== 32 && c !== 9 && c !== 13 && c !== 10) return
      this.at++
    }
  }

  private skipPlain(stop: number): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at)
      if (c === stop || c === DOLLAR || c === DOUBLE_QUOTE || c === SINGLE_QUOTE || c === LESS || c === this.escape) return
    }
  }

  /** The escape character and what it makes literal; at the very end it is dropped. */
  private escaped(raw: boolean): string {
    const start = this.at
    this.at++
    if (this.at < this.text.length) this.at += pointLength(this.text, this.at)
    return this.text.slice(raw ? start : start + 1, this.at)
  }

  private singleQuoted(rawEscapes: boolean): Value | undefined {
    const start = this.at
    const end = this.text.indexOf("'", start + 1)
    if (end < 0) {
      this.at = this.text.length
      return this.fail('unexpected end of statement while looking for matching single-quote')
    }
    this.at = end + 1
    // in a pattern BuildKit takes it as it is since 0.34, and as the escape of what follows before
    if (rawEscapes && !this.mode.rawEscapes && this.text.slice(start, end).includes(String.fromCharCode(this.escape)))
      return this.fail('versions of BuildKit read an escape in single quotes within a pattern in two ways')
    return plain(this.mode.rawQuotes ? this.text.slice(start, end + 1) : this.text.slice(start + 1, end))
  }

  private doubleQuoted(rawEscapes: boolean): Value | undefined {
    const built = new Built()
    const quote = this.mode.rawQuotes ? '"' : ''
    built.addText(quote)
    this.at++
    while (this.at < this.text.length) {
      const c = this.text.charCodeAt(this.at)
      if (c === DOUBLE_QUOTE) {
        this.at++
        built.addText(quote)
        return built.value()
      }
      if (c === DOLLAR) {
        const value = this.dollar()
        if (value === undefined) return undefined
        built.add(value)
      } else if (c === this.escape) built.addText(this.escapedInQuotes(rawEscapes))
      else built.addText(this.quotedRun())
    }
    return this.fail('unexpected end of statement while looking for matching double-quote')
  }

  private quotedRun(): string {
    const start = this.at
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at)
      if (c === DOUBLE_QUOTE || c === DOLLAR || c === this.escape) break
    }
    return this.text.slice(start, this.at)
  }

  /** Inside double quotes only the quote, `$` and the escape character itself can be escaped. */
  private escapedInQuotes(raw: boolean): string {
    const mark = String.fromCharCode(this.escape)
    this.at++
    if (this.at >= this.text.length) return raw ? mark : ''
    const c = this.text.charCodeAt(this.at)
    if (c !== DOUBLE_QUOTE && c !== DOLLAR && c !== this.escape) return raw ? mark + mark : mark
    this.at++
    return (raw ? mark : '') + String.fromCharCode(c)
  }

  private dollar(): Value | undefined {
    this.at++
    if (this.text.charCodeAt(this.at) !== OPEN) {
      const name = this.name()
      return name === '' ? plain('$') : this.variable(name, `$${name}`)
    }
    this.at++
    const first = this.text.charCodeAt(this.at)
    if (this.at >= this.text.length) return this.fail("syntax error: missing '}'")
    if (first === OPEN || first === CLOSE || first === COLON) return this.fail('syntax error: bad substitution')
    const name = this.name()
    if (this.text.charCodeAt(this.at) === CLOSE) {
      this.at++
      return this.variable(name, `\${${name}}`)
    }
    return this.modified(name)
  }

  /** What follows a name in `${`: a modifier, its word, and the closing brace. */
  private modified(name: string): Value | undefined {
    let modifier = this.next()
    if (modifier === '/') return this.replaced(name)
    let written = modifier
    const orEmpty = modifier === ':'
    if (orEmpty) {
      modifier = this.next()
      written += modifier
    } else if (!'+-?#%'.includes(modifier)) return this.unsupported(written)
    const word = this.inner(CLOSE, modifier === '#' || modifier === '%', "syntax error: missing '}'")
    if (word === undefined) return undefined
    const found = this.lookup(name)
    if (found === undefined && this.mode.keep) return plain(`\${${name}${written}${word.text}}`)
    const given = found !== undefined && !(orEmpty && found.text === '')
    switch (modifier) {
      case '-':
        return given ? found : word
      case '+':
        if (given) return withSteps(word, found)
        // without a value it is nothing, but the word stands in the file: whoever gives one asks for it
        return found === undefined && word.text !== '' ? blankOf(name, word.text) : plain('')
      case '?':
        if (given) return found
        if (found === undefined && this.mode.blank) return blankOf(name)
        this.fail(`${name}: ${word.text !== '' ? word.text : `is not allowed to be ${found === undefined ? 'unset' : 'empty'}`}`)
        this.required = found === undefined ? name : undefined
        return undefined
      case '#':
      case '%':
        return orEmpty ? this.unsupported(written) : this.trimmed(name, found, modifier, word)
      default:
        return this.unsupported(written)
    }
  }

  private trimmed(name: string, found: Value | undefined, side: '#' | '%', word: Value): Value | undefined {
    const longest = word.text.startsWith(side)
    const result = trimPattern(
      found?.text ?? '',
      longest ? word.text.slice(1) : word.text,
      side === '#' ? 'prefix' : 'suffix',
      longest,
      this.budget,
    )
    return result.kind === 'error' ? this.fail(result.problem) : made(result.text, name, found, [word])
  }

  private replaced(name: string): Value | undefined {
    const all = this.text.charCodeAt(this.at) === SLASH
    if (all) this.at++
    const pattern = this.inner(SLASH, true, "syntax error: missing '/' in ${}")
    if (pattern === undefined) return undefined
    const replacement = this.inner(CLOSE, true, "syntax error: missing '}'")
    if (replacement === undefined) return undefined
    const found = this.lookup(name)
    if (found === undefined && this.mode.keep) return plain(`\${${name}/${pattern.text}/${replacement.text}}`)
    const result = replacePattern(found?.text ?? '', pattern.text, replacement.text, all, this.budget)
    return result.kind === 'error' ? this.fail(result.problem) : made(result.text, name, found, [pattern, replacement])
  }

  /** A word within `${}`. BuildKit calls every fault at the end of the text a missing end. */
  private inner(stop: number, rawEscapes: boolean, missing: string): Value | undefined {
    const value = this.until(stop, rawEscapes)
    if (value === undefined && this.at >= this.text.length) return this.fail(missing)
    return value
  }

  private variable(name: string, written: string): Value {
    const found = this.lookup(name)
    if (found !== undefined) return found
    return this.mode.keep ? plain(written) : blankOf(name)
  }

  /** The next character, consumed; at the end what Go prints for its end mark. */
  private next(): string {
    if (this.at >= this.text.length) return '\ufffd'
    const start = this.at
    this.at += pointLength(this.text, start)
    return this.text.slice(start, this.at)
  }

  /** A run of digits, one special parameter, or letters, digits and underscores; may be empty. */
  private name(): string {
    const start = this.at
    if (isDigitAt(this.text, start)) {
      while (isDigitAt(this.text, this.at)) this.at += pointLength(this.text, this.at)
      return this.text.slice(start, this.at)
    }
    if (start < this.text.length && '@*#?-$!'.includes(this.text.charAt(start))) {
      this.at++
      return this.text.charAt(start)
    }
    while (isLetterAt(this.text, this.at) || isDigitAt(this.text, this.at) || this.text.charCodeAt(this.at) === UNDERSCORE) {
      this.at += pointLength(this.text, this.at)
    }
    return this.text.slice(start, this.at)
  }

  private unsupported(written: string): undefined {
    return this.fail(`unsupported modifier (${written}) in substitution`)
  }

  private fail(problem: string): undefined {
    this.fault = problem
    this.required = undefined
    return undefined
  }
}

/** Joins values; the offsets of the blanks move along. Of one name the first blank counts: it is the one farthest left. */
class Built {
  private text = ''
  private unset: Unset[] | undefined
  private via: Step[] | undefined

  addText(text: string): void {
    this.text += text
  }

  add({ text, unset, via }: Value): void {
    const shift = this.text.length
    if (unset.length > 0) {
      const all = (this.unset ??= [])
      const known = all.length
      for (const blank of unset) {
        if (all.length < MAX_UNSET && !(known > 0 && all.some(({ name }) => name === blank.name))) all.push(shifted(blank, shift))
      }
    }
    if (via.length > 0) addSteps((this.via ??= []), via)
    this.text += text
  }

  value(): Value {
    return { text: this.text, unset: this.unset ?? NONE, via: this.via ?? NONE }
  }
}

function addSteps(all: Step[], more: readonly Step[]): void {
  const known = all.length
  for (const step of more) if (all.length < MAX_STEPS && !(known > 0 && all.includes(step))) all.push(step)
}

function withSteps(value: Value, by: Value): Value {
  if (by.via.length === 0) return value
  const via = value.via.slice()
  addSteps(via, by.via)
  return { ...value, via }
}

function blankOf(name: string, word = ''): Value {
  return { text: '', unset: [{ name, at: 0, ...(beginsTag(word) && { tag: true }) }], via: NONE }
}

/** Whether a word that is put behind a name begins its tag or digest: a slash behind a colon would make that a port. */
export function beginsTag(word: string): boolean {
  return /^[:@][^/]*$/.test(word)
}

/** What a pattern made of a value: nobody can say where the blanks went, so they stand at its start. */
function made(text: string, name: string, subject: Value | undefined, words: readonly Value[]): Value {
  const built = new Built()
  for (const { unset, via } of [subject ?? blankOf(name), ...words]) {
    built.add({ text: '', unset: unset.map((blank) => ({ name: blank.name, at: 0 })), via })
  }
  built.addText(text)
  return built.value()
}
