import { goQuote } from '../extract/go-text.js'
import { lex, plain, type LexerMode } from '../extract/shell.js'
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

/** A fresh budget for the expansions of one file. */
export function newBudget(): Budget {
  return { steps: STEPS }
}

/**
 * Expands a word as BuildKit does (shell.Lex.ProcessWord): FROM, its platform, and ARG defaults. An error's text is BuildKit's.
 *
 * A variable without a value is blank, and recorded in `unset` where it was expanded plainly or as the subject of a pattern;
 * the forms `:-` `-` `:+` `+` say themselves what holds without one. `via` holds the steps of the values that were used.
 * What is expanded with one budget takes linear time together.
 */
export function expandWord(word: string, escape: '\\' | '`', lookup: Lookup, budget: Budget = newBudget()): Expanded {
  if (isLiteral(word, escape)) return { kind: 'value', value: plain(word) }
  const lexed = lex(word, escape.charCodeAt(0), lookup, MODE, budget)
  const failed = (problem: string) => ({ kind: 'error', problem: `failed to process ${goQuote(word)}: ${problem}` }) as const
  if (lexed.kind === 'value') {
    budget.steps -= lexed.value.text.length
    if (budget.steps < 0) return failed('the expansions of this file take too long')
    return lexed.value.text.length > MAX_TEXT ? failed(`more than ${MAX_TEXT} characters`) : lexed
  }
  if (lexed.variable === undefined) return failed(lexed.problem)
  const blank = lex(word, escape.charCodeAt(0), lookup, BLANK, budget)
  return { ...failed(lexed.problem), variable: lexed.variable, ...(blank.kind === 'value' && { blank: blank.value }) }
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
