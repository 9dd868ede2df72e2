import {
  type ExceptionUse,
  type Finding,
  type ImageReference,
  type JudgedProblem,
  type Occurrence,
  type Problem,
  type Resolution,
  type Role,
  type SourceFile,
  type Span,
} from '../model.js'
import { frontendOf } from '../extract/dockerfile.js'
import { type QuickUse } from '../extract/quick-uses.js'
import { resolveText } from '../resolve/resolution.js'
import { deciderOf, type Decider, type Known, type PathClass } from '../policy/decide.js'
import { type PolicyLayer } from '../policy/layers.js'
import { PIN_LEVELS } from '../policy/pin.js'
import { ExceptionBook } from './exception-book.js'
import { assemble, type Verdicts } from './findings.js'
import { RULES, type TableRule } from './index.js'
import { scopeOf, severityOf, type Enriched } from './levels.js'
import { withOffers } from './offers.js'
import { type Case } from './rule.js'

export interface JudgeContext {
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
  /** `owner/name` of what is checked, for exceptions that hold in some repositories only. */
  readonly repository?: string
}

export interface ReferenceOptions {
  /** Judge as if the file stood here. */
  readonly path?: string
  /** Another build of the repository gives every variable: that one has no value is no finding. */
  readonly given?: boolean
}

export interface CloseOptions {
  /** Only some of the files were looked at: that an exception excused nothing says nothing. */
  readonly partial?: boolean
}

/** Holds references and problems against policy layers, each on its own. Layers are named by their index. */
export interface Judge {
  /** What one layer finds in one resolution of an occurrence; an empty list for most. */
  reference(layer: number, occurrence: Occurrence, resolution: Resolution, options?: ReferenceOptions): readonly Finding[]
  /** Whether some layer asks by which steps a value came. Where none does, equal texts are judged alike. */
  readonly asksSteps: boolean
  /** Whether one layer finds nothing in an image, whatever the steps by which its text came. Not to be asked where some layer asks for them. */
  allows(layer: number, source: SourceFile, use: QuickUse): boolean
  /**
   * How exactly an image of a repository must be pinned at the least for one layer to find nothing in it, as a rank of `PIN_LEVELS`: `text` names the
   * repository without a tag. Undefined where that is not all that decides.
   */
  least(layer: number, source: SourceFile, use: QuickUse): number | undefined
  /** What one layer says of something that could not be read: the rule `unreadable`. */
  problem(layer: number, problem: Problem, path?: string): readonly Finding[]
  /** Findings on the policies' own lines: exceptions that ended, end soon, or excuse nothing. Call it when everything has been judged. */
  close(options?: CloseOptions): readonly JudgedProblem[]
  /** The exceptions that excused something, in the policies and in the files. */
  exceptions(): readonly ExceptionUse[]
}

const NONE: readonly Finding[] = []

const CLEAN: Verdicts = { violations: [] }

const DEFAULTS: ReferenceOptions = {}

/** What is told of an image that is known as a whole does not depend on where it stands. */
const NOWHERE: Span = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }

/** Verdicts by text, for one role; what is built and never pulled apart. */
type Texts = Map<string, Verdicts>
interface ByRole {
  readonly pulled: Map<Role, Texts>
  readonly unpulled: Map<Role, Texts>
}

/** What is kept for one layer: the violations of a text, by the class of its path and its role. */
interface LayerState {
  readonly layer: PolicyLayer
  readonly decider: Decider
  readonly rules: readonly TableRule[]
  /** Those about tag and digest. */
  readonly tagRules: readonly TableRule[]
  /** Whether the other rules find nothing in the images of a repository. */
  readonly sound: Map<Known, boolean>
  /** Some rule asks by which steps a value came: then only what has no steps is judged by its text alone. */
  readonly asksSteps: boolean
  readonly memo: Map<PathClass, ByRole>
}

