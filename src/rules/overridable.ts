import { isPlaceOnly, shown } from './names.js'
import { type Rule } from './rule.js'

export const overridable: Rule = {
  id: 'overridable',
  summary: 'Only an ARG or a default that a build can replace fixes the source.',
  check(subject) {
    const { decision, resolution, occurrence, decider } = subject
    const step = resolution.via.find((each) => each.overridable === true)
    if (decision === undefined || step === undefined || isPlaceOnly(subject) || sourceIsWritten(occurrence.text)) return undefined
    return {
      message: `${shown(decision)} can be replaced by another image when it is built: ${step.text}`,
      advice: ['Write the registry and the repository where the image is used, and let the variable hold the tag alone'],
      place: decider.policy.rules.get('overridable')?.severity?.place ?? decision.place,
    }
  },
}

/** Whether registry and repository stand before the first variable: then it reaches the tag or the digest alone. A slash behind it makes what it holds a port. */
function sourceIsWritten(text: string): boolean {
  const variable = text.indexOf('$')
  const fixed = text.slice(0, Math.max(0, variable))
  if (text.includes('/', Math.max(0, variable))) return false
  return fixed.includes('@') || fixed.includes(':', Math.max(0, fixed.lastIndexOf('/')))
}
