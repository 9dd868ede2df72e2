import { type GlobalArg, type Reading } from '../extract/dockerfile.js'
import { EPOCH } from '../extract/instructions.js'
import { keptText } from '../extract/kept-text.js'
import { MAX_STEPS } from '../extract/shell.js'
import { type Budget } from '../extract/shell-pattern.js'
import { type BuildInputs, type Span, type Step, type Value } from '../model.js'
import { expandWord, isLiteral } from './expand.js'
import { automaticArgument } from './stages-platform.js'

const NONE: readonly never[] = []
/** Of one word; a chain is for a reader. */
const MAX_ASKED = 16

/** What Go's ParseInt takes, without its zeros. */
const INTEGER = /^([+-]?)0*([0-9]{1,19})$/

/** A number as Go writes it; undefined for what is none of 64 bits. */
function integer(text: string): string | undefined {
  const [, sign, digits = ''] = INTEGER.exec(text) ?? []
  if (sign === undefined) return undefined
  const number = BigInt(digits) * (sign === '-' ? -1n : 1n)
  return BigInt.asIntN(64, number) === number ? String(number) : undefined
}

const AUTOMATIC = new Set([
  ...['BUILDPLATFORM', 'BUILDOS', 'BUILDOSVERSION', 'BUILDARCH', 'BUILDVARIANT'],
  ...['TARGETPLATFORM', 'TARGETOS', 'TARGETOSVERSION', 'TARGETARCH', 'TARGETVARIANT', 'TARGETSTAGE'],
])

/** Something whose place is asked for at need. */
interface Placed {
  readonly span: Span
}

/** A default that nobody has asked for yet: its own step is not in `via`. */
interface Declared extends Value {
  readonly arg: GlobalArg
}

/**
 * The variables that FROM sees: what ARG declares before the first FROM, and the platform arguments. Of one ARG a build argument comes
 * first, literally; then its default, expanded with what is known so far; a bare name changes nothing.
 */
export class GlobalArguments {
  /** Docker stops at the first default that it cannot expand. */
  problem: { readonly span?: Span; readonly message: string } | undefined
  private readonly values = new Map<string, Value | Declared>()
  private readonly bare = new Map<string, GlobalArg>()
  private asked: Step[] = []
  private place: Placed = { span: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } } }

  constructor(
    private readonly reading: Reading,
    private readonly file: string,
    private readonly escape: '\\' | '`',
    private readonly inputs: BuildInputs,
    private readonly budget: Budget,
  ) {
    for (const arg of reading.args) this.declare(arg)
    this.settleEpoch()
  }

  /** BuildKit reads the one argument that is a time once all are known, and puts its number in its place (dockerfile2llb/epoch.go). */
  private settleEpoch(): void {
    const given = this.values.get(EPOCH)
    if (given === undefined || (given.text === '' && given.unset.length === 0)) return
    const value = this.lookup(EPOCH) ?? given
    const text = integer(value.text)
    if (text !== undefined) this.values.set(EPOCH, { ...value, text })
    else if (value.unset.length > 0 || this.isSource(value.text))
      this.values.set(EPOCH, { ...value, text: '', unset: [{ name: EPOCH, at: 0 }] })
    else this.problem ??= { message: `invalid ${EPOCH}: ${value.text}`, ...('arg' in given && { span: given.arg.span }) }
  }

  /** What has a time of its own: the context, a named one, a stage. */
  private isSource(name: string): boolean {
    const lowered = name.toLowerCase()
    return name === 'context' || this.inputs.contexts.has(name) || this.reading.stages.some((stage) => stage.name === lowered)
  }

  /** Expands a word that stands at a place. Its chain ends with the ARGs it asked for that have no value: they could have given one. */
  expand(word: string, place: Placed): ReturnType<typeof expandWord> {
    this.place = place
    if (this.asked.length > 0) this.asked = []
    const expanded = expandWord(word, this.escape, this.lookup, this.budget)
    if (this.asked.length === 0) return expanded
    if (expanded.kind === 'value') return { kind: 'value', value: this.withAsked(expanded.value) }
    return expanded.blank === undefined ? expanded : { ...expanded, blank: this.withAsked(expanded.blank) }
  }

  private withAsked(value: Value): Value {
    return { ...value, via: [...value.via, ...this.asked.filter((step) => !value.via.includes(step))] }
  }

  private readonly lookup = (name: string): Value | undefined => {
    const value = this.values.get(name)
    if (value !== undefined) return 'arg' in value ? this.made(name, value) : value
    if (AUTOMATIC.has(name)) return this.automaticValue(name)
    const bare = this.bare.get(name)
    if (bare !== undefined && this.asked.length < MAX_ASKED && !this.asked.some(({ text }) => text === bare.text))
      this.asked.push(this.step(bare))
    return undefined
  }

  private declare(arg: GlobalArg): void {
    const { name, value } = arg
    const given = this.inputs.args.size > 0 ? this.inputs.args.get(name) : undefined
    if (given !== undefined) this.values.set(name, given)
    else if (value === undefined) {
      if (!this.values.has(name)) this.bare.set(name, arg)
    } else if (isLiteral(value, this.escape)) this.values.set(name, { arg, text: value, unset: NONE, via: NONE })
    else {
      const expanded = this.expand(value, arg)
      if (expanded.kind === 'value') this.values.set(name, { arg, ...expanded.value })
      else this.problem ??= { span: arg.span, message: expanded.problem }
    }
  }

  /** The value of an ARG, with its own step. */
  private made(name: string, { arg, text, unset, via }: Declared): Value {
    const value = { text, unset, via: via.length === 0 ? [this.step(arg)] : [this.step(arg), ...via.slice(0, MAX_STEPS - 1)] }
    this.values.set(name, value)
    return value
  }

  private step({ span, text, written }: GlobalArg): Step {
    return { file: this.file, span, text: keptText(text), value: keptText(written), overridable: true }
  }

  private automaticValue(name: string): Value {
    const given = this.inputs.args.get(name)
    if (given !== undefined) return given
    const text = automaticArgument(name, this.inputs, this.reading.stages.at(-1)?.name ?? '')
    return { text, unset: NONE, via: [{ file: this.file, span: this.place.span, text: `${name}=${text}`, value: text, overridable: true }] }
  }
}
