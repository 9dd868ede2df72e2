import { QuickBuilds, type QuickBuild } from './compose-quick-builds.js'
import { imageWithDefaults, isSourceWritten, literalImage } from './compose-quick-image.js'
import {
  ARGUMENT_LIST,
  ARGUMENTS,
  BUILD,
  MAP,
  NOTHING,
  Outline,
  ROOT,
  SERVICE,
  SERVICES,
  VOLUME,
  VOLUMES,
} from './compose-quick-outline.js'
import {
  bytes,
  COLON,
  DASH,
  DOUBLE_QUOTE,
  HASH,
  isSpace,
  isStart,
  LINE_FEED,
  QuickText,
  SINGLE_QUOTE,
  table,
  take,
} from './compose-quick-text.js'
import { keptText } from './kept-text.js'
import { Positions } from './positions.js'
import { type PlacedUse, type QuickUse, type QuickUses } from './quick-uses.js'
import { typeOfPlain } from './yaml-scalars.js'

/*
 * What a compose file of the usual kind names, found in one pass without a node for anything: block maps and lists, scalars on one line, lists
 * in brackets, block scalars. Everything that could be a problem, a build that passes more than plain arguments, another file's business or a
 * name without a value is for the full way.
 */

/** What stands around the file decides whether that is all there is to say. */
export interface QuickCompose extends QuickUses {
  /** The variables that images name with a default: none of them may have a value. */
  readonly defaulted: readonly string[]
  /** Some of them may decide the source. */
  readonly overridable: boolean
  /** The variables of other values. */
  readonly variables: readonly string[]
  /** Some value holds a dollar sign. */
  readonly templates: boolean
  /** Some service has neither an image nor a build: another file has to say. */
  readonly partial: boolean
  /** What is built. */
  readonly builds: readonly QuickBuild[]
  /** Some service says for which platform, or whether its image is pulled. */
  readonly ruled: boolean
}

/** The images of a file of the usual kind; undefined for any other. Never throws; linear in the text. */
export function quickCompose(text: string): QuickCompose | undefined {
  return text.includes(MARK) || !take(text) ? undefined : new QuickReader(text).read()
}

/** Its images with their places, if each is written as it is looked up; undefined of any other file. */
export function placedCompose(text: string): readonly PlacedUse[] | undefined {
  return text.includes(MARK) || !take(text) ? undefined : new QuickReader(text).placed()
}

/** What begins an inline exception. */
const MARK = 'image-policy:'

const OPEN_LIST = 91
const OPEN_MAP = 123
const BAR = 124
const GREATER = 62

/** Letters; longer keys exist, but nobody writes them. */
const MAX_KEY = 200

/** What keys consist of: what compose allows in the name of a service. */
const KEY = table(/[\w.-]/)
const KEY_START = table(/[A-Za-z_]/)
/** `null`, `true` and `false` are no strings. */
const WORD_START = table(/[ntf]/i)

function hashed(hash: number, c: number): number {
  return Math.imul(hash ^ c, 0x01000193)
}

const hashOf = (key: string): number => [...key].reduce((hash, letter) => hashed(hash, letter.charCodeAt(0)), 0)

/** The hashes of keys of a service that are not for every value; another key of such a hash gives up. */
const IMAGE = hashOf('image')
const VOLUMES_KEY = hashOf('volumes')
const BUILD_KEY = hashOf('build')
const PLATFORM = hashOf('platform')
const PULL_POLICY = hashOf('pull_policy')
const EXTENDS = hashOf('extends')
const PROVIDER = hashOf('provider')
const PRE_START = hashOf('pre_start')

/** What references and paths consist of. */
const PLAIN = table(/[\w.:@/${}-]/)
/** And arguments. */
const ASSIGNED = table(/[\w.:@/=+-]/)

/** Where an image is written, and the service that names it. */
interface Written {
  readonly owner: string
  readonly start: number
}

class QuickReader {
  private readonly values: QuickText
  private readonly outline = new Outline()
  private readonly images: QuickUse[] = []
  /** For each image the service that names it, by its number. */
  private readonly owners: number[] = []
  private readonly builds = new QuickBuilds()
  private readonly defaulted: string[] = []
  /** Offsets of each image as it is written, and of the key of its service; undefined where nobody asks. */
  private places: Written[] | undefined
  private service = 0
  private serviceStart = 0
  private serviceEnd = 0
  private overridable = false
  private started = false
  /** The key that was found last, without quotes. */
  private keyStart = 0
  private keyEnd = 0
  private hash = 0
  /** Where the scalar that was asked for last begins, without its quote, and the line break behind it. */
  private scalarStart = 0
  private scalarEnd = 0

  constructor(private readonly text: string) {
    this.values = new QuickText(text)
  }