/** Prepares the judgement under layers, the repository's own first. Patterns are compiled and equal texts are judged once. */
export function createJudge(layers: readonly PolicyLayer[], context: JudgeContext): Judge {
  const states = layers.map(stateOf)
  const book = new ExceptionBook(layers, context)
  return {
    asksSteps: states.some(({ asksSteps }) => asksSteps),
    reference(index, occurrence, resolution, options = DEFAULTS) {
      const state = states[index]
      if (state === undefined || resolution.target.kind === 'local') return NONE
      const path = options.path ?? occurrence.file
      const verdicts = verdictsOf(state, occurrence, resolution, path, options.given === true)
      if (verdicts.violations.length === 0) return NONE
      if (verdicts.plain !== undefined && occurrence.suppressions === undefined && book.isEmpty) return verdicts.plain
      return assemble(verdicts, { layers, index, occurrence, resolution, path, book })
    },
    allows(index, { path, kind }, { role, text }) {
      const state = states[index]
      if (state === undefined) return false
      const at = state.decider.classOf(path)
      const texts = textsOf(state, at, { role })
      let verdicts = texts.get(text)
      if (verdicts === undefined) {
        const resolution = resolveText(text)
        if (resolution.target.kind !== 'image') return false
        const occurrence: Occurrence = { file: path, kind, role, span: NOWHERE, text }
        verdicts = judgeImage(state, occurrence, resolution, resolution.target.reference, at)
        texts.set(text, verdicts)
      }
      return verdicts.violations.length === 0
    },
    least(index, { path, kind }, { role, text }) {
      const state = states[index]
      const resolution = resolveText(text)
      if (state === undefined || resolution.target.kind !== 'image') return undefined
      const { reference } = resolution.target
      const at = state.decider.classOf(path)
      const known = state.decider.knownOf(reference, role, at)
      if (known.common.builtHere !== undefined) return 0
      judgeImage(state, { file: path, kind, role, span: NOWHERE, text }, resolution, reference, at)
      const { settings } = known.common
      if (state.sound.get(known) !== true || known.denials.length > 0) return undefined
      if (known.exempt) return 0
      if (settings.tags !== undefined) return undefined
      return state.tagRules.some(({ id }) => id === 'pinned') ? PIN_LEVELS.indexOf(known.asked.value) : 0
    },
    problem(index, problem, path = problem.file) {
      const state = states[index]
      return state === undefined ? NONE : unreadableFindings(state, problem, path, context)
    },
    close: (options = {}) => book.close(options),
    exceptions: () => book.uses(),
  }

  function verdictsOf(state: LayerState, occurrence: Occurrence, resolution: Resolution, path: string, given: boolean): Verdicts {
    const at = state.decider.classOf(path)
    const { resolved, target, open, via } = resolution
    // What is open is told with the text and the variables of the place: only an image that is known as a whole is judged by its text alone.
    if (resolved === null || target.kind !== 'image' || open !== undefined || (state.asksSteps && via.length > 0))
      return judgeOne(state, occurrence, resolution, at, given)
    const texts = textsOf(state, at, occurrence)
    let verdicts = texts.get(resolved)
    if (verdicts === undefined) texts.set(resolved, (verdicts = judgeImage(state, occurrence, resolution, target.reference, at)))
    return verdicts
  }

  /** An image that is known as a whole. What nothing but its tag can be wrong with is asked for that alone: of most repositories every image is. */
  function judgeImage(
    state: LayerState,
    occurrence: Occurrence,
    resolution: Resolution,
    reference: ImageReference,
    at: PathClass,
  ): Verdicts {
    // What is built and never pulled is judged by other rules, and is rare.
    if (occurrence.pullable === false) return judgeOne(state, occurrence, resolution, at, false)
    const { decider, sound, tagRules } = state
    const known = decider.knownOf(reference, occurrence.role, at)
    if (known.common.builtHere !== undefined) return CLEAN
    if (sound.get(known) === true) {
      const decision = decider.decideKnown(known, reference)
      return judgeBy(tagRules, state, { occurrence, resolution, layer: state.layer.layer, decider, at, given: false, decision })
    }
    const verdicts = judgeOne(state, occurrence, resolution, at, false)
    if (!sound.has(known))
      sound.set(known, known.denials.length === 0 && verdicts.violations.every(({ rule }) => tagRules.some(({ id }) => id === rule)))
    return verdicts
  }

  function judgeOne(state: LayerState, occurrence: Occurrence, resolution: Resolution, at: PathClass, given: boolean): Verdicts {
    const { layer, decider } = state
    const { target } = resolution
    const reference = target.kind === 'image' || target.kind === 'unresolved' ? target.reference : undefined
    const decision = reference === undefined ? undefined : decider.decide(reference, occurrence.role, at)
    if (decision?.builtHere !== undefined) return CLEAN
    const common = { occurrence, resolution, layer: layer.layer, decider, at, given }
    return judgeBy(state.rules, state, decision === undefined ? common : { ...common, decision })
  }

  function judgeBy(rules: readonly TableRule[], { layer: { policy }, decider }: LayerState, subject: Case): Verdicts {
    const { decision } = subject
    let violations: Enriched[] | undefined
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index]
      const violation = rule?.check?.(subject)
      if (rule === undefined || violation === undefined) continue
      const { id } = rule
      const severity = severityOf(policy, id, decision?.settings ?? decider.settingsAt(subject.at))
      if (severity === 'off') continue
      violations ??= []
      violations.push({ ...violation, rule: id, severity, scope: scopeOf(policy, id, context.today), text: violation.advice.join('\n') })
    }
    if (violations === undefined) return CLEAN
    const offered = violations.some(({ replacement }) => replacement !== undefined) ? withOffers(violations, subject, rules) : violations
    return decision === undefined ? { violations: offered } : { violations: offered, decision }
  }
}

