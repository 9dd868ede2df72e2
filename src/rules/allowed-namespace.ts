import { refusal } from './allowed.js'
import { isSource } from './names.js'
import { type Rule } from './rule.js'

export const allowedNamespace: Rule = {
  id: 'allowed-namespace',
  about: 'source',
  summary: 'The registry is allowed, but not this owner, namespace or repository of it.',
  check: (subject) => (subject.decision?.verdict === 'namespace' && isSource(subject.occurrence) ? refusal(subject) : undefined),
}
