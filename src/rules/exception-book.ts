import {
  type ExceptionUse,
  type Finding,
  type ImageReference,
  type JudgedProblem,
  type Occurrence,
  type PolicyPlace,
  type RuleId,
  type Suppression,
} from '../model.js'
import { daysBetween } from '../policy/dates.js'
import { deciderOf, type Decision } from '../policy/decide.js'
import { maySpeakFor, type PolicyLayer } from '../policy/layers.js'
import { matchesAll } from '../policy/pattern.js'
import { type Exception } from '../policy/policy.js'
import { severityOf } from './levels.js'

/** Days before the end of an exception from which on it is told. */
const NEAR_DAYS = 30

/** What an exception does for a finding. */
export type Excuse =
  | { readonly kind: 'excused'; readonly exception: NonNullable<Finding['exception']> }
  /** It did until it ended. */
  | { readonly kind: 'expired'; readonly exception: Exception }
  /** One of a policy below is about it, and this policy does not let it. */
  | { readonly kind: 'foreign'; readonly exception: Exception; readonly why: string }

/** Where a finding stands, for the exceptions. */
export interface ExcuseQuestion {
  readonly index: number
  readonly rule: RuleId
  readonly occurrence: Occurrence
  readonly path: string
  readonly reference?: ImageReference
  readonly decision?: Decision
}

interface Record {
  uses: number
  /** It would have excused a finding if it had not ended. */
  missed: boolean
}

/** Keeps which exceptions excuse what, and what is to be said of them in the end. */
export class ExceptionBook {
  private readonly records = new Map<Exception, Record>()
  private readonly inline = new Map<string, ExceptionUse>()

  constructor(
    private readonly layers: readonly PolicyLayer[],
    private readonly context: { readonly today: string; readonly repository?: string },
  ) {
    for (const { policy } of layers) for (const exception of policy.exceptions) this.records.set(exception, { uses: 0, missed: false })
  }

  /** No policy has an exception. */
  get isEmpty(): boolean {
    return this.records.size === 0
  }

  /** The first exception that excuses a finding: the layer's own, then those of the layers below that it lets; else why one does not. */
  excuse(question: ExcuseQuestion): Excuse | undefined {
    const { index, rule } = question
    const own = this.about(index, question)
    const active = own.find((exception) => this.isActive(exception))
    if (active !== undefined) return this.use(active)
    const asking = this.layers[index]
    let foreign: Excuse | undefined
    for (let below = index - 1; below >= 0; below--) {
      const layer = this.layers[below]
      const isHeard = layer !== undefined && asking !== undefined && maySpeakFor(layer, asking)
      for (const exception of this.about(below, question).filter((each) => this.isActive(each))) {
        const why = isHeard ? this.refusal(exception, rule, asking.policy.delegate) : 'this change brings it, so it is not yet in force'
        if (why === undefined) return this.use(exception)
        foreign ??= { kind: 'foreign', exception, why }
      }
    }
    const [expired] = own
    if (expired === undefined) return foreign
    this.record(expired).missed = true
    return { kind: 'expired', exception: expired }
  }

  /** Counts a comment in a file that excused a finding. */
  useInline(file: string, suppression: Suppression): NonNullable<Finding['exception']> {
    const policy: PolicyPlace = { path: file, line: suppression.span.start.line }
    const key = `${policy.line} ${file}`
    const uses = (this.inline.get(key)?.uses ?? 0) + 1
    this.inline.set(key, { policy, owner: 'inline', reason: suppression.reason, uses })
    return { owner: 'inline', reason: suppression.reason, policy }
  }

  /** Every exception that excused something. */
  uses(): readonly ExceptionUse[] {
    const used = [...this.records].filter(([, { uses }]) => uses > 0)
    return [
      ...used.map(([{ place, image, owner, reason, expires }, { uses }]) => ({
        policy: place,
        ...(image === undefined ? {} : { image: image.text }),
        owner,
        reason,
        expires,
        uses,
      })),
      ...this.inline.values(),
    ]
  }

