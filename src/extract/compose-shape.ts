import { type YamlEntry, type YamlMap, type YamlNode, type YamlProblem } from './yaml.js'

/*
 * The shape that compose wants where an image could be named. An unknown key or an undefined network hides no image and is not told.
 */

/** A reader follows the first ones; aliases can repeat one mistake many thousand times. */
const MAX_PROBLEMS = 50

/** compose's pattern for the names of services. */
const SERVICE_NAME = /^[a-zA-Z0-9._-]+$/

/** Top-level keys of the current format; a mapping under another one is a service of a file of version 1. */
const TOP_LEVEL = new Set(['version', 'name', 'include', 'services', 'models', 'networks', 'volumes', 'secrets', 'configs', 'jobs'])

/** The entry of a mapping; undefined if the node is none, or has no such key. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.get(key) : undefined
}

/** The services that stand at the top level: all of a file of version 1, and those that were meant to stand under `services`. */
export function topLevelServices(root: YamlNode): readonly YamlEntry[] {
  if (root.kind !== 'map') return []
  const found: YamlEntry[] = []
  for (const [name, entry] of root.entries) {
    const { value } = entry
    if (value.kind !== 'map' || TOP_LEVEL.has(name) || name.startsWith('x-')) continue
    if (value.entries.has('image') || value.entries.has('build')) found.push(entry)
  }
  return found
}

const BUILD_STRINGS = ['context', 'dockerfile', 'dockerfile_inline', 'target'] as const
const BUILD_LISTS = ['cache_from', 'cache_to', 'tags'] as const

/** What compose refuses of a file whatever the variables are, and whatever is merged with it. */
export function shapeProblems(documents: readonly YamlNode[]): readonly YamlProblem[] {
  const shape = new Shape()
  for (const document of documents) shape.document(document)
  return shape.problems
}

const SECTIONS = ['services', 'jobs'] as const

/** The keys that lead to a place, with points between them; only what is refused is asked for it. */
type Path = () => string

class Shape {
  readonly problems: YamlProblem[] = []

  document(root: YamlNode): void {
    if (isNothing(root)) return
    if (root.kind !== 'map') return this.refuse(root, 'top-level object must be a mapping')
    const loose = topLevelServices(root)
    for (const { key } of loose) {
      this.refuse(
        key,
        `additional properties '${key.text}' not allowed; put it under "services:", since compose no longer reads files of version 1`,
      )
    }
    for (const section of SECTIONS) this.services(section, entryOf(root, section)?.value)
    for (const { key, value } of loose) this.service('', key.text, value)
    const models = entryOf(root, 'models')?.value
    if (models?.kind === 'map')
      for (const { key, value } of models.entries.values()) this.string(value, 'model', () => `models.${key.text}`)
  }

  private services(section: string, services: YamlNode | undefined): void {
    if (services === undefined || isNothing(services)) return
    if (services.kind !== 'map') return this.refuse(services, `${section} must be a mapping`)
    for (const { key, value } of services.entries.values()) {
      if (key.type !== 'string') this.refuse(key, `non-string key in ${section}: ${key.text}`)
      else if (!SERVICE_NAME.test(key.text)) this.refuse(key, `${section} additional properties '${key.text}' not allowed`)
      this.service(`${section}.`, key.text, value)
    }
  }

  private service(section: string, name: string, service: YamlNode): void {
    if (isNothing(service)) return
    const path: Path = () => `${section}${name}`
    if (service.kind !== 'map') return this.refuse(service, `${path()} must be a mapping`)
    this.string(service, 'image', path)
    const build = service.entries.get('build')?.value
    if (build?.kind === 'map') this.build(() => `${path()}.build`, build)
    else this.string(service, 'build', path)
    this.images(service, 'volumes', 'source', path)
    this.images(service, 'pre_start', 'image', path)
  }

  private build(path: Path, build: YamlMap): void {
    for (const key of BUILD_STRINGS) this.string(build, key, path)
    for (const key of BUILD_LISTS) this.strings(build, key, path)
    const contexts = build.entries.get('additional_contexts')?.value
    for (const item of contexts?.kind === 'list' ? contexts.items : []) {
      const written = item.kind === 'scalar' && (item.text.includes('=') || item.text.includes('$'))
      if (!written)
        this.refuse(
          item,
          `${path()}.additional_contexts: invalid value${item.kind === 'scalar' ? ` ${item.text}` : ''}, expected key=value`,
        )
    }
  }

  private images(service: YamlMap, name: string, key: string, path: Path): void {
    const list = service.entries.get(name)?.value
    if (list === undefined || isNothing(list)) return
    if (list.kind !== 'list') return this.refuse(list, `${path()}.${name} must be a list`)
    for (const item of list.items) this.string(item, key, () => `${path()}.${name}`)
  }

  private strings(build: YamlMap, key: string, path: Path): void {
    const list = build.entries.get(key)?.value
    if (list === undefined || isNothing(list)) return
    if (list.kind !== 'list') return this.refuse(list, `${path()}.${key} must be a list`)
    for (const item of list.items)
      if (item.kind !== 'scalar' || item.type !== 'string') this.refuse(item, `${path()}.${key} items must be strings`)
  }

  private string(parent: YamlNode, key: string, path: Path): void {
    const value = parent.kind === 'map' ? parent.entries.get(key)?.value : undefined
    if (value === undefined || (value.kind === 'scalar' && value.type === 'string') || isNothing(value)) return
    const quotes = value.kind === 'scalar' ? '; put it in quotes' : ''
    this.refuse(value, `${path()}.${key} must be a string${quotes}`)
  }

  private refuse({ start, end, kind }: YamlNode, message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ message, start, end: kind === 'scalar' ? Math.max(start, end) : start })
  }
}

/** Null can be what a later file replaces, or what leaves an earlier one as it is. */
function isNothing(node: YamlNode): boolean {
  return node.tag === 'reset' || (node.kind === 'scalar' && node.type === 'null')
}
