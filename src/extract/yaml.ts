import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  Parser,
  Scalar,
  Schema,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { goQuote } from './go-text.js'
import { withFlowsJoined } from './yaml-flow.js'
import { Limits } from './yaml-limits.js'
import { typeOfPlain, type ScalarType, type Typed } from './yaml-scalars.js'

/*
 * YAML as compose-go reads it: go-yaml's types, merge keys, aliases that are the very node they stand for, `!reset` and `!override`.
 * Places are offsets into the text. What go-yaml refuses is a problem, and what can be read besides is there all the same.
 */

/** `!reset` removes what was merged before, `!override` replaces it. */
export type MergeTag = 'reset' | 'override'

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly type: ScalarType
  /** A string's value; otherwise what Go's `%v` prints. */
  readonly text: string
  /** Of what is written, without quotes; of a block scalar its lines without the blanks around them. */
  readonly start: number
  readonly end: number
  /** Where the first line of a block scalar's content begins; undefined for other styles. */
  readonly block?: number
  readonly tag?: MergeTag
}

export interface YamlEntry {
  readonly key: YamlScalar
  readonly value: YamlNode
}

export interface YamlMap {
  readonly kind: 'map'
  /** In the order of the text, what a `<<` brings after the map's own. */
  readonly entries: ReadonlyMap<string, YamlEntry>
  readonly start: number
  readonly end: number
  readonly tag?: MergeTag
}

export interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly start: number
  readonly end: number
  readonly tag?: MergeTag
}

/** A node stands once: an alias is the same object as what it stands for. */
export type YamlNode = YamlScalar | YamlMap | YamlList

export interface YamlProblem {
  readonly message: string
  readonly start: number
  readonly end: number
}

export interface YamlFile {
  /** One root a document; a file of comments has none. */
  readonly documents: readonly YamlNode[]
  readonly problems: readonly YamlProblem[]
  /** Every string in the place of a value that holds a `$`, each once. */
  readonly templates: readonly YamlScalar[]
}

/** compose-go's own limit on the nodes of a document (loader/reset.go). */
const MAX_NODES = 100_000

/** Entries that merge keys may copy; 100 services with 20 keys make 2,000. Aliases make the work grow with the square of the file. */
const MAX_MERGED = 20_000

/** A reader follows the first ones; a hostile file has one a line. */
const MAX_PROBLEMS = 20

/** UTF-16 units; messages quote the text. */
const MAX_MESSAGE = 300

/** UTF-16 units; the largest of some 2,000 real compose files has 39,000. */
const MAX_CHARACTERS = 131_072

let failsafe: Schema | undefined

/**
 * Reads all documents of a text. Never throws; the time is linear in the text, though high (about 2 µs a character where every one is a
 * node of its own), so a longer text than the limit is a problem and not read.
 */
export function readYaml(text: string): YamlFile {
  const reader = new Reader(text)
  if (text.length > MAX_CHARACTERS) reader.problem(`the file is longer than ${MAX_CHARACTERS} characters and was not read`, 0, 0)
  else compose(text, reader)
  const read = reader.file()
  const joined = reader.limits.broken ? withFlowsJoined(text, reader.limits.flows) : undefined
  if (joined === undefined) return read
  const again = new Reader(text)
  compose(joined, again)
  const file = again.file()
  return file.problems.length < read.problems.length ? file : read
}

