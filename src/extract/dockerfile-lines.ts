import { type Position, type Span } from '../model.js'
import { ownCopy } from './characters.js'
import { isGoSpace } from './go-text.js'
import { closeOfMark, opensMark } from './dockerfile-template.js'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const SPACE = 32
const TAB = 9
const HASH = 35
const BOM = 0xfeff

/** BuildKit reads lines into a buffer of 64 KiB, the line feed included. */
const MAX_LINE_BYTES = 65_535
const MAX_BYTES_PER_UNIT = 3

/** The physical lines of a text, one at a time. */
export class Lines {
  /** 1-based number of the line that was read last. */
  number = 0
  /** Where it starts, and where it ends without its line break. */
  start = 0
  end = 0
  /** The first line that is longer than BuildKit reads. */
  tooLong: number | undefined
  /** Where the text begins: behind a byte order mark. */
  readonly origin: number
  private next: number
  /** Some name was looked for in vain up to the end: from then on it is known where each line stands for the last time. */
  private missed = false
  private readonly lastOf = new Map<string, number>()
  private last: ReadonlyMap<string, number> | undefined

  constructor(readonly text: string) {
    this.origin = text.charCodeAt(0) === BOM ? 1 : 0
    this.next = this.origin
  }

  /** Whether a word stands anywhere behind an offset. */
  standsBehind(word: string, from: number): boolean {
    let last = this.lastOf.get(word)
    if (last === undefined) this.lastOf.set(word, (last = this.text.lastIndexOf(word)))
    return last >= from
  }

  /** False at the end of the text; a line break at the very end begins no line. */
  read(): boolean {
    if (this.next >= this.text.length) return false
    this.number++
    this.start = this.next
    const feed = this.text.indexOf('\n', this.start)
    this.next = feed < 0 ? this.text.length : feed + 1
    let end = feed < 0 ? this.text.length : feed
    if (end - this.start > MAX_LINE_BYTES / MAX_BYTES_PER_UNIT) this.measure(end)
    while (end > this.start && isBreak(this.text.charCodeAt(end - 1))) end--
    this.end = end
    return true
  }

  /** Reads on behind the line that is the name; tabs before it do not count with `chomp`. False if there is none up to the end. */
  skipTo(name: string, chomp: boolean): boolean {
    if (this.missed && !this.holds(name, chomp)) return false
    while (this.read()) {
      let from = this.start
      while (chomp && from < this.end && this.text.charCodeAt(from) === TAB) from++
      if (this.end - from === name.length && this.text.startsWith(name, from)) return true
    }
    this.missed = true
    return false
  }

  /** Whether some line from here on is the name. */
  private holds(name: string, chomp: boolean): boolean {
    this.last ??= lastLines(this.text)
    return (this.last.get(chomp ? `\t${name}` : name) ?? -1) >= this.next
  }

  /** Goes to where a stretch of instructions ends that an expression matches from the next line on: before what stands in its last part, a group. */
  pass(expression: RegExp, group: number): RegExpExecArray | undefined {
    expression.lastIndex = this.next
    const found = expression.exec(this.text)
    if (found === null) return undefined
    this.readTo(expression.lastIndex - (found[group]?.length ?? 0))
    return found
  }

  /** Reads the lines before an offset at which one begins. */
  readTo(end: number): void {
    const { text } = this
    while (this.next < end) {
      const feed = text.indexOf('\n', this.next)
      this.start = this.next
      this.number++
      this.next = feed < 0 ? text.length : feed + 1
      if (this.next - this.start > MAX_LINE_BYTES / MAX_BYTES_PER_UNIT) this.measure(feed < 0 ? text.length : feed)
    }
  }

  /** What `rewind` takes to go on from here. */
  mark(): { readonly next: number; readonly number: number } {
    return { next: this.next, number: this.number }
  }

  rewind({ next, number }: { readonly next: number; readonly number: number }): void {
    this.next = next
    this.number = number
  }

  /** The span of a stretch of the line that was read last. */
  span(from: number, to: number): Span {
    return { start: this.position(from), end: this.position(to) }
  }

  /** The place of an offset in the line that was read last. */
  position(offset: number): Position {
    return { line: this.number, column: offset - this.start + 1 }
  }

  private measure(end: number): void {
    if (this.tooLong === undefined && utf8Length(this.text, this.start, end) > MAX_LINE_BYTES) this.tooLong = this.number
  }
}

/** Where each line begins for the last time; behind a tab, what it is without the tabs before it. */
function lastLines(text: string): ReadonlyMap<string, number> {
  const last = new Map<string, number>()
  const lines = new Lines(text)
  while (lines.read()) {
    const { start, end } = lines
    let from = start
    while (from < end && text.charCodeAt(from) === TAB) from++
    last.set(text.slice(start, end), start)
    last.set(`\t${text.slice(from, end)}`, start)
  }
  return last
}

function isBreak(c: number): boolean {
  return c === CARRIAGE_RETURN || c === LINE_FEED
}

