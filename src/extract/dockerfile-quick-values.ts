import { EPOCH } from './instructions.js'

/** UTF-16 units of one value, and of all that are put together in one file: far below where expansion becomes too costly. */
const MAX_VALUE = 1_000
const MAX_TOTAL = 20_000

/** A variable with its name, and maybe a modifier and its word, in which at most plain variables stand. */
const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+])((?:[^${}]|\$[A-Za-z_]\w*(?!\w)|\$\{[A-Za-z_]\w*\})*))?\})/
/** What a split at variables gives for each: the groups, and the text behind it. */
const STRIDE = 5

/** The platform arguments, in the form that they have on any platform: enough to tell that a platform can be read, not which. */
const PLATFORM_ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ['BUILDPLATFORM', 'linux/amd64'],
  ['BUILDOS', 'linux'],
  ['BUILDARCH', 'amd64'],
  ['TARGETPLATFORM', 'linux/amd64'],
  ['TARGETOS', 'linux'],
  ['TARGETARCH', 'amd64'],
])

const AUTOMATIC = /^(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/

const UNSET = Symbol('unset')

/** What a text is once its variables are replaced; `null` if one in it has no sure value; undefined if this way cannot tell. */
type Known = string | null | undefined

/** The global arguments of one Dockerfile with their plain defaults, and what FROM makes of them. */
export class QuickValues {
  private values: Map<string, string | null> | undefined
  private total = 0

  /** A default: a word without quotes, or what stands in double quotes; false if it is not of the usual kind. */
  declare(name: string, written: string): boolean {
    const value = written.includes('$') ? this.expanded(written, false) : written
    return value !== undefined && this.set(name, value)
  }

  /** A default to which nothing happens; false for the one argument that BuildKit gives another value. */
  set(name: string, value: string | null): boolean {
    if (name === EPOCH) return false
    this.values ??= new Map()
    this.values.set(name, value)
    return true
  }

  /** A word of FROM with its variables replaced, or its platform: there the build's own platforms may stand for themselves. */
  expand(word: string, platform: boolean): string | undefined {
    return word.includes('$') ? (this.expanded(word, platform) ?? undefined) : word
  }

  private expanded(word: string, platform: boolean): Known {
    if (word.includes("'")) return undefined
    const parts = word.split(VARIABLE)
    let text: string | null = parts[0] ?? ''
    if (text.includes('$')) return undefined
    for (let i = 1; i < parts.length; i += STRIDE) {
      const value = this.variable(parts[i] ?? parts[i + 1] ?? '', parts[i + 2], parts[i + 3] ?? '', platform)
      const behind = parts[i + STRIDE - 1] ?? ''
      if (value === undefined || behind.includes('$')) return undefined
      text = value === null || text === null ? null : text + value + behind
      if (text !== null && text.length > MAX_VALUE) return undefined
    }
    this.total += text?.length ?? 0
    return this.total > MAX_TOTAL ? undefined : text
  }

  private variable(name: string, modifier: string | undefined, word: string, platform: boolean): Known {
    const found = this.lookup(name, platform)
    if (modifier === undefined) return found === UNSET ? null : found
    const other = word.includes('$') ? this.expanded(word, platform) : word
    // whether a value without a sure text is empty nobody knows
    if (found === undefined || found === null || other === undefined) return undefined
    const given = found !== UNSET && !(modifier.startsWith(':') && found === '')
    if (modifier.endsWith('+')) return given ? other : found === UNSET && other !== '' ? null : ''
    return given ? found : other
  }

  /** Undefined for what depends on the platform. */
  private lookup(name: string, platform: boolean): string | null | typeof UNSET | undefined {
    const value = this.values?.get(name)
    if (value !== undefined) return value
    if (!AUTOMATIC.test(name)) return UNSET
    return platform ? PLATFORM_ARGUMENTS.get(name) : undefined
  }
}
