import { type Finding, type RuleId, type Severity } from '../model.js'
import { type Policy, type Settings } from '../policy/policy.js'
import { RULE_FACTS } from '../policy/rule-facts.js'
import { type Violation } from './rule.js'

/** A violation with how much it counts. */
export interface Enriched extends Violation {
  readonly rule: RuleId
  readonly severity: Severity
  readonly scope: 'new' | 'all'
  /** The advice as text, as far as it does not depend on the place. */
  readonly text: string
  /** The finding, wherever the place has no part in it. */
  plain?: Finding
}

/**
 * How severe a rule's findings are. What the policy says of the rule wins over the severity at its top; an entry or an override softens both to a warning,
 * and one that says `error` leaves the rule's own severity. Neither softens what is denied.
 */
export function severityOf(policy: Policy, rule: RuleId, settings: Settings): Severity | 'off' {
  const written = policy.rules.get(rule)?.severity?.value
  const own = written ?? RULE_FACTS[rule].severity
  const said = settings.severity?.value
  const around = rule === 'denied-image' && said === 'warning' ? undefined : said
  if (own !== 'error' || around === 'warning') return own === 'off' ? 'off' : 'warning'
  const soft = around === undefined && written === undefined && policy.severity?.value === 'warning'
  return soft ? 'warning' : 'error'
}

/** Whether a finding counts although the base has it: what is denied, rules with `scope: all`, and everything once `existing.until` has passed. */
export function scopeOf(policy: Policy, rule: RuleId, today: string): 'new' | 'all' {
  if (rule === 'denied-image' || policy.rules.get(rule)?.scope === 'all') return 'all'
  return policy.existingUntil !== undefined && today > policy.existingUntil ? 'all' : 'new'
}
