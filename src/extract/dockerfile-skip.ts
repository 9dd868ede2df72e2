import { isContinued, type Lines } from './dockerfile-lines.js'

/*
 * Most instructions of a Dockerfile name no image, and nothing is wrong with them. Those that surely are so are gone over without being joined,
 * split and checked.
 */

/** What has to be seen of an instruction's arguments before it may be skipped. */
type Form =
  /** One argument is enough, and a JSON array is text as well. */
  | 'any'
  /** One argument is enough. */
  | 'text'
  /** A command as text, or a JSON array of strings. */
  | 'command'
  /** A command in which a heredoc may begin. */
  | 'run'
  /** Two arguments as text, in which a heredoc may begin. */
  | 'copy'
  /** `name=value` pairs, or a name and a value. */
  | 'pairs'
  /** Names with or without a value. */
  | 'names'

const FORMS: ReadonlyMap<string, Form> = new Map(
  (
    [
      ['RUN', 'run'],
      ['CMD', 'command'],
      ['ENTRYPOINT', 'command'],
      ['COPY', 'copy'],
      ['ADD', 'copy'],
      ['ENV', 'pairs'],
      ['LABEL', 'pairs'],
      ['ARG', 'names'],
      ['WORKDIR', 'any'],
      ['USER', 'any'],
      ['EXPOSE', 'any'],
      ['STOPSIGNAL', 'any'],
      ['MAINTAINER', 'any'],
      ['VOLUME', 'text'],
    ] as const
  ).flatMap(([keyword, form]) => [
    [keyword, form],
    [keyword.toLowerCase(), form],
  ]),
)

const LONGEST_KEYWORD = 10

const DOUBLE_QUOTE = 34
const COMMA = 44
const DASH = 45
const LESS = 60
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const BLANK = 32
const TAB = 9

/** Pairs, or names, without escapes up to the end of the line; non-ASCII characters, some of which are white space to Go, stand in quotes alone. */
const PAIRS = /(?:[\w.-]+=(?:[!#-&(-[\]-_a-~]|"[^"\\`\r\n]*"|'[^'\\`\r\n]*')*(?:[ \t]+|(?=[\r\n]|$)))+/y
const NAMES = /(?:[\w.-]+(?:=(?:[!#-&(-[\]-_a-~]|"[^"\\`\r\n]*"|'[^'\\`\r\n]*')*)?(?:[ \t]+|(?=[\r\n]|$)))+/y
const NAME_AND_VALUE = /[\w.-]+[ \t]+[!-<>-[\]-_a-~]/y

/** Goes over the instructions of one Dockerfile that name no image. */
export class Skipper {
  /** Where the next `<<` stands. */
  private heredoc = -1

  constructor(
    private readonly lines: Lines,
    private readonly escape: number,
  ) {}

  /** Whether the instruction that begins at an offset of the current line was gone over: another one than FROM, in a stage, without flags. */
  skips(from: number): boolean {
    const { lines, escape } = this
    const { text, end } = lines
    let at = from
    while (at < end && isLetter(text.charCodeAt(at)) && at - from <= LONGEST_KEYWORD) at++
    const form = FORMS.get(text.slice(from, at))
    if (form === undefined) return false
    const keywordEnd = at
    while (at < end && isBlank(text.charCodeAt(at))) at++
    const first = text.charCodeAt(at)
    if (at === keywordEnd || at >= end || first <= BLANK || first > 126 || first === DASH || first === escape) return false
    const continued = isContinued(text, at, end, escape)
    if (!this.fits(form, at, first, continued)) return false
    const heredocs = form === 'run' || form === 'copy'
    return continued ? this.skipContinued(heredocs, from) : !heredocs || this.nextHeredoc(from) >= end
  }

  private fits(form: Form, at: number, first: number, continued: boolean): boolean {
    const { text, end } = this.lines
    switch (form) {
      case 'any':
        return true
      case 'text':
        return first !== OPEN_BRACKET
      case 'command':
      case 'run':
        return first !== OPEN_BRACKET || (!continued && holdsStringsAlone(text, at, end))
      case 'copy':
        return first !== OPEN_BRACKET && hasTwoWords(text, at, end, this.escape)
      case 'pairs':
        return !continued && (this.endsLine(PAIRS, at) || this.begins(NAME_AND_VALUE, at))
      case 'names':
        return !continued && this.endsLine(NAMES, at)
    }
  }

  private endsLine(expression: RegExp, at: number): boolean {
    expression.lastIndex = at
    return expression.test(this.lines.text) && expression.lastIndex === this.lines.end
  }

  private begins(expression: RegExp, at: number): boolean {
    expression.lastIndex = at
    return expression.test(this.lines.text) && expression.lastIndex <= this.lines.end
  }

  /** Goes to the last line of an instruction; goes back and says no if a heredoc may begin in it. */
  private skipContinued(heredocs: boolean, from: number): boolean {
    const { lines, escape } = this
    const { text } = lines
    const before = lines.here()
    const heredoc = heredocs ? this.nextHeredoc(from) : text.length
    let start = from
    do {
      // `<` on both sides of a line break is `<<` once the lines are joined
      const opens = heredoc < lines.end || (heredocs && isContinuedBehindLess(text, start, lines.end))
      if (opens) {
        lines.goTo(before)
        return false
      }
      do {
        if (!lines.read()) return true
        start = lines.contentStart()
      } while (start < 0)
    } while (isContinued(text, lines.start, lines.end, escape))
    if (heredoc >= lines.end) return true
    lines.goTo(before)
    return false
  }

  private nextHeredoc(from: number): number {
    if (this.heredoc < from) {
      const found = this.lines.text.indexOf('<<', from)
      this.heredoc = found < 0 ? this.lines.text.length : found
    }
    return this.heredoc
  }
}

/** The last characters before the escape character that continues a line. */
function isContinuedBehindLess(text: string, from: number, end: number): boolean {
  let at = end - 1
  while (at > from && isBlank(text.charCodeAt(at))) at--
  return at > from && text.charCodeAt(at - 1) === LESS
}

/** Whether what begins with a bracket can be no JSON array that holds other than strings; whether it is one at all does not matter. */
function holdsStringsAlone(text: string, from: number, end: number): boolean {
  let quoted = false
  for (let at = from + 1; at < end; at++) {
    const c = text.charCodeAt(at)
    if (c === DOUBLE_QUOTE) quoted = !quoted
    else if (c === BACKSLASH) at++
    else if (!quoted && c !== COMMA && c !== CLOSE_BRACKET && !isBlank(c)) return false
  }
  return true
}

/** Two words on the line itself, before an escape character that may continue it. */
function hasTwoWords(text: string, from: number, end: number, escape: number): boolean {
  let at = from
  while (at < end && text.charCodeAt(at) > BLANK) at++
  while (at < end && isBlank(text.charCodeAt(at))) at++
  const second = text.charCodeAt(at)
  return at < end && second > BLANK && second < 127 && second !== escape
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
}

function isBlank(c: number): boolean {
  return c === BLANK || c === TAB
}
