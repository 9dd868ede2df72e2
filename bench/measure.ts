import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A program to be measured, as it is given to the operating system. */
export interface Program {
  readonly command: readonly [string, ...string[]]
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
  /** Exit statuses that mean that the work was done. */
  readonly expected: readonly number[]
}

/** Variables that would change what a measured program does. */
const FOREIGN = /^(NODE_|GITHUB_|INPUT_|RUNNER_|ACTIONS_|GIT_|CI$|NO_COLOR$|FORCE_COLOR$|npm_)/

function environmentOf(program: Program): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && !FOREIGN.test(name)) kept[name] = value
  return { ...kept, XDG_CACHE_HOME: CACHE, ...program.environment }
}

/** A cache for the measured programs alone. */
const CACHE = fileURLToPath(new URL('../xdg', import.meta.url))

/** Milliseconds from the start of a process to its end; what it prints goes nowhere. Throws if its exit status is not an expected one. */
export function timed(program: Program): number {
  const [file, ...args] = program.command
  const start = process.hrtime.bigint()
  const { status, stderr, error } = spawnSync(file, args, {
    cwd: program.folder,
    env: environmentOf(program),
    stdio: ['ignore', 'ignore', 'pipe'],
    maxBuffer: 1 << 28,
  })
  const milliseconds = Number(process.hrtime.bigint() - start) / 1e6
  if (error !== undefined) throw error
  if (status === null || !program.expected.includes(status)) {
    throw new Error(
      `exit status ${status ?? 'none'} from ${program.command.join(' ')} in ${program.folder}: ${stderr.toString('utf8').slice(0, 600)}`,
    )
  }
  return milliseconds
}

/** Times of programs that take turns, so that whatever else the machine does strikes all of them; each runs once before, unmeasured. */
export function inTurns(programs: readonly Program[], rounds: number): readonly (readonly number[])[] {
  for (const program of programs) timed(program)
  const times = programs.map((): number[] => [])
  for (let round = 0; round < rounds; round++) programs.forEach((program, index) => times[index]?.push(timed(program)))
  return times
}

/** The middle of some numbers; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2
}

/** The power of x that y grows with, by least squares on the logarithms; NaN of fewer than two points. */
export function exponent(points: readonly { readonly x: number; readonly y: number }[]): number {
  const logs = points.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }))
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length
  const [meanX, meanY] = [mean(logs.map(({ x }) => x)), mean(logs.map(({ y }) => y))]
  const above = logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  return above / logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
}

const PEAK = 'children/peak.cjs'

/**
 * The highest resident size of a Node program, in MB of 1024 × 1024 bytes, without the processes that it starts.
 * A process inherits the high-water mark of the one that forked it, so a shell stands between this program and the measured one.
 */
export function peakMegabytes(program: Program, benchFolder: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'peak-'))
  const file = join(folder, 'kilobytes')
  const [node, ...args] = program.command
  timed({
    ...program,
    command: ['sh', '-c', '"$@"; exit $?', 'sh', node, '--require', join(benchFolder, PEAK), ...args],
    environment: { ...program.environment, PEAK_FILE: file },
  })
  const kilobytes = Number(readFileSync(file, 'utf8'))
  rmSync(folder, { recursive: true })
  return kilobytes / 1024
}

/** The script files that a Node program loads, with their sizes in bytes: Node's own coverage names each script that ran. */
export function loadedScripts(program: Program): readonly { readonly path: string; readonly bytes: number }[] {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'))
  timed({ ...program, environment: { ...program.environment, NODE_V8_COVERAGE: folder } })
  const paths = readdirSync(folder).flatMap((name) => scriptsOf(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
  rmSync(folder, { recursive: true })
  return [...new Set(paths)].sort().map((path) => ({ path, bytes: statSync(path).size }))
}

function scriptsOf(coverage: unknown): readonly string[] {
  if (typeof coverage !== 'object' || coverage === null || !('result' in coverage) || !Array.isArray(coverage.result)) return []
  return coverage.result.flatMap((script: unknown) =>
    typeof script === 'object' && script !== null && 'url' in script && typeof script.url === 'string' && script.url.startsWith('file:')
      ? [fileURLToPath(script.url)]
      : [],
  )
}
