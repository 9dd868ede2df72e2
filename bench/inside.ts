import { list } from '../src/check.js'
import { loadWholeReader } from '../src/extract/compose.js'
import { type Content, type Files } from '../src/model.js'
import { HOSTILE, type Hostile } from './hostile.js'

/** What one attack cost in milliseconds: at its full amount, at the first time (elapsed, and of processor time); of processor time at parts of the amount. */
export interface HostileTimes {
  readonly id: string
  readonly unit: string
  readonly amount: number
  readonly first: number
  readonly firstProcessor: number
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly problems: number
  readonly references: number
}

const PARTS = [1 / 4, 1 / 2, 1] as const

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

/** Short runs are repeated until this much time is spent, or they are lost in the clock's noise. */
const ENOUGH_MILLISECONDS = 60

async function once(
  tree: Readonly<Record<string, string>>,
): Promise<{ readonly elapsed: number; readonly processor: number; readonly problems: number; readonly references: number }> {
  const files = table(tree)
  const [before, start] = [performance.now(), process.cpuUsage()]
  const { problems, verdicts } = await list(files, { paths: [], platforms: PLATFORMS, envFiles: [] })
  const [elapsed, processor] = [performance.now() - before, cpuMilliseconds(start)]
  return { elapsed, processor, problems: problems.length, references: verdicts.length }
}

/** Of processor time since then: what else the machine does is not in it. */
function cpuMilliseconds(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

async function measure({ id, unit, amount, tree }: Hostile, scale: number): Promise<HostileTimes> {
  const full = amount * scale
  const { elapsed: first, processor: firstProcessor, problems, references } = await once(tree(full))
  const points: { x: number; y: number }[] = []
  for (const part of PARTS) {
    const x = Math.floor(full * part)
    const input = tree(x)
    const times: number[] = []
    for (let spent = 0; times.length < 3 || (spent < ENOUGH_MILLISECONDS && times.length < 50); spent += times.at(-1) ?? 0)
      times.push((await once(input)).processor)
    points.push({ x, y: middle(times) })
  }
  return { id, unit, amount: full, first, firstProcessor, points, problems, references }
}

function middle(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN
}

function table(tree: Readonly<Record<string, string>>): Files {
  const texts = new Map(Object.entries(tree))
  const paths = [...texts.keys()].sort()
  const folders = new Set(paths.flatMap((path) => path.split('/').map((_, depth, parts) => parts.slice(0, depth).join('/'))))
  return {
    find: (test) => paths.filter((path) => test(path.slice(path.lastIndexOf('/') + 1))),
    settled: () => Promise.resolve(),
    read: (path): Content => {
      const text = texts.get(path)
      return text === undefined ? { kind: 'missing' } : { kind: 'text', text }
    },
    isFolder: (path) => folders.has(path),
    identity: (path) => path,
  }
}

await loadWholeReader()
const [scale = '1', ...ids] = process.argv.slice(2)
for (const attack of HOSTILE) {
  if (ids.length === 0 || ids.includes(attack.id)) process.stdout.write(`${JSON.stringify(await measure(attack, Number(scale)))}\n`)
}
