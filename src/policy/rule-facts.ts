import { type RuleId, type Severity } from '../model.js'

/** What the policy language must know of a rule; summaries and the rules themselves live in rules/. */
export interface RuleFacts {
  /** Without a word in the policy. */
  readonly severity: Severity | 'off'
  /** It is about where images come from: an exception needs an `image`, and no inline exception reaches it. */
  readonly where: boolean
  /** It stands on the policy's own line, so that no exception can excuse it. */
  readonly ofPolicy?: true
}

/** Ids are stable. */
export const RULE_FACTS: Readonly<Record<RuleId, RuleFacts>> = {
  'allowed-registry': { severity: 'error', where: true },
  'allowed-namespace': { severity: 'error', where: true },
  'denied-image': { severity: 'error', where: true },
  'use-mirror': { severity: 'error', where: true },
  pinned: { severity: 'error', where: false },
  'allowed-tag': { severity: 'error', where: false },
  unresolved: { severity: 'error', where: true },
  'unresolved-tag': { severity: 'error', where: false },
  overridable: { severity: 'off', where: false },
  malformed: { severity: 'error', where: true },
  unreadable: { severity: 'error', where: true },
  retired: { severity: 'warning', where: false },
  lookalike: { severity: 'warning', where: false },
  'policy-removed': { severity: 'error', where: false, ofPolicy: true },
  'exception-expired': { severity: 'error', where: false, ofPolicy: true },
  'exception-unused': { severity: 'warning', where: false, ofPolicy: true },
}

/** Every rule, in the order of the documentation. */
export const RULE_IDS: readonly RuleId[] = [
  'allowed-registry',
  'allowed-namespace',
  'denied-image',
  'use-mirror',
  'pinned',
  'allowed-tag',
  'unresolved',
  'unresolved-tag',
  'overridable',
  'malformed',
  'unreadable',
  'retired',
  'lookalike',
  'policy-removed',
  'exception-expired',
  'exception-unused',
]
