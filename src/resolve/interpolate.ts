import { goQuote } from '../extract/go-text.js'
import { beginsTag } from '../extract/shell.js'
import { shifted } from '../extract/values.js'
import { type Lookup, type Step, type Unset, type Value } from '../model.js'

/*
 * compose-go's template package, read by hand on one string with indices.
 *
 *     template  = *( literal | "$$" | "$" NAME | "${" NAME "}" | "${" NAME operator ARG "}" )
 *     operator  = ":-" | "-" | ":+" | "+" | ":?" | "?"
 *     NAME      = [A-Za-z_][A-Za-z0-9_]*
 *
 * `$` before anything else is itself; `${` before anything else is an error.
 */

/** A default (`${NAME:-ARG}`) that was used: the offsets in the template of its `$` and of its ARG. */
export interface UsedDefault {
  readonly name: string
  readonly from: number
  readonly start: number
  readonly end: number
}

export type Interpolated =
  | { readonly kind: 'value'; readonly value: Value; readonly defaults: readonly UsedDefault[] }
  /** `blank`: the error is that a required variable has no value; this is the text with blanks in the place of all such variables. */
  | { readonly kind: 'error'; readonly problem: string; readonly blank?: Value }

/** Nested arguments; compose-go has no limit, nobody writes more than three. Each level reads its argument once more. */
const MAX_DEPTH = 50

/** UTF-16 units that values may add to one template: a reference has 300, a `dockerfile_inline` some thousand. Values double when they are nested in each other. */
const MAX_INSERTED = 262_144

/** What a blank counts against that limit: blanks are copied from value to value as well. */
const UNSET_COST = 256

/** Steps that a reader can follow; further ones are left out. */
export const MAX_STEPS = 32

const NONE: readonly never[] = []

/**
 * Gives a template its values as compose-go does (template.Substitute). `value.unset` holds the variables that were unset in the plain
 * forms and before `:+` and `+`, at the offsets of their blanks. Errors are compose-go's texts. Never throws; the time is linear in the template.
 */
export function interpolate(template: string, lookup: Lookup): Interpolated {
  if (!template.includes('$')) return { kind: 'value', value: { text: template, unset: NONE, via: NONE }, defaults: NONE }
  const expansion = new Expansion(template, lookup)
  expansion.expand(0, template.length, 0)
  return expansion.result()
}

const DOLLAR = 36
const OPEN = 123
const CLOSE = 125
const COLON = 58
const MINUS = 45
const PLUS = 43
const QUESTION = 63

