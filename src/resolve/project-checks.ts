import { type ComposeFile, entryOf, topLevelServices } from '../extract/compose.js'
import { type YamlEntry, type YamlMap, type YamlNode } from '../extract/yaml.js'
import { type Problem } from '../model.js'
import { type Child, childOf, expand, isNull, type Scope, textOf, type Tree } from './project-tree.js'
import { pairsOf } from './project-values.js'

/*
 * What compose refuses where an image could be named. An unknown key or an undefined network hides no image and is not told.
 */

/** A reader follows the first ones; aliases can repeat one mistake many thousand times. */
const MAX_PROBLEMS = 50

/** compose's pattern for the names of services. */
const SERVICE_NAME = /^[a-zA-Z0-9._-]+$/

const BUILD_STRINGS = ['context', 'dockerfile', 'dockerfile_inline', 'target'] as const
const BUILD_LISTS = ['cache_from', 'cache_to', 'tags'] as const

/** What is refused of a file whatever is merged with it. */
export function shapeProblems(path: string, file: ComposeFile): readonly Problem[] {
  const checks = new Shape(path, file)
  for (const document of file.documents) checks.document(document)
  return checks.problems
}

class Shape {
  readonly problems: Problem[] = []

  constructor(
    private readonly path: string,
    private readonly file: ComposeFile,
  ) {}

  document(root: YamlNode): void {
    if (isNothing(root)) return
    if (root.kind !== 'map') return this.refuse(root, 'top-level object must be a mapping')
    for (const { key } of topLevelServices(root)) {
      this.refuse(
        key,
        `additional properties '${key.text}' not allowed: compose reads services under \`services\` only, as this file of version 1 does not have them`,
      )
    }
    for (const section of ['services', 'jobs']) this.services(section, entryOf(root, section)?.value)
    for (const entry of topLevelServices(root)) this.service(entry.key.text, entry.value)
    const models = entryOf(root, 'models')?.value
    if (models?.kind === 'map')
      for (const { key, value } of models.entries.values()) this.string(`models.${key.text}.model`, entryOf(value, 'model'))
  }

  private services(section: string, services: YamlNode | undefined): void {
    if (services === undefined || isNothing(services)) return
    if (services.kind !== 'map') return this.refuse(services, `${section} must be a mapping`)
    for (const { key, value } of services.entries.values()) {
      if (key.type !== 'string') this.refuse(key, `non-string key in ${section}: ${key.text}`)
      else if (!SERVICE_NAME.test(key.text)) this.refuse(key, `${section} additional properties '${key.text}' not allowed`)
      this.service(`${section}.${key.text}`, value)
    }
  }

  private service(path: string, service: YamlNode): void {
    if (isNothing(service)) return
    if (service.kind !== 'map') return this.refuse(service, `${path} must be a mapping`)
    this.string(`${path}.image`, entryOf(service, 'image'))
    const build = entryOf(service, 'build')?.value
    if (build?.kind === 'map') this.build(`${path}.build`, build)
    else this.string(`${path}.build`, entryOf(service, 'build'))
    this.images(`${path}.volumes`, entryOf(service, 'volumes')?.value, 'source')
    this.images(`${path}.pre_start`, entryOf(service, 'pre_start')?.value, 'image')
  }

  private build(path: string, build: YamlMap): void {
    for (const key of BUILD_STRINGS) this.string(`${path}.${key}`, entryOf(build, key))
    for (const key of BUILD_LISTS) this.strings(`${path}.${key}`, entryOf(build, key))
    const contexts = entryOf(build, 'additional_contexts')?.value
    for (const item of contexts?.kind === 'list' ? contexts.items : []) {
      const written = item.kind === 'scalar' && (item.text.includes('=') || item.text.includes('$'))
      if (!written)
        this.refuse(item, `${path}.additional_contexts: invalid value${item.kind === 'scalar' ? ` ${item.text}` : ''}, expected key=value`)
    }
  }

  private images(path: string, list: YamlNode | undefined, key: string): void {
    if (list === undefined || isNothing(list)) return
    if (list.kind !== 'list') return this.refuse(list, `${path} must be a list`)
    for (const item of list.items) this.string(`${path}.${key}`, entryOf(item, key))
  }

  private strings(path: string, entry: YamlEntry | undefined): void {
    if (entry === undefined || isNothing(entry.value)) return
    if (entry.value.kind !== 'list') return this.refuse(entry.value, `${path} must be a list`)
    for (const item of entry.value.items)
      if (item.kind !== 'scalar' || item.type !== 'string') this.refuse(item, `${path} items must be strings`)
  }

  private string(path: string, entry: YamlEntry | undefined): void {
    if (entry === undefined || isNothing(entry.value)) return
    const { value } = entry
    if (value.kind === 'scalar' && value.type === 'string') return
    const quotes = value.kind === 'scalar' ? '; put it in quotes' : ''
    this.refuse(value, `${path} must be a string${quotes}`)
  }

