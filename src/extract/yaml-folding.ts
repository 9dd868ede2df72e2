/*
 * The values of scalars that span lines or hold escapes, as the full reader computes them.
 */

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const BACKSLASH = 92

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['e', '\u001b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  [' ', ' '],
  ['"', '"'],
  ['/', '/'],
  ['\\', '\\'],
])

/** The text between single quotes: each line break with the blanks around it is a blank, and one more break a line break. */
export function unquoteSingle(text: string, start: number, end: number): string {
  const written = text.slice(start, end)
  const folded = written.includes('\n') ? fold(written) : written
  return folded.includes("''") ? folded.replaceAll("''", "'") : folded
}

function fold(written: string): string {
  const lines = written.split('\n').map(withoutReturn)
  const last = lines.pop() ?? ''
  let [folded = ''] = lines
  folded = folded.slice(0, trimmedEnd(folded, 0))
  let separator = ' '
  for (const line of lines.slice(1)) {
    const from = skipSpace(line, 0)
    const content = line.slice(from, trimmedEnd(line, from))
    if (content !== '') {
      folded += separator + content
      separator = ' '
    } else if (separator === '\n') folded += separator
    else separator = '\n'
  }
  return folded + separator + last.slice(skipSpace(last, 0))
}

function withoutReturn(line: string, index: number, lines: readonly string[]): string {
  return index < lines.length - 1 && line.endsWith('\r') ? line.slice(0, -1) : line
}

/** The text between double quotes; undefined if it holds an escape that is rare, or none. */
export function unquoteDouble(text: string, start: number, end: number): string | undefined {
  let value = ''
  let at = start
  while (at < end) {
    const c = text.charCodeAt(at)
    if (c === BACKSLASH) {
      const escaped = unescape(text, at + 1)
      if (escaped === undefined) return undefined
      value += escaped
      at = text.charCodeAt(at + 1) === LINE_FEED || text.charCodeAt(at + 1) === CARRIAGE_RETURN ? behindBreak(text, at + 1) : at + 2
    } else if (isBreak(text, at)) {
      const next = skipBreaks(text, at, end)
      value += foldedBreaks(text, at, next)
      at = next
    } else if (c === BLANK || c === TAB) {
      const next = skipSpace(text, at)
      if (next >= end || !isBreak(text, next)) value += text.slice(at, next)
      at = next
    } else {
      const from = at
      while (at < end && !isSpecial(text.charCodeAt(at))) at++
      value += text.slice(from, at)
    }
  }
  return value
}

/** Empty for a line break. */
function unescape(text: string, at: number): string | undefined {
  return isBreak(text, at) ? '' : ESCAPES.get(text.charAt(at))
}

/** Behind an escaped line break and the blanks that follow it. */
function behindBreak(text: string, at: number): number {
  return skipSpace(text, text.indexOf('\n', at) + 1)
}

function skipBreaks(text: string, from: number, end: number): number {
  let at = from
  while (at < end && (isSpaceOrTab(text.charCodeAt(at)) || isBreak(text, at))) at++
  return at
}

function foldedBreaks(text: string, from: number, to: number): string {
  let breaks = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) breaks++
  return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)
}

/** An LF, or a CR before one. */
function isBreak(text: string, at: number): boolean {
  const c = text.charCodeAt(at)
  return c === LINE_FEED || (c === CARRIAGE_RETURN && text.charCodeAt(at + 1) === LINE_FEED)
}

function isSpecial(c: number): boolean {
  return c === BACKSLASH || c === BLANK || c === TAB || c === LINE_FEED || c === CARRIAGE_RETURN
}

function isSpaceOrTab(c: number): boolean {
  return c === BLANK || c === TAB
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isSpaceOrTab(text.charCodeAt(at))) at++
  return at
}

function trimmedEnd(text: string, from: number): number {
  let end = text.length
  while (end > from && isSpaceOrTab(text.charCodeAt(end - 1))) end--
  return end
}
