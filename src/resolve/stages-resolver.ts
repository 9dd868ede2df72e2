import { type DockerfileProblem, type Place, type Reading, type Stage, type Use } from '../extract/dockerfile.js'
import { goQuote } from '../extract/go-text.js'
import { plain } from '../extract/values.js'
import { type BuildInputs, type Resolution, type Role, type Unset, type Value } from '../model.js'
import { expandWord, newBudget } from './expand.js'
import { parseReference } from './reference.js'
import { resolveValue, unresolvedValue } from './resolution.js'
import { GlobalArguments } from './stages-arguments.js'
import { contextFor, contextResolution, local, malformed } from './stages-contexts.js'
import { circles, reachableStages, type StageLinks } from './stages-graph.js'
import { parsePlatform } from './stages-platform.js'

const COPY_VARIABLE =
  'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround'
/** Stage names that are surely references too, as BuildKit wants them to be. */
const PLAIN_NAME = /^[a-z][a-z0-9]{0,30}(?:[-_.][a-z0-9]{1,30})?$/
const MAX_INT = '9223372036854775807'

type Found = { readonly kind: 'stage'; readonly index: number } | { readonly kind: 'refused'; readonly problem: string } | undefined

/** Resolves one reading of a Dockerfile for one build: one resolution for each of its places, and why Docker would refuse the build as a whole. */
export function resolveReading(
  reading: Reading,
  escape: '\\' | '`',
  file: string,
  inputs: BuildInputs,
): { readonly resolutions: readonly Resolution[]; readonly problems: readonly DockerfileProblem[] } {
  const resolver = new StageResolver(reading, escape, file, inputs)
  const froms = resolver.resolveBases()
  const resolutions: Resolution[] = []
  for (const place of reading.places) resolutions.push(froms[resolutions.length] ?? resolver.source(place))
  resolver.checkTarget()
  return { resolutions, problems: resolver.problems }
}

class StageResolver {
  readonly problems: DockerfileProblem[] = []
  private readonly places: readonly Place[]
  private readonly stages: readonly Stage[]
  private readonly args: GlobalArguments
  private readonly budget = newBudget()
  /** The stage that a stage is based on. */
  private readonly bases = new Map<number, number>()
  /** The first stage that is based on a stage: there its triggers run. */
  private readonly children = new Map<number, number>()
  /** Of stages that name another than the build's. */
  private readonly platforms = new Map<number, string>()
  private known: ReadonlyMap<string, number> | undefined
  private links: StageLinks | undefined
  private reached: ReadonlySet<number> | undefined
  private circle: readonly number[] | undefined

  constructor(
    reading: Reading,
    private readonly escape: '\\' | '`',
    file: string,
    private readonly inputs: BuildInputs,
  ) {
    this.places = reading.places
    this.stages = reading.stages
    this.args = new GlobalArguments(reading, file, escape, inputs, this.budget)
    if (this.args.problem !== undefined) this.problems.push(this.args.problem)
  }

  /** The last stage of each name; most files ask for none. */
  private get names(): ReadonlyMap<string, number> {
    return (this.known ??= new Map(this.stages.map(({ name }, index) => [name, index])))
  }

  // ---- FROM

  /** By the index of their places. */
  resolveBases(): readonly (Resolution | undefined)[] {
    const resolved: (Resolution | undefined)[] = []
    const earlier = new Map<string, number>()
    let next = 0
    for (const { occurrence, use } of this.places) {
      const from = occurrence.role === 'base'
      if (from) for (; next < use.stage; next++) this.name(next, earlier)
      resolved.push(from ? this.base(use, occurrence, earlier) : undefined)
    }
    return resolved
  }

  private name(stage: number, earlier: Map<string, number>): void {
    const name = this.stages[stage]?.name
    if (name) earlier.set(name, stage)
  }