  read(): QuickCompose | undefined {
    const { images, defaulted, values, outline } = this
    if (!this.lines() || !outline.end()) return undefined
    const builds = this.builds.all(this.text)
    if (builds === undefined) return undefined
    this.builds.mark(images, this.owners)
    const { variables, templates } = values
    return {
      images,
      local: 0,
      defaulted,
      overridable: this.overridable,
      variables,
      templates,
      partial: outline.partial,
      builds,
      ruled: this.builds.ruled,
    }
  }

  placed(): readonly PlacedUse[] | undefined {
    const places: Written[] = (this.places = [])
    const positions = new Positions(this.text)
    return this.read()?.images.map(({ role, text }, index) => {
      const { owner, start } = places[index] ?? { owner: '', start: 0 }
      const span = positions.span(start, start + text.length)
      return { role, span, text, owner, ...(role === 'build-output' && { pullable: true }) }
    })
  }

  private lines(): boolean {
    const { length } = this.text
    for (let start = 0; start < length; start++) {
      const at = this.values.blanks(start)
      if (bytes[at] === LINE_FEED) start = at
      else start = bytes[at] === HASH ? this.values.comment(at) : this.line(at - start, at)
      if (start < 0) return false
    }
    return true
  }

  /** A line that is no comment; gives the offset of its line break, or of the last one of its value, and -1 if it is not sure. */
  private line(indent: number, at: number): number {
    const { outline } = this
    const item = bytes[at] === DASH && isSpace(at + 1)
    if (KEY_START[bytes[at] ?? 0] === 0 && !item) {
      const blank = this.values.lineBreak(at)
      if (blank >= 0) return blank
      if (indent === 0 && outline.kind === NOTHING && this.text.startsWith('---', at)) return this.opened(at + 3)
    }
    if (!outline.place(indent, item)) return -1
    if (!item) return this.entry(this.key(at))
    const from = this.values.blanks(at + 1)
    if (outline.kind === ARGUMENT_LIST) return this.argument(from)
    const behind = this.key(from)
    if (behind < 0) return this.isNothing(from) ? -1 : this.value(from)
    return outline.open(indent + from - at, outline.kind === VOLUMES ? VOLUME : MAP) ? this.entry(behind) : -1
  }

  /** The one `---` that may stand before everything. */
  private opened(at: number): number {
    const first = !this.started
    this.started = true
    return first ? this.values.over(at) : -1
  }

  // -------------------------------------------------------------------------------------------- keys

  /** Behind the colon of the key that begins at an offset; -1 if there is none. */
  private key(from: number): number {
    const first = bytes[from] ?? 0
    const quoted = first === DOUBLE_QUOTE || first === SINGLE_QUOTE
    const start = quoted ? from + 1 : from
    let at = start
    let c = bytes[at] ?? 0
    let hash = 0
    for (; KEY[c] === 1; c = bytes[++at] ?? 0) hash = hashed(hash, c)
    this.keyStart = start
    this.keyEnd = at
    this.hash = hash
    if (at === start || at - start > MAX_KEY || (quoted ? c !== first : KEY_START[first] === 0)) return -1
    if (quoted) at++
    else if (at - start < 6 && WORD_START[first] === 1 && typeOfPlain(this.text.slice(start, at)).type !== 'string') return -1
    return bytes[at] === COLON && isSpace(at + 1) ? at + 1 : -1
  }

  private isKey(key: string): boolean {
    return this.keyEnd - this.keyStart === key.length && this.text.startsWith(key, this.keyStart)
  }

  // -------------------------------------------------------------------------------------------- entries

  /** The key that was found last, with what stands behind its colon. */
  private entry(behind: number): number {
    const { outline } = this
    if (behind < 0 || !outline.isNew(this.hash)) return -1
    const from = this.values.blanks(behind)
    const { kind } = outline
    if (kind === SERVICE) return this.serviceEntry(from)
    if (kind === SERVICES) return this.serviceAt(from)
    if (kind === ROOT) return this.rootEntry(from)
    if (kind === BUILD) return this.buildEntry(from)
    if (kind === ARGUMENTS) return this.argumentEntry(from)
    return kind === VOLUME ? this.volumeEntry(from) : this.value(from)
  }

  private rootEntry(from: number): number {
    const key = this.text.slice(this.keyStart, this.keyEnd)
    if (key === 'services') return this.expect(SERVICES, from)
    return SILENT.has(key) || key.startsWith('x-') ? this.value(from) : -1
  }

  private serviceAt(from: number): number {
    this.service++
    this.serviceStart = this.keyStart
    this.serviceEnd = this.keyEnd
    return this.expect(SERVICE, from)
  }

