import { readBlockScalar } from './yaml-block-scalar.js'
import { unquoteDouble, unquoteSingle } from './yaml-folding.js'
import { isKeyCharacter, type YamlLines } from './yaml-lines.js'
import { MergedMap, type Merged } from './yaml-merge.js'
import { nameEnd, readProperties } from './yaml-properties.js'
import { isSurelyText, typeOfPlain } from './yaml-scalars.js'
import { type YamlEntry, type YamlNode, type YamlScalar } from './yaml.js'

const TAB = 9
const BLANK = 32
const BANG = 33
const DOUBLE_QUOTE = 34
const HASH = 35
const AMPERSAND = 38
const SINGLE_QUOTE = 39
const STAR = 42
const COMMA = 44
const DASH = 45
const COLON = 58
const LESS = 60
const GREATER = 62
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_MAP = 123
const BAR = 124
const CLOSE_MAP = 125

/** Lists in lists are rare. */
const MAX_FLOW_DEPTH = 8

/** YAML's own limit for a key that is not announced by a `?` is 1,024. */
const MAX_KEY = 1000

/**
 * Reads what begins in the middle of a line: keys, scalars of each style, aliases, `[lists]` and `{maps}`. What it is not sure of is undefined;
 * nothing is to be read behind that.
 */
export class InlineReader {
  /** The offset behind what was read last. */
  next = 0
  nodes = 0
  readonly merged: Merged = { entries: 0 }
  readonly templates: YamlScalar[] = []
  /** Undefined as long as the node is being read. */
  readonly anchors = new Map<string, YamlNode | undefined>()
  /** Within what is tagged `!override`: compose-go looks at no tag there (loader/reset.go). */
  private overridden = false

  constructor(private readonly lines: YamlLines) {}

  /**
   * A value that begins on the line, and whatever it goes on with on lines that are indented further than `indent`; then goes to the
   * line behind it. `tagged`: its type is not that of what is written.
   */
  value(from: number, indent: number, tagged: boolean): YamlNode | undefined {
    const { lines } = this
    const first = lines.text.charCodeAt(from)
    const node = this.started(first, from, indent, tagged)
    if (node === undefined) return undefined
    if (first === BAR || first === GREATER) return lines.indent > indent ? undefined : node
    if (!lines.isOver(this.next)) return undefined
    const commented = lines.skipBlanks(this.next) < lines.end
    lines.next()
    if (lines.indent <= indent) return node
    return node.kind !== 'scalar' || commented || !this.isPlain(first) ? undefined : this.folded(node, indent, tagged)
  }

  /** Tells the templates of a value that is no alias. */
  note(node: YamlNode): void {
    if (node.kind === 'scalar' && node.type === 'string' && node.text.includes('$')) this.templates.push(node)
  }