  private base(use: Use, place: Place['occurrence'], earlier: ReadonlyMap<string, number>): Resolution {
    if (use.marks !== undefined) return marked(use)
    const expanded = this.args.expand(use.value, place)
    if (expanded.kind === 'error') {
      if (expanded.variable === undefined) return malformed(use.value, expanded.problem)
      return unresolvedValue(expanded.blank ?? { text: '', unset: [{ name: expanded.variable, at: 0 }], via: [] })
    }
    const { value } = expanded
    if (value.text === '') {
      return value.unset.length > 0 ? unresolvedValue(value) : malformed('', `base name (${use.value}) should not be blank`, value.via)
    }
    const stage = this.stages[use.stage]
    if (stage !== undefined) this.checkStage(stage, use.stage)
    const replaced = stage?.name ? this.context(stage.name, use.stage) : undefined
    if (replaced !== undefined) return contextResolution(replaced, value)
    return this.baseNamed(value, use.stage, earlier)
  }

  /** BuildKit compares with the lower-cased names of earlier stages, letter for letter. */
  private baseNamed(value: Value, stage: number, earlier: ReadonlyMap<string, number>): Resolution {
    const index = earlier.size === 0 ? undefined : earlier.get(value.text)
    if (index !== undefined) {
      this.bases.set(stage, index)
      if (!this.children.has(index)) this.children.set(index, stage)
      return local(value, 'stage')
    }
    return this.image(value, stage)
  }

  private checkStage(stage: Stage, index: number): void {
    const { name, platform, span } = stage
    if (name !== '' && !PLAIN_NAME.test(name) && name !== 'scratch' && name !== 'context') {
      const parsed = parseReference(name)
      if (parsed.kind === 'malformed') this.refuse(`invalid context name ${name}: ${parsed.problem}`, span)
    }
    if (platform === '') return
    const expanded = this.args.expand(platform, stage)
    if (expanded.kind === 'error') return this.refuse(`failed to process arguments for platform : ${expanded.problem}`, span)
    const { text } = expanded.value
    if (text === '') return this.refuse(`empty platform value from expression ${platform}`, span)
    const parsed = parsePlatform(text)
    if (parsed.kind === 'error') this.refuse(`failed to parse platform ${platform}: ${parsed.problem}`, span)
    else this.platforms.set(index, text)
  }

  /** Docker stops at the first. */
  private refuse(message: string, span: DockerfileProblem['span']): void {
    if (this.problems.length === 0) this.problems.push({ message, ...(span && { span }) })
  }

  checkTarget(): void {
    const { target } = this.inputs
    if (!target || this.names.has(target.toLowerCase())) return
    this.refuse(`target stage ${goQuote(target)} could not be found`, undefined)
  }

  // ---- COPY --from and RUN --mount=from=

  source({ use, occurrence: { role, onbuild } }: Place): Resolution {
    if (use.marks !== undefined) return marked(use)
    if (use.fault !== undefined) return malformed(use.value, use.fault)
    if (role === 'copy-from') {
      const expanded = expandWord(use.value, this.escape, () => undefined, this.budget)
      if (expanded.kind === 'error') return malformed(use.value, expanded.problem)
      if (expanded.value.text !== use.value) return malformed(use.value, COPY_VARIABLE)
    }
    const child = onbuild ? this.children.get(use.stage) : use.stage
    const value = plain(use.value)
    const found = child === undefined ? this.elsewhere(use, role) : this.named(use, role)
    if (found?.kind === 'refused') return malformed(use.value, found.problem)
    if (found?.kind === 'stage') {
      const refused =
        child === undefined || (onbuild === true && child === found.index) ? undefined : this.order(use, role, found.index, child)
      return refused === undefined ? local(value, 'stage') : malformed(use.value, refused)
    }
    return this.image(value, child ?? use.stage)
  }

  /** An index counts for COPY alone; a name is compared without case, and the last stage of the file that has it is meant. */
  private named(use: Use, role: Role): Found {
    const number = role === 'copy-from' ? stageNumber(use.value) : undefined
    if (number !== undefined) {
      const index = Number(number)
      return index < 0 || index >= this.stages.length
        ? { kind: 'refused', problem: `invalid stage index ${index}` }
        : { kind: 'stage', index }
    }
    const index = use.value === '' ? undefined : this.names.get(use.value.toLowerCase())
    return index === undefined ? undefined : { kind: 'stage', index }
  }

