/*
 * The text of a usual compose file, as bytes: a loop over them costs a fraction of one over a string, above all before it is compiled. Offsets
 * are those of the string. What goes over a part of the text gives the offset behind it, and -1 where it is not sure.
 */

/** UTF-16 units of a longer text; no usual file is, and so none can meet a limit on nodes. */
export const MAX_TEXT = 65_536

/** One text is read at a time. It is followed by a line break, and what is not ASCII is 128. */
export const bytes = new Uint8Array(3 * MAX_TEXT + 8)

const encoder = new TextEncoder()

/** Line breaks that only some readers know, other control characters beyond ASCII, a byte order mark. */
const UNSURE = /[\u0080-\u009f\u2028\u2029\ufeff\ufffe\uffff]/

/** Takes a text for the one that is read; false if it is too long, or holds what readers disagree on. */
export function take(text: string): boolean {
  const { length } = text
  if (length > MAX_TEXT) return false
  const { written } = encoder.encodeInto(text, bytes)
  bytes[length] = LINE_FEED
  if (written === length) return true
  for (let at = 0; at < length; at++) bytes[at] = Math.min(text.charCodeAt(at), 128)
  bytes[length] = LINE_FEED
  return !UNSURE.test(text)
}

export const TAB = 9
export const LINE_FEED = 10
export const CARRIAGE_RETURN = 13
export const BLANK = 32
export const DOUBLE_QUOTE = 34
export const HASH = 35
const DOLLAR = 36
export const SINGLE_QUOTE = 39
const COMMA = 44
export const DASH = 45
export const COLON = 58
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_MAP = 123
const CLOSE_MAP = 125

/** The bytes that pass a test: 1, the others 0. */
export function table(test: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, c) => (test.test(String.fromCharCode(c)) ? 1 : 0))
}

