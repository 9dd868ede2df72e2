import { type ImageReference } from '../model.js'
import { satisfies, type PinLevel } from '../policy/pin.js'
import { familiar, shown } from './names.js'
import { type Rule } from './rule.js'

export const pinned: Rule = {
  id: 'pinned',
  about: 'tag',
  summary: 'The image is fixed less exactly than pin asks.',
  check({ decision, resolution }) {
    // What an unset variable leaves of a tag says nothing: unresolved-tag tells it.
    if (decision === undefined || decision.pin.exempt || resolution.open === 'tag' || resolution.target.kind !== 'image') return undefined
    const { asked, met } = decision.pin
    if (satisfies(met, asked.value)) return undefined
    return {
      message: `${shown(decision)} ${fault(met, decision.reference)}; pin: ${asked.value} is asked`,
      advice: advise(asked.value, decision.reference),
      place: asked.place,
    }
  },
}

function fault(met: PinLevel, { tag, digest }: ImageReference): string {
  if (digest !== undefined) return 'has no tag beside its digest'
  if (tag === undefined) return 'has neither tag nor digest'
  if (met === 'none') return 'has a tag that floats'
  return met === 'tag' ? 'has a tag without a version' : `is pinned to a ${met} version`
}

const WANTED: Readonly<Record<Exclude<PinLevel, 'none' | 'digest' | 'tag+digest'>, string>> = {
  tag: 'Write a tag that stays what it is, such as a version',
  major: 'Write a tag with a version, such as 16 or 16-alpine',
  minor: 'Write a tag with a version of two components or more, such as 3.20',
  patch: 'Write a tag with a version of three components, such as 1.27.3, or with a date or commit',
}

function advise(asked: PinLevel, reference: ImageReference): string[] {
  if (asked === 'none') return []
  if (asked !== 'digest' && asked !== 'tag+digest') return [`${WANTED[asked]}, or a digest`]
  if (reference.digest !== undefined) return ['Write the tag beside the digest: name:tag@sha256:…']
  const written = familiar(reference)
  return [`Find its digest: docker buildx imagetools inspect ${written}`, `Then write ${written}@sha256:…`]
}
