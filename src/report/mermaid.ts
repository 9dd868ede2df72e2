import { type Report, type RuleId, type Verdict } from '../model.js'
import { visible } from './escape.js'
import { findingsOf } from './summary.js'
import { counted } from './words.js'

/** Nodes that a reader can take in, and far below Mermaid's limits (500 edges, 50,000 characters); the rest is counted. */
const MAX_REGISTRIES = 12
const MAX_NAMESPACES = 8

/** UTF-16 units of a label. */
const MAX_LABEL = 60

/** The rules that refuse a source, whatever the tag. */
const SOURCE_RULES: ReadonlySet<RuleId> = new Set<RuleId>(['allowed-registry', 'allowed-namespace', 'denied-image', 'use-mirror'])

interface Node {
  count: number
  refused: number
}

interface Registry extends Node {
  readonly namespaces: Map<string, Node>
}

/** Where the images come from: registry → namespace → count, refused sources marked, as a Mermaid flow chart in its fence. Empty without images. */
export function mermaid(report: Report): string {
  const registries = collect(report.verdicts)
  if (registries.size === 0) return ''
  const ranked = [...registries].sort(byWeight)
  const lines = ranked.slice(0, MAX_REGISTRIES).flatMap(([name, registry], index) => registryLines(name, registry, `r${index}`))
  const rest = ranked.slice(MAX_REGISTRIES).map(([, registry]) => registry)
  if (rest.length > 0) lines.push(...edge('all', 'rest', `${counted(rest.length, 'more registry', 'more registries')}`, total(rest)))
  return [
    '#### Where the images come from\n',
    '```mermaid',
    'flowchart LR',
    `  all(["${label(counted(total([...registries.values()]).count, 'image reference'))}"])`,
    ...lines,
    '  classDef refused fill:#ffebe9,stroke:#cf222e,color:#82071e',
    '```',
    '',
  ].join('\n')
}

function collect(verdicts: readonly Verdict[]): Map<string, Registry> {
  const registries = new Map<string, Registry>()
  for (const verdict of verdicts) {
    const { target } = verdict.resolution
    const reference = target.kind === 'image' || target.kind === 'unresolved' ? target.reference : undefined
    if (reference === undefined) continue
    const refused = findingsOf(verdict).some(({ rule, state }) => state !== 'excepted' && SOURCE_RULES.has(rule)) ? 1 : 0
    const registry = registries.get(reference.registry) ?? { count: 0, refused: 0, namespaces: new Map<string, Node>() }
    registries.set(reference.registry, registry)
    const name = namespaceOf(reference.repository)
    const namespace = registry.namespaces.get(name) ?? { count: 0, refused: 0 }
    registry.namespaces.set(name, namespace)
    for (const node of [registry, namespace]) {
      node.count++
      node.refused += refused
    }
  }
  return registries
}

/** Without the last component; a repository without a namespace stands for itself. */
function namespaceOf(repository: string): string {
  const slash = repository.lastIndexOf('/')
  return slash < 0 ? repository : repository.slice(0, slash)
}

/** Refused ones first, then the most used, then by name. */
function byWeight([a, m]: readonly [string, Node], [b, n]: readonly [string, Node]): number {
  return n.refused - m.refused || n.count - m.count || (a < b ? -1 : 1)
}

function total(nodes: readonly Node[]): Node {
  return nodes.reduce((sum, { count, refused }) => ({ count: sum.count + count, refused: sum.refused + refused }), { count: 0, refused: 0 })
}

function registryLines(name: string, registry: Registry, id: string): string[] {
  const ranked = [...registry.namespaces].sort(byWeight)
  const rest = ranked.slice(MAX_NAMESPACES).map(([, node]) => node)
  return [
    ...edge('all', id, name, registry),
    ...ranked.slice(0, MAX_NAMESPACES).flatMap(([namespace, node], index) => edge(id, `${id}n${index}`, namespace, node)),
    ...(rest.length > 0 ? edge(id, `${id}rest`, `${rest.length} more`, total(rest)) : []),
  ]
}

/** A node with its count, below another; refused only where everything below it is. */
function edge(from: string, id: string, name: string, { count, refused }: Node): string[] {
  const said = refused === 0 ? `${count}` : refused === count ? `${count} refused` : `${count}, ${refused} refused`
  return [`  ${from} --> ${id}["${label(name)}<br>${said}"]${refused === count ? ':::refused' : ''}`]
}

const HARMLESS = /[^\w ./-]/gu

/** Text in a Mermaid label: every sign that could be syntax, markup or markdown is written as Mermaid's `#code;`. */
function label(text: string): string {
  const shown = visible(text.slice(0, MAX_LABEL)) + (text.length > MAX_LABEL ? '…' : '')
  return shown.replace(HARMLESS, (character) => `#${character.codePointAt(0) ?? 0};`)
}