  private serviceEntry(from: number): number {
    switch (this.hash) {
      case IMAGE:
        return this.isKey('image') ? this.image(from) : -1
      case VOLUMES_KEY:
        return this.isKey('volumes') && bytes[from] !== OPEN_LIST ? this.expect(VOLUMES, from) : this.value(from)
      case BUILD_KEY:
        return this.isKey('build') ? this.build(from) : -1
      case PLATFORM:
      case PULL_POLICY:
        this.builds.ruled = true
        return this.value(from)
      case EXTENDS:
      case PROVIDER:
      case PRE_START:
        return -1
      default:
        return this.value(from)
    }
  }

  /** A folder, or what follows. */
  private build(from: number): number {
    this.outline.named = true
    this.builds.begin(this.service, this.serviceStart, this.serviceEnd)
    return this.isNothing(from) ? this.expect(BUILD, from) : this.path('context', from)
  }

  private buildEntry(from: number): number {
    if (this.isKey('context')) return this.path('context', from)
    if (this.isKey('args') && this.isNothing(from)) return this.expect(ARGUMENTS, from)
    return this.isKey('dockerfile') ? this.path('dockerfile', from) : -1
  }

  private argumentEntry(from: number): number {
    const name = this.text.slice(this.keyStart, this.keyEnd)
    const value = this.scalar(from)
    return value !== undefined && this.builds.argument(name, value, this.scalarStart) ? this.scalarEnd : -1
  }

  /** `NAME=value` in a list. */
  private argument(from: number): number {
    const written = this.scalar(from, ASSIGNED)
    const equals = written?.indexOf('=') ?? -1
    if (written === undefined || equals < 0) return -1
    const isUsual = this.builds.argument(written.slice(0, equals), written.slice(equals + 1), this.scalarStart + equals + 1)
    return isUsual ? this.scalarEnd : -1
  }

  private path(key: 'context' | 'dockerfile', from: number): number {
    const written = this.scalar(from)
    return written !== undefined && this.builds.add(key, written, this.scalarStart) ? this.scalarEnd : -1
  }

  /** A volume of a type that is no image; compose wants a string for its source. */
  private volumeEntry(from: number): number {
    if (this.isKey('type') && !MOUNTS.has(this.scalar(from) ?? '')) return -1
    if (this.isKey('source') && this.scalar(from) === undefined) return -1
    return this.value(from)
  }

  private image(from: number): number {
    const written = this.scalar(from)
    if (written === undefined) return -1
    const variable = written.includes('$')
    const use = variable ? imageWithDefaults(written, this.defaulted) : literalImage(written)
    if (variable && !isSourceWritten(written)) this.overridable = true
    if (use === undefined) return -1
    this.images.push(use)
    this.owners.push(this.service)
    this.outline.named = true
    if (this.places === undefined) return this.scalarEnd
    if (variable) return -1
    this.places.push({ owner: keptText(this.text.slice(this.serviceStart, this.serviceEnd)), start: this.scalarStart })
    return this.scalarEnd
  }

  // -------------------------------------------------------------------------------------------- values

  /** Nothing stands on the line behind the key. */
  private expect(kind: number, from: number): number {
    this.outline.expected = kind
    return bytes[from] === HASH ? this.values.comment(from) : this.values.lineBreak(from)
  }

  private isNothing(from: number): boolean {
    return isSpace(from) || bytes[from] === HASH
  }

  /** What is written of a string of few characters, without quotes; undefined if it is none. */
  private scalar(from: number, letters = PLAIN): string | undefined {
    const c = bytes[from]
    const quoted = c === DOUBLE_QUOTE || c === SINGLE_QUOTE
    let stop = from
    if (quoted) stop = this.values.quoted(from)
    else while (letters[bytes[stop] ?? 0] === 1) stop++
    this.scalarStart = quoted ? from + 1 : from
    this.scalarEnd = stop <= from ? -1 : this.values.over(stop)
    if (this.scalarEnd < 0) return undefined
    if (quoted) return this.text.slice(from + 1, stop - 1)
    const plain = this.text.slice(from, stop)
    return isStart(from) && !plain.endsWith(':') && typeOfPlain(plain).type === 'string' ? plain : undefined
  }

  /** A value that names nothing. */
  private value(from: number): number {
    const { values } = this
    const c = bytes[from]
    if (this.isNothing(from)) return this.expect(MAP, from)
    if (c === BAR || c === GREATER) return values.block(from, this.outline.indent)
    const quoted = c === DOUBLE_QUOTE || c === SINGLE_QUOTE
    if (!quoted && c !== OPEN_LIST && c !== OPEN_MAP) return values.plain(from)
    const stop = quoted ? values.quoted(from) : values.flow(from)
    return stop < 0 ? -1 : values.over(stop)
  }
}

/** Keys of the root below which nothing names an image. */
const SILENT: ReadonlySet<string> = new Set(['version', 'name', 'volumes', 'networks', 'secrets', 'configs'])

const MOUNTS: ReadonlySet<string> = new Set(['bind', 'volume', 'tmpfs', 'npipe', 'cluster'])