function compose(text: string, reader: Reader): void {
  // all scalars as strings: the types are go-yaml's, not the library's; and one schema for all files, since making it costs more than a file
  failsafe ??= new Schema({ schema: 'failsafe', merge: false })
  const traces = Error.stackTraceLimit
  try {
    Error.stackTraceLimit = 0 // each problem is an Error to the library, and its stack trace takes longer than all else
    const composer = new Composer({ schema: failsafe, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' })
    for (const token of tokensOf(text, reader)) {
      for (const { contents, errors } of composer.next(token)) reader.document(contents, errors)
    }
    for (const { contents, errors } of composer.end()) reader.document(contents, errors)
  } catch (error) {
    // the library recurses, and so does what reads its nodes: the stack's end is reached before the text's
    if (!(error instanceof RangeError)) throw error
    reader.problem('the file is nested too deeply to be read', 0, 0)
  } finally {
    Error.stackTraceLimit = traces
  }
}

/** The library's parser, step by step; a text beyond the limits ends where it meets them. */
function* tokensOf(text: string, reader: Reader): Generator<CST.Token, void> {
  const parser = new Parser()
  const { limits } = reader
  let broken = 0
  for (const lexeme of new Lexer().lex(text)) {
    const refused = limits.refuse(lexeme)
    if (refused !== undefined) {
      reader.stop(refused, limits.offset)
      break
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' && ++broken > MAX_PROBLEMS)
        return reader.problem(`failed to parse: yaml: ${token.message}`, token.offset, token.offset)
      yield token
    }
  }
  yield* parser.end()
}

class Reader {
  private readonly documents: YamlNode[] = []
  private readonly problems: YamlProblem[] = []
  private readonly templates: YamlScalar[] = []
  /** Undefined as long as the node is being read. go-yaml keeps them from document to document. */
  private readonly anchors = new Map<string, YamlNode | undefined>()
  private stopped = Infinity
  private nodes = 0
  private merged = 0
  readonly limits = new Limits()
  /** Within what is tagged `!override`: compose-go looks at no tag there (loader/reset.go). */
  private overridden = false

  constructor(private readonly text: string) {}

  file(): YamlFile {
    const { documents, problems, templates } = this
    return { documents, problems, templates }
  }

  document(contents: unknown, errors: readonly { readonly message: string; readonly pos: readonly [number, number] }[]): void {
    // what is open where reading stopped is no mistake of the file
    for (const { message, pos } of errors) if (pos[0] < this.stopped) this.problem(`failed to parse: yaml: ${message}`, pos[0], pos[1])
    this.nodes = 0
    this.documents.push(this.value(contents, 0))
    if (this.nodes > MAX_NODES) this.problem(`compose file exceeds maximum node visit limit (${MAX_NODES})`, 0, 0)
  }

  /** Nothing is read from there on. */
  stop(message: string, at: number): void {
    this.stopped = at
    this.problem(message, at, at)
  }

  problem(message: string, start: number, end: number): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ message: message.slice(0, MAX_MESSAGE), start, end })
  }

  private value(node: unknown, after: number): YamlNode {
    const value = this.node(node, after)
    if (value.kind === 'scalar' && value.type === 'string' && !isAlias(node) && value.text.includes('$')) this.templates.push(value)
    return value
  }

  /** `after`: where a value stands that is not written. */
  private node(node: unknown, after: number): YamlNode {
    this.nodes++
    if (isAlias(node)) return this.alias(node.source, rangeOf(node, after))
    const written = isScalar(node) || isMap(node) || isSeq(node)
    if (!written) return nothing(after)
    const { anchor } = node
    if (anchor === undefined) return this.content(node, after)
    this.anchors.set(anchor, undefined)
    const value = this.content(node, after)
    this.anchors.set(anchor, value)
    return value
  }

  private content(node: Scalar | YAMLMap | YAMLSeq, after: number): YamlNode {
    const tag = this.overridden ? {} : mergeTag(node.tag)
    if (isScalar(node)) return { ...this.scalar(node, after), ...tag }
    const [start, end] = rangeOf(node, after)
    const outer = this.overridden
    this.overridden ||= tag.tag === 'override'
    const content = isMap(node)
      ? ({ kind: 'map', entries: this.entries(node.items), start, end, ...tag } as const)
      : ({ kind: 'list', items: node.items.map((item) => this.value(item, start)), start, end, ...tag } as const)
    this.overridden = outer
    return content
  }

  private alias(name: string, [start, end]: Range): YamlNode {
    const known = this.anchors.get(name)
    if (known !== undefined) return known
    const reason = this.anchors.has(name) ? `anchor '${name}' value contains itself` : `unknown anchor '${name}' referenced`
    this.problem(`failed to parse: yaml: ${reason}`, start, end)
    return nothing(start)
  }

  /** The map's own keys win over what `<<` brings, wherever it stands, and of several maps the first. */
  private entries(pairs: readonly Pair[]): ReadonlyMap<string, YamlEntry> {
    const entries = new Map<string, YamlEntry>()
    const merges: YamlEntry[] = []
    for (const pair of pairs) {
      const read = this.node(pair.key, 0)
      const key = read.kind === 'scalar' ? read : nothing(read.start)
      if (read !== key) this.problem('failed to parse: yaml: the key of a mapping must be a scalar', read.start, read.end)
      const entry = { key, value: this.value(pair.value, key.end) }
      const merge = isMergeKey(pair.key)
      const known = merge ? merges.some((other) => other.key.text === key.text) : entries.has(key.text)
      if (known) this.problem(`mapping key ${goQuote(key.text)} already defined`, key.start, key.end)
      if (merge) merges.push(entry)
      else entries.set(key.text, entry)
    }
    for (const { value } of merges) this.merge(entries, value)
    return entries
  }

  private merge(entries: Map<string, YamlEntry>, value: YamlNode): void {
    const sources = value.kind === 'list' ? value.items : [value]
    for (const source of sources) {
      if (source.kind !== 'map') {
        this.problem('failed to parse: yaml: map merge requires map or sequence of maps as the value', source.start, source.end)
        continue
      }
      this.merged += source.entries.size
      if (this.merged > MAX_MERGED) {
        this.problem(`merge keys bring more than ${MAX_MERGED} entries`, source.start, source.end)
        return
      }
      for (const [key, entry] of source.entries) {
        const own = entries.get(key)
        if (own === undefined) entries.set(key, entry)
        // compose-go takes the `!reset` key away before the merge brings the same one, and still removes what an earlier file has there
        else if (own.value.tag === 'reset') entries.set(key, { key: entry.key, value: { ...entry.value, tag: 'override' } })
      }
    }
  }

  private scalar(node: Scalar, after: number): YamlScalar {
    const range = rangeOf(node, after)
    const text = this.withoutAddedBreak(typeof node.value === 'string' ? node.value : (node.source ?? ''), node.type, range)
    const typed = this.typed(node, text, range)
    return { kind: 'scalar', ...typed, ...this.written(node.type, range) }
  }

  /** At the end of a file that lacks its last line break the library adds one to a block scalar; go-yaml does not. */
  private withoutAddedBreak(text: string, type: Scalar.Type | undefined, [, end]: Range): string {
    const block = type === Scalar.BLOCK_LITERAL || type === Scalar.BLOCK_FOLDED
    if (!block || end !== this.text.length || !text.endsWith('\n')) return text
    const lastLine = this.text.slice(this.text.lastIndexOf('\n') + 1)
    return lastLine.trim() === '' ? text : text.slice(0, -1)
  }

  /** go-yaml's resolve: a tag it does not know makes a string. */
  private typed({ type, tag }: Scalar, text: string, [start, end]: Range): Typed {
    if (tag === undefined || tag === '!') return type === Scalar.PLAIN ? typeOfPlain(text) : { type: 'string', text }
    if (!tag.startsWith(CORE)) return { type: 'string', text }
    const name = tag.slice(CORE.length)
    const wanted = name === 'timestamp' ? 'time' : name
    const typed = name === 'binary' ? decodeBase64(text) : isScalarType(wanted) ? typeOfPlain(text) : undefined
    if (typed === undefined && name !== 'binary') return { type: 'string', text }
    if (typed !== undefined && (typed.type === wanted || name === 'binary')) return typed
    if (typed?.type === 'int' && wanted === 'float') return { type: 'float', text: typed.text }
    this.problem(`failed to parse: yaml: cannot construct ${goQuote(text)} as a !!${name}`, start, end)
    return { type: 'string', text }
  }

  /** Where the scalar's text stands, without quotes and without the header of a block. */
  private written(
    type: Scalar.Type | undefined,
    [start, end]: Range,
  ): { readonly start: number; readonly end: number; readonly block?: number } {
    if (type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE) {
      const closed = end - start > 1 && this.text[end - 1] === this.text[start]
      return { start: start + 1, end: closed ? end - 1 : end }
    }
    if (type !== Scalar.BLOCK_FOLDED && type !== Scalar.BLOCK_LITERAL) return { start, end }
    const newline = this.text.indexOf('\n', start)
    const block = newline < 0 || newline > end ? end : newline + 1
    let first = block
    let last = end
    while (first < last && isBlank(this.text.charCodeAt(first))) first++
    while (last > first && isBlank(this.text.charCodeAt(last - 1))) last--
    return { start: first, end: last, block }
  }
}

