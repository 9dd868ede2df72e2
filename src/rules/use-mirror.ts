import { mirroredName } from '../policy/mirrors.js'
import { familiar, isSource, shown } from './names.js'
import { type Rule } from './rule.js'

export const useMirror: Rule = {
  id: 'use-mirror',
  about: 'source',
  summary: 'The image is written directly where only a mirror is allowed.',
  check({ decision, decider, occurrence }) {
    if (decision?.verdict !== 'mirror' || !isSource(occurrence)) return undefined
    const mirrored = mirroredName(decider.policy.mirrors, decision.reference)
    return {
      message: `${shown(decision)} is allowed through a mirror only`,
      advice: mirrored === undefined ? ['The policy names no mirror for it'] : [],
      ...(mirrored === undefined ? {} : { replacement: familiar(mirrored) }),
      place: decision.place,
    }
  },
}
