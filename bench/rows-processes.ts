import { readFileSync } from 'node:fs'
import { transformSync } from 'esbuild'
import { exponent, inTurns, loadedScripts, median, peakMegabytes } from './measure.js'
import { digits, type Bench, type Result, type Row, type Size } from './row.js'

const START_LIMIT_MS = 25
const ACTION_LIMIT_MS = 80
const LOADED_LIMIT_KB = 400
const LARGE_LIMIT = 3
const GROWTH_LIMIT = 1.05
const BASE_LIMIT = 1.5

/** A 10-file repository: what a normal pull request waits for, above an empty process; with the compiled code of an earlier run, and without. */
function start(bench: Bench): readonly Result[] {
  const check = bench.check(bench.repository('10'))
  const alone = { ...check, environment: { ...check.environment, NODE_DISABLE_COMPILE_CACHE: '1' } }
  return [
    aboveEmpty(bench, 'start', '10-file repository, `check`', START_LIMIT_MS, check),
    aboveEmpty(bench, 'start-alone', 'the same without compiled code of an earlier run', START_LIMIT_MS, alone),
  ]
}

function action(bench: Bench): readonly Result[] {
  const repository = bench.repository('10')
  return [aboveEmpty(bench, 'action', "the action's bundle, same work, comment off", ACTION_LIMIT_MS, bench.action(repository))]
}

function aboveEmpty(bench: Bench, id: string, title: string, limit: number, program: ReturnType<Bench['check']>): Result {
  const [empty = [], full = []] = inTurns([bench.child('empty.cjs', bench.repository('10')), program], bench.rounds(15))
  const value = median(full.map((milliseconds, index) => milliseconds - (empty[index] ?? NaN)))
  const measured = `${digits(value, 1)} ms over an empty Node process (${digits(median(empty), 1)} ms)`
  return {
    id,
    title,
    target: `≤ ${limit} ms over an empty Node process`,
    measured,
    value,
    passed: value <= limit,
    samples: { empty, full },
  }
}

/** The scripts that a check of a small repository loads, as a bundler would minify them. */
function loaded(bench: Bench): readonly Result[] {
  const scripts = loadedScripts(bench.check(bench.repository('10'))).map(({ path, bytes }) => {
    const text = readFileSync(path, 'utf8')
    // a script that is one expression would be left out as something that nobody uses
    const { code } = transformSync(path.endsWith('program.js') ? `module.exports =${text}` : text, {
      minify: true,
      format: path.endsWith('.cjs') ? 'cjs' : 'esm',
      target: 'node20',
    })
    return { path, bytes, minified: Buffer.byteLength(code) }
  })
  const value = scripts.reduce((sum, { minified }) => sum + minified, 0) / 1000
  const plain = scripts.reduce((sum, { bytes }) => sum + bytes, 0) / 1000
  const measured = `${digits(value, 0)} kB in ${scripts.length} files (${digits(plain, 0)} kB as they are)`
  const title = "code loaded on the command line's common path"
  return [
    {
      id: 'loaded',
      title,
      target: `≤ ${LOADED_LIMIT_KB} kB minified`,
      measured,
      value,
      passed: scripts.length > 0 && value <= LOADED_LIMIT_KB,
      samples: { scripts },
    },
  ]
}

/** The large repository against the floor: git's list and a read of the same files. */
function large(bench: Bench): readonly Result[] {
  const repository = bench.repository(bench.quick ? '1k-mono' : '15k-mono')
  const others = ['-co', '--exclude-standard']
  const programs = [
    bench.child('list-and-read.cjs', repository),
    bench.check(repository),
    bench.child('list-and-read.cjs', repository, ...others),
    bench.check(repository, '--format', 'json'),
    bench.child('empty.cjs', repository),
  ]
  const [floor = [], full = [], wideFloor = [], json = [], empty = []] = inTurns(programs, bench.rounds(5))
  const value = median(full.map((milliseconds, index) => milliseconds / (floor[index] ?? NaN)))
  const wide = median(full.map((milliseconds, index) => milliseconds / (wideFloor[index] ?? NaN)))
  const asJson = median(json.map((milliseconds, index) => milliseconds / (floor[index] ?? NaN)))
  const title = `${repository.files} files in a repository of ${repository.tracked}`
  const times = `${digits(median(full), 0)} ms, floor ${digits(median(floor), 0)} ms`
  const samples = { floor, full, wideFloor, json, empty }
  return [
    {
      id: 'large',
      title,
      target: `≤ ${LARGE_LIMIT} × git ls-files and reading the files`,
      measured: `${digits(value, 2)} × (${times})`,
      value,
      passed: value <= LARGE_LIMIT,
      samples,
    },
    {
      id: 'large-untracked',
      title: 'the same, against a list with the untracked files',
      target: '',
      measured: `${digits(wide, 2)} × (floor ${digits(median(wideFloor), 0)} ms)`,
      value: wide,
      samples: {},
    },
    {
      id: 'large-json',
      title: 'the same, every reference printed as JSON',
      target: '',
      measured: `${digits(asJson, 2)} × (${digits(median(json), 0)} ms)`,
      value: asJson,
      samples: {},
    },
  ]
}

