/*
 * How Go writes and cuts text where compose-go's answers depend on it.
 */

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
])

/** strconv.Quote: a double-quoted Go string; what does not print is escaped, and so is every space but the plain one. */
export function goQuote(text: string): string {
  return `"${text.replace(/["\\]|(?! )[\p{C}\p{Z}]/gu, escape)}"`
}

function escape(c: string): string {
  const short = SHORT_ESCAPES.get(c)
  if (short !== undefined) return short
  const code = c.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

/** unicode.IsSpace, for one UTF-16 unit. */
export function isGoSpace(c: number): boolean {
  if (c < 0x80) return c === 32 || (c >= 9 && c <= 13)
  return (
    c === 0x85 ||
    c === 0xa0 ||
    c === 0x1680 ||
    (c >= 0x2000 && c <= 0x200a) ||
    (c >= 0x2028 && c <= 0x2029) ||
    c === 0x202f ||
    c === 0x205f ||
    c === 0x3000
  )
}

/** strings.TrimRightFunc(text, unicode.IsSpace), as an end offset that is not before `from`. */
export function trimmedEnd(text: string, from: number, to: number): number {
  let end = to
  while (end > from && isGoSpace(text.charCodeAt(end - 1))) end--
  return end
}

/** A float as `%v` prints it: the shortest digits, an exponent below -4 and from 6 on. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  if (value === 0) return '0'
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return power >= 0 ? String(value) : small(value, digits, power)
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** JavaScript writes small numbers with an exponent from 1e-7 on, Go from 1e-5 on. */
function small(value: number, digits: string, power: number): string {
  return `${value < 0 ? '-' : ''}0.${'0'.repeat(-power - 1)}${digits.replace(/[-.]/g, '')}`
}
