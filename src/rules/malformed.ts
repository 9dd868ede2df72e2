import { writtenText } from './names.js'
import { type Rule } from './rule.js'

export const malformed: Rule = {
  id: 'malformed',
  summary: 'Docker would refuse the reference.',
  check({ occurrence, resolution, decider }) {
    const { target } = resolution
    if (target.kind !== 'malformed') return undefined
    const text = writtenText(occurrence, resolution)
    return {
      message: text === '' ? `no image is named: ${target.problem}` : `${text}: ${target.problem}`,
      advice: ['Docker refuses it: correct the name'],
      place: decider.policy.registriesPlace,
    }
  },
}
