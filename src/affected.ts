import { type Content, type Edge, type Files } from './model.js'
import { append } from './resolve/append.js'
import { NAMES_ASKED } from './resolve/inventory.js'
import { baseOf, folderOf } from './resolve/paths.js'
import { COMPOSE_FILE, ENV, isEnvFile } from './resolve/project-environment.js'
import { isDefaultName } from './resolve/project-folder.js'
import { type Survey } from './survey.js'

/** What a base is compared by. */
interface Compared {
  readonly files: Files
  readonly changed: ReadonlySet<string>
  readonly before: ReadonlySet<string>
}

/** Where files take in each other so often, a part of them could meet another limit than all of them do. */
const MAX_TAKEN = 1_000

/**
 * The folders in which the base may say something else than the head: those of what differs (of links, also of what they lead to), those where something
 * could not be read, those where compose files take in others, with variables from anywhere, or env files may name some; and all that build files of these,
 * or are built by them.
 *
 * What lies in other folders has the same text and the same surroundings on both sides, with two exceptions: env files that hold everywhere are for the
 * caller to see to, and what these folders reach at the base is for `staysWithin`. Undefined where the base is to be looked at as a whole.
 */
export function affectedFolders({ views, files: read }: Survey, head: Files, base: Compared): ReadonlySet<string> | undefined {
  const edges = views.flatMap(({ inventory }) => inventory.edges)
  const compose = new Set(read.flatMap(({ path, kind }) => (kind === 'compose' ? [path] : [])))
  const taken = edges.filter(({ to }) => compose.has(to))
  if (taken.length > MAX_TAKEN) return undefined
  const asked = new Set([...read.map(({ path }) => path), ...NAMES_ASKED.flatMap((test) => head.find(test))])
  const seeds = [
    ...base.changed,
    ...base.before,
    ...[...asked].filter((path) => base.files.identity(path) !== head.identity(path)),
    ...views.flatMap(({ inventory }) => inventory.problems.map(({ file }) => file)),
    ...taken.flatMap(({ from, to }) => [from, to]),
    // the files that one of these names at the base may be gone
    ...head.find(isEnvFile).filter((path) => mayNameFiles(head.read(path))),
  ]
  const appeared = (path: string): boolean => isThere(path, head) !== isThere(path, base.files)
  // what stands in a folder below a default file counts there (its `.env`), or comes between (a default file of its own)
  const below = seeds.filter((path) => baseOf(path) === ENV || (isDefaultName(baseOf(path)) && appeared(path)))
  return connected(new Set([...seeds.map(folderOf), ...below.flatMap(foldersAbove)]), edges)
}

function isThere(path: string, files: Files): boolean {
  return files.read(path).kind !== 'missing'
}

function foldersAbove(path: string): string[] {
  const folders: string[] = []
  for (let above = folderOf(path); above !== ''; folders.push(above)) above = folderOf(above)
  return folders
}

function mayNameFiles(content: Content): boolean {
  return content.kind === 'text' && content.text.includes(COMPOSE_FILE)
}

/** Whether all that a survey of some folders of the base reached lies in them: what else it builds or takes in, the head may not. */
export function staysWithin({ views, files }: Survey, folders: ReadonlySet<string>): boolean {
  const paths = [
    ...files.map(({ path }) => path),
    ...views.flatMap(({ inventory }) => inventory.edges.flatMap(({ from, to }) => [from, to])),
  ]
  return paths.every((path) => folders.has(folderOf(path)))
}

/** The folders that edges lead to or come from, over however many steps. */
function connected(seeds: ReadonlySet<string>, edges: readonly Edge[]): ReadonlySet<string> {
  const beside = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const [a, b] = [folderOf(from), folderOf(to)]
    if (a === b) continue
    append(beside, a, b)
    append(beside, b, a)
  }
  const found = new Set(seeds)
  for (const folder of found) for (const next of beside.get(folder) ?? []) found.add(next)
  return found
}
