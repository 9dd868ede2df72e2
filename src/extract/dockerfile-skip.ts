import { continuation, type Lines } from './dockerfile-lines.js'

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
  /** Flags of times in their usual order, and a command as text. */
  | 'health'

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
      ['HEALTHCHECK', 'health'],
    ] as const
  ).flatMap(([keyword, form]) => [
    [keyword, form],
    [keyword.toLowerCase(), form],
  ]),
)

const LONGEST_KEYWORD = 11

/** UTF-16 units of a line that an expression is tried on: BuildKit reads no longer ones, and V8 throws where one has too much to go back to. */
const MAX_LENGTH = 65_535

const DOUBLE_QUOTE = 34
const COMMA = 44
const DASH = 45
const LESS = 60
const OPEN_BRACKET = 91
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const BLANK = 32
const TAB = 9

/** The value of a pair without escapes: non-ASCII characters, some of which are white space to Go, stand in quotes alone. */
const VALUE = /(?:[!#-&(-[\]-_a-~]|"[^"\\`\r\n]*"|'[^'\\`\r\n]*')*/.source
/** The same where a backslash escapes. */
const BACKSLASHED = VALUE.replace('"[^"\\\\`\\r\\n]*"', '"(?:[^"\\\\`\\r\\n]|\\\\[ -~])*"')
const SEPARATOR = /(?:[ \t]+|(?=[\r\n]|$))/.source

function pairs(value: string): RegExp {
  return new RegExp(`(?:[\\w.-]+=${value}${SEPARATOR})+`, 'y')
}

const PAIRS = pairs(VALUE)
const BACKSLASHED_PAIRS = pairs(BACKSLASHED)
const NAMES = new RegExp(`(?:[\\w.-]+(?:=${VALUE})?${SEPARATOR})+`, 'y')

/** A JSON array of strings that are not blank. */
const FOLDERS = /\[[ \t]*"[!#-[\]-~]+"(?:[ \t]*,[ \t]*"[!#-[\]-~]+")*[ \t]*\]/y

/** The most usual flag; a second one may be a mistake. */
const OWNER = /--chown=[\w:.]+[ \t]+(?=[!-~])/y

const TIMES =
  /(?:--interval=[1-9]\d{0,4}(?:ms|s|m|h)[ \t]+)?(?:--timeout=[1-9]\d{0,4}(?:ms|s|m|h)[ \t]+)?(?:--start-period=[1-9]\d{0,4}(?:ms|s|m|h)[ \t]+)?(?:--retries=[1-9]\d{0,4}[ \t]+)?/y

/** A command that is no JSON and begins with no escape character. */
const COMMAND = /CMD[ \t]+[!-Z\]-_a-~]/y

const NAME_AND_VALUE = /[\w.-]+[ \t]+[!-<>-[\]-_a-~]/y

/** Goes over the instructions of one Dockerfile that name no image. */
export class Skipper {
  /** Where the next `<<` stands. */
  private heredoc = -1
  private readonly pairs: RegExp

  constructor(
    private readonly lines: Lines,
    private readonly escape: number,
  ) {
    this.pairs = escape === BACKSLASH ? BACKSLASHED_PAIRS : PAIRS
  }

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
    if (at === keywordEnd || at >= end || first <= BLANK || first > 126 || first === escape) return false
    if (form === 'health') return this.skipsHealthcheck(from, this.matches(TIMES, at) ? TIMES.lastIndex : at)
    if (first === DASH) return form === 'copy' && this.matches(OWNER, at) && this.skipsArguments(form, from, OWNER.lastIndex)
    return this.skipsArguments(form, from, at)
  }

  private skipsArguments(form: Form, from: number, at: number): boolean {
    const { text, end } = this.lines
    const mark = continuation(text, at, end, this.escape)
    if (!this.fits(form, at, text.charCodeAt(at), mark)) return false
    const heredocs = form === 'run' || form === 'copy'
    return mark >= 0 ? this.skipContinued(form, from) : !heredocs || this.nextHeredoc(from) >= end
  }

  /** The command may stand on the next line. */
  private skipsHealthcheck(from: number, at: number): boolean {
    const { lines, escape } = this
    const mark = continuation(lines.text, from, lines.end, escape)
    if (mark !== at) return this.matches(COMMAND, at) && this.skipsArguments('any', from, COMMAND.lastIndex - 1)
    const before = lines.here()
    const skipped =
      lines.read() && this.matches(COMMAND, lines.contentStart()) && this.skipsArguments('any', lines.start, COMMAND.lastIndex - 1)
    if (!skipped) lines.goTo(before)
    return skipped
  }

  private fits(form: Form, at: number, first: number, mark: number): boolean {
    const { text, end } = this.lines
    switch (form) {
      case 'any':
      case 'health':
        return true
      case 'text':
        return first !== OPEN_BRACKET || this.endsAt(FOLDERS, at, end)
      case 'command':
      case 'run':
        return first !== OPEN_BRACKET || (mark < 0 && holdsStringsAlone(text, at, end))
      case 'copy':
        return first !== OPEN_BRACKET && first !== DASH && hasTwoWords(text, at, end, this.escape)
      case 'pairs':
        return this.endsAt(this.pairs, at, mark < 0 ? end : mark) || (mark < 0 && this.matches(NAME_AND_VALUE, at))
      case 'names':
        return this.endsAt(NAMES, at, mark < 0 ? end : mark)
    }
  }

  private endsAt(expression: RegExp, at: number, end: number): boolean {
    return this.matches(expression, at) && expression.lastIndex === end
  }

  private matches(expression: RegExp, at: number): boolean {
    if (at < 0 || this.lines.end - at > MAX_LENGTH) return false
    expression.lastIndex = at
    return expression.test(this.lines.text) && expression.lastIndex <= this.lines.end
  }

  /** Goes to the last line of an instruction; goes back and says no if a heredoc may begin in it, or a line of it is not sure. */
  private skipContinued(form: Form, from: number): boolean {
    const before = this.lines.here()
    const skipped = this.skipsLines(form, from)
    if (!skipped) this.lines.goTo(before)
    return skipped
  }

  private skipsLines(form: Form, from: number): boolean {
    const { lines, escape } = this
    const { text } = lines
    const heredocs = form === 'run' || form === 'copy'
    const words = form === 'pairs' ? this.pairs : form === 'names' ? NAMES : undefined
    const heredoc = heredocs ? this.nextHeredoc(from) : text.length
    let mark = continuation(text, from, lines.end, escape)
    while (mark >= 0) {
      // `<` on both sides of a line break is `<<` once the lines are joined
      if (heredoc < lines.end || (heredocs && text.charCodeAt(mark - 1) === LESS)) return false
      let start = -1
      while (start < 0) {
        if (!lines.read()) return true
        start = lines.contentStart()
      }
      mark = continuation(text, lines.start, lines.end, escape)
      if (words !== undefined && !this.endsAt(words, start, mark < 0 ? lines.end : mark)) return false
    }
    return heredoc >= lines.end
  }

  private nextHeredoc(from: number): number {
    if (this.heredoc < from) {
      const found = this.lines.text.indexOf('<<', from)
      this.heredoc = found < 0 ? this.lines.text.length : found
    }
    return this.heredoc
  }
}

/** Whether what begins with a bracket can be no JSON array that holds other than strings; whether it is one at all does not matter. */
export function holdsStringsAlone(text: string, from: number, end: number): boolean {
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
