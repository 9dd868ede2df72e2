import { type Unset, type Value } from '../model.js'

/** No blank, no step. */
export const NONE: readonly never[] = []

/** A value of plain text. */
export function plain(text: string): Value {
  return { text, unset: NONE, via: NONE }
}

/** A blank of a text that something was put before. */
export function shifted(blank: Unset, by: number): Unset {
  return by === 0 ? blank : { ...blank, at: blank.at + by }
}

/** A part of a value, with the blanks that stand in it or at its ends. */
export function sliceOf({ text, unset, via }: Value, start: number, end: number): Value {
  const inside = unset.filter(({ at }) => at >= start && at <= end).map((blank) => shifted(blank, -start))
  return { text: text.slice(start, end), unset: inside, via }
}
