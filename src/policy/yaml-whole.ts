import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Document } from 'yaml'
import { type Position } from '../model.js'
import { type BrokenNode, type Complain, type Node, type ScalarNode } from './yaml.js'

/** No policy nests deeper than this; it bounds our recursion. */
const MAX_DEPTH = 24
/** Nodes that aliases may repeat, in total. */
const MAX_ALIASED_NODES = 20_000

/** `readYaml` for any text, by the `yaml` package. */
export function readWholeYaml(text: string, complain: Complain): Node | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { uniqueKeys: false, lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const [first] = document.errors
  if (first !== undefined) {
    // One syntax error makes nonsense of what follows it on its line, so a line tells its first one only.
    const told = new Set<number>()
    const exhausted = document.errors.find((error) => error.code === 'RESOURCE_EXHAUSTION')
    for (const error of exhausted === undefined ? document.errors : [exhausted]) {
      const at = place(error.pos[0])
      if (!told.has(at.line)) complain(at, ...explain(error.code, error.message, text.charAt(error.pos[0])))
      told.add(at.line)
    }
    return undefined
  }
  return new Reader(place, complain).root(document)
}

function explain(code: string, message: string, character: string): [message: string, advice: string] {
  switch (code) {
    case 'BAD_SCALAR_START':
      return [`a plain value cannot begin with ${character}`, `put quotes around it: "${character}…"`]
    case 'BAD_ALIAS':
      return ['* begins an alias in YAML', 'put quotes around it: "*"']
    case 'TAB_AS_INDENT':
      return ['a tab is no indentation in YAML', 'indent with blanks']
    case 'BAD_INDENT':
      return ['wrong indentation', 'keys of one level begin in the same column, deeper ones further right']
    case 'BLOCK_AS_IMPLICIT_KEY':
      return ['a second key on one line', 'begin a new line, indented, or put quotes around a value that contains ": "']
    case 'MULTIPLE_DOCS':
      return ['a second YAML document begins here', 'keep one document: remove the line ---']
    case 'RESOURCE_EXHAUSTION':
      return ['nested too deeply', 'no policy needs more than six levels']
    default:
      return [`not valid YAML: ${message}`, 'correct the line, or put quotes around a value with special characters']
  }
}

/** Walks the YAML tree once, resolving aliases under a budget. */
class Reader {
  private readonly anchors = new Map<string, unknown>()
  private aliased = 0
  private inAlias = 0

  constructor(
    private readonly place: (offset: number) => Position,
    private readonly complain: Complain,
  ) {}

  root(document: Document.Parsed): Node {
    return this.node(document.contents, { line: 1, column: 1 }, 0)
  }

  private node(value: unknown, fallback: Position, depth: number): Node {
    const at = this.positionOf(value, fallback)
    if (depth > MAX_DEPTH) return this.refuse(at, 'nested too deeply', 'no policy needs more than six levels')
    if (this.inAlias > 0 && ++this.aliased > MAX_ALIASED_NODES) {
      if (this.aliased > MAX_ALIASED_NODES + 1) return { kind: 'broken', at }
      return this.refuse(at, `aliases repeat more than ${MAX_ALIASED_NODES} values`, 'write the values out, or fewer of them')
    }
    if (isAlias(value)) return this.alias(value.source, at, depth)
    const node = this.plain(value, at, depth)
    const anchor = isScalar(value) || isMap(value) || isSeq(value) ? value.anchor : undefined
    if (anchor !== undefined) this.anchors.set(anchor, value)
    return node
  }

  private plain(value: unknown, at: Position, depth: number): Node {
    const tag = isScalar(value) || isMap(value) || isSeq(value) ? value.tag : undefined
    // Anything but YAML's own tags: `!x` is nearly always a pattern that lacks its quotes.
    if (tag !== undefined && !tag.startsWith('tag:yaml.org,2002:')) {
      return this.refuse(at, `${tag} is a tag in YAML`, `a value that begins with ! needs quotes: "${tag}"`)
    }
    if (isMap(value)) return this.map(value.items, at, depth)
    if (isSeq(value)) {
      const items = value.items.map((item) => this.node(item, at, depth + 1))
      return { kind: 'list', items, at }
    }
    if (isScalar(value)) return scalar(value.value, value.source, value.type, at)
    return { kind: 'scalar', text: '', type: 'null', at }
  }

  private map(items: readonly unknown[], at: Position, depth: number): Node {
    const entries: { key: ScalarNode; value: Node }[] = []
    const lines = new Map<string, number>()
    for (const item of items) {
      if (!isPair(item)) continue
      const key = this.node(item.key, at, depth + 1)
      if (key.kind !== 'scalar') {
        if (key.kind !== 'broken') this.complain(key.at, 'a key must be a plain word', 'put quotes around it')
        continue
      }
      const before = lines.get(key.text)
      if (before !== undefined) this.complain(key.at, `"${key.text}" is written twice`, `it is on line ${before} already: keep one`)
      lines.set(key.text, before ?? key.at.line)
      const value = this.node(item.value, key.at, depth + 1)
      if (before === undefined) entries.push({ key, value: emptyAt(value, key.at) })
    }
    return { kind: 'map', entries, at }
  }

  private alias(name: string, at: Position, depth: number): Node {
    const target = this.anchors.get(name)
    if (target === undefined)
      return this.refuse(at, `*${name} is an alias of nothing`, `a value that begins with * needs quotes: "*${name}"`)
    this.inAlias++
    const node = this.node(target, at, depth)
    this.inAlias--
    return node
  }

  private refuse(at: Position, message: string, advice: string): BrokenNode {
    this.complain(at, message, advice)
    return { kind: 'broken', at }
  }

  private positionOf(value: unknown, fallback: Position): Position {
    if (!isScalar(value) && !isMap(value) && !isSeq(value) && !isAlias(value)) return fallback
    const offset = value.range?.[0]
    return offset === undefined ? fallback : this.place(offset)
  }
}

function scalar(value: unknown, source: string | undefined, style: string | undefined, at: Position): ScalarNode {
  const text = source ?? String(value)
  if (style !== 'PLAIN') return { kind: 'scalar', text: typeof value === 'string' ? value : text, type: 'text', at }
  if (value === null) return { kind: 'scalar', text, type: 'null', at }
  const type = typeof value === 'number' || typeof value === 'bigint' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text'
  return { kind: 'scalar', text, type, at }
}

/** A missing value has no place of its own worth showing: its key has. */
function emptyAt(value: Node, key: Position): Node {
  return value.kind === 'scalar' && value.type === 'null' ? { ...value, at: key } : value
}
