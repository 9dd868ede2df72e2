import { resolveText } from '../resolve/resolution.js'
import { type TableRule } from './index.js'
import { type Enriched } from './levels.js'
import { type Case, type Violation } from './rule.js'

/**
 * Violations as they are told: a replacement that would be refused in its turn, or that breaks a rule which the image itself does not, is not offered to be
 * written. What it lacks is told instead.
 */
export function withOffers(violations: readonly Enriched[], subject: Case, rules: readonly TableRule[]): readonly Enriched[] {
  const broken = new Set<string>(violations.map(({ rule }) => rule))
  return violations.map((violation) => {
    const { replacement, ...rest } = violation
    if (replacement === undefined) return violation
    const fault = faultOf(replacement, subject, rules, broken)
    if (fault === undefined) return violation
    const advice = [...violation.advice, ...fault]
    return { ...rest, advice, text: advice.join('\n') }
  })
}

/** What is the matter with a replacement, a line each; undefined if nothing is. */
function faultOf(
  replacement: string,
  subject: Case,
  rules: readonly TableRule[],
  broken: ReadonlySet<string>,
): readonly string[] | undefined {
  const { decider, at, occurrence } = subject
  const resolution = resolveText(replacement)
  const { target } = resolution
  if (target.kind !== 'image') return [`Write instead: ${replacement}`] // what a person has to complete
  const decision = decider.decide(target.reference, occurrence.role, at)
  if (decision.verdict !== 'allowed' || decision.denial !== undefined)
    return subject.decision?.denial === undefined ? [] : [`${replacement} is to take its place, but the policy does not allow it here`]
  const instead: Case = { ...subject, occurrence: { ...occurrence, text: replacement }, resolution, decision }
  for (const { id, about, check } of rules) {
    const violation = about === 'tag' && !broken.has(id) ? check?.(instead) : undefined
    if (violation !== undefined) return lacking(replacement, violation)
  }
  return undefined
}

function lacking(replacement: string, { message, advice }: Violation): readonly string[] {
  return [`${replacement} can take its place, but not as it stands: ${message}`, ...advice]
}
