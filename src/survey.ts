import { loadWholeReader, withWholeReader } from './extract/compose.js'
import { loadQuickReaders } from './extract/quick.js'
import { type Passing } from './extract/quick-uses.js'
import { prepareEngine } from './files/engine.js'
import { isDiscovered, kindOf, kindOfNamed, looksLikeCompose, looksLikeDockerfile } from './files/discover.js'
import {
  type FileKind,
  type Files,
  type Inventory,
  type NameTest,
  type Platforms,
  type Skipped,
  type SourceFile,
  type Value,
} from './model.js'
import { createCaches, InventoryTaking, NAMES_ASKED, type Caches } from './resolve/inventory.js'
import { folderOf } from './resolve/paths.js'
import { type Environment } from './resolve/project-environment.js'

/** What one policy layer says of files and of the values that the pipeline passes. */
export interface LayerView {
  /** A file that the layer wants read although its name does not tell; absent if it names none. */
  readonly extra?: (path: string) => FileKind | undefined
  readonly excluded: (path: string) => boolean
  readonly variables: ReadonlyMap<string, Value>
}

export interface SurveyOptions {
  /** Folders, or files that are read whatever their name; none means everything. */
  readonly paths: readonly string[]
  readonly platforms: Platforms
  readonly envFiles: readonly string[]
  readonly process?: ReadonlyMap<string, string>
  /** Text files to look into although their names do not tell: what a change touches. Waited for once there is nothing else to do. */
  readonly suspects?: ReadonlySet<string> | Promise<ReadonlySet<string>>
  /** Only a part of the tree, and what that reaches. */
  readonly only?: Part
}

/** Some folders of a tree. */
export interface Part {
  readonly folders: ReadonlySet<string>
  /** How many compose files the whole tree has: what they may take in of each other depends on it. */
  readonly composeFiles: number
}

/** What a tree names, as each layer sees it. */
export interface Survey {
  /** Layers that pass the same variables share one inventory. */
  readonly views: readonly { readonly layers: readonly number[]; readonly inventory: Inventory }[]
  readonly files: readonly SourceFile[]
  /** What passed at a quick look: it is in no inventory's references. */
  readonly passed: Inventory['passed']
  readonly skipped: readonly Skipped[]
  /** Suspects that were read for nothing but their text. */
  readonly suspected: ReadonlySet<string>
  /**
   * The paths under whose settings a layer judges a file: its own; for one that the layer excludes, also those of the files that reach it; none if nothing does.
   */
  readonly judgedAs: (layer: number, file: string) => readonly string[]
}

/** Of so many files a quick look at each saves more than its code takes to load. */
const MANY_FILES = 40

/** Of so many compose files one will need the whole YAML reader, and to begin again at that one would cost more than to load it now. */
const MANY_COMPOSE = 40

/**
 * Finds, reads and resolves everything; with no layers, once, without exclusions. A file that names only what `passing` lets pass is counted, and none of it
 * is kept.
 */
export async function survey(
  files: Files,
  layers: readonly LayerView[],
  options: SurveyOptions,
  caches: Caches,
  passing?: Passing,
): Promise<Survey> {
  const dropped = (path: string): boolean => layers.length > 0 && layers.every((layer) => layer.excluded(path))
  const inPaths = wantedBy(options)
  const wanted = (path: string): boolean => inPaths(path) && !dropped(path)
  const groups = groupByVariables(layers)
  const shared = groups.length > 1 && caches.dockerfiles === undefined ? createCaches() : caches
  files.expect?.([nameTestOf(layers), ...NAMES_ASKED])
  const early = discover(files, layers, options)
  const ahead = early.sources.filter(({ path }) => !dropped(path))
  const isQuick = groups.length === 1 && ahead.length >= MANY_FILES
  const look = passing && isQuick ? { passes: passing, ...(await loadQuickReaders()) } : undefined
  const takings = groups.map(({ variables }) => new InventoryTaking(files, environmentOf(options, variables, wanted), shared, look))
  await prepareEngine(ahead.length)
  for (const taking of takings) taking.ahead(ahead)
  await files.settled()
  const discovered = discover(files, layers, options, { before: early, suspects: await options.suspects })
  const found = discovered.sources
  const sources = found.filter((file) => !dropped(file.path))
  if (sources.filter(({ kind }) => kind === 'compose').length > MANY_COMPOSE) await loadWholeReader()
  const views: Survey['views'][number][] = []
  for (const [index, taking] of takings.entries()) {
    const inventory = await withWholeReader(() => taking.finish(sources))
    views.push({
      layers: groups[index]?.members ?? [],
      inventory: { ...inventory, problems: [...(files.problems?.() ?? []), ...inventory.problems] },
    })
  }
  const read = new Map<string, SourceFile>()
  for (const { inventory } of views) for (const file of inventory.files) read.set(file.path, file)
  const skipped = found
    .filter((file) => dropped(file.path) && !read.has(file.path))
    .map((file) => ({ file: file.path, reason: 'excluded' }))
  const reach = layers.map((layer, index) => reachOf(layer, views.find((view) => view.layers.includes(index))?.inventory))
  return {
    views,
    files: [...read.values()].sort(byPath),
    passed: views[0]?.inventory.passed ?? NOTHING_PASSED,
    skipped,
    suspected: withoutReached(discovered.suspected, views),
    judgedAs: (layer, file) => reach[layer]?.(file) ?? [file],
  }
}

/** What a build or another file names is read for that. */
function withoutReached(suspected: ReadonlySet<string>, views: Survey['views']): ReadonlySet<string> {
  if (suspected.size === 0) return suspected
  const reached = new Set(views.flatMap(({ inventory }) => inventory.edges.map(({ to }) => to)))
  return new Set([...suspected].filter((path) => !reached.has(path)))
}

