import { type YamlScalar } from '../extract/yaml.js'
import { type Lookup, type Span, type Value } from '../model.js'
import { interpolate } from './interpolate.js'
import { sliceOf } from '../extract/values.js'
import { expand, isVerbatim, type Leaf, stepsOf, textOf, type Tree } from './project-tree.js'

/** A part of a scalar after interpolation, and where that part is written. */
export interface Part {
  readonly leaf: Leaf
  readonly value: Value
  /** Offsets in the scalar's text as written; undefined if the part cannot be told from the rest: then it is shown at the whole scalar. */
  readonly raw?: { readonly from: number; readonly to: number }
  /** Compose refuses it for want of a variable; the value has a blank there. */
  readonly refused?: true
}

/** A stretch of a text. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** The whole scalar; undefined if its template is broken or it is no text. */
export function wholePart(leaf: Leaf): Part | undefined {
  if (leaf.node.type === 'null') return undefined
  const expanded = expand(leaf)
  const raw = { from: 0, to: leaf.node.text.length }
  if (expanded.kind === 'value' && expanded.defaults.length === 0) return { leaf, value: expanded.value, raw }
  const value = expanded.kind === 'value' ? expanded.value : expanded.blank
  if (value === undefined) return undefined
  const part = { leaf, value: { ...value, via: stepsOf(leaf, expanded) }, raw }
  return expanded.kind === 'value' ? part : { ...part, refused: true }
}

/**
 * The parts of a part that `find` finds in its text. Where they are written is found by looking the same way at the text as written: what
 * stands there must expand to the same.
 */
export function partsOf(part: Part, find: (text: string) => readonly Range[]): readonly Part[] {
  const ranges = find(part.value.text)
  const { leaf, raw } = part
  const written = raw === undefined ? '' : leaf.node.text.slice(raw.from, raw.to)
  const same = written === part.value.text
  const candidates = same ? ranges : raw === undefined ? [] : find(written)
  return ranges.map(({ from, to }, index): Part => {
    const value = sliceOf(part.value, from, to)
    const found = candidates[index]
    const rest = { leaf, value, ...(part.refused && { refused: part.refused }) }
    if (raw === undefined || found === undefined || candidates.length !== ranges.length) return rest
    const exact = same || expandsTo(written.slice(found.from, found.to), leaf.scope.lookup, value.text)
    return exact ? { ...rest, raw: { from: raw.from + found.from, to: raw.from + found.to } } : rest
  })
}

function expandsTo(template: string, lookup: Lookup, text: string): boolean {
  const expanded = interpolate(template, lookup)
  return (expanded.kind === 'value' ? expanded.value : expanded.blank)?.text === text
}

/** Where a part stands in its file, as offsets. */
export function offsetsOf({ leaf, raw }: Part): { readonly start: number; readonly end: number } {
  const { node } = leaf
  const exact = raw !== undefined && isVerbatim(leaf)
  return exact ? { start: node.start + raw.from, end: node.start + raw.to } : { start: node.start, end: node.end }
}

/** Where a part is written, and what stands there. */
export function placeOf(part: Part): { readonly start: number; readonly end: number; readonly span: Span; readonly text: string } {
  const { start, end } = offsetsOf(part)
  const { file } = part.leaf.scope
  return { start, end, span: file.positions.span(start, end), text: file.text.slice(start, end) }
}

/** `NAME: value` or `- NAME=value`; a bare name has no value. */
export interface Pair {
  readonly name: string
  readonly key: Leaf
  readonly value?: Part
}

const afterEquals = (text: string): readonly Range[] => [{ from: text.indexOf('=') + 1, to: text.length }]

/** A list_or_dict of the compose schema, also one that was merged: one pair a name, the last one, in the order of the first. */
export function pairsOf(tree: Tree | undefined): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  for (const pair of allPairs(tree)) pairs.set(pair.name, pair)
  return [...pairs.values()]
}

function allPairs(tree: Tree | undefined): readonly Pair[] {
  if (tree === undefined || tree.kind === 'leaf' || tree.tag === 'reset') return []
  if (tree.kind === 'items') return tree.items.flatMap((item) => (item.kind === 'leaf' ? listPair(item) : allPairs(item)))
  return [...tree.entries].flatMap(([name, { key, value }]) => {
    if (value.kind !== 'leaf' || value.tag === 'reset') return []
    const whole = wholePart(value)
    const at = { kind: 'leaf', node: key, scope: value.scope } as const
    if (whole === undefined) return value.node.type === 'null' ? [{ name, key: at }] : []
    return [{ name, key: at, value: whole }]
  })
}

function listPair(leaf: Leaf): readonly Pair[] {
  const whole = wholePart(leaf)
  if (whole === undefined) return []
  const { text } = whole.value
  const equals = text.indexOf('=')
  if (equals < 0) return [{ name: text, key: leaf }]
  return partsOf(whole, afterEquals).map((value) => ({ name: text.slice(0, equals), key: leaf, value }))
}

/** The strings of a list, or of one string, in order. */
export function leavesOf(tree: Tree | undefined): readonly Leaf[] {
  if (tree === undefined) return []
  return (tree.kind === 'items' ? tree.items : [tree]).filter(isString)
}

function isString(tree: Tree): tree is Leaf {
  return tree.kind === 'leaf' && tree.node.type === 'string'
}

/**
 * The volumes of a service in their long form (compose-go's transform and EnforceUnicity): of those with one target the last one, in the
 * place of the first. What was short keeps its target alone.
 */
export function volumesOf(tree: Tree | undefined): readonly Tree[] {
  if (tree?.kind !== 'items') return []
  const volumes = new Map<string, Tree>()
  tree.items.forEach((item, index) => {
    const target = targetOf(item)
    volumes.set(target ?? `\n${index}`, item.kind === 'leaf' ? long(item, target ?? '') : item)
  })
  return [...volumes.values()]
}

function long({ node, scope }: Leaf, target: string): Tree {
  const text: YamlScalar = { kind: 'scalar', type: 'string', text: target.replaceAll('$', '$$$$'), start: node.start, end: node.end }
  const entries = new Map([['target', { key: node, value: { kind: 'leaf', node: text, scope } as const }]])
  return { kind: 'branch', entries, node, scope }
}

/** Where a volume is mounted; of the short form `[SOURCE:]TARGET[:MODE]`, whose source may be a Windows path with its drive. */
function targetOf(volume: Tree): string | undefined {
  if (volume.kind === 'branch') return textOf(volume.entries.get('target')?.value)
  const text = textOf(volume)
  if (text === undefined) return undefined
  const from = /^[A-Za-z]:[\\/]/.test(text) ? 2 : 0
  const colon = text.indexOf(':', from)
  if (colon < 0) return text
  const rest = text.slice(colon + 1)
  const end = rest.indexOf(':', /^[A-Za-z]:[\\/]/.test(rest) ? 2 : 0)
  return end < 0 ? rest : rest.slice(0, end)
}
