import { type RuleId, type Severity } from '../model.js'

/** What the policy language must know of a rule; summaries and the rules themselves live in rules/. */
export interface RuleFacts {
  /** Without a word in the policy. */
  readonly severity: Severity | 'off'
  /** It is about where images come from: an exception needs an `image`, and no inline exception reaches it. */
  readonly where: boolean
  /**
   * How severe code scanning shows its alerts (over 9 critical, 7 high, 4 medium): a source that nobody chose runs whatever it likes,
   * a name that can change its meaning may come to do so, the rest is upkeep.
   */
  readonly security: string
  /** It stands on the policy's own line, so that no exception can excuse it. */
  readonly ofPolicy?: true
}

/** Every rule, in the order of the documentation. Ids are stable. */
export const RULE_FACTS: Readonly<Record<RuleId, RuleFacts>> = {
  'allowed-registry': { severity: 'error', where: true, security: '8.1' },
  'allowed-namespace': { severity: 'error', where: true, security: '8.1' },
  'denied-image': { severity: 'error', where: true, security: '8.8' },
  'use-mirror': { severity: 'error', where: true, security: '6.5' },
  pinned: { severity: 'error', where: false, security: '5.3' },
  'allowed-tag': { severity: 'error', where: false, security: '5.3' },
  unresolved: { severity: 'error', where: true, security: '7.5' },
  'unresolved-tag': { severity: 'error', where: false, security: '5.3' },
  overridable: { severity: 'off', where: false, security: '6.5' },
  malformed: { severity: 'error', where: true, security: '5.9' },
  unreadable: { severity: 'error', where: true, security: '5.9' },
  retired: { severity: 'warning', where: false, security: '4.3' },
  lookalike: { severity: 'warning', where: false, security: '8.1' },
  'policy-removed': { severity: 'error', where: false, security: '7.5', ofPolicy: true },
  'exception-expired': { severity: 'error', where: false, security: '6.5', ofPolicy: true },
  'exception-unused': { severity: 'warning', where: false, security: '2.0', ofPolicy: true },
}

/** The ids of the table, in its order. */
export const RULE_IDS: readonly RuleId[] = Object.keys(RULE_FACTS).filter(isRuleId)

/** Whether a word is the id of a rule. */
export function isRuleId(word: string): word is RuleId {
  return Object.hasOwn(RULE_FACTS, word)
}
