import { goQuote } from '../extract/go-text.js'
import { lex, type LexerMode } from '../extract/shell.js'
import { plain } from '../extract/values.js'
import { type Budget } from '../extract/shell-pattern.js'
import { type Lookup, type Value } from '../model.js'

export type Expanded =
  | { readonly kind: 'value'; readonly value: Value }
  /** With `variable` where `${V:?}` asked for one that has no value; `blank` is what the word is without the demand. */
  | { readonly kind: 'error'; readonly problem: string; readonly variable?: string; readonly blank?: Value }

const DOUBLE_QUOTE = 34
const DOLLAR = 36
const SINGLE_QUOTE = 39
const BACKSLASH = 92
const BACKTICK = 96
const BYTE_ORDER_MARK = 0xfeff

const MODE: LexerMode = { rawQuotes: false, rawEscapes: false, keep: false, words: false }
const BLANK: LexerMode = { ...MODE, blank: true }

/** UTF-16 units of one expanded text. Docker sets no limit, but `ARG B=$A$A` doubles with every line. */
const MAX_TEXT = 65_536
/** Characters and pattern steps of one file; ten times what its longest line can hold. */
const STEPS = 655_360

const SPENT: Expanded = { kind: 'error', problem: 'the variables of this file take too long to expand' }
/** UTF-16 units of a word in a message. */
const MAX_SHOWN = 400

/** A fresh budget for the expansions of one file. */
export function newBudget(): Budget {
  return { steps: STEPS }
}

/**
 * Expands a word as BuildKit does (shell.Lex.ProcessWord): FROM, its platform, and ARG defaults. An error's text is BuildKit's.
 *
 * A variable without a value is blank, and recorded in `unset` where it was expanded plainly, as the subject of a pattern, or before `:+` or `+`, whose word
 * holds with any value; the forms `:-` and `-` say themselves what holds without one. `via` holds the steps of the values that were used.
 * What is expanded with one budget takes linear time together.
 */
export function expandWord(word: string, escape: '\\' | '`', lookup: Lookup, budget: Budget = newBudget()): Expanded {
  if (isLiteral(word, escape)) return { kind: 'value', value: plain(word) }
  if (budget.steps < 0) return SPENT
  const name = soleVariable(word)
  if (name !== undefined) {
    const value = lookup(name) ?? { text: '', unset: [{ name, at: 0 }], via: [] }
    budget.steps -= value.text.length
    return { kind: 'value', value }
  }
  const lexed = lex(word, escape.charCodeAt(0), lookup, MODE, budget)
  const failed = (problem: string) => ({ kind: 'error', problem: `failed to process ${goQuote(shown(word))}: ${problem}` }) as const
  if (lexed.kind === 'value') {
    budget.steps -= lexed.value.text.length
    if (budget.steps < 0) return SPENT
    return lexed.value.text.length > MAX_TEXT ? failed(`more than ${MAX_TEXT} characters`) : lexed
  }
  if (lexed.variable === undefined) return failed(lexed.problem)
  const blank = lex(word, escape.charCodeAt(0), lookup, BLANK, budget)
  return { ...failed(lexed.problem), variable: lexed.variable, ...(blank.kind === 'value' && { blank: blank.value }) }
}

/** The name in a word that is `$NAME` or `${NAME}` alone, as most are. */
function soleVariable(word: string): string | undefined {
  if (word.charCodeAt(0) !== DOLLAR) return undefined
  const braced = word.charCodeAt(1) === 123 && word.charCodeAt(word.length - 1) === 125
  const start = braced ? 2 : 1
  const end = braced ? word.length - 1 : word.length
  for (let i = start; i < end; i++) {
    const c = word.charCodeAt(i)
    const letter = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95
    if (!letter && !(i > start && c >= 48 && c <= 57)) return undefined
  }
  return end > start ? word.slice(start, end) : undefined
}

function shown(word: string): string {
  return word.length > MAX_SHOWN ? `${word.slice(0, MAX_SHOWN)}…` : word
}

/** Whether expansion leaves a word as it is. */
export function isLiteral(word: string, escape: '\\' | '`'): boolean {
  for (let i = 0; i < word.length; i++) {
    const c = word.charCodeAt(i)
    if (c === DOLLAR || c === DOUBLE_QUOTE || c === SINGLE_QUOTE || c === BACKSLASH || c === BACKTICK) {
      if (c !== BACKSLASH && c !== BACKTICK) return false
      if (c === escape.charCodeAt(0)) return false
    }
  }
  return word.charCodeAt(0) !== BYTE_ORDER_MARK
}
