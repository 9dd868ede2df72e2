import { type ComposeFile, mayHold } from '../extract/compose.js'
import { entryOf } from '../extract/compose-shape.js'
import { type YamlScalar } from '../extract/yaml.js'
import { type Lookup, type Problem, type Value } from '../model.js'
import { baseOf } from './paths.js'
import { expand, type Scope } from './project-tree.js'

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

/** A file of a project, of which its name counts. */
export interface NamedFile {
  readonly path: string
  readonly file: ComposeFile
}

/** Who has the same variables and the same name shares them, so that it is known that nothing differs. By the name's place and text, or the folder. */
const known = new WeakMap<Lookup, Map<string, Lookup>>()

/**
 * The variables of a project with COMPOSE_PROJECT_NAME, which is always defined: what the environment says, else the last `name` of the files, else the
 * folder's (compose-go's projectName and withNamePrecedenceLoad).
 */
export function named(given: Lookup, folder: string, files: readonly NamedFile[]): Lookup {
  const written = files.flatMap(namesIn).at(-1)
  const key = written === undefined ? `folder ${folder}` : `name ${written.path}:${written.node.start} ${written.node.text}`
  const byName = known.get(given) ?? new Map<string, Lookup>()
  known.set(given, byName)
  const shared = byName.get(key)
  if (shared !== undefined) return shared
  let name: { readonly value: Value | undefined } | undefined
  const lookup: Lookup = (asked) => {
    const own = given(asked)
    if (asked !== PROJECT_NAME || (own !== undefined && own.text !== '')) return own
    name ??= { value: written === undefined ? folderName(folder) : writtenName(written, given, folder) }
    return name.value
  }
  byName.set(key, lookup)
  bare.set(lookup, given)
  return lookup
}

/** What `named` was given. */
const bare = new WeakMap<Lookup, Lookup>()

/** Whether two variables say the same of all that a file asks for: of all but the project's name, if it does not ask for that. */
export function saysTheSame(one: Lookup, other: Lookup, file: ComposeFile): boolean {
  return one === other || (!asksName(file) && (bare.get(one) ?? one) === (bare.get(other) ?? other))
}

const asking = new WeakMap<ComposeFile, boolean>()

function asksName(file: ComposeFile): boolean {
  const known = asking.get(file) ?? mayHold(file.text, PROJECT_NAME)
  asking.set(file, known)
  return known
}

/** What compose says of a project whose name consists of nothing that a name may hold. */
export function emptyName(given: Lookup, folder: string, of: NamedFile): Problem | undefined {
  const written = namesIn(of).at(-1)
  const name = written && writtenName(written, given, folder)
  if (written === undefined || name === undefined || name.text !== '' || name.unset.length > 0) return undefined
  const { path, file, node } = written
  return { file: path, span: file.positions.span(node.start, node.end), message: 'project name must not be empty' }
}

interface Written extends NamedFile {
  readonly node: YamlScalar
}

function namesIn({ path, file }: NamedFile): readonly Written[] {
  return file.documents.flatMap((root) => {
    const node = entryOf(root, 'name')?.value
    return node?.kind === 'scalar' && node.type === 'string' && node.text !== '' ? [{ path, file, node }] : []
  })
}

function writtenName({ path, file, node }: Written, lookup: Lookup, folder: string): Value | undefined {
  const scope: Scope = { path, file, lookup, folder, values: new Map() }
  const expanded = expand({ kind: 'leaf', node, scope })
  if (expanded.kind !== 'value') return folderName(folder)
  const { text, unset, via } = expanded.value
  const step = { file: path, span: file.positions.span(node.start, node.end), text: `name: ${node.text}`, value: node.text }
  const normal = normalized(text)
  // what was left out may have stood before a blank
  const blanks = normal === text ? unset : unset.map((blank) => ({ ...blank, at: 0 }))
  return { text: normal, unset: blanks, via: [step, ...via] }
}

function folderName(folder: string): Value | undefined {
  const text = normalized(baseOf(folder))
  return text === '' ? undefined : { text, unset: [], via: [] }
}

/** loader.NormalizeProjectName. */
function normalized(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
}
