const BYTE_ORDER_MARK = 0xfeff
const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const HASH = 35
const DASH = 45
const DOT = 46
const COLON = 58

/** Where a string stands next in a text; each stretch is searched once. */
class Next {
  private since = 0
  private at = -1

  constructor(
    private readonly text: string,
    private readonly sought: string,
  ) {}

  from(offset: number): number {
    if (offset > this.at || offset < this.since) {
      const found = this.text.indexOf(this.sought, offset)
      this.since = offset
      this.at = found < 0 ? this.text.length : found
    }
    return this.at
  }
}

/** The lines of a YAML text, one at a time. They end at LF or CR LF. */
export class YamlLines {
  /** Where the line starts, where its content begins, and where it ends without its break. */
  start = 0
  at = 0
  end = 0
  /** How far the content is indented; -1 where no line of the document follows. */
  indent = -1
  /** `next` stopped at a `---`. */
  marker = false
  /** What `next` went over: blank lines, and whether any comment stood on a line of its own. */
  blank = 0
  commented = false
  /** The line's content begins with a `- `. */
  item = false
  private following: number
  private readonly colons: Next
  private readonly comments: Next
  private readonly tabs: Next
  /** The backslashes. */
  readonly escapes: Next

  constructor(readonly text: string) {
    this.colons = new Next(text, ': ')
    this.comments = new Next(text, ' #')
    this.tabs = new Next(text, '\t')
    this.escapes = new Next(text, '\\')
    this.following = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0
  }

  /** Goes to the next line of the document that is neither blank nor a comment. */
  next(): void {
    this.blank = 0
    this.commented = false
    while (this.step()) {
      if (this.at >= this.end) this.blank++
      else if (this.text.charCodeAt(this.at) === HASH) this.commented = true
      else return this.settle()
    }
    this.marker = false
    this.indent = -1
  }

  /** Goes to the next line, whatever is on it; false at the end of the text. */
  step(): boolean {
    const { text, following } = this
    if (following >= text.length) return false
    const newline = text.indexOf('\n', following)
    const stop = newline < 0 ? text.length : newline
    let at = following
    while (at < stop && text.charCodeAt(at) === BLANK) at++
    this.start = following
    this.following = stop + 1
    this.end = stop > at && newline >= 0 && text.charCodeAt(stop - 1) === CARRIAGE_RETURN ? stop - 1 : stop
    this.at = at
    this.indent = at - following
    return true
  }

  /** Says of the line that was stepped to whether the document ends before it. */
  settle(): void {
    this.marker = false
    this.item = false
    if (this.text.charCodeAt(this.at) !== DASH) return
    this.marker = this.indent === 0 && this.isMarker()
    if (this.marker) this.indent = -1
    else this.item = this.isItemAt(this.at)
  }

  /** No line of the document follows. */
  finish(): void {
    this.marker = false
    this.indent = -1
  }

  /** Takes what stands at an offset of the line for a line of its own, as the first key of an item is. */
  enter(from: number): void {
    this.indent += from - this.at
    this.at = from
    this.item = this.isItemAt(from)
  }

  skipBlanks(from: number): number {
    let at = from
    while (at < this.end && this.text.charCodeAt(at) === BLANK) at++
    return at
  }

  isBlankOrEnd(at: number): boolean {
    return at >= this.end || this.text.charCodeAt(at) === BLANK
  }

  /** Nothing but a comment follows on the line. */
  isOver(from: number): boolean {
    const at = this.skipBlanks(from)
    return at >= this.end || (this.text.charCodeAt(at) === HASH && isSpace(this.text.charCodeAt(at - 1)))
  }

  /** The line is not indented enough for what goes on in it, or may end the document. */
  isOutside(indent: number): boolean {
    const c = this.text.charCodeAt(this.at)
    return this.indent <= indent || (this.indent === 0 && (c === DASH || c === DOT))
  }

  /** Where a plain scalar ends that begins at an offset of the line and goes up to its end or a comment; -1 if that would be a key, or holds a tab. */
  plainEnd(from: number): number {
    const { text } = this
    let end = Math.min(this.end, this.comments.from(from))
    while (text.charCodeAt(end - 1) === BLANK) end--
    return end <= from || this.colons.from(from) < end || text.charCodeAt(end - 1) === COLON || this.tabs.from(from) < end ? -1 : end
  }

  /** Where the colon of a plain key stands that begins at an offset of the line; -1 if there is none. */
  keyEnd(from: number): number {
    const { text } = this
    const colon = Math.min(this.colons.from(from), this.end - 1)
    if (colon <= from || text.charCodeAt(colon) !== COLON || text.charCodeAt(colon - 1) === BLANK) return -1
    return this.comments.from(from) < colon || this.tabs.from(from) < colon ? -1 : colon
  }

  /** Whether a `- ` stands at an offset. */
  isItemAt(at: number): boolean {
    return this.text.charCodeAt(at) === DASH && this.isBlankOrEnd(at + 1)
  }

  private isMarker(): boolean {
    const { text, at, end } = this
    return text.startsWith('---', at) && (at + 3 === end || isSpace(text.charCodeAt(at + 3)))
  }
}

/** Letters, digits, `_`, `.`, `/`, `-`: what begins and fills most keys, and stands for itself everywhere. */
export function isKeyCharacter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 45 && c <= 57) || (c >= 65 && c <= 90) || c === 95
}

/** Blank, tab, LF. */
function isSpace(c: number): boolean {
  return c === BLANK || c === TAB || c === LINE_FEED
}
