import { type RuleId, type Severity } from '../model.js'
import { RULE_FACTS } from '../policy/rule-facts.js'
import { allowedNamespace } from './allowed-namespace.js'
import { allowedRegistry } from './allowed-registry.js'
import { allowedTag } from './allowed-tag.js'
import { deniedImage } from './denied-image.js'
import { lookalike } from './lookalike.js'
import { malformed } from './malformed.js'
import { overridable } from './overridable.js'
import { pinned } from './pinned.js'
import { exceptionExpired, exceptionUnused, policyRemoved } from './policy-lines.js'
import { retired } from './retired.js'
import { type Rule } from './rule.js'
import { unreadable } from './unreadable.js'
import { unresolvedTag } from './unresolved-tag.js'
import { unresolved } from './unresolved.js'
import { useMirror } from './use-mirror.js'

/** A rule with what the policy language knows of it. */
export interface TableRule extends Rule {
  /** Without a word in the policy. */
  readonly severity: Severity | 'off'
  /** It is about where images come from. */
  readonly where: boolean
}

/** Every rule, in the order in which findings are told and documented. */
export const RULES: readonly TableRule[] = [
  allowedRegistry,
  allowedNamespace,
  deniedImage,
  useMirror,
  pinned,
  allowedTag,
  unresolved,
  unresolvedTag,
  overridable,
  malformed,
  unreadable,
  retired,
  lookalike,
  policyRemoved,
  exceptionExpired,
  exceptionUnused,
].map((rule) => ({ ...rule, severity: RULE_FACTS[rule.id].severity, where: RULE_FACTS[rule.id].where }))

/** The rule of an id. */
export function ruleOf(id: RuleId): TableRule | undefined {
  return RULES.find((rule) => rule.id === id)
}