/** What a plain scalar begins with for sure. */
const START = table(/[\w$()+./;<=\\^~\x80]/)
/** What a `-` begins a plain scalar before. */
const BEHIND_DASH = table(/[\w./-]/)
/** What needs a look in a plain scalar, in one within brackets, and between quotes. */
const PLAIN = table(/[\x00-\x1f\x7f#$:]/)
const FLOW = table(/[\x00-\x1f\x7f#$:,"'[\]{}]/)
const QUOTED = table(/[\x00-\x1f\x7f$"'\\]/)
/** And in a block scalar. */
const CONTENT = table(/[\x00-\x08\x0a-\x1f\x7f$]/)
/** What the argument of a variable may hold wherever it stands. */
const ARGUMENT = table(/[^\x00-\x1f\x7f#$"'\\{}]/)
const NAME_START = table(/[A-Za-z_]/)
const NAME = table(/\w/)

/** A file with more variables is none of the usual kind. */
const MAX_VARIABLES = 64

/** Goes over the values of one text. Each gives the offset of the line break that ends its line. */
export class QuickText {
  /** Names that stand for a part of any value. */
  readonly variables: string[] = []
  /** Some value holds a dollar sign. */
  templates = false

  constructor(private readonly text: string) {}

  blanks(from: number): number {
    let at = from
    while (bytes[at] === BLANK) at++
    return at
  }

  /** The line break of a line on which a comment begins. */
  comment(from: number): number {
    let at = from
    for (;;) {
      let c = bytes[at] ?? 0
      while (c > 31 && c !== 127) c = bytes[++at] ?? 0
      if (c !== TAB) return this.lineBreak(at)
      at++
    }
  }

  /** The line break of a line on which nothing follows but a comment. */
  over(from: number): number {
    const at = this.blanks(from)
    return bytes[at] === HASH && bytes[at - 1] === BLANK ? this.comment(at) : this.lineBreak(at)
  }

  /** The line break that an offset stands at. */
  lineBreak(at: number): number {
    const c = bytes[at]
    if (c === LINE_FEED) return at
    return c === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED && at + 1 < this.text.length ? at + 1 : -1
  }

  /** A plain scalar. */
  plain(from: number): number {
    if (!isStart(from)) return -1
    let at = from
    for (;;) {
      while (PLAIN[bytes[at] ?? 0] === 0) at++
      const c = bytes[at]
      if (c === COLON && !isSpace(at + 1)) at++
      else if (c === DOLLAR) at = this.variable(at + 1)
      else if (c !== HASH) return this.lineBreak(at)
      else if (bytes[at - 1] === BLANK) return this.comment(at)
      else at++
      if (at < 0) return -1
    }
  }

  /** Behind the quote that closes the one at an offset. */
  quoted(from: number): number {
    const quote = bytes[from]
    let at = from + 1
    for (;;) {
      while (QUOTED[bytes[at] ?? 0] === 0) at++
      const c = bytes[at]
      if (c === DOLLAR) at = this.variable(at + 1)
      else if (c === BACKSLASH) at = quote === SINGLE_QUOTE ? at + 1 : behindEscape(at + 1)
      else if (c === quote && (c === DOUBLE_QUOTE || bytes[at + 1] !== SINGLE_QUOTE)) return at + 1
      else if (c === quote) at += 2
      else if (c === DOUBLE_QUOTE || c === SINGLE_QUOTE) at++
      else return -1
      if (at < 0) return -1
    }
  }

  /** Behind a list of scalars in brackets, or an empty map in braces. */
  flow(from: number): number {
    let at = this.blanks(from + 1)
    if (bytes[from] === OPEN_MAP) return bytes[at] === CLOSE_MAP ? at + 1 : -1
    while (bytes[at] !== CLOSE_LIST) {
      const c = bytes[at]
      at = c === DOUBLE_QUOTE || c === SINGLE_QUOTE ? this.quoted(at) : this.flowPlain(at)
      if (at < 0) return -1
      at = this.blanks(at)
      if (bytes[at] === COMMA) at = this.blanks(at + 1)
      else if (bytes[at] !== CLOSE_LIST) return -1
    }
    return at + 1
  }

  private flowPlain(from: number): number {
    if (!isStart(from)) return -1
    let at = from
    for (;;) {
      while (FLOW[bytes[at] ?? 0] === 0) at++
      const c = bytes[at]
      if (c === COMMA || c === CLOSE_LIST) return at
      if (c === DOLLAR) at = this.variable(at + 1)
      else if (c === COLON && BEHIND_DASH[bytes[at + 1] ?? 0] === 1) at++
      else return -1
      // braces are signs of their own in a list
      if (at < 0 || bytes[at - 1] === CLOSE_MAP) return -1
    }
  }

  /** A block scalar, `|` or `>` with or without `-`, of what is indented so far. */
  block(from: number, outer: number): number {
    const { text } = this
    let stop = this.over(bytes[from + 1] === DASH ? from + 2 : from + 1)
    let own = -1
    let longest = 0
    while (stop >= 0 && stop + 1 < text.length) {
      const start = stop + 1
      const at = this.blanks(start)
      const indent = at - start
      const blank = this.lineBreak(at)
      if (blank >= 0) longest = Math.max(longest, indent)
      else if (own >= 0 && indent < own) {
        // a comment in between is rare
        if (indent > outer || bytes[at] === TAB) return -1
        break
      } else if (own < 0) {
        if (indent <= outer || bytes[at] === TAB) return -1
        own = indent
      }
      stop = blank >= 0 ? blank : this.content(at)
    }
    // blanks beyond the indent of the content belong to it
    return own >= 0 && longest <= own ? stop : -1
  }

  /** A line of a block scalar. */
  private content(from: number): number {
    let at = from
    for (;;) {
      while (CONTENT[bytes[at] ?? 0] === 0) at++
      if (bytes[at] !== DOLLAR) return this.lineBreak(at)
      at = this.variable(at + 1)
      if (at < 0) return -1
    }
  }

  /** Behind what a dollar sign begins, of which the offset behind it is given; -1 where compose may refuse it. */
  private variable(at: number): number {
    this.templates = true
    const c = bytes[at] ?? 0
    if (c === DOLLAR) return at + 1
    const braces = c === OPEN_MAP
    const start = braces ? at + 1 : at
    if (NAME_START[bytes[start] ?? 0] === 0) return braces || c > 127 ? -1 : at
    let end = start + 1
    while (NAME[bytes[end] ?? 0] === 1) end++
    // Go takes two letters beyond ASCII for a part of a name
    if ((bytes[end] ?? 0) > 127 || this.variables.length >= MAX_VARIABLES) return -1
    this.variables.push(this.text.slice(start, end))
    return braces ? behindBraces(end) : end
  }
}

/** Behind the brace that closes a variable, from the end of its name on. */
function behindBraces(from: number): number {
  let at = from
  if (bytes[at] === CLOSE_MAP) return at + 1
  if (bytes[at] === COLON) at++
  const c = bytes[at]
  if (c !== 43 && c !== DASH && c !== 63) return -1
  at++
  while (ARGUMENT[bytes[at] ?? 0] === 1 && !(bytes[at] === COLON && isSpace(at + 1))) at++
  return bytes[at] === CLOSE_MAP ? at + 1 : -1
}

/** `\"`, `\\`, `\n`, `\r`, `\t`: none of them makes a sign of a template. */
function behindEscape(at: number): number {
  const c = bytes[at]
  return c === DOUBLE_QUOTE || c === BACKSLASH || c === 110 || c === 114 || c === 116 ? at + 1 : -1
}

/** Whether a plain scalar begins here for sure. */
export function isStart(at: number): boolean {
  const c = bytes[at] ?? 0
  return c === DASH ? BEHIND_DASH[bytes[at + 1] ?? 0] === 1 : START[c] === 1
}

/** A blank, or the end of the line. */
export function isSpace(at: number): boolean {
  const c = bytes[at] ?? 0
  return c === BLANK || c === LINE_FEED || c === CARRIAGE_RETURN
}
