import { type YamlEntry, type YamlFile, type YamlList, type YamlMap, type YamlNode, type YamlProblem, type YamlScalar } from './yaml.js'
import { typeOfPlain } from './yaml-scalars.js'

/*
 * A reader for the plain style in which most compose files are written: block maps and lists, one-line scalars,
 * lists and maps, comments. It reads what it is
 * sure of and gives up on everything else; a test holds it to what the full reader says.
 */

/** A line break that only some readers know, a tab, a carriage return, another control character, or anything beyond the basic plane: not for this reader. */
const UNSURE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/

/** Deeper files exist, but not in plain style. */
const MAX_DEPTH = 32

/** compose-go's own limit on the nodes of a document (loader/reset.go); compose refuses the file, and the rest of it is not read. */
const MAX_NODES = 100_000

const BLANK = 32
const DOUBLE_QUOTE = 34
const HASH = 35
const SINGLE_QUOTE = 39
const DASH = 45
const COLON = 58
const COMMA = 44
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_MAP = 123
const CLOSE_MAP = 125

/** YAML's limit on what stands before the colon of a key is 1,024 characters. */
const MAX_KEY = 1000

/** Lists in lists are rare within one line. */
const MAX_FLOW_DEPTH = 8

/** A node, and the offset behind it. */
interface Read<T> {
  readonly node: T
  readonly next: number
}

/** The nodes of a text in plain block style, with the offsets that the full reader gives; undefined if it is written in any other way. Linear in the text. */
export function readBlockYaml(text: string): YamlFile | undefined {
  if (UNSURE.test(text)) return undefined
  return new BlockReader(text).file()
}

class BlockReader {
  private readonly templates: YamlScalar[] = []
  private sure = true
  private nodes = 0
  /** Of the line that is read: where its content begins, how far it is indented, where it ends. */
  private at = 0
  private indent = -1
  private lineEnd = -1
  /** Where the last line ends that is read. */
  private stopped = Infinity

  constructor(private readonly text: string) {}

  file(): YamlFile | undefined {
    this.nextLine()
    if (this.startsDocument()) this.nextLine()
    if (this.indent < 0) return undefined
    const root = this.node(0)
    if (!this.sure || this.indent >= 0) return undefined
    const problems = this.nodes > MAX_NODES ? [exceeded(this.stopped)] : []
    return { documents: [root], problems, templates: this.templates }
  }

  private giveUp(): YamlScalar {
    this.sure = false
    this.indent = -1
    return { kind: 'scalar', type: 'null', text: '', start: 0, end: 0 }
  }

  /** Goes to the next line that is neither blank nor a comment; an indent of -1 is the end of the text, or of what is read. */
  private nextLine(): void {
    const { text } = this
    if (this.nodes > MAX_NODES) {
      this.stopped = Math.min(this.stopped, this.lineEnd)
      this.lineEnd = text.length
    }
    for (let start = this.lineEnd + 1; start < text.length; start = this.lineEnd + 1) {
      const newline = text.indexOf('\n', start)
      this.lineEnd = newline < 0 ? text.length : newline
      let at = start
      while (at < this.lineEnd && text.charCodeAt(at) === BLANK) at++
      if (at === this.lineEnd || text.charCodeAt(at) === HASH) continue
      this.at = at
      this.indent = at - start
      return
    }
    this.lineEnd = text.length
    this.indent = -1
  }

  private startsDocument(): boolean {
    return this.indent === 0 && this.lineEnd - this.at === 3 && this.text.startsWith('---', this.at)
  }

  private isItem(): boolean {
    if (this.text.charCodeAt(this.at) !== DASH) return false
    return this.at + 1 >= this.lineEnd || this.text.charCodeAt(this.at + 1) === BLANK
  }

  private node(depth: number): YamlNode {
    if (depth > MAX_DEPTH) return this.giveUp()
    return this.isItem() ? this.list(this.indent, depth) : this.map(this.indent, depth)
  }

  private map(indent: number, depth: number): YamlNode {
    this.nodes++
    const entries = new Map<string, YamlEntry>()
    const start = this.at
    let end = start
    while (this.indent === indent && !this.isItem()) {
      const key = this.key(this.at)
      if (key === undefined || entries.has(key.text)) return this.giveUp()
      this.nodes++
      const value = this.valueAfter(key, indent, depth)
      if (!this.sure) return value
      if (value.kind === 'scalar') this.note(value)
      entries.set(key.text, { key, value })
      end = value.end
    }
    if (this.indent > indent || (this.indent === indent && depth > 0 && entries.size === 0)) return this.giveUp()
    const map: YamlMap = { kind: 'map', entries, start, end }
    return map
  }