  /** A trigger that runs in another file: its stages are not known, but an index can mean nothing else. */
  private elsewhere(use: Use, role: Role): Found {
    const number = role === 'copy-from' ? stageNumber(use.value) : undefined
    if (number === undefined) return undefined
    const index = Number(number)
    return index < 0 ? { kind: 'refused', problem: `invalid stage index ${index}` } : { kind: 'stage', index }
  }

  /** Why a stage cannot be copied from here: it is this one, one that copies from this one, or it comes later in a build that runs both. */
  private order(use: Use, role: Role, index: number, at: number): string | undefined {
    if (index < at || at < 0) return undefined
    if (index === at) return `circular dependency detected on stage: ${this.title(at)}`
    const links = this.linked()
    this.circle ??= circles(links)
    const [from, to] = [this.circle[at], this.circle[index]]
    if (from !== undefined && from === to) return `circular dependency detected on stage: ${this.title(from)}`
    this.reached ??= reachableStages(links, this.target())
    if (!this.reached.has(at)) return undefined
    return role === 'copy-from'
      ? `cannot copy from stage ${goQuote(use.value)}, it needs to be defined before current stage ${goQuote(this.title(at))}`
      : `cannot mount from stage ${goQuote(use.value)} to ${goQuote(use.target ?? '')}, stage needs to be defined before current command`
  }

  private title(stage: number): string {
    return this.stages[stage]?.name || `stage-${stage}`
  }

  private target(): number {
    const named = this.inputs.target ? this.names.get(this.inputs.target.toLowerCase()) : undefined
    return named ?? this.stages.length - 1
  }

  private linked(): StageLinks {
    if (this.links !== undefined) return this.links
    const sources = new Map<number, number[]>()
    this.places.forEach(({ use, occurrence }) => {
      if (occurrence.onbuild || occurrence.role === 'base' || use.stage < 0) return
      const found = this.named(use, occurrence.role)
      if (found?.kind !== 'stage') return
      const list = sources.get(use.stage)
      if (list === undefined) sources.set(use.stage, [found.index])
      else list.push(found.index)
    })
    return (this.links = { bases: this.stages.map((_, stage) => this.bases.get(stage) ?? -1), sources })
  }

  // ---- images

  private image(value: Value, stage: number): Resolution {
    if (value.text === 'scratch') return local(value, 'scratch')
    const context = this.context(value.text, stage)
    return context === undefined ? resolveValue(value) : contextResolution(context, value)
  }

  private context(name: string, stage: number): ReturnType<typeof contextFor> {
    return contextFor(name, this.inputs, this.platforms.get(stage) ?? this.inputs.platforms.target)
  }
}

/** A decimal integer as Go's Atoi takes it, in its plain form; what does not fit into 64 bits is a name. */
function stageNumber(value: string): string | undefined {
  const [, sign, digits = ''] = /^([-+]?)0*([0-9]+)$/.exec(value) ?? []
  if (sign === undefined || digits.length > MAX_INT.length || (digits.length === MAX_INT.length && digits > MAX_INT)) return undefined
  return sign === '-' ? `-${digits}` : digits
}

/** What a template fills in is as unknown as a variable without a value. */
function marked({ value, marks = [], opaque }: Use): Resolution {
  if (opaque) return unresolvedValue({ text: '', unset: marks.map((name) => ({ name, at: 0 })), via: [] })
  const parts: string[] = []
  const unset: Unset[] = []
  let at = 0
  let length = 0
  for (const mark of marks) {
    const start = value.indexOf(mark, at)
    parts.push(value.slice(at, start))
    length += start - at
    unset.push({ name: mark, at: length })
    at = start + mark.length
  }
  const text = parts.join('') + value.slice(at)
  // quotes and variables would move the blanks
  const sure = !/["'$\\`]/.test(text)
  return unresolvedValue({ text, unset: sure ? unset : unset.map(({ name }) => ({ name, at: 0 })), via: [] })
}