  /** A key within its line, with a colon and a blank or the line's end behind it. */
  key(from: number, inFlow: boolean): YamlScalar | undefined {
    const { text } = this.lines
    const first = text.charCodeAt(from)
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) return this.quotedKey(from, first, inFlow)
    if (!isPlainStart(first)) return undefined
    const at = inFlow ? plainEnd(text, from, this.lines.end, true) : this.lines.keyEnd(from)
    if (at < 0 || at - from > MAX_KEY || (first === DASH && !isKeyCharacter(text.charCodeAt(from + 1)))) return undefined
    this.nodes++
    this.next = at + 1
    return plainScalar(keyText(text, from, at), from, at, false)
  }

  private quotedKey(from: number, quote: number, inFlow: boolean): YamlScalar | undefined {
    const { text, end } = this.lines
    let at = from + 1
    while (at < end && text.charCodeAt(at) !== quote && text.charCodeAt(at) !== BACKSLASH) at++
    if (at >= end || at - from > MAX_KEY || text.charCodeAt(at) !== quote || text.charCodeAt(at + 1) !== COLON) return undefined
    if (!inFlow && !this.lines.isBlankOrEnd(at + 2)) return undefined
    this.nodes++
    this.next = at + 2
    return { kind: 'scalar', type: 'string', text: text.slice(from + 1, at), start: from + 1, end: at }
  }

  private started(first: number, from: number, indent: number, tagged: boolean): YamlNode | undefined {
    switch (first) {
      case OPEN_LIST:
      case OPEN_MAP:
        return this.flow(from, indent, 0)
      case BAR:
      case GREATER:
        this.nodes++
        return readBlockScalar(this.lines, from, indent)
      case SINGLE_QUOTE:
      case DOUBLE_QUOTE:
        this.nodes++
        return this.quoted(from, first, indent)
      default:
        this.nodes++
        return this.plain(from, first, false, tagged)
    }
  }

  private scalar(from: number, first: number, indent: number, inFlow: boolean, tagged: boolean): YamlScalar | undefined {
    this.nodes++
    return first === DOUBLE_QUOTE || first === SINGLE_QUOTE ? this.quoted(from, first, indent) : this.plain(from, first, inFlow, tagged)
  }

  private isPlain(first: number): boolean {
    return first !== DOUBLE_QUOTE && first !== SINGLE_QUOTE
  }

  private plain(from: number, first: number, inFlow: boolean, tagged: boolean): YamlScalar | undefined {
    const { text, end: lineEnd } = this.lines
    if (!isPlainStart(first) || (first === DASH && !isKeyCharacter(text.charCodeAt(from + 1)))) return undefined
    const end = inFlow ? plainEnd(text, from, lineEnd, false) : this.lines.plainEnd(from)
    this.next = end
    return end < 0 ? undefined : plainScalar(text.slice(from, end), from, end, tagged)
  }

  /** A plain scalar with the lines on which it goes on; the first of them is the current one. */
  private folded({ start, end }: YamlScalar, indent: number, tagged: boolean): YamlScalar | undefined {
    const { lines } = this
    const { text } = lines
    let value = text.slice(start, end)
    let last = end
    let commented = false
    while (lines.indent > indent) {
      last = lines.plainEnd(lines.at)
      if (last < 0 || commented || lines.commented) return undefined
      value += (lines.blank === 0 ? ' ' : '\n'.repeat(lines.blank)) + text.slice(lines.at, last)
      commented = lines.skipBlanks(last) < lines.end
      lines.next()
    }
    return plainScalar(value, start, last, tagged)
  }

  private quoted(from: number, quote: number, indent: number): YamlScalar | undefined {
    const { lines } = this
    const { text } = lines
    let at = text.indexOf(quote === DOUBLE_QUOTE ? '"' : "'", from + 1)
    let special = false
    if (quote === SINGLE_QUOTE) {
      for (; at >= 0 && text.charCodeAt(at + 1) === SINGLE_QUOTE; at = text.indexOf("'", at + 2)) special = true
    } else if (lines.escapes.from(from) < at) {
      special = true
      at = closingQuote(text, lines.escapes.from(from))
    }
    if (at < 0) return undefined
    while (lines.end < at) {
      special = true
      if (!lines.step() || (lines.at < lines.end && lines.isOutside(indent))) return undefined
    }
    this.next = at + 1
    const value = !special ? text.slice(from + 1, at) : (quote === DOUBLE_QUOTE ? unquoteDouble : unquoteSingle)(text, from + 1, at)
    return value === undefined ? undefined : { kind: 'scalar', type: 'string', text: value, start: from + 1, end: at }
  }

  private flow(from: number, indent: number, depth: number): YamlNode | undefined {
    if (depth > MAX_FLOW_DEPTH) return undefined
    this.nodes++
    return this.lines.text.charCodeAt(from) === OPEN_LIST ? this.flowList(from, indent, depth) : this.flowMap(from, indent, depth)
  }

  private flowList(from: number, indent: number, depth: number): YamlNode | undefined {
    const items: YamlNode[] = []
    const close = depth === 0 ? CLOSE_LIST : 0
    let at = this.skipSpace(from + 1, indent, close)
    while (at >= 0 && this.lines.text.charCodeAt(at) !== CLOSE_LIST) {
      const item = this.flowItem(at, indent, depth)
      if (item === undefined) return undefined
      items.push(item)
      at = this.afterItem(CLOSE_LIST, indent, close)
    }
    this.next = at + 1
    return at < 0 ? undefined : { kind: 'list', items, start: from, end: at + 1 }
  }

  private flowMap(from: number, indent: number, depth: number): YamlNode | undefined {
    const map = new MergedMap(this.merged)
    const close = depth === 0 ? CLOSE_MAP : 0
    let at = this.skipSpace(from + 1, indent, close)
    while (at >= 0 && this.lines.text.charCodeAt(at) !== CLOSE_MAP) {
      const key = this.key(at, true)
      const value = key && this.flowItem(this.lines.skipBlanks(this.next), indent, depth)
      if (value === undefined || key === undefined || !map.add({ key, value }, isMergeKey(this.lines.text, key))) return undefined
      at = this.afterItem(CLOSE_MAP, indent, close)
    }
    this.next = at + 1
    const entries = at < 0 ? undefined : map.merged()
    return entries && { kind: 'map', entries, start: from, end: at + 1 }
  }

  private flowItem(from: number, indent: number, depth: number): YamlNode | undefined {
    const first = this.lines.text.charCodeAt(from)
    if (from >= this.lines.end) return undefined
    if (first === OPEN_LIST || first === OPEN_MAP) return this.flow(from, indent, depth + 1)
    if (first === STAR) return this.alias(from)
    if (first === AMPERSAND || first === BANG) return this.withProperties(from, (tagged) => this.behindProperties(indent, depth, tagged))
    const scalar = this.scalar(from, first, indent, true, false)
    if (scalar !== undefined) this.note(scalar)
    return scalar
  }

  private behindProperties(indent: number, depth: number, tagged: boolean): YamlNode | undefined {
    const from = this.lines.skipBlanks(this.next)
    const first = this.lines.text.charCodeAt(from)
    if (from >= this.lines.end) return undefined
    if (first === OPEN_LIST || first === OPEN_MAP) return this.flow(from, indent, depth + 1)
    return this.scalar(from, first, indent, true, tagged)
  }

  /** What stands behind an anchor, a tag, or both; undefined if they are written in any other way than compose files do. */
  withProperties(from: number, read: (tagged: boolean) => YamlNode | undefined): YamlNode | undefined {
    const { anchors } = this
    const properties = readProperties(this.lines, from)
    if (properties === undefined) return undefined
    const { anchor, tag } = properties
    this.next = properties.next
    if (anchor !== undefined) anchors.set(anchor, undefined)
    const counts = !this.overridden
    this.overridden ||= tag === '!override'
    const bare = read(tag !== undefined)
    if (counts) this.overridden = false
    if (bare === undefined || (tag === '!!str' && bare.kind !== 'scalar')) return undefined
    const marked = counts && (tag === '!reset' || tag === '!override')
    const node = marked ? { ...bare, tag: tag === '!reset' ? ('reset' as const) : ('override' as const) } : bare
    this.note(node)
    if (anchor !== undefined) anchors.set(anchor, node)
    return node
  }

  /** The very node that the alias stands for. */
  alias(from: number): YamlNode | undefined {
    const { lines } = this
    this.next = nameEnd(lines.text, from + 1)
    this.nodes++
    const after = lines.text.charCodeAt(this.next)
    const ends = lines.isBlankOrEnd(this.next) || after === COMMA || after === CLOSE_LIST || after === CLOSE_MAP
    return ends ? this.anchors.get(lines.text.slice(from + 1, this.next)) : undefined
  }

  /** Where the next item begins, or the end of the collection; -1 if there is neither. */
  private afterItem(close: number, indent: number, outer: number): number {
    const at = this.skipSpace(this.next, indent, outer)
    const c = at < 0 ? 0 : this.lines.text.charCodeAt(at)
    if (c === close) return at
    return c === COMMA ? this.skipSpace(at + 1, indent, outer) : -1
  }

  /**
   * The next offset within a collection that holds neither blank nor comment; -1 if there is none that is indented enough. What closes the outermost
   * collection may stand where its key does.
   */
  private skipSpace(from: number, indent: number, close: number): number {
    const { lines } = this
    let at = lines.skipBlanks(from)
    while (at >= lines.end || this.isComment(at)) {
      if (!lines.step()) return -1
      at = lines.at
      const closes = lines.indent === indent && lines.text.charCodeAt(at) === close
      if (at < lines.end && !closes && lines.isOutside(this.isComment(at) ? 0 : indent)) return -1
    }
    return at
  }

  private isComment(at: number): boolean {
    return this.lines.text.charCodeAt(at) === HASH && (at === this.lines.at || this.lines.text.charCodeAt(at - 1) === BLANK)
  }
}

