import { readdirSync, type Dirent } from 'node:fs'
import { codeOf } from './disk.js'
import { escapedPath, isOdd } from './listing.js'

/** What a walk met. Paths are text; those that are not UTF-8 are escaped, and `bytes` holds what they really are. */
export interface Walked {
  /** Files, links and whatever else is no folder. */
  readonly paths: readonly string[]
  readonly folders: readonly string[]
  readonly bytes: ReadonlyMap<string, Buffer>
  /** Folders that could not be listed, with the system's word for the reason. */
  readonly closed: ReadonlyMap<string, string>
}

const SKIPPED = new Set(['.git', 'node_modules'])

/** Everything below a folder that git does not care for. Links are told and not followed, so that no circle can arise. */
export function walk(root: string): Walked {
  const paths: string[] = []
  const folders: string[] = []
  const bytes = new Map<string, Buffer>()
  const closed = new Map<string, string>()
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      for (const { path, real, entry } of entriesOf(root, folder, bytes.get(folder))) {
        if (real !== undefined) bytes.set(path, real)
        if (!entry.isDirectory()) paths.push(path)
        else if (!SKIPPED.has(path.slice(path.lastIndexOf('/') + 1))) {
          folders.push(path)
          waiting.push(path)
        }
      }
    } catch (error) {
      closed.set(folder, codeOf(error))
    }
  }
  return { paths, folders, bytes, closed }
}

interface Entry {
  readonly path: string
  readonly real?: Buffer
  readonly entry: Dirent | Dirent<Buffer>
}

function entriesOf(root: string, folder: string, real: Buffer | undefined): Entry[] {
  if (real === undefined) {
    const entries = readdirSync(folder === '' ? root : `${root}/${folder}`, { withFileTypes: true })
    const decoded = !entries.some(({ name }) => isOdd(name))
    if (decoded) return entries.map((entry) => ({ path: below(folder, entry.name), entry }))
  }
  const parent = real ?? Buffer.from(folder)
  const full = Buffer.concat([Buffer.from(`${root}/`), parent])
  return readdirSync(full, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
    const path = parent.length === 0 ? entry.name : Buffer.concat([parent, Buffer.from('/'), entry.name])
    const escaped = escapedPath(path)
    return escaped === undefined ? { path: path.toString('utf8'), entry } : { path: escaped, real: path, entry }
  })
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}