type Range = readonly [start: number, end: number]

const CORE = 'tag:yaml.org,2002:'

function rangeOf(node: unknown, after: number): Range {
  const range = isNode(node) ? node.range : undefined
  return range ? [range[0], range[1]] : [after, after]
}

function nothing(at: number): YamlScalar {
  return { kind: 'scalar', type: 'null', text: '', start: at, end: at }
}

/** go-yaml reads the bytes that a tag gives by their numbers. */
function mergeTag(written: string | undefined): { readonly tag?: MergeTag } {
  const tag = written?.replace(/%([0-7][0-9a-f])/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)))
  return tag === '!reset' || tag === '!override' ? { tag: tag === '!reset' ? 'reset' : 'override' } : {}
}

function isMergeKey(key: unknown): boolean {
  if (!isScalar(key)) return false
  return key.tag === `${CORE}merge` || (key.tag === undefined && key.type === Scalar.PLAIN && key.value === '<<')
}

function isScalarType(name: string): name is ScalarType {
  return name === 'null' || name === 'bool' || name === 'int' || name === 'float' || name === 'time'
}

/** base64.StdEncoding, which skips line breaks; undefined if it is no base64. */
function decodeBase64(text: string): Typed | undefined {
  const digits = text.replace(/[\r\n]/g, '')
  if (digits.length % 4 !== 0 || !/^[\w+/]*={0,2}$/.test(digits) || digits.includes('_')) return undefined
  const bytes = Uint8Array.from(atob(digits), (byte) => byte.charCodeAt(0))
  return { type: 'string', text: new TextDecoder().decode(bytes) }
}

/** Blank, tab, LF, CR. */
function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13
}
