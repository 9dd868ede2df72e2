/** Pairs that template languages put around what they fill in: Go, Jinja, Mustache, Handlebars; Jinja statements and comments; ERB. */
const MARKS: readonly (readonly [open: string, close: string])[] = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
  ['<%', '%>'],
]

/** What closes the mark that opens at an offset; undefined if none does. */
export function opensMark(text: string, at: number): string | undefined {
  const c = text.charAt(at)
  if (c !== '{' && c !== '<') return undefined
  return MARKS.find(([open]) => text.startsWith(open, at))?.[1]
}

/** The offset behind the closing mark, which stands before `to`; -1 if it does not. */
export function closeOfMark(text: string, from: number, to: number, close: string): number {
  const found = text.slice(from, to).indexOf(close)
  return found < 0 ? -1 : from + found + close.length
}

/** The offset behind a mark that opens at `at`: blanks in it separate nothing. `at` itself if none opens, or if it is not closed. */
export function skipMark(text: string, at: number): number {
  const close = opensMark(text, at)
  if (close === undefined || (missed.text === text && missed.close === close && missed.from <= at)) return at
  const end = text.indexOf(close, at)
  if (end >= 0) return end + close.length
  missed = { text, close, from: at }
  return at
}

/** Where the end of a mark was looked for last in vain: it is not looked for at each opening of a long text. */
let missed = { text: '', close: '', from: 0 }

/** Whether a text holds a mark of a template language, `@NAME@` (configure) or `%%NAME%%`. */
export function hasMark(text: string): boolean {
  return MARKS.some(([open]) => text.includes(open)) || /@[A-Za-z_][A-Za-z0-9_]{0,100}@|%%[A-Za-z_][A-Za-z0-9_]{0,100}%%/.test(text)
}

/** The marks in a value, as written; undefined if there is none. */
export function marksIn(value: string): readonly string[] | undefined {
  if (!hasMark(value)) return undefined
  const marks: string[] = []
  const named = /@[A-Za-z_][A-Za-z0-9_]{0,100}@|%%[A-Za-z_][A-Za-z0-9_]{0,100}%%/y
  for (let at = 0; at < value.length; at++) {
    let end = skipMark(value, at)
    named.lastIndex = at
    if (end === at && named.test(value)) end = named.lastIndex
    if (end === at) continue
    marks.push(value.slice(at, end))
    at = end - 1
  }
  return marks
}
