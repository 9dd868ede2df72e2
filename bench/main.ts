import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Extent } from './generate/repository.js'
import { actionOn } from './action.js'
import { asMarkdown, asText, withTable } from './print.js'
import { type Bench, type Result, type Row, type Size } from './row.js'
import { INSIDE_ROWS } from './rows-inside.js'
import { PROCESS_ROWS } from './rows-processes.js'
import { repositoryFor, type Repository } from './store.js'

const HELP = `npm run bench -- [options]

  --quick            small sizes and few rounds: does it run, not how fast is it
  --rows A,B         only these rows: ROWS
  --seed N           seed of the generated repositories (1)
  --cache FOLDER     where they are kept (.cache/bench/repositories)
  --cli FILE         the command line to measure (dist/cli/index.js)
  --action FILE      the action to measure (dist/index.js)
  --output FILE      where the JSON goes (bench/out/results.json)
  --markdown FILE    also writes the table between the marks in this document
  --strict           exit 1 if a target is missed
`

const EXTENTS: Readonly<Record<Size, Extent>> = {
  '10': { files: 10, others: 40 },
  '1k': { files: 1_000, others: 1_000 },
  '1k-mono': { files: 1_000, others: 13_000 },
  '10k': { files: 10_000, others: 10_000 },
  '15k-mono': { files: 15_000, others: 198_700 },
  '30k': { files: 30_000, others: 30_000 },
  '60k': { files: 60_000, others: 60_000 },
  '100k': { files: 100_000, others: 100_000 },
}

const ROWS: readonly Row[] = [...PROCESS_ROWS, ...INSIDE_ROWS]

const QUICK_ROUNDS = 3

interface Launcher {
  /** Folder of the bench. */
  readonly bench: string
  readonly bundle: (name: string) => Promise<string>
}

/** Runs the bench; gives the exit status: 2 for a wrong argument or a row that could not be measured, 1 for a missed target under `--strict`. */
export async function main(args: readonly string[], { bench: folder, bundle }: Launcher): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const wanted = values.rows?.split(',') ?? ROWS.map(({ id }) => id)
  const unknown = wanted.filter((id) => !ROWS.some((row) => row.id === id))
  if (values.help === true || unknown.length > 0) {
    process.stdout.write(HELP.replace('ROWS', ROWS.map(({ id }) => id).join(' ')))
    return unknown.length > 0 ? 2 : 0
  }
  const root = dirname(resolve(folder))
  const seed = Number(values.seed)
  const cache = resolve(values.cache ?? join(root, '.cache/bench/repositories'))
  const programs = {
    cli: resolve(values.cli ?? join(root, 'dist/cli/index.js')),
    action: resolve(values.action ?? join(root, 'dist/index.js')),
  }
  const bench = createBench({ quick: values.quick === true, folder, cache, seed, bundle, ...programs })
  const { results, failures } = await measureRows(
    bench,
    ROWS.filter(({ id }) => wanted.includes(id)),
  )
  process.stdout.write(`\n${asText(results)}`)
  const machine = {
    node: process.version,
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? '',
    platform: `${process.platform}/${process.arch}`,
  }
  write(
    values.output ?? join(folder, 'out/results.json'),
    `${JSON.stringify({ version: 1, seed, quick: bench.quick, machine, results }, null, 2)}\n`,
  )
  if (values.markdown !== undefined) fillIn(values.markdown, results, machine)
  if (failures > 0) return 2
  return values.strict === true && results.some(({ passed }) => passed === false) ? 1 : 0
}

const OPTIONS = {
  quick: { type: 'boolean' },
  strict: { type: 'boolean' },
  help: { type: 'boolean' },
  rows: { type: 'string' },
  seed: { type: 'string', default: '1' },
  cache: { type: 'string' },
  cli: { type: 'string' },
  action: { type: 'string' },
  output: { type: 'string' },
  markdown: { type: 'string' },
} as const

async function measureRows(
  bench: Bench,
  rows: readonly Row[],
): Promise<{ readonly results: readonly Result[]; readonly failures: number }> {
  const results: Result[] = []
  let failures = 0
  for (const { id, measure } of rows) {
    process.stderr.write(`measuring ${id} …\n`)
    try {
      results.push(...(await measure(bench)))
    } catch (error) {
      failures++
      process.stderr.write(`${id} could not be measured: ${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  return { results, failures }
}

interface Setting {
  readonly quick: boolean
  readonly folder: string
  readonly cache: string
  readonly seed: number
  readonly cli: string
  readonly action: string
  readonly bundle: (name: string) => Promise<string>
}

function createBench({ quick, folder, cache, seed, cli, action, bundle }: Setting): Bench {
  const made = new Map<Size, Repository>()
  return {
    quick,
    folder,
    bundle,
    rounds: (count) => (quick ? Math.min(count, QUICK_ROUNDS) : count),
    repository(size) {
      const repository = made.get(size) ?? repositoryFor(cache, seed, EXTENTS[size])
      made.set(size, repository)
      return repository
    },
    check: (repository, ...args) => ({ command: [process.execPath, cli, 'check', ...args], folder: repository.folder, expected: [0, 1] }),
    action: (repository) => actionOn(action, repository, cache),
    child: (name, repository, ...args) => ({
      command: [process.execPath, join(folder, 'children', name), ...args],
      folder: repository.folder,
      expected: [0],
    }),
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

function fillIn(path: string, results: readonly Result[], { node, cpus: cores, cpu }: { node: string; cpus: number; cpu: string }): void {
  const filled = withTable(readFileSync(path, 'utf8'), `Measured with Node ${node} on ${cores} cores (${cpu}).\n\n${asMarkdown(results)}`)
  if (filled === undefined) process.stderr.write(`${path} has no marks for the table\n`)
  else writeFileSync(path, filled)
}