/** How the time grows with the files, without what a run on ten files takes. */
function growth(bench: Bench): readonly Result[] {
  const sizes: readonly Size[] = bench.quick ? ['1k', '10k'] : ['10k', '30k', '60k', '100k']
  const repositories = sizes.map((size) => bench.repository(size))
  const small = bench.check(bench.repository('10'))
  const [base = [], ...times] = inTurns([small, ...repositories.map((repository) => bench.check(repository))], bench.rounds(3))
  const points = repositories.map(({ files }, index) => ({
    x: files,
    y: median((times[index] ?? []).map((milliseconds, round) => milliseconds - (base[round] ?? NaN))),
  }))
  const value = exponent(points)
  const shown = points.map(({ x, y }) => `${x}: ${digits(y, 0)} ms`).join(', ')
  const title = `growth from ${sizes[0] ?? ''} to ${sizes.at(-1) ?? ''} files`
  const measured = `exponent ${digits(value, 3)} (${shown})`
  return [
    {
      id: 'growth',
      title,
      target: `exponent ≤ ${GROWTH_LIMIT}, net of start-up`,
      measured,
      value,
      passed: value <= GROWTH_LIMIT,
      samples: { base, times, points },
    },
  ]
}

function memory(bench: Bench): readonly Result[] {
  const limits: readonly (readonly [Size, number])[] = bench.quick
    ? [['10', 70]]
    : [
        ['10', 70],
        ['15k-mono', 150],
        ['100k', 300],
      ]
  return limits.map(([size, limit]) => {
    const repository = bench.repository(size)
    const peaks = Array.from({ length: bench.rounds(3) }, () => peakMegabytes(bench.check(repository), bench.folder))
    const value = median(peaks)
    const empty = peakMegabytes(bench.child('empty.cjs', repository), bench.folder)
    const measured = `${digits(value, 0)} MB (empty Node ${digits(empty, 0)} MB)`
    return {
      id: `memory-${size}`,
      title: `peak memory, ${repository.files} files`,
      target: `≤ ${limit} MB`,
      measured,
      value,
      passed: value <= limit,
      samples: { peaks, empty },
    }
  })
}

/** A pull request on a large repository: the base is judged as well. */
function base(bench: Bench): readonly Result[] {
  const repository = bench.repository(bench.quick ? '1k-mono' : '15k-mono')
  const [without = [], withBase = []] = inTurns([bench.check(repository), bench.check(repository, '--base', 'HEAD~1')], bench.rounds(5))
  const value = median(withBase.map((milliseconds, index) => milliseconds / (without[index] ?? NaN)))
  const title = `\`--base REV\` on ${repository.files} files with 10 changed`
  const measured = `${digits(value, 2)} × (${digits(median(withBase), 0)} ms, without ${digits(median(without), 0)} ms)`
  return [
    {
      id: 'base',
      title,
      target: `≤ ${BASE_LIMIT} × the run without it`,
      measured,
      value,
      passed: value <= BASE_LIMIT,
      samples: { without, withBase },
    },
  ]
}

/** The rows that run the program as its users do. */
export const PROCESS_ROWS: readonly Row[] = [
  { id: 'start', measure: start },
  { id: 'action', measure: action },
  { id: 'loaded', measure: loaded },
  { id: 'large', measure: large },
  { id: 'growth', measure: growth },
  { id: 'memory', measure: memory },
  { id: 'base', measure: base },
]