function stateOf(layer: PolicyLayer): LayerState {
  const { policy } = layer
  const rules = RULES.filter((rule) => rule.check !== undefined && (policy.rules.get(rule.id)?.severity?.value ?? rule.severity) !== 'off')
  return {
    layer,
    decider: deciderOf(policy),
    rules,
    tagRules: rules.filter(({ about }) => about === 'tag'),
    sound: new Map(),
    asksSteps: rules.some(({ id }) => id === 'overridable'),
    memo: new Map(),
  }
}

/** Verdicts by text, for places that are judged alike. What is built and never pulled differs from what may be pulled. */
function textsOf({ memo }: LayerState, at: PathClass, { role, pullable }: Pick<Occurrence, 'role' | 'pullable'>): Texts {
  let byRole = memo.get(at)
  if (byRole === undefined) memo.set(at, (byRole = { pulled: new Map(), unpulled: new Map() }))
  const places = pullable === false ? byRole.unpulled : byRole.pulled
  let texts = places.get(role)
  if (texts === undefined) places.set(role, (texts = new Map<string, Verdicts>()))
  return texts
}

/** Whether a frontend is Docker's under the name of a mirror: what that gives reads a file as Docker's does. */
function isDockersOwn(frontend: string, decider: Decider, at: PathClass): boolean {
  const { target } = resolveText(frontend)
  const upstream = target.kind === 'image' ? decider.decide(target.reference, 'syntax', at).upstream?.reference : undefined
  return upstream !== undefined && frontendOf(`${upstream.registry}/${upstream.repository}`) !== 'foreign'
}

function unreadableFindings({ layer, decider }: LayerState, problem: Problem, path: string, context: JudgeContext): readonly Finding[] {
  const { policy } = layer
  const at = decider.classOf(path)
  const severity = severityOf(policy, 'unreadable', decider.settingsAt(at))
  if (severity === 'off' || (problem.frontend !== undefined && isDockersOwn(problem.frontend, decider, at))) return NONE
  return [
    {
      rule: 'unreadable',
      severity,
      state: 'new',
      message: problem.message,
      advice: 'What it holds was not judged: correct it, or bring it into the repository',
      policy: policy.rules.get('unreadable')?.severity?.place ?? policy.registriesPlace,
      scope: scopeOf(policy, 'unreadable', context.today),
    },
  ]
}
