import { type ComposeFile } from '../extract/compose.js'
import { entryOf } from '../extract/compose-shape.js'
import { type YamlNode } from '../extract/yaml.js'
import { type Problem } from '../model.js'
import { type Child, childOf, expand, isLiteral, isNull, type Scope, textOf, type Tree } from './project-tree.js'
import { pairsOf } from './project-values.js'

/*
 * What compose refuses where an image could be named. An unknown key or an undefined network hides no image and is not told.
 */

/** A reader follows the first ones; aliases can repeat one mistake many thousand times. */
const MAX_PROBLEMS = 50

/**
 * What is refused of a project that is complete: the one that compose loads in a folder without being told which files.
 * `elsewhere` are services that another compose file of the folder says more of.
 */
export function consistencyProblems(services: ReadonlyMap<string, Child>, elsewhere: { has(name: string): boolean }): readonly Problem[] {
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
  if (image.kind !== 'leaf' || isNull(image) || (isLiteral(image) && image.node.text !== '')) return false
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
      message: `invalid interpolation format for ${paths.get(node) ?? 'a value'}: ${problem}; write $$ for a dollar sign that begins no variable`,
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

/** What is refused of a default file that says nothing. */
export function emptyProblems(path: string, file: ComposeFile): readonly Problem[] {
  const roots = file.documents.filter((root) => root.kind !== 'scalar' || root.type !== 'null')
  if (roots.length === 0) return file.problems.length > 0 ? [] : [{ file: path, message: 'empty compose file' }]
  return roots.flatMap((root) => {
    const services = entryOf(root, 'services')
    const nothing = services?.value.kind === 'scalar' && services.value.type === 'null' && services.value.tag === undefined
    return nothing
      ? [{ file: path, span: file.positions.span(services.key.start, services.key.end), message: 'services must be a mapping' }]
      : []
  })
}
