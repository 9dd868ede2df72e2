import { Positions } from '../extract/positions.js'
import { readBlockYaml } from '../extract/yaml-block.js'
import { type YamlNode, type YamlScalar } from '../extract/yaml.js'
import { type MapNode, type Node, type ScalarNode } from './yaml.js'

/** Policies are nested less deeply; deeper ones are the whole reader's to refuse. */
const MAX_DEPTH = 12

/** What may be an anchor, an alias, a tag, a block scalar, a merge key, a directive or a document's end: here the two readers have rules of their own. */
const UNSURE = /(?:^|[\s,[{])(?:[&*!|>?%]|<<)|^\.\.\./m

/**
 * The root value of a YAML text in the plain style that policies are written in; undefined for every other text and for one with a mistake, which the
 * whole reader tells. A test holds the two to the same answer. Never throws.
 */
export function readPlainYaml(text: string): Node | undefined {
  const file = UNSURE.test(text) ? undefined : readBlockYaml(text)
  const [root, other] = file?.documents ?? []
  return root === undefined || other !== undefined || file?.problems.length !== 0 || !isPlain(root, text, 0)
    ? undefined
    : nodeOf(root, text, new Positions(text))
}

/** Nested like a policy, and each scalar on one line. */
function isPlain(node: YamlNode, text: string, depth: number): boolean {
  if (depth > MAX_DEPTH) return false
  if (node.kind === 'scalar') return node.start === node.end || !text.slice(node.start, node.end).includes('\n')
  if (node.kind === 'list') return node.items.every((item) => isPlain(item, text, depth + 1))
  for (const { key, value } of node.entries.values()) if (!isPlain(key, text, depth) || !isPlain(value, text, depth + 1)) return false
  return true
}

function nodeOf(node: YamlNode, text: string, positions: Positions): Node {
  if (node.kind === 'scalar') return scalarOf(node, text, positions)
  const at = positions.at(node.start)
  if (node.kind === 'list') return { kind: 'list', items: node.items.map((item) => nodeOf(item, text, positions)), at }
  const entries: MapNode['entries'][number][] = []
  for (const { key: written, value } of node.entries.values()) {
    const key = scalarOf(written, text, positions)
    const read = nodeOf(value, text, positions)
    // A missing value has no place of its own worth showing: its key has.
    entries.push({ key, value: read.kind === 'scalar' && read.type === 'null' ? { ...read, at: key.at } : read })
  }
  return { kind: 'map', entries, at }
}

function scalarOf({ start, end, text: value }: YamlScalar, text: string, positions: Positions): ScalarNode {
  const before = text.charAt(start - 1)
  const quoted = (before === '"' || before === "'") && text.charAt(end) === before
  if (quoted) return { kind: 'scalar', text: value, type: 'text', at: positions.at(start - 1) }
  const source = text.slice(start, end)
  return { kind: 'scalar', text: source, type: typeOf(source), at: positions.at(start) }
}

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL'])
const BOOLEANS: ReadonlySet<string> = new Set(['true', 'True', 'TRUE', 'false', 'False', 'FALSE'])
const NUMBER =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** YAML 1.2's core schema (10.3.2 Tag Resolution). To compile the pattern takes longer than to read a policy without it. */
function typeOf(source: string): ScalarNode['type'] {
  if (NULLS.has(source)) return 'null'
  if (BOOLEANS.has(source)) return 'boolean'
  if (source.length === 1) return isDigit(source.charCodeAt(0)) ? 'number' : 'text'
  const first = source.charCodeAt(0)
  const mayBeNumber = isDigit(first) || first === PLUS || first === MINUS || first === DOT
  return mayBeNumber && NUMBER.test(source) ? 'number' : 'text'
}

const PLUS = 43
const MINUS = 45
const DOT = 46

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