function utf8Length(text: string, from: number, to: number): number {
  let bytes = to - from
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i)
    if (c > 0x7f) bytes += c > 0x7ff && (c < 0xd800 || c > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** A stretch of the file that stands at `at` in the joined text. */
interface Segment {
  readonly at: number
  readonly offset: number
  readonly line: number
  readonly lineStart: number
}

/** One instruction as BuildKit joins it: continuations removed, comments and blank lines between them dropped. */
export class LogicalLine {
  constructor(
    readonly text: string,
    /** Where it begins in the file. */
    private readonly first: Segment,
    /** How long the first physical line is. */
    private readonly length: number,
    /** What else it is joined from. */
    private readonly more: readonly Segment[],
  ) {}

  /** Of the first physical line, without blanks around it. */
  get span(): Span {
    const { line, offset, lineStart } = this.first
    const start = { line, column: offset - lineStart + 1 }
    return { start, end: { line, column: start.column + trimmedEnd(this.text, 0, this.length) } }
  }

  /** The same line, which does not keep the file's text in memory. */
  ownCopy(): LogicalLine {
    return new LogicalLine(ownCopy(this.text), this.first, this.length, this.more)
  }

  /** The place in the file of a stretch of the joined text. */
  spanOf(from: number, to: number): Span {
    const start = this.position(from)
    if (to <= from) return { start, end: start }
    const last = this.position(to - 1)
    return { start, end: { line: last.line, column: last.column + 1 } }
  }

  private position(at: number): Position {
    const { line, offset, lineStart, at: begin } = at < this.length ? this.first : this.segmentAt(at)
    return { line, column: offset - lineStart + at - begin + 1 }
  }

  private segmentAt(at: number): Segment {
    let low = -1
    let high = this.more.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.more[middle]?.at ?? 0) <= at) low = middle
      else high = middle - 1
    }
    return this.more[low] ?? this.first
  }
}

/** A comment line that stands directly above an instruction. */
export interface CommentLine {
  readonly text: string
  readonly position: Position
}

/** Where the next instruction begins in the line that was read, or -1 at the end. `comments` gets the comment lines directly above it. */
export function findInstruction(lines: Lines, template: boolean, comments: CommentLine[] | undefined): number {
  while (lines.read()) {
    const from = template ? skipMarks(lines) : skipSpace(lines.text, lines.start, lines.end)
    if (from >= lines.end) {
      if (comments !== undefined) comments.length = 0
    } else if (lines.text.charCodeAt(from) === HASH) {
      comments?.push({ text: lines.text.slice(from, lines.end), position: lines.position(from) })
    } else return from
  }
  return -1
}

const NO_SEGMENTS: readonly Segment[] = []

/** The instruction that begins at an offset of the line that was read, with the lines on which it goes on. */
export function joinInstruction(lines: Lines, from: number, escape: number): LogicalLine {
  const { text, end } = lines
  let mark = continuation(text, from, end, escape)
  const first: Segment = { at: 0, offset: from, line: lines.number, lineStart: lines.start }
  if (mark < 0) return new LogicalLine(text.slice(from, end), first, end - from, NO_SEGMENTS)
  const segments: Segment[] = []
  const parts = [text.slice(from, mark)]
  const length = mark - from
  let at = length
  while (mark >= 0 && lines.read()) {
    const { start, end } = lines
    const content = skipSpace(text, start, end)
    if (content >= end || text.charCodeAt(content) === HASH) continue
    mark = continuation(text, start, end, escape)
    const stop = mark < 0 ? end : mark
    if (stop > start) segments.push({ at, offset: start, line: lines.number, lineStart: start })
    parts.push(text.slice(start, stop))
    at += stop - start
  }
  return new LogicalLine(parts.join(''), first, length, segments)
}

/** Where the escape character stands that continues the line; -1 if it ends here. An escape before it takes its meaning away. */
export function continuation(text: string, from: number, end: number, escape: number): number {
  let i = end - 1
  while (i >= from && isSpaceOrTab(text.charCodeAt(i))) i--
  if (i < from || text.charCodeAt(i) !== escape) return -1
  return i > from && text.charCodeAt(i - 1) === escape ? -1 : i
}

function isSpaceOrTab(c: number): boolean {
  return c === SPACE || c === TAB
}

function skipSpace(text: string, from: number, to: number): number {
  let i = from
  while (i < to && isGoSpace(text.charCodeAt(i))) i++
  return i
}

function trimmedEnd(text: string, from: number, to: number): number {
  let i = to
  while (i > from && isGoSpace(text.charCodeAt(i - 1))) i--
  return i
}

/** Where the instruction begins behind the marks of a template at the start of the line; a mark may go on over several lines. */
function skipMarks(lines: Lines): number {
  let from = skipSpace(lines.text, lines.start, lines.end)
  for (;;) {
    const close = opensMark(lines.text, from)
    if (close === undefined) return from
    let end = closeOfMark(lines.text, from, lines.end, close)
    if (end < 0 && !lines.standsBehind(close, lines.end)) return from // nothing closes it: it is text
    while (end < 0) {
      if (!lines.read()) return lines.end
      end = closeOfMark(lines.text, lines.start, lines.end, close)
    }
    from = skipSpace(lines.text, end, lines.end)
  }
}
