/** What separates a keyword from its arguments, and the arguments of FROM: `[\t\v\f\r ]`. */
export function isBlank(c: number): boolean {
  return c === 32 || c === 9 || (c >= 11 && c <= 13)
}

/** UTF-16 units of the character at an index: 2 for a surrogate pair. */
export function pointLength(text: string, at: number): 1 | 2 {
  const c = text.charCodeAt(at)
  if (c < 0xd800 || c > 0xdbff) return 1
  const low = text.charCodeAt(at + 1)
  return low >= 0xdc00 && low <= 0xdfff ? 2 : 1
}

/** Go's `unicode.IsLetter` on the character at an index; false at the end of the text. */
export function isLetterAt(text: string, at: number): boolean {
  const c = text.charCodeAt(at)
  if (c < 128) return (c >= 97 && c <= 122) || (c >= 65 && c <= 90)
  return at < text.length && /^\p{L}$/u.test(text.slice(at, at + pointLength(text, at)))
}

/** Go's `unicode.IsDigit` on the character at an index; false at the end of the text. */
export function isDigitAt(text: string, at: number): boolean {
  const c = text.charCodeAt(at)
  if (c < 128) return c >= 48 && c <= 57
  return at < text.length && /^\p{Nd}$/u.test(text.slice(at, at + pointLength(text, at)))
}

/** Go's `strings.ToLower`: JavaScript lowers `İ` to two characters. */
export function lower(text: string): string {
  return text.includes('\u0130') ? text.replaceAll('\u0130', 'i').toLowerCase() : text.toLowerCase()
}

/** The same text in memory of its own: V8 keeps the whole text alive of which a longer string was cut. */
export function ownCopy(text: string): string {
  return text.length < SHORTEST_CUT ? text : ` ${text}`.slice(1)
}

/** UTF-16 units from which on V8 cuts without copying. */
const SHORTEST_CUT = 13