/** Whether a key that was read is a plain `<<`. */
export function isMergeKey(text: string, { start, end }: YamlEntry['key']): boolean {
  return end - start === 2 && text.charCodeAt(start) === LESS && text.charCodeAt(start + 1) === LESS && isPlainBefore(text, start)
}

function isPlainBefore(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1)
  return before !== SINGLE_QUOTE && before !== DOUBLE_QUOTE
}

/** The double quote that is not escaped, from an offset at or before an escape on; -1 if there is none. */
function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === DOUBLE_QUOTE) return at
    if (c === BACKSLASH) at++
  }
  return -1
}

/** V8 copies shorter slices, and keeps the whole text for the sake of longer ones. */
const MAX_KNOWN = 12

/** Keys that were met: files have the same ones, and a string that is known needs no hash of its own. */
const known: string[] = Array.from({ length: 256 }, () => '')

function keyText(text: string, start: number, end: number): string {
  if (end - start > MAX_KNOWN) return text.slice(start, end)
  const slot = (text.charCodeAt(start) * 5 + text.charCodeAt(end - 1) * 3 + end - start) & 255
  const there = known[slot] ?? ''
  if (there.length === end - start && text.startsWith(there, start)) return there
  const key = text.slice(start, end)
  known[slot] = key
  return key
}

