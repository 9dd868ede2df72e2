import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { FILLING_BODIES, GENERATOR_VERSION, generateFiles, generateFilling, type Extent } from './generate/repository.js'

/** A generated repository on disk. */
export interface Repository {
  readonly folder: string
  /** Dockerfiles and compose files. */
  readonly files: number
  /** All tracked files. */
  readonly tracked: number
  /** Bytes of the Dockerfiles and compose files. */
  readonly bytes: number
}

/**
 * The repository for a seed and an extent: kept under `cache` from one run to the next, made where it is missing or was left half done.
 * Its last commit changes CHANGED_FILES files. Throws if git fails.
 */
export function repositoryFor(cache: string, seed: number, extent: Extent): Repository {
  const folder = join(cache, `${extent.files}-of-${extent.files + extent.others}-seed-${seed}-v${GENERATOR_VERSION}`)
  const done = join(folder, '.git', 'bench.json')
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(done, JSON.stringify(make(folder, seed, extent)))
  }
  const { tracked, bytes } = countsOf(JSON.parse(readFileSync(done, 'utf8')))
  return { folder, files: extent.files, tracked, bytes }
}

interface Counts {
  readonly tracked: number
  readonly bytes: number
}

function countsOf(value: unknown): Counts {
  if (typeof value !== 'object' || value === null) throw new Error('bench.json is damaged: remove the cache folder')
  return { tracked: 'tracked' in value ? Number(value.tracked) : 0, bytes: 'bytes' in value ? Number(value.bytes) : 0 }
}

/** Both commits go through git's fast import and one checkout writes the files: what a clone leaves, in a fraction of the time of adding them. */
function make(folder: string, seed: number, extent: Extent): Counts {
  git(folder, ['init', '-q', '-b', 'main'])
  const stream = join(folder, '.git', 'bench.stream')
  const counts = writeStream(stream, seed, extent)
  const input = openSync(stream, 'r')
  git(folder, ['-c', 'pack.compression=1', 'fast-import', '--quiet', '--depth=0'], input)
  closeSync(input)
  rmSync(stream)
  git(folder, ['checkout', '-q', '-f', 'main'])
  return counts
}

function writeStream(path: string, seed: number, extent: Extent): Counts {
  const output = openSync(path, 'w')
  let pending: string[] = []
  const put = (text: string): void => {
    pending.push(text)
    if (pending.length >= 4096) flush()
  }
  const flush = (): void => {
    writeSync(output, pending.join(''))
    pending = []
  }
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  const commit = (subject: string): string =>
    `commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\n${data(subject)}`
  FILLING_BODIES.forEach((body, index) => put(`blob\nmark :${index + 1}\n${data(body)}`))
  const later: string[] = []
  let tracked = 0
  let bytes = 0
  put(commit('Everything'))
  for (const { path: file, text, before, style } of generateFiles(seed, extent)) {
    put(`M 100644 inline ${file}\n${data(before ?? text)}`)
    if (before !== undefined) later.push(`M 100644 inline ${file}\n${data(text)}`)
    if (style !== undefined) bytes += Buffer.byteLength(text)
    tracked++
  }
  for (const { path: file, body } of generateFilling(extent)) put(`M 100644 :${body + 1} ${file}\n`)
  put(commit('Change a few files'))
  later.forEach(put)
  flush()
  closeSync(output)
  return { tracked: tracked + extent.others, bytes }
}

function git(folder: string, args: readonly string[], input: number | 'ignore' = 'ignore'): void {
  const { status, stderr } = spawnSync('git', ['-C', folder, '-c', 'core.autocrlf=false', ...args], {
    stdio: [input, 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`git ${args[0] ?? ''} failed in ${folder}: ${stderr}`)
}
