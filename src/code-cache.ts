import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { Script } from 'node:vm'

/*
 * What V8 made of the program's text is kept from one run to the next: reading and compiling it takes longer than a small repository.
 * Whoever writes such a file decides what runs, so it is used only from a folder that nobody else can write to.
 */

/** Versions of the program and of Node whose code is kept. */
const MAX_KEPT = 8

const NOBODY_ELSE = 0o077

/** Where code may be kept: in the user's own cache. Undefined if it was switched off, on machines that are thrown away after one run, and where nothing tells users apart. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>, workingFolder: string): string | undefined {
  if (env['NODE_DISABLE_COMPILE_CACHE'] || env['CI'] || process.getuid === undefined) return undefined
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env
  const base = isAbsolute(cache) ? cache : isAbsolute(home) ? join(home, '.cache') : undefined
  const folder = base && join(base, 'image-policy')
  // what is checked must not bring its own
  return folder?.startsWith(workingFolder.endsWith(sep) ? workingFolder : workingFolder + sep) ? undefined : folder
}

/**
 * Compiles a program, with what was kept of it if there is any. `key` names its text and what compiled it: V8 itself compares no more than lengths.
 * `keep`, called when the program has run, keeps what was compiled, and never throws.
 */
export function compile(
  source: string,
  filename: string,
  folder: string | undefined,
  key: string,
): { readonly script: Script; readonly keep: () => void } {
  const cachedData = folder === undefined ? undefined : readKept(folder, key)
  const script = new Script(source, { filename, ...(cachedData && { cachedData }) })
  const known = cachedData !== undefined && script.cachedDataRejected !== true
  return { script, keep: () => (folder === undefined || known ? undefined : write(folder, key, script)) }
}

function readKept(folder: string, key: string): Buffer | undefined {
  let descriptor: number | undefined
  try {
    if (!isOurs(lstatSync(folder)) || !lstatSync(folder).isDirectory()) return undefined
    descriptor = openSync(join(folder, key), constants.O_RDONLY | constants.O_NOFOLLOW)
    const stats = fstatSync(descriptor)
    return stats.isFile() && isOurs(stats) ? readFileSync(descriptor) : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function isOurs({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return uid === process.getuid?.() && (mode & NOBODY_ELSE) === 0
}

function write(folder: string, key: string, script: Script): void {
  try {
    // level by level: Node's recursive way never returns from where the kernel makes no folders, as below /proc
    for (const one of [dirname(folder), folder]) if (!existsSync(one)) mkdirSync(one, { mode: 0o700 })
    if (!isOurs(lstatSync(folder)) || !lstatSync(folder).isDirectory()) return
    const kept = readdirSync(folder)
    if (kept.length >= MAX_KEPT) for (const name of kept) rmSync(join(folder, name), { force: true, recursive: true })
    const unfinished = join(folder, `${key}.${process.pid}`)
    writeFileSync(unfinished, script.createCachedData(), { mode: 0o600, flag: 'wx' })
    renameSync(unfinished, join(folder, key))
  } catch {
    // the next run is no faster then
  }
}
