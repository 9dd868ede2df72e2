import { type YamlScalar } from '../extract/yaml.js'
import { type Branch, type Child, childOf, type Tree } from './project-tree.js'
import { volumesOf } from './project-values.js'

/** Volumes that are in their long form already: a service that others take in is looked at many times. */
const long = new WeakSet<Tree>()

/** The services with their volumes in the long form, and one for each target: what merges later sees them like that. */
export function withLongVolumes(services: ReadonlyMap<string, Child>): ReadonlyMap<string, Child> {
  return changed(services, withVolumes)
}

/** An included project fills in its own directory where a build names no context; the main project would fill in another one. */
export function withContexts(services: ReadonlyMap<string, Child>): ReadonlyMap<string, Child> {
  return changed(services, withContext)
}

/** The same map where nothing changes. */
function changed(services: ReadonlyMap<string, Child>, change: (service: Tree) => Tree): ReadonlyMap<string, Child> {
  let result: Map<string, Child> | undefined
  for (const [name, { key, value }] of services) {
    const other = change(value)
    if (other !== value) (result ??= new Map(services)).set(name, { key, value: other })
  }
  return result ?? services
}

function withVolumes(service: Tree): Tree {
  const child = service.kind === 'branch' ? service.entries.get('volumes') : undefined
  if (service.kind !== 'branch' || child?.value.kind !== 'items' || child.value.tag === 'reset' || long.has(child.value)) return service
  const value: Tree = { ...child.value, items: volumesOf(child.value) }
  long.add(value)
  return { ...service, entries: new Map([...service.entries, ['volumes', { key: child.key, value }]]) }
}

function withContext(service: Tree): Tree {
  const build = childOf(service, 'build')
  if (service.kind !== 'branch' || build?.kind !== 'branch' || childOf(build, 'context') !== undefined) return service
  const { node, scope } = build
  const dot: YamlScalar = { kind: 'scalar', type: 'string', text: '.', start: node.start, end: node.start }
  const context: Child = { key: dot, value: { kind: 'leaf', node: dot, scope } }
  const filled: Branch = { ...build, entries: new Map([...build.entries, ['context', context]]) }
  return { ...service, entries: new Map([...service.entries, ['build', { key: dot, value: filled }]]) }
}
