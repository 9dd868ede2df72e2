/** An input that somebody writes to keep the check busy. */
export interface Hostile {
  readonly id: string
  /** What `amount` counts. */
  readonly unit: string
  readonly amount: number
  /** A small tree, path → text, that holds the attack at a size. */
  readonly tree: (amount: number) => Readonly<Record<string, string>>
}

/** Lines, one for each number from 0 on. */
export const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

/** A tree of one Dockerfile. */
export const dockerfile = (text: string): Readonly<Record<string, string>> => ({ Dockerfile: text })

/** A tree of one compose file. */
export const compose = (text: string): Readonly<Record<string, string>> => ({ 'compose.yaml': text })

/** Repeats a text to about a number of bytes, no more. */
export const upTo = (bytes: number, text: string): string => text.repeat(Math.max(1, Math.floor(bytes / text.length)))

/** Bytes of a long line, close below what BuildKit reads. */
export const LINE = 65_000