function plainScalar(written: string, start: number, end: number, tagged: boolean): YamlScalar {
  if (tagged || isSurelyText(written)) return { kind: 'scalar', type: 'string', text: written, start, end }
  const { type, text } = typeOfPlain(written)
  return { kind: 'scalar', type, text, start, end }
}

/** Where the plain scalar of a flow collection ends that begins at `from`; of a key before its colon. -1 if no such scalar stands there, or a value is a key. */
function plainEnd(text: string, from: number, lineEnd: number, isKey: boolean): number {
  let end = from
  for (let at = from; at < lineEnd; at++) {
    const c = text.charCodeAt(at)
    if (c === BLANK) continue
    if (c === TAB) return -1
    if ((c === HASH && text.charCodeAt(at - 1) === BLANK) || isFlowIndicator(c)) break
    if (c === COLON) {
      const next = text.charCodeAt(at + 1)
      const ends = at + 1 >= lineEnd || next === BLANK
      if (ends || isFlowIndicator(next)) return isKey && ends && end === at ? at : -1
    }
    end = at + 1
  }
  return isKey ? -1 : end
}

/** What a plain scalar may begin with for sure: letters, digits, `$ ( ) + - . / ; < = \\ ^ _ ~`, and what is not ASCII. */
function isPlainStart(c: number): boolean {
  return c > 127 || PLAIN_START[c] === 1
}

const PLAIN_START = Uint8Array.from({ length: 128 }, (_, c) => (/[\w$()+\-./;<=\\^~]/.test(String.fromCharCode(c)) ? 1 : 0))

function isFlowIndicator(c: number): boolean {
  return c === COMMA || c === OPEN_LIST || c === CLOSE_LIST || c === OPEN_MAP || c === CLOSE_MAP
}
