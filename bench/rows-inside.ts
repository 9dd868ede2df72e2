import { spawnSync } from 'node:child_process'
import { POLICY_PATTERNS } from './generate/policy.js'
import { HOSTILE } from './hostile.js'
import { exponent, median } from './measure.js'
import { digits, type Bench, type Result, type Row } from './row.js'

const HOSTILE_LIMIT_MS = 300
const HOSTILE_GROWTH_LIMIT = 1.15

/**
 * Below this the compiler and the garbage collector decide how a time grows, not the input: each takes 5 to 20 ms in one run and none in the next.
 * What grows with the square of the input is far above it at these sizes.
 */
const MEASURABLE_MS = 25

/** An attack that takes longer than this is told as a failure, not waited for. */
const PATIENCE_MS = 60_000

/** Each attack in a process of its own: nothing is warm, and one that never ends spoils no other. */
async function hostile(bench: Bench): Promise<readonly Result[]> {
  const program = await bench.bundle('inside')
  return HOSTILE.map(({ id, amount, unit }) => {
    const scale = bench.quick ? 0.25 : 1
    const title = `hostile: ${Math.floor(amount * scale)} ${unit}`
    const target = `≤ ${HOSTILE_LIMIT_MS} ms, exponent ≤ ${HOSTILE_GROWTH_LIMIT}`
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, String(scale), id], {
      encoding: 'utf8',
      timeout: PATIENCE_MS,
      maxBuffer: 1 << 26,
    })
    if (status !== 0)
      return {
        id: `hostile-${id}`,
        title,
        target,
        measured: status === null ? 'did not end' : lastLine(stderr),
        value: NaN,
        passed: false,
        samples: {},
      }
    const times = timesOf(JSON.parse(stdout))
    const growing = (times.points.at(-1)?.y ?? 0) >= MEASURABLE_MS
    const value = growing ? exponent(times.points) : NaN
    const spent = `${digits(times.first, 0)} ms (${digits(times.firstProcessor, 0)} ms of processor time)`
    const measured = `${spent}, ${growing ? `exponent ${digits(value, 2)}` : 'too fast for an exponent'}`
    const passed = times.first <= HOSTILE_LIMIT_MS && (!growing || value <= HOSTILE_GROWTH_LIMIT)
    return { id: `hostile-${id}`, title, target, measured, value: times.first, passed, samples: { ...times } }
  })
}

interface Times {
  /** What somebody waits; compiling and collecting go on beside it, which takes more processor time. */
  readonly first: number
  readonly firstProcessor: number
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly problems: unknown
  readonly references: unknown
}

function timesOf(value: unknown): Times {
  const fields = fieldsOf(value)
  const list: unknown = fields.get('points')
  const points = (Array.isArray(list) ? list : []).map((point: unknown) => {
    const pair = fieldsOf(point)
    return { x: Number(pair.get('x')), y: Number(pair.get('y')) }
  })
  return {
    first: Number(fields.get('first')),
    firstProcessor: Number(fields.get('firstProcessor')),
    points,
    problems: fields.get('problems'),
    references: fields.get('references'),
  }
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}))
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .find((line) => line.includes('Error')) ?? 'failed'
  )
}

/** What the policy costs alone: a judge is made and asked for every reference; of five rounds the first is the cold one that a check pays. */
async function policy(bench: Bench): Promise<readonly Result[]> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [await bench.bundle('inside-policy')], {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  })
  if (status !== 0) throw new Error(lastLine(stderr))
  const fields = fieldsOf(JSON.parse(stdout))
  const list: unknown = fields.get('times')
  const times = (Array.isArray(list) ? list : []).map(Number)
  const measured = `${digits(times[0] ?? NaN, 0)} ms at first, then ${digits(median(times.slice(1)), 0)} ms; ${String(fields.get('findings'))} findings`
  return [
    {
      id: 'policy',
      title: `${POLICY_PATTERNS} patterns × 100000 references`,
      target: '',
      measured,
      value: median(times),
      samples: { times },
    },
  ]
}

/** The rows that run parts of the program inside a process of the bench. */
export const INSIDE_ROWS: readonly Row[] = [
  { id: 'hostile', measure: hostile },
  { id: 'policy', measure: policy },
]
