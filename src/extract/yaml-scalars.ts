import { goFloat } from './go-text.js'

/** What go-yaml makes of a scalar; everything that is not a string is refused where compose wants one. */
export type ScalarType = 'string' | 'null' | 'bool' | 'int' | 'float' | 'time'

export interface Typed {
  readonly type: ScalarType
  /** A string's value; otherwise what Go's `%v` prints, which is what a build argument gets. */
  readonly text: string
}

const WORDS: ReadonlyMap<string, Typed> = new Map([
  ...words('null', '', ['', '~', 'null', 'Null', 'NULL']),
  ...words('bool', 'true', ['true', 'True', 'TRUE']),
  ...words('bool', 'false', ['false', 'False', 'FALSE']),
  ...words('float', 'NaN', ['.nan', '.NaN', '.NAN']),
  ...words('float', '+Inf', ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...words('float', '-Inf', ['-.inf', '-.Inf', '-.INF']),
  ...words('float', '-0', ['-0', '-0.0']),
])

function words(type: ScalarType, text: string, spellings: readonly string[]): readonly (readonly [string, Typed])[] {
  return spellings.map((spelling) => [spelling, { type, text }])
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})([.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|0|[1-9]\d*)$/

/** Numbers longer than that are floats at best; a limit, since the time to read a BigInt grows with the square of its digits. */
const MAX_DIGITS = 400

/**
 * The type of a plain scalar, as go-yaml's resolver finds it: YAML 1.2 words (`yes` is a string), but dates, octal numbers with a
 * leading 0 and underscores within numbers as in YAML 1.1.
 */
export function typeOfPlain(text: string): Typed {
  return (isSurelyText(text) ? undefined : typed(text)) ?? { type: 'string', text }
}

/** Whether a plain scalar can be nothing but a string, by its first character; most can. */
export function isSurelyText(text: string): boolean {
  const c = text.charCodeAt(0)
  // `n`, `t` and `f` begin `null`, `true` and `false`, in either case
  const letter = c | 32
  if (letter === 110 || letter === 116 || letter === 102) return text.length > 5 || text.length < 4
  return !((c >= 48 && c <= 57) || c === 43 || c === 45 || c === 46 || c === 126 || text.length === 0)
}

function typed(text: string): Typed | undefined {
  const first = text.charCodeAt(0)
  if (text.length < 16 && first >= 49 && first <= 57 && isDigits(text)) return { type: 'int', text }
  const word = WORDS.get(text)
  if (word !== undefined) return word
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  return numeric && text.length <= MAX_DIGITS ? numberOf(text) : undefined
}

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 48 || c > 57) return false
  }
  return true
}

/** What a number may hold. */
const NUMERIC = /^[-+.\w]+$/

function numberOf(text: string): Typed | undefined {
  if (text.startsWith('.')) return floatOf(text)
  const date = text.charCodeAt(4) === DASH ? DATE.exec(text) : null
  if (date !== null && isTimestamp(date)) return { type: 'time', text: goTime(date) }
  if (!NUMERIC.test(text)) return undefined
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  return integerOf(plain) ?? floatOf(plain)
}

const DASH = 45

function floatOf(text: string): Typed | undefined {
  const value = FLOAT.test(text) ? Number(text) : NaN
  return Number.isFinite(value) ? { type: 'float', text: goFloat(value) } : undefined
}

const MAX_UNSIGNED = 2n ** 64n - 1n
const MIN_SIGNED = -(2n ** 63n)

function integerOf(text: string): Typed | undefined {
  const match = INTEGER.exec(text)
  if (match === null) return undefined
  const [, sign = '', digits = ''] = match
  const octal = /^0[oO]?[0-7]/.test(digits)
  const magnitude = BigInt(octal ? `0o${digits.replace(/^0[oO]?/, '')}` : digits)
  const value = sign === '-' ? -magnitude : magnitude
  const signed = value >= MIN_SIGNED && value < -MIN_SIGNED
  // what does not fit 64 bits is tried as unsigned, which takes no sign, and then as a float
  return signed || (sign === '' && value <= MAX_UNSIGNED) ? { type: 'int', text: String(value) } : undefined
}

/** Whether time.Parse takes it: a zone needs the `T`, and `T` needs a zone. */
function isTimestamp([text, year, month, day, hour = '0', minute = '0', second = '0', , zone]: RegExpExecArray): boolean {
  const timed = text.includes(':')
  if (timed && /[Tt]/.test(text) !== (zone !== undefined)) return false
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || Number(month) < 1 || Number(month) > 12) return false
  const last = new Date(Date.UTC(2000, Number(month), 0)).getUTCDate()
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  return Number(day) >= 1 && Number(day) <= (Number(month) === 2 && !leap ? 28 : last)
}

/** time.Time's String. */
function goTime([
  ,
  year = '',
  month = '',
  day = '',
  hour = '0',
  minute = '0',
  second = '0',
  fraction = '',
  zone = 'Z',
]: RegExpExecArray): string {
  const digits = fraction.slice(1).replace(/0+$/, '').slice(0, 9)
  const time = [hour, minute, second].map((part) => part.padStart(2, '0')).join(':')
  const offset = zone.replace(':', '')
  const named = zone === 'Z' || /^[-+]00:00$/.test(zone) ? '+0000 UTC' : `${offset} ${offset}`
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${time}${digits === '' ? '' : `.${digits}`} ${named}`
}
