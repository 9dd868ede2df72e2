import { type NameTest } from '../model.js'
import { append } from './append.js'
import { baseOf, folderOf } from './paths.js'

/** The names that compose looks for in a folder; the first one wins. */
const DEFAULT_NAMES: readonly string[] = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

/** Of names that compose finds by itself. */
export const isDefaultName: NameTest = Object.assign((name: string): boolean => DEFAULT_NAMES.includes(name), {
  // `c…l` or `d…l`
  bytes: (list: Uint8Array, start: number, end: number): boolean =>
    (list[start] === 0x63 || list[start] === 0x64) && list[end - 1] === 0x6c && end - start >= SHORTEST_DEFAULT,
})

const SHORTEST_DEFAULT = Math.min(...DEFAULT_NAMES.map((name) => name.length))

/** Here `.yml` comes first. */
const OVERRIDE_NAMES: readonly string[] = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
]

/** A file of a folder. */
interface Named {
  readonly path: string
}

/** The default file of a folder and its override, where there are some. */
export function defaultsOf<File extends Named>(
  together: readonly File[],
): { readonly main: File | undefined; readonly override: File | undefined } {
  return { main: firstOf(DEFAULT_NAMES, together), override: firstOf(OVERRIDE_NAMES, together) }
}

function firstOf<File extends Named>(names: readonly string[], together: readonly File[]): File | undefined {
  let first: File | undefined
  let best = names.length
  for (const one of together) {
    const at = names.indexOf(baseOf(one.path))
    if (at < 0 || at >= best) continue
    best = at
    first = one
  }
  return first
}

/** Files by the folder they lie in, each list in the order of the files. */
export function groupByFolder<File extends Named>(files: readonly File[]): ReadonlyMap<string, readonly File[]> {
  const folders = new Map<string, File[]>()
  for (const file of files) append(folders, folderOf(file.path), file)
  return folders
}
