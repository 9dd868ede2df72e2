import { isAllowed } from './alternatives.js'
import { lookalikesOf } from './lookalikes.js'
import { familiar, isPlaceOnly, judgedImage, shown } from './names.js'
import { type Rule } from './rule.js'

/** Told only of images that are otherwise allowed: in a refusal the likeness is advice. */
export const lookalike: Rule = {
  id: 'lookalike',
  about: 'source',
  summary: "The name is nearly an allowed registry's or an official image's.",
  check(subject) {
    const { decision, decider } = subject
    if (decision?.verdict !== 'allowed' || decision.denial !== undefined || isPlaceOnly(subject)) return undefined
    const like = lookalikesOf(decider.policy).of(judgedImage(decision), decision.matches.entries.length > 0)
    if (like === undefined) return undefined
    return {
      message: `${shown(decision)} is nearly ${like.meant}`,
      advice: ['Is that what was meant? Names like this are used to catch slips'],
      ...(isAllowed(subject, like.reference) ? { replacement: familiar(like.reference) } : {}),
      place: decider.policy.rules.get('lookalike')?.severity?.place ?? decision.place,
    }
  },
}
