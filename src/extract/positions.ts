import { type Position, type Span } from '../model.js'

const BYTE_ORDER_MARK = 0xfeff

/** Lines behind the last answer that are looked at first. */
const NEAR = 8

/** Turns offsets of one text into lines and columns; the lines are found when the first place is asked for. */
export class Positions {
  private starts: readonly number[] | undefined
  /** The line of the last answer: most places are asked for in the order of the text. */
  private last = 0

  constructor(private readonly text: string) {}

  /** The place of an offset, 1-based, columns in UTF-16 units; a byte order mark is no column. Lines end at LF. */
  at(offset: number): Position {
    const starts = (this.starts ??= lineStarts(this.text))
    let low = (starts[this.last] ?? 0) <= offset ? this.last : 0
    let high = Math.min(low + NEAR, starts.length - 1)
    if ((starts[high] ?? 0) <= offset) [low, high] = [high, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    this.last = low
    return { line: low + 1, column: Math.max(offset - (starts[low] ?? 0), 0) + 1 }
  }

  /** The stretch between two offsets, the end exclusive. */
  span(start: number, end: number): Span {
    return { start: this.at(start), end: this.at(end) }
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0]
  for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', newline + 1)) starts.push(newline + 1)
  return starts
}
