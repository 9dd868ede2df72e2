import { InlineReader, isMergeKey } from './yaml-inline.js'
import { YamlLines } from './yaml-lines.js'
import { MergedMap } from './yaml-merge.js'
import { type YamlFile, type YamlNode, type YamlProblem, type YamlScalar } from './yaml.js'

/*
 * A reader for the styles in which compose files are written: block maps and lists, scalars, flow collections, anchors, merge keys, the tags
 * of compose, comments, several documents. It reads what it is sure of and gives up on everything else; a test holds it to what the full
 * reader says.
 */

/** A line break that only some readers know, or another control character but tab and CR: not for this reader. */
const UNSURE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/

/** A CR that ends no line for some readers. */
const UNSURE_RETURN = /\r(?!\n)/

/** A byte order mark that begins no text, or stands before other than a key or a comment. */
const UNSURE_MARK = /(?!^)\ufeff|^\ufeff[^a-z#\n]/i

/** Deeper files exist, but nobody writes them. */
const MAX_DEPTH = 32

/** compose-go's own limit on the nodes of a document (loader/reset.go); compose refuses the file, and the rest of it is not read. */
const MAX_NODES = 100_000

const BLANK = 32
const HASH = 35
const AMPERSAND = 38
const STAR = 42
const BANG = 33

/** The nodes of a text in the usual styles, with the offsets that the full reader gives; undefined if it is written in any other way. Linear in the text. */
export function readBlockYaml(text: string): YamlFile | undefined {
  if (UNSURE.test(text) || (text.includes('\r') && UNSURE_RETURN.test(text)) || (text.includes('\ufeff') && UNSURE_MARK.test(text)))
    return undefined
  return new BlockReader(text).file()
}

class BlockReader {
  private readonly lines: YamlLines
  private readonly inline: InlineReader
  /** Where reading ended because there were too many nodes. */
  private stopped: number | undefined

  constructor(private readonly text: string) {
    this.lines = new YamlLines(text)
    this.inline = new InlineReader(this.lines)
  }

  file(): YamlFile | undefined {
    const { lines, inline } = this
    const documents: YamlNode[] = []
    const problems: YamlProblem[] = []
    lines.next()
    if (lines.marker && !this.opened()) return undefined
    if (lines.indent < 0) return undefined
    for (;;) {
      inline.nodes = 0
      const root = this.node(-1, 0)
      if (root === undefined || root.kind === 'scalar' || lines.indent >= 0) return undefined
      documents.push(root)
      if (this.stopped !== undefined) problems.push(exceeded(this.stopped))
      if (!lines.marker) return { documents, problems, templates: inline.templates }
      if (!this.opened()) return undefined
    }
  }

  private stop(): void {
    this.stopped ??= this.lines.start
    this.lines.finish()
  }

  /** Goes behind a `---` that stands alone; false if nothing of the document follows. */
  private opened(): boolean {
    const { lines } = this
    if (!lines.isOver(lines.at + 3)) return false
    lines.next()
    return lines.indent >= 0
  }

  /** What begins on a line of its own, indented further than `indent`. */
  private node(indent: number, depth: number): YamlNode | undefined {
    const { lines } = this
    if (depth > MAX_DEPTH) return undefined
    if (lines.item) return this.list(lines.indent, depth)
    const key = this.inline.key(lines.at, false)
    if (key !== undefined) return this.map(key, lines.indent, depth)
    // a comment that is indented less changes what the full reader takes for the scalar's next line
    return lines.commented ? undefined : this.value(lines.at, indent, depth, false)
  }

  private map(first: YamlScalar, indent: number, depth: number): YamlNode | undefined {
    const { lines, inline } = this
    inline.nodes++
    const map = new MergedMap(inline.merged)
    const start = lines.at
    let key: YamlScalar | undefined = first
    for (;;) {
      const value: YamlNode | undefined = key && this.valueOf(indent, depth)
      if (value === undefined || key === undefined || !map.add({ key, value }, isMergeKey(this.text, key))) return undefined
      if (inline.nodes > MAX_NODES) this.stop()
      if (lines.indent !== indent || lines.item) {
        const entries = lines.indent > indent ? undefined : map.merged()
        return entries && { kind: 'map', entries, start, end: value.end }
      }
      key = inline.key(lines.at, false)
    }
  }

  /** What stands behind the colon of a key. */
  private valueOf(indent: number, depth: number): YamlNode | undefined {
    const { lines, inline } = this
    const from = lines.skipBlanks(inline.next)
    if (!this.isNothing(from)) return this.value(from, indent, depth, true)
    lines.next()
    if (lines.indent > indent) return this.node(indent, depth + 1)
    if (lines.indent === indent && lines.item) return this.list(indent, depth + 1)
    inline.nodes++
    return { kind: 'scalar', type: 'null', text: '', start: from, end: from }
  }

  private list(indent: number, depth: number): YamlNode | undefined {
    const { lines } = this
    if (depth > MAX_DEPTH) return undefined
    this.inline.nodes++
    const items: YamlNode[] = []
    const start = lines.at
    let end = start
    while (lines.indent === indent && lines.item) {
      const item = this.item(indent, depth)
      if (item === undefined) return undefined
      items.push(item)
      end = item.end
      if (this.inline.nodes > MAX_NODES) this.stop()
    }
    return lines.indent > indent ? undefined : { kind: 'list', items, start, end }
  }

  private item(indent: number, depth: number): YamlNode | undefined {
    const { lines } = this
    const from = lines.skipBlanks(lines.at + 1)
    if (this.isNothing(from)) {
      lines.next()
      return lines.indent > indent ? this.node(indent, depth + 1) : undefined
    }
    const key = lines.isItemAt(from) ? undefined : this.inline.key(from, false)
    if (key === undefined && !lines.isItemAt(from)) return this.value(from, indent, depth, false)
    // the item's list or map begins in the middle of the line: its own indent is where its first item or key stands
    lines.enter(from)
    return key === undefined ? this.list(lines.indent, depth + 1) : depth < MAX_DEPTH ? this.map(key, lines.indent, depth + 1) : undefined
  }

  /** A value that begins on the line, with its anchor and tag. */
  private value(from: number, indent: number, depth: number, inMap: boolean): YamlNode | undefined {
    const { lines, inline } = this
    const first = this.text.charCodeAt(from)
    if (first === STAR) {
      const node = inline.alias(from)
      if (node === undefined || !lines.isOver(inline.next)) return undefined
      lines.next()
      return lines.indent > indent ? undefined : node
    }
    if (first === AMPERSAND || first === BANG) return inline.withProperties(from, (tagged) => this.bareValue(indent, depth, inMap, tagged))
    const node = inline.value(from, indent, false)
    if (node !== undefined) inline.note(node)
    return node
  }

  /** A value behind its anchor or tag. */
  private bareValue(indent: number, depth: number, inMap: boolean, tagged: boolean): YamlNode | undefined {
    const { lines, inline } = this
    const from = lines.skipBlanks(inline.next)
    if (!this.isNothing(from)) return inline.value(from, indent, tagged)
    lines.next()
    if (inMap && lines.indent === indent && lines.item) return this.list(indent, depth + 1)
    const first = this.text.charCodeAt(lines.at)
    if (lines.indent <= indent || first === AMPERSAND || first === BANG || first === STAR) return undefined
    const node = this.node(indent, depth + 1)
    return node?.kind === 'scalar' ? undefined : node
  }

  /** Nothing but a comment stands on the line from an offset behind a blank or a colon. */
  private isNothing(at: number): boolean {
    return at >= this.lines.end || (this.text.charCodeAt(at) === HASH && this.text.charCodeAt(at - 1) === BLANK)
  }
}

function exceeded(at: number): YamlProblem {
  return { message: `compose file exceeds maximum node visit limit (${MAX_NODES}): what follows was not read`, start: at, end: at }
}
