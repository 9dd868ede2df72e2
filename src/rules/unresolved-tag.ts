import { type Rule } from './rule.js'
import { giveValue, variables } from './unresolved.js'

export const unresolvedTag: Rule = {
  id: 'unresolved-tag',
  summary: 'A variable without a value decides the tag or the digest.',
  check(subject) {
    const { occurrence, resolution, given, decider, decision } = subject
    if (resolution.open !== 'tag' || given || decision?.pin.exempt === true) return undefined
    return {
      message: `${occurrence.text}: its tag or digest depends on ${variables(subject)}`,
      advice: giveValue(subject),
      place: decision?.pin.asked.place ?? decider.policy.registriesPlace,
    }
  },
}
