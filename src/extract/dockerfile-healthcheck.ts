import { splitArguments } from './dockerfile-words.js'
import { goQuote } from './go-text.js'
import { type Arguments, type Instruction } from './instructions.js'

const INTERVALS = ['interval', 'timeout', 'start-period', 'start-interval']

/** Durations that are surely not too short. */
const USUAL = /^[1-9][0-9]{0,5}(?:ms|s|m|h)$/

/** Docker's shortest interval. */
const MIN_NANOSECONDS = 1_000_000
const MAX_RETRIES = 2 ** 31 - 1

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['μs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
])

/** What BuildKit says of a HEALTHCHECK; undefined if it takes it. NONE takes any flag. */
export function healthcheckError(instruction: Instruction, given: Arguments, flagged: () => string | undefined): string | undefined {
  const { text, start, end, flags } = instruction
  const [first, second] = splitArguments(text, start, end)
  if (first === undefined) return 'HEALTHCHECK requires at least one argument'
  const type = text.slice(first.start, first.end).toUpperCase()
  const count = given.kind === 'json' ? given.values.length : second === undefined ? 0 : 1
  if (type === 'NONE') return count > 0 ? 'HEALTHCHECK NONE takes no arguments' : undefined
  const error = flagged()
  if (error !== undefined) return error
  if (type !== 'CMD') return `Unknown type ${goQuote(type)} in HEALTHCHECK (try CMD)`
  if (count === 0) return 'Missing command after HEALTHCHECK CMD'
  const values = new Map(flags.map(({ name, value }) => [name, value ?? '']))
  for (const name of INTERVALS) {
    const wrong = intervalError(name, values.get(name) ?? '')
    if (wrong !== undefined) return wrong
  }
  return retriesError(values.get('retries') ?? '')
}

function intervalError(name: string, value: string): string | undefined {
  if (value === '' || value === '0' || USUAL.test(value)) return undefined
  const duration = nanoseconds(value)
  if (typeof duration === 'string') return duration
  return duration !== 0 && duration < MIN_NANOSECONDS ? `Interval ${goQuote(name)} cannot be less than 1ms` : undefined
}

/** Go's time.ParseDuration; a string is its error. */
function nanoseconds(value: string): number | string {
  const sign = value.startsWith('-') ? -1 : 1
  let at = /^[-+]/.test(value) ? 1 : 0
  if (at === 1 && value.slice(1) === '0') return 0
  if (at >= value.length) return `time: invalid duration ${goQuote(value)}`
  let total = 0
  const part = /([0-9]*)(\.?)([0-9]*)([^0-9.]*)/y
  while (at < value.length) {
    part.lastIndex = at
    const [all = '', whole = '', , fraction = '', unit = ''] = part.exec(value) ?? []
    if (whole === '' && fraction === '') return `time: invalid duration ${goQuote(value)}`
    if (unit === '') return `time: missing unit in duration ${goQuote(value)}`
    const scale = UNITS.get(unit)
    if (scale === undefined) return `time: unknown unit ${goQuote(unit)} in duration ${goQuote(value)}`
    total += Number(`${whole || '0'}.${fraction || '0'}`) * scale
    at += all.length
  }
  return sign * total
}

function retriesError(value: string): string | undefined {
  if (value === '') return undefined
  if (!/^[-+]?[0-9]+$/.test(value)) return `strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`
  const retries = Number(value)
  if (Math.abs(retries) > MAX_RETRIES) return `strconv.ParseInt: parsing ${goQuote(value)}: value out of range`
  return retries < 0 ? `--retries cannot be negative (${retries})` : undefined
}