  /** A key of letters, digits, `_`, `.`, `/`, `-`, `:`, or of anything in quotes, with a colon that ends it; undefined for any other. */
  private key(from: number): YamlScalar | undefined {
    const { text } = this
    const first = text.charCodeAt(from)
    if (first === DOUBLE_QUOTE || first === SINGLE_QUOTE) return this.quotedKey(from, first)
    let at = from
    while (isKeyCharacter(text.charCodeAt(at)) || (at > from && text.charCodeAt(at) === COLON && isKeyCharacter(text.charCodeAt(at + 1))))
      at++
    if (at === from || at - from > MAX_KEY || !this.endsKey(at) || first === DASH) return undefined
    return typed(text.slice(from, at), from, at)
  }

  private quotedKey(from: number, quote: number): YamlScalar | undefined {
    const key = this.quoted(from, quote)
    return key !== undefined && key.next - from <= MAX_KEY && this.endsKey(key.next) ? key.node : undefined
  }

  private endsKey(at: number): boolean {
    return this.text.charCodeAt(at) === COLON && (at + 1 >= this.lineEnd || this.text.charCodeAt(at + 1) === BLANK)
  }

  /** Behind the colon of a key. */
  private afterKey({ end }: YamlScalar): number {
    return this.skipBlanks(this.text.charCodeAt(end) === COLON ? end + 1 : end + 2)
  }

  private valueAfter(key: YamlScalar, indent: number, depth: number): YamlNode {
    const from = this.afterKey(key)
    if (from < this.lineEnd && !this.isComment(from)) return this.inline(from, indent)
    this.nextLine()
    if (this.indent > indent) return this.node(depth + 1)
    if (this.indent === indent && this.isItem()) return this.list(indent, depth + 1)
    this.nodes++
    return { kind: 'scalar', type: 'null', text: '', start: from, end: from }
  }

  private list(indent: number, depth: number): YamlNode {
    this.nodes++
    const items: YamlNode[] = []
    const start = this.at
    let end = start
    while (this.indent === indent && this.isItem()) {
      const item = this.item(indent, depth)
      if (!this.sure) return item
      if (item.kind === 'scalar') this.note(item)
      items.push(item)
      end = item.end
    }
    if (this.indent > indent) return this.giveUp()
    const list: YamlList = { kind: 'list', items, start, end }
    return list
  }

  private item(indent: number, depth: number): YamlNode {
    const from = this.skipBlanks(this.at + 1)
    if (from >= this.lineEnd || this.isComment(from)) return this.giveUp()
    if (this.key(from) === undefined) return this.inline(from, indent)
    if (depth >= MAX_DEPTH) return this.giveUp()
    // the item's map begins in the middle of the line: its own indent is where its first key stands
    this.indent += from - this.at
    this.at = from
    return this.map(this.indent, depth + 1)
  }

  /** A value within one line; what goes on in the next one is not for this reader. */
  private inline(from: number, indent: number): YamlNode {
    const first = this.text.charCodeAt(from)
    const value = first === OPEN_LIST || first === OPEN_MAP ? this.flow(from, 0) : this.scalar(from, first)
    if (value === undefined || !this.endsAt(value.next)) return this.giveUp()
    this.nextLine()
    return this.indent > indent ? this.giveUp() : value.node
  }

  /** Nothing but a comment follows on the line. */
  private endsAt(at: number): boolean {
    const after = this.skipBlanks(at)
    return after >= this.lineEnd || (after > at && this.text.charCodeAt(after) === HASH)
  }

  private scalar(from: number, first: number, inFlow = false): Read<YamlScalar> | undefined {
    this.nodes++
    return first === DOUBLE_QUOTE || first === SINGLE_QUOTE ? this.quoted(from, first) : this.plain(from, first, inFlow)
  }

  /** `[a, "b"]` and `{ a: b }`, nested, within one line. */
  private flow(from: number, depth: number): Read<YamlNode> | undefined {
    if (depth > MAX_FLOW_DEPTH || this.nodes > MAX_NODES) return undefined
    this.nodes++
    return this.text.charCodeAt(from) === OPEN_LIST ? this.flowList(from, depth) : this.flowMap(from, depth)
  }

  private flowList(from: number, depth: number): Read<YamlList> | undefined {
    const items: YamlNode[] = []
    let at = this.skipBlanks(from + 1)
    while (at < this.lineEnd && this.text.charCodeAt(at) !== CLOSE_LIST) {
      const item = this.flowItem(at, depth)
      if (item === undefined) return undefined
      items.push(item.node)
      const next = this.afterItem(item.next, CLOSE_LIST)
      if (next === undefined) return undefined
      at = next
    }
    return at < this.lineEnd ? { node: { kind: 'list', items, start: from, end: at + 1 }, next: at + 1 } : undefined
  }