  /** What is to be said of the exceptions themselves, on their own lines. */
  close(options: { readonly partial?: boolean }): readonly JudgedProblem[] {
    return this.layers.flatMap((layer) =>
      layer.policy.exceptions.flatMap((exception) => this.closeOne(layer, exception, options.partial === true)),
    )
  }

  private closeOne(layer: PolicyLayer, exception: Exception, partial: boolean): JudgedProblem[] {
    const { uses, missed } = this.record(exception)
    const mine = layer.layer.own || uses > 0 || missed
    if (!mine || !this.isHere(exception)) return []
    const days = daysBetween(this.context.today, exception.expires)
    const about = exception.image?.text ?? `rules ${[...(exception.rules ?? [])].join(', ')}`
    if (days < 0)
      return told(
        layer,
        exception,
        'exception-expired',
        `the exception for ${about} ended on ${exception.expires}`,
        'Remove it, or decide anew',
      )
    if (uses === 0 && layer.layer.own && !partial) {
      return told(layer, exception, 'exception-unused', `the exception for ${about} excuses nothing`, 'Remove it')
    }
    if (days > NEAR_DAYS) return []
    const when = days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`
    const message = `the exception for ${about} ends on ${exception.expires}, ${when}`
    return told(layer, exception, 'exception-expired', message, `${exception.owner} answers for it: ${exception.reason}`, 'warning')
  }

  /** The exceptions of a layer that are about a finding, whatever their end. */
  private about(index: number, { rule, occurrence, path, reference, decision, index: asking }: ExcuseQuestion): readonly Exception[] {
    const layer = this.layers[index]
    if (layer === undefined || layer.policy.exceptions.length === 0) return []
    const decider = deciderOf(layer.policy)
    const known = index === asking ? decision : undefined
    const candidates =
      reference === undefined
        ? decider.exceptionsWithoutImage(occurrence.role, decider.classOf(path))
        : (known ?? decider.decide(reference, occurrence.role, decider.classOf(path))).exceptions
    return candidates.filter((exception) => (exception.rules?.has(rule) ?? true) && this.isHere(exception))
  }

  private refusal(exception: Exception, rule: RuleId, delegate: PolicyLayer['policy']['delegate']): string | undefined {
    if (delegate?.rules.has(rule) !== true) return `this policy does not let others excuse ${rule}`
    const { maxDays } = delegate
    if (maxDays === undefined || daysBetween(this.context.today, exception.expires) <= maxDays) return undefined
    return `this policy lets others excuse ${rule} for ${maxDays} days at most`
  }

  private isActive(exception: Exception): boolean {
    return this.context.today <= exception.expires
  }

  private isHere({ repos }: Exception): boolean {
    const repository = this.context.repository?.toLowerCase().split('/')
    return repos === undefined || (repository !== undefined && repos.some((pattern) => matchesAll(pattern, repository)))
  }

  private use(exception: Exception): Excuse {
    this.record(exception).uses++
    const { owner, reason, expires, place } = exception
    return { kind: 'excused', exception: { owner, reason, expires, policy: place } }
  }

  private record(exception: Exception): Record {
    return this.records.get(exception) ?? { uses: 0, missed: false }
  }
}

function told(
  { policy }: PolicyLayer,
  exception: Exception,
  rule: 'exception-expired' | 'exception-unused',
  message: string,
  advice: string,
  most?: 'warning',
): JudgedProblem[] {
  const severity = severityOf(policy, rule, {})
  if (severity === 'off') return []
  const finding: Finding = { rule, severity: most ?? severity, state: 'new', message, advice, policy: exception.place, scope: 'all' }
  return [{ file: policy.source.path, span: { start: exception.at, end: exception.at }, message, findings: [finding] }]
}
