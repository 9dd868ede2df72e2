import { isBlank } from './characters.js'
import { skipMark } from './dockerfile-template.js'
import { isGoSpace } from './go-text.js'

/** A stretch of an instruction's text. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/** A word of ARG, ENV or LABEL; `equals` is the offset of its first `=`, or -1. */
export interface Word extends Stretch {
  readonly equals: number
}

const EQUALS = 61
const SINGLE_QUOTE = 39
const DOUBLE_QUOTE = 34

/**
 * The words of ARG, ENV and LABEL (BuildKit's parseWords): separated by Go's white space outside quotes; quotes and escapes stay.
 * An escape character at the very end is dropped.
 */
export function splitWords(text: string, from: number, to: number, escape: number): readonly Word[] {
  const words: Word[] = []
  let at = from
  for (;;) {
    while (at < to && isGoSpace(text.charCodeAt(at))) at++
    if (at >= to) return words
    const start = at
    let quote = 0
    let end = to
    let equals = -1
    for (; at < to; at++) {
      const c = text.charCodeAt(at)
      if (quote === 0 && isGoSpace(c)) break
      if (c === EQUALS && equals < 0) equals = at
      if (c === escape && quote !== SINGLE_QUOTE) {
        if (at + 1 >= to) end = at
        else if (text.charCodeAt(++at) === EQUALS && equals < 0) equals = at
      } else if (quote === 0) {
        if (c === SINGLE_QUOTE || c === DOUBLE_QUOTE) quote = c
      } else if (c === quote) quote = 0
    }
    end = Math.min(end, at)
    if (end > start) words.push({ start, end, equals })
  }
}

/** The arguments of FROM and of COPY's plain form: separated by runs of `[\t\v\f\r ]` alone. Blanks in a template's mark separate nothing. */
export function splitArguments(text: string, from: number, to: number, template = false): readonly Stretch[] {
  const found: Stretch[] = []
  let at = from
  while (at < to) {
    while (at < to && isBlank(text.charCodeAt(at))) at++
    if (at >= to) break
    const start = at
    while (at < to && !isBlank(text.charCodeAt(at))) at = Math.max(at + 1, template ? skipMark(text, at) : 0)
    at = Math.min(at, to)
    found.push({ start, end: at })
  }
  return found
}