const NOTHING_PASSED: Inventory['passed'] = { images: 0, local: 0, paths: new Set() }

function environmentOf(
  { envFiles, platforms, process, only }: SurveyOptions,
  variables: ReadonlyMap<string, Value>,
  wanted: (path: string) => boolean,
): Environment {
  return { envFiles, platforms, variables, wanted, ...(process && { process }), ...(only && { composeFiles: only.composeFiles }) }
}

const byPath = (a: SourceFile, b: SourceFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

/** What was discovered, and in which list of paths. */
interface Discovery {
  readonly listed: readonly string[]
  readonly sources: readonly SourceFile[]
  /** Those whose text alone tells. */
  readonly suspected: ReadonlySet<string>
}

/** What is known when files are discovered once more. */
interface Known {
  readonly before: Discovery
  readonly suspects: ReadonlySet<string> | undefined
}

/** Nothing new is discovered in the list that was looked through before. */
function discover(files: Files, layers: readonly LayerView[], options: SurveyOptions, known?: Known): Discovery {
  const { paths } = options
  const extras = layers.flatMap((layer) => layer.extra ?? [])
  const listed = files.find(nameTestOf(layers))
  const suspects = known?.suspects ?? NO_PATHS
  if (known?.before.listed === listed && suspects.size === 0) return known.before
  const found = new Map<string, SourceFile>()
  const suspected = new Set<string>()
  const wanted = wantedBy(options)
  for (const path of listed) {
    if (!wanted(path)) continue
    const source = sourceOf(files, path) ?? extraOf(extras, path)
    if (source !== undefined) found.set(path, source)
  }
  for (const path of paths) if (!found.has(path) && wanted(path) && isFile(files, path)) found.set(path, { path, ...kindOfNamed(path) })
  for (const path of suspects) {
    const kind = found.has(path) || !wanted(path) ? undefined : lookInto(files, path)
    if (kind === undefined) continue
    found.set(path, { path, kind })
    suspected.add(path)
  }
  return { listed, sources: [...found.values()], suspected }
}

const NO_PATHS: ReadonlySet<string> = new Set()

/** A layer that names files may name any. */
function nameTestOf(layers: readonly LayerView[]): NameTest {
  return layers.some(({ extra }) => extra !== undefined) ? anyName : isDiscovered
}

const anyName = (): boolean => true

/** What the name tells; where a name of another language looks alike (`dockerfile.ts`), the content decides. */
function sourceOf(files: Files, path: string): SourceFile | undefined {
  const told = kindOf(path)
  if (told === undefined) return undefined
  const { unsure, ...kind } = told
  return unsure !== true || lookInto(files, path) === kind.kind ? { path, ...kind } : undefined
}

function extraOf(extras: readonly NonNullable<LayerView['extra']>[], path: string): SourceFile | undefined {
  const kind = extras.map((extra) => extra(path)).find((one) => one !== undefined)
  return kind && { path, kind }
}

function wantedBy({ paths, only }: SurveyOptions): (path: string) => boolean {
  const inPaths = within(paths)
  return only === undefined ? inPaths : (path) => only.folders.has(folderOf(path)) && inPaths(path)
}

function within(paths: readonly string[]): (path: string) => boolean {
  if (paths.length === 0 || paths.includes('')) return () => true
  const exact = new Set(paths)
  const folders = paths.map((path) => `${path}/`)
  return (path) => exact.has(path) || folders.some((folder) => path.startsWith(folder))
}

/** A folder holds files, a file does not: what cannot be read at all is told as a file. */
function isFile(files: Files, path: string): boolean {
  return path !== '' && files.read(path).kind !== 'missing' && !files.isFolder(path)
}

function lookInto(files: Files, path: string): FileKind | undefined {
  const content = files.read(path)
  // where only comments are not UTF-8, the text shows what it is, and reading it tells what is wrong
  if (content.kind === 'missing' || content.text === undefined) return undefined
  if (looksLikeDockerfile(content.text)) return 'dockerfile'
  return looksLikeCompose(content.text) ? 'compose' : undefined
}

function groupByVariables(
  layers: readonly LayerView[],
): readonly { readonly members: readonly number[]; readonly variables: ReadonlyMap<string, Value> }[] {
  if (layers.length === 0) return [{ members: [], variables: new Map() }]
  const groups = new Map<string, { members: number[]; variables: ReadonlyMap<string, Value> }>()
  layers.forEach(({ variables }, index) => {
    const key = JSON.stringify([...variables].map(([name, value]) => [name, value.text]).sort())
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { members: [index], variables })
    else group.members.push(index)
  })
  return [...groups.values()]
}

function reachOf(layer: LayerView, inventory: Inventory | undefined): (file: string) => readonly string[] {
  const reachedBy = new Map<string, string[]>()
  for (const { from, to } of inventory?.edges ?? []) {
    const list = reachedBy.get(to)
    if (list === undefined) reachedBy.set(to, [from])
    else list.push(from)
  }
  const known = new Map<string, readonly string[]>()
  return (file) => {
    if (!layer.excluded(file)) return [file]
    const answer = known.get(file) ?? withReachers(file, layer, reachedBy)
    known.set(file, answer)
    return answer
  }
}

/** An excluded file and the files that are not excluded and reach it, over however many steps. */
function withReachers(file: string, layer: LayerView, reachedBy: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const seen = new Set([file])
  const queue = [file]
  const reachers: string[] = []
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const from of reachedBy.get(next) ?? []) {
      if (seen.has(from)) continue
      seen.add(from)
      if (layer.excluded(from)) queue.push(from)
      else reachers.push(from)
    }
  }
  return reachers.length === 0 ? [] : [file, ...reachers]
}