  private flowMap(from: number, depth: number): Read<YamlMap> | undefined {
    const entries = new Map<string, YamlEntry>()
    let at = this.skipBlanks(from + 1)
    while (at < this.lineEnd && this.text.charCodeAt(at) !== CLOSE_MAP) {
      const key = this.key(at)
      if (key === undefined || entries.has(key.text)) return undefined
      this.nodes++
      const value = this.flowItem(this.afterKey(key), depth)
      if (value === undefined) return undefined
      entries.set(key.text, { key, value: value.node })
      const next = this.afterItem(value.next, CLOSE_MAP)
      if (next === undefined) return undefined
      at = next
    }
    return at < this.lineEnd ? { node: { kind: 'map', entries, start: from, end: at + 1 }, next: at + 1 } : undefined
  }

  private flowItem(from: number, depth: number): Read<YamlNode> | undefined {
    const first = this.text.charCodeAt(from)
    if (from >= this.lineEnd || this.nodes > MAX_NODES) return undefined
    if (first === OPEN_LIST || first === OPEN_MAP) return this.flow(from, depth + 1)
    const scalar = this.scalar(from, first, true)
    if (scalar !== undefined) this.note(scalar.node)
    return scalar
  }

  /** Where the next item begins, or the end of the collection; a comma with nothing behind it is not for this reader. */
  private afterItem(from: number, close: number): number | undefined {
    const at = this.skipBlanks(from)
    const c = this.text.charCodeAt(at)
    if (at >= this.lineEnd) return undefined
    if (c === close) return at
    const next = this.skipBlanks(at + 1)
    return c === COMMA && next < this.lineEnd && this.text.charCodeAt(next) !== close ? next : undefined
  }

  private quoted(from: number, quote: number): Read<YamlScalar> | undefined {
    const { text } = this
    let at = from + 1
    while (at < this.lineEnd && text.charCodeAt(at) !== quote) {
      if (quote === DOUBLE_QUOTE && text.charCodeAt(at) === BACKSLASH) return undefined
      at++
    }
    if (at >= this.lineEnd || text.charCodeAt(at + 1) === quote) return undefined
    return { node: { kind: 'scalar', type: 'string', text: text.slice(from + 1, at), start: from + 1, end: at }, next: at + 1 }
  }

  private plain(from: number, first: number, inFlow: boolean): Read<YamlScalar> | undefined {
    const { text } = this
    if (!isPlainStart(first) || (first === DASH && !isKeyCharacter(text.charCodeAt(from + 1)))) return undefined
    let end = from
    for (let at = from; at < this.lineEnd; at++) {
      const c = text.charCodeAt(at)
      if (c === BLANK) continue
      if (c === HASH && text.charCodeAt(at - 1) === BLANK) break
      if (inFlow && isFlowIndicator(c)) break
      const next = text.charCodeAt(at + 1)
      if (c === COLON && (at + 1 >= this.lineEnd || next === BLANK || (inFlow && isFlowIndicator(next)))) return undefined
      end = at + 1
    }
    return { node: typed(text.slice(from, end), from, end), next: end }
  }

  private note(value: YamlScalar): void {
    if (value.type === 'string' && value.text.includes('$')) this.templates.push(value)
  }

  private skipBlanks(from: number): number {
    let at = from
    while (at < this.lineEnd && this.text.charCodeAt(at) === BLANK) at++
    return at
  }

  private isComment(at: number): boolean {
    return this.text.charCodeAt(at) === HASH && this.text.charCodeAt(at - 1) === BLANK
  }
}

function exceeded(at: number): YamlProblem {
  return { message: `compose file exceeds maximum node visit limit (${MAX_NODES}): what follows was not read`, start: at, end: at }
}

function typed(written: string, start: number, end: number): YamlScalar {
  const { type, text } = typeOfPlain(written)
  return { kind: 'scalar', type, text, start, end }
}

/** Letters, digits, `_`, `.`, `/`, `-`: what begins and fills most keys, and stands for itself everywhere. */
function isKeyCharacter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 45 && c <= 57) || (c >= 65 && c <= 90) || c === 95
}

/** What a plain scalar may begin with for sure: letters, digits, `$ ( ) + - . / ; < = \ ^ _ ~`, and what is not ASCII. */
function isPlainStart(c: number): boolean {
  if (isKeyCharacter(c) || c > 127) return true
  return c === 36 || c === 40 || c === 41 || c === 43 || c === 59 || c === 60 || c === 61 || c === 92 || c === 94 || c === 126
}

function isFlowIndicator(c: number): boolean {
  return c === COMMA || c === OPEN_LIST || c === CLOSE_LIST || c === OPEN_MAP || c === CLOSE_MAP
}
