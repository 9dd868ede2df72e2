import { type NameTest } from '../model.js'
import { append } from './append.js'
import { baseOf, folderOf } from './paths.js'
import { type Model } from './project-load.js'
import { childOf, type Tree } from './project-tree.js'

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

/** The services of a file that only add to what another one builds: by themselves they name no context. */
export function fragmentsOf(project: Model, base: Model): ReadonlySet<string> {
  const fragments = new Set<string>()
  for (const [name, { value }] of project.services) {
    const build = childOf(value, 'build')
    if (build !== undefined && childOf(base.services.get(name)?.value, 'build') !== undefined && onlyAdds(build)) fragments.add(name)
  }
  return fragments
}

function onlyAdds(build: Tree): boolean {
  return build.kind === 'branch' && childOf(build, 'context') === undefined && childOf(build, 'dockerfile_inline') === undefined
}

/** The services of which both files say something that matters, one of them how they are built. */
export function joinedBy(project: Model, base: Model): ReadonlySet<string> {
  const joined = new Set<string>()
  for (const [name, { value }] of project.services) {
    const other = base.services.get(name)?.value
    if (other === undefined || (value.kind === 'branch' && value.entries.size === 0)) continue
    if ((childOf(value, 'build') ?? childOf(other, 'build')) !== undefined) joined.add(name)
  }
  return joined
}

/** The services whose build only adds to another one, and those that are built by themselves. */
export function buildersOf(project: Model): { readonly adding: readonly string[]; readonly whole: readonly string[] } {
  const [adding, whole]: [string[], string[]] = [[], []]
  for (const [name, { value }] of project.services) {
    const build = childOf(value, 'build')
    if (build !== undefined) (onlyAdds(build) ? adding : whole).push(name)
  }
  return { adding, whole }
}