/** The last two are the letters beyond ASCII that Go's regexp folds to `s` and `k`: compose-go's pattern ignores the case. */
const isNameStart = (c: number): boolean => (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 0x17f || c === 0x212a
const isNamePart = (c: number): boolean => isNameStart(c) || (c >= 48 && c <= 57)

/** One template being expanded. A problem ends it; the first one is told. */
class Expansion {
  private text = ''
  private inserted = 0
  private problem: string | undefined
  private required: string | undefined
  private readonly unset: Unset[] = []
  private readonly via: Step[] = []
  private readonly defaults: UsedDefault[] = []
  private newline = -1
  private readonly closes = new Map<number, number>()

  constructor(
    private readonly template: string,
    private readonly lookup: Lookup,
  ) {}

  result(): Interpolated {
    const value = { text: this.text, unset: this.unset, via: this.via }
    if (this.problem !== undefined) return { kind: 'error', problem: this.required ?? this.problem }
    if (this.required !== undefined) return { kind: 'error', problem: this.required, blank: value }
    return { kind: 'value', value, defaults: this.defaults }
  }

  /** Expands what stands between the two offsets; it is a template of its own as far as errors are concerned. */
  expand(from: number, to: number, depth: number): void {
    const { template } = this
    let whole = from // where the template begins that an error quotes
    let wholeEnd = to
    let i = from
    while (this.problem === undefined) {
      const dollar = template.indexOf('$', i)
      if (dollar < 0 || dollar + 1 >= to) break
      this.text += template.slice(i, dollar)
      const next = template.charCodeAt(dollar + 1)
      if (next === DOLLAR) {
        this.text += '$'
        i = dollar + 2
      } else if (isNameStart(next)) {
        i = this.nameEnd(dollar + 1, to)
        this.insert(template.slice(dollar + 1, i))
      } else if (next === OPEN) {
        const token = this.braced(dollar, to)
        if (token === undefined) {
          const quoted = dollar < wholeEnd ? template.slice(whole, wholeEnd) : template.slice(from, to)
          this.problem = `Invalid template: ${goQuote(quoted)}`
          return
        }
        i = token.end
        this.apply(token, depth)
        if (token.rest !== undefined) [whole, wholeEnd] = token.rest
      } else {
        this.text += '$'
        i = dollar + 1
      }
    }
    if (this.problem === undefined && i < to) this.text += template.slice(i, to)
  }

  private nameEnd(from: number, to: number): number {
    let i = from
    while (i < to && isNamePart(this.template.charCodeAt(i))) i++
    return i
  }

  /** Reads `${...}` at the dollar; undefined if it is no substitution. */
  private braced(dollar: number, to: number): Token | undefined {
    const { template } = this
    const start = dollar + 2
    if (start >= to || !isNameStart(template.charCodeAt(start))) return undefined
    const nameEnd = this.nameEnd(start, to)
    const name = template.slice(start, nameEnd)
    if (nameEnd >= to) return undefined
    if (template.charCodeAt(nameEnd) === CLOSE)
      return { from: dollar, name, operator: 0, orEmpty: false, argument: nameEnd, argumentEnd: nameEnd, end: nameEnd + 1 }
    const orEmpty = template.charCodeAt(nameEnd) === COLON
    const at = orEmpty ? nameEnd + 1 : nameEnd
    const operator = at < to ? template.charCodeAt(at) : 0
    if (operator !== MINUS && operator !== PLUS && operator !== QUESTION) return undefined
    const last = this.lastClose(at + 1, to)
    if (last < 0) return undefined
    const balanced = this.balancingClose(dollar + 1, last)
    const close = balanced < 0 ? last : balanced
    const token: Token = { from: dollar, name, operator, orEmpty, argument: at + 1, argumentEnd: close, end: close + 1 }
    return balanced < 0 ? token : { ...token, rest: [close + 1, last + 1] }
  }

  /** The last `}` of the line that `from` stands on; compose-go's pattern takes all up to it. */
  private lastClose(from: number, to: number): number {
    if (this.newline < from) {
      const next = this.template.indexOf('\n', from)
      this.newline = next < 0 ? this.template.length : next
    }
    const lineEnd = Math.min(this.newline, to)
    const known = this.closes.get(lineEnd)
    const close = known ?? (lineEnd > 0 ? this.template.lastIndexOf('}', lineEnd - 1) : -1)
    if (known === undefined) this.closes.set(lineEnd, close)
    return close < from ? -1 : close
  }

  /** getFirstBraceClosingIndex: the unit behind a `{` is never looked at. */
  private balancingClose(from: number, last: number): number {
    let open = 0
    for (let i = from; i <= last; i++) {
      const c = this.template.charCodeAt(i)
      if (c === CLOSE && --open === 0) return i
      if (c === OPEN) {
        open++
        i++
      }
    }
    return -1
  }

  private apply(token: Token, depth: number): void {
    const { name, operator, orEmpty } = token
    if (operator === 0) return this.insert(name)
    const value = this.lookup(name)
    const usable = value !== undefined && !(orEmpty && value.text === '')
    if (operator === MINUS) {
      if (usable) return this.put(value)
      this.defaults.push({ name, from: token.from, start: token.argument, end: token.argumentEnd })
      return this.nested(token, depth)
    }
    if (operator === PLUS) {
      if (usable) return this.nested(token, depth)
      // without a value it is nothing, but the word stands in the file: whoever gives one asks for it
      const word = this.template.slice(token.argument, token.argumentEnd)
      if (value !== undefined) this.put(value)
      else if (word !== '') this.unset.push({ name, at: this.text.length, ...(beginsTag(word) && { tag: true }) })
      return
    }
    if (usable) return this.put(value)
    this.require(token, depth)
  }

  private nested(token: Token, depth: number): void {
    if (depth >= MAX_DEPTH) this.problem = `the template is nested more than ${MAX_DEPTH} levels deep`
    else this.expand(token.argument, token.argumentEnd, depth + 1)
  }

  /** The message is a template too; an error in it comes first. */
  private require(token: Token, depth: number): void {
    const before = { text: this.text, unset: this.unset.length, via: this.via.length, defaults: this.defaults.length }
    this.text = ''
    this.nested(token, depth)
    const reason = this.text
    this.text = before.text
    this.unset.length = before.unset
    this.via.length = before.via
    this.defaults.length = before.defaults
    if (this.problem !== undefined) return
    this.required ??= `required variable ${token.name} is missing a value${reason === '' ? '' : `: ${reason}`}`
    this.unset.push({ name: token.name, at: this.text.length })
  }

  private insert(name: string): void {
    const value = this.lookup(name)
    if (value === undefined) this.unset.push({ name, at: this.text.length })
    else this.put(value)
  }

  private put({ text, unset, via }: Value): void {
    this.inserted += text.length + unset.length * UNSET_COST
    if (this.inserted > MAX_INSERTED) {
      this.problem = `the values of the variables add more than ${MAX_INSERTED} characters`
      return
    }
    for (const blank of unset) this.unset.push(shifted(blank, this.text.length))
    for (const step of via) if (this.via.length < MAX_STEPS) this.via.push(step)
    this.text += text
  }
}

interface Token {
  readonly from: number
  readonly name: string
  /** The character that says what to do; 0 for the plain form. */
  readonly operator: number
  /** A set but empty variable counts as unset. */
  readonly orEmpty: boolean
  readonly argument: number
  readonly argumentEnd: number
  readonly end: number
  /** compose-go goes on with a template of its own from here to the last `}` of the line, which an error then quotes. */
  readonly rest?: readonly [number, number]
}
