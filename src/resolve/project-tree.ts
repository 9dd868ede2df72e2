import { type ComposeFile } from '../extract/compose.js'
import { type MergeTag, type YamlMap, type YamlNode, type YamlScalar } from '../extract/yaml.js'
import { type Lookup, type Span, type Step } from '../model.js'
import { interpolate, type Interpolated, MAX_STEPS } from './interpolate.js'

/*
 * A compose model while it is put together: the nodes of several files, each with the scope it is read in. Merging follows compose-go's
 * override package on what can name an image; everything else of a service is left out.
 */

/** A compose file as one project reads it. */
export interface Scope {
  readonly path: string
  readonly file: ComposeFile
  readonly lookup: Lookup
  /** What relative paths start from. */
  readonly folder: string
  /** Templates are expanded once. */
  readonly values: Map<YamlScalar, Interpolated>
}

export interface Leaf {
  readonly kind: 'leaf'
  readonly node: YamlScalar
  readonly scope: Scope
  readonly tag?: MergeTag
}

export interface Branch {
  readonly kind: 'branch'
  readonly entries: ReadonlyMap<string, Child>
  readonly node: YamlNode
  readonly scope: Scope
  readonly tag?: MergeTag
}

export interface Items {
  readonly kind: 'items'
  readonly items: readonly Tree[]
  readonly node: YamlNode
  readonly scope: Scope
  readonly tag?: MergeTag
}

export type Tree = Leaf | Branch | Items

/** A value with the key it stands under, which is where a value without a text of its own is shown. */
export interface Child {
  readonly key: YamlScalar
  readonly value: Tree
}

/** What of a service can name an image, or decides whether and how one is used. */
const SERVICE_KEYS: ReadonlySet<string> = new Set([
  'image',
  'build',
  'volumes',
  'pre_start',
  'pull_policy',
  'platform',
  'extends',
  'provider',
])

/** Below a service the deepest place is build.x-bake.contexts.NAME. */
const MAX_DEPTH = 5

/** Nodes of one project, each alias counted again wherever it is used; compose-go stops at 100,000 for one document. */
export const MAX_NODES = 200_000

/** Turns the nodes of files into trees; what was counted holds for one project. */
export class Binder {
  /** Some node has a tag: without one, nothing is removed or replaced. */
  marked = false
  /** The keys of the services so far: what no service has needs no work. */
  readonly seen = new Set<string>()
  private left = MAX_NODES

  /** Some node was left out, because there were too many. */
  get exhausted(): boolean {
    return this.left < 0
  }

  /** A service, without what cannot name an image; `plain`: nothing is merged with it. */
  service(node: YamlNode, scope: Scope, plain = false): Tree {
    if (node.kind !== 'map') return this.bind(node, scope, 0)
    const entries = new Map<string, Child>()
    for (const key of SERVICE_KEYS) {
      const entry = node.entries.get(key)
      if (entry === undefined || (plain && key === 'volumes' && isListOfStrings(entry.value))) continue
      if (!plain) this.seen.add(key)
      entries.set(key, { key: entry.key, value: this.bind(entry.value, scope, MAX_DEPTH, node.tag === 'override') })
    }
    return { kind: 'branch', entries, node, scope, ...this.tagged(node) }
  }

  /** A node with all below it, down to a depth. Tags within what is tagged `!override` mean nothing. */
  bind(node: YamlNode, scope: Scope, depth: number, plain = false): Tree {
    this.left--
    const tag = plain ? {} : this.tagged(node)
    if (node.kind === 'scalar') return { kind: 'leaf', node, scope, ...tag }
    const deeper = depth > 0 && this.left > 0
    const plainBelow = plain || node.tag === 'override'
    if (node.kind === 'list') {
      const kept = plainBelow ? node.items : node.items.filter((item) => item.tag !== 'reset')
      return { kind: 'items', items: deeper ? kept.map((item) => this.bind(item, scope, depth - 1, plainBelow)) : [], node, scope, ...tag }
    }
    return { kind: 'branch', entries: deeper ? this.children(node, scope, depth - 1, plainBelow) : new Map(), node, scope, ...tag }
  }

