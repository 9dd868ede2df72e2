import { refusal } from './allowed.js'
import { isSource } from './names.js'
import { type Rule } from './rule.js'

export const allowedRegistry: Rule = {
  id: 'allowed-registry',
  about: 'source',
  summary: 'The registry is in no entry of the policy.',
  check: (subject) => (subject.decision?.verdict === 'registry' && isSource(subject.occurrence) ? refusal(subject) : undefined),
}
