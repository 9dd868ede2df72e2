const LINE_FEED = 10
const RETURN = 13
const BLANK = 32
const HASH = 35
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39
const BACKSLASH = 92

/**
 * The text with every flow collection on one line, each line break and comment in one a blank: all offsets stay. go-yaml asks for no indentation within
 * brackets, the library does. Undefined if there is nothing to join, or a bracket or quote is not closed. `starts` are the offsets at which the outermost
 * collections may begin, in order. Linear in the text.
 */
export function withFlowsJoined(text: string, starts: readonly number[]): string | undefined {
  const parts: string[] = []
  let done = 0
  for (const start of starts) {
    if (start < done) continue
    const end = endOfFlow(text, start)
    if (end === undefined) return undefined
    parts.push(text.slice(done, start), joined(text, start, end))
    done = end
  }
  return done === 0 ? undefined : parts.join('') + text.slice(done)
}

/** Behind the bracket that closes the one at an offset. */
function endOfFlow(text: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === DOUBLE_QUOTE || c === SINGLE_QUOTE) {
      at = beginsScalar(text, at) ? endOfQuoted(text, at, c) : at
      if (at < 0) return undefined
    } else if (c === HASH && isSpace(text.charCodeAt(at - 1))) at = endOfLine(text, at)
    else if (c === 0x5b || c === 0x7b) depth++
    else if ((c === 0x5d || c === 0x7d) && --depth === 0) return at + 1
  }
  return undefined
}

/** A quote within a word is a letter of it. */
function beginsScalar(text: string, at: number): boolean {
  return /[\s[\]{},:]/.test(text.charAt(at - 1))
}

/** At the quote that closes the one at an offset; -1 if none does. */
function endOfQuoted(text: string, start: number, quote: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (quote === DOUBLE_QUOTE && c === BACKSLASH) at++
    else if (c === quote && quote === SINGLE_QUOTE && text.charCodeAt(at + 1) === quote) at++
    else if (c === quote) return at
  }
  return -1
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function isSpace(c: number): boolean {
  return c === BLANK || c === 9 || c === LINE_FEED || c === RETURN
}

function joined(text: string, start: number, end: number): string {
  const parts: string[] = []
  let from = start
  for (let at = start; at < end; at++) {
    const c = text.charCodeAt(at)
    if ((c === DOUBLE_QUOTE || c === SINGLE_QUOTE) && beginsScalar(text, at)) {
      at = endOfQuoted(text, at, c)
      continue
    }
    const comment = c === HASH && isSpace(text.charCodeAt(at - 1))
    if (c !== LINE_FEED && c !== RETURN && !comment) continue
    const stop = comment ? endOfLine(text, at) : at + 1
    parts.push(text.slice(from, at), ' '.repeat(stop - at))
    from = stop
    at = stop - 1
  }
  parts.push(text.slice(from, end))
  return parts.join('')
}