  private tagged({ tag }: YamlNode): { readonly tag?: MergeTag } {
    if (tag === undefined) return NO_TAG
    this.marked = true
    return { tag }
  }

  private children(node: YamlMap, scope: Scope, depth: number, plain: boolean): ReadonlyMap<string, Child> {
    const children = new Map<string, Child>()
    for (const [name, { key, value }] of node.entries) {
      if (this.left < 0) break
      children.set(name, { key, value: this.bind(value, scope, depth, plain) })
    }
    return children
  }
}

/** Volumes in their short form name no image. */
function isListOfStrings(node: YamlNode): boolean {
  return node.kind === 'list' && node.items.every(({ kind }) => kind === 'scalar')
}

const NO_TAG = {}

/** The value under a key of a tree. A `!reset` is no value. */
export function childOf(tree: Tree | undefined, key: string): Tree | undefined {
  const value = tree?.kind === 'branch' ? tree.entries.get(key)?.value : undefined
  return value?.tag === 'reset' ? undefined : value
}

/** Nothing is written there. */
export function isNull(tree: Tree): boolean {
  return tree.kind === 'leaf' && tree.node.type === 'null'
}

const NONE: readonly never[] = []

/** A scalar without variables: what it says is what is written. */
export function isLiteral({ node }: Pick<Leaf, 'node'>): boolean {
  return node.type !== 'string' || !node.text.includes('$')
}

/** The names of the variables in a template. */
export const VARIABLE = /\$\{?([A-Za-z_]\w*)/g

/** A string with its variables replaced, once for each scope. */
export function expand({ node, scope }: Leaf): Interpolated {
  const { text } = node
  if (node.type !== 'string' || !text.includes('$')) return { kind: 'value', value: { text, unset: NONE, via: NONE }, defaults: NONE }
  const known = scope.values.get(node)
  if (known !== undefined) return known
  const expanded = interpolate(text, scope.lookup)
  scope.values.set(node, expanded)
  return expanded
}

/** The text of a leaf, blanks for what has no value; undefined if it is refused or no leaf. */
export function textOf(tree: Tree | undefined): string | undefined {
  if (tree?.kind !== 'leaf' || isNull(tree)) return undefined
  if (isLiteral(tree)) return tree.node.text
  const expanded = expand(tree)
  return expanded.kind === 'value' ? expanded.value.text : undefined
}

/** Whether the scalar's text is what stands in the file, character by character, so that offsets in one are offsets in the other. */
export function isVerbatim({ node, scope }: Leaf): boolean {
  return node.end - node.start === node.text.length && scope.file.text.startsWith(node.text, node.start)
}

/** The place of a part of a leaf's text, or of the whole leaf where its text is not written verbatim. */
export function spanOf(leaf: Leaf, from: number, to: number): Span {
  const { node, scope } = leaf
  const { positions } = scope.file
  return isVerbatim(leaf) ? positions.span(node.start + from, node.start + to) : positions.span(node.start, node.end)
}

/** The steps by which a leaf's value came: the defaults that it used itself, then those of its variables. */
export function stepsOf(leaf: Leaf, expanded: Interpolated): readonly Step[] {
  const value = expanded.kind === 'value' ? expanded.value : expanded.blank
  if (value === undefined || expanded.kind === 'error' || expanded.defaults.length === 0) return value?.via ?? []
  const { node, scope } = leaf
  const defaults = expanded.defaults.slice(0, MAX_STEPS).map(({ from, start, end }): Step => {
    const text = node.text.slice(from, end + 1)
    return { file: scope.path, span: spanOf(leaf, start, end), text, value: node.text.slice(start, end), overridable: true }
  })
  return [...defaults, ...value.via]
}