  private refuse({ start, end, kind }: YamlNode, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return
    this.problems.push({
      file: this.path,
      span: this.file.positions.span(start, kind === 'scalar' ? Math.max(start, end) : start),
      message,
    })
  }
}

/** Null can be what a later file replaces, or what leaves an earlier one as it is. */
function isNothing(node: YamlNode): boolean {
  return node.tag === 'reset' || (node.kind === 'scalar' && node.type === 'null')
}

/**
 * What is refused of a project that is complete: the one that compose loads in a folder without being told which files.
 * `elsewhere` are services that another compose file of the folder says more of.
 */
export function consistencyProblems(services: ReadonlyMap<string, Child>, elsewhere: ReadonlySet<string>): readonly Problem[] {
  const problems: Problem[] = []
  for (const [name, { key, value }] of services) {
    if (problems.length >= MAX_PROBLEMS) break
    const { path, file } = value.scope
    const refuse = (message: string): unknown => problems.push({ file: path, span: file.positions.span(key.start, key.end), message })
    if (isNull(value)) refuse(`services.${name} must be a mapping`)
    if (value.kind !== 'branch') continue
    const image = childOf(value, 'image')
    const build = childOf(value, 'build')
    if (image && isNull(image)) refuse(`services.${name}.image must be a string`)
    if (build && isNull(build)) refuse(`services.${name}.build must be a string`)
    const named = image !== undefined && !isEmpty(image)
    if (!named && build === undefined && childOf(value, 'provider') === undefined && !elsewhere.has(name)) {
      refuse(`service "${name}" has neither an image nor a build context specified`)
    }
    for (const message of buildProblems(name, build, services)) refuse(message)
  }
  return problems
}

function isEmpty(image: Tree): boolean {
  if (image.kind !== 'leaf' || isNull(image)) return false
  const expanded = expand(image)
  return expanded.kind === 'value' && expanded.value.text === '' && expanded.value.unset.length === 0
}

function buildProblems(name: string, build: Tree | undefined, services: ReadonlyMap<string, Child>): readonly string[] {
  if (build?.kind !== 'branch') return []
  const problems: string[] = []
  if (isWritten(childOf(build, 'dockerfile')) && isWritten(childOf(build, 'dockerfile_inline'))) {
    problems.push(`service "${name}" declares mutually exclusive dockerfile and dockerfile_inline`)
  }
  for (const context of pairsOf(childOf(build, 'additional_contexts'))) {
    const target = /^service:([^]*)$/.exec(context.value?.value.text ?? '')?.[1]
    if (target === undefined) continue
    const service = services.get(target)
    const what = service === undefined ? 'unknown' : childOf(service.value, 'build') === undefined ? 'non-buildable' : undefined
    if (what !== undefined) problems.push(`service "${name}" declares ${what} service "${target}" as additional contexts ${context.name}`)
  }
  return problems
}

function isWritten(tree: Tree | undefined): boolean {
  return (textOf(tree) ?? '') !== ''
}

/** Templates that compose refuses, anywhere in the file, but for those of the given nodes. */
export function templateProblems(scope: Scope, told: ReadonlySet<YamlNode>): readonly Problem[] {
  const broken = new Map<YamlNode, string>()
  for (const node of scope.file.templates) {
    if (told.has(node)) continue
    const expanded = expand({ kind: 'leaf', node, scope })
    if (expanded.kind === 'error' && expanded.blank === undefined) broken.set(node, expanded.problem)
    if (broken.size >= MAX_PROBLEMS) break
  }
  if (broken.size === 0) return []
  const paths = pathsOf(scope.file.documents, broken)
  return [...broken].map(([node, problem]) => {
    const span = scope.file.positions.span(node.start, node.end)
    return {
      file: scope.path,
      span,
      message: `invalid interpolation format for ${paths.get(node) ?? 'a value'}: ${problem}; write $$ for a dollar that is none of a variable`,
    }
  })
}

/** compose's names for the places of some nodes. Each node is looked at once. */
function pathsOf(roots: readonly YamlNode[], wanted: ReadonlyMap<YamlNode, string>): ReadonlyMap<YamlNode, string> {
  const paths = new Map<YamlNode, string>()
  const seen = new Set<YamlNode>()
  const open = roots.map((node) => ({ node, path: '' }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, path } = next
    if (seen.has(node)) continue
    seen.add(node)
    if (wanted.has(node)) paths.set(node, path)
    if (node.kind === 'list') for (const item of node.items) open.push({ node: item, path: `${path}.[]` })
    if (node.kind === 'map')
      for (const [key, { value }] of node.entries) open.push({ node: value, path: path === '' ? key : `${path}.${key}` })
  }
  return paths
}
