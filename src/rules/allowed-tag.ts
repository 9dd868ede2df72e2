import { matchesRun } from '../policy/pattern.js'
import { shown } from './names.js'
import { listed, type Rule } from './rule.js'

export const allowedTag: Rule = {
  id: 'allowed-tag',
  about: 'tag',
  summary: 'No pattern of tags matches the tag.',
  check({ decision, resolution }) {
    const tags = decision?.settings.tags
    if (
      decision === undefined ||
      tags === undefined ||
      decision.pin.exempt ||
      resolution.open === 'tag' ||
      resolution.target.kind !== 'image'
    )
      return undefined
    const { tag = decision.reference.digest === undefined ? 'latest' : undefined } = decision.reference
    if (tag !== undefined && tags.value.some((pattern) => matchesRun(pattern, tag))) return undefined
    return {
      message: tag === undefined ? `${shown(decision)} has no tag` : `${shown(decision)}: the tag ${tag} is not allowed`,
      advice: [`Allowed tags: ${listed(tags.value)}`],
      place: tags.place,
    }
  },
}
