import { parseReference } from '../resolve/reference.js'
import { familiar, isSource, judgedImage, shown } from './names.js'
import { type Case, type Rule } from './rule.js'

export const deniedImage: Rule = {
  id: 'denied-image',
  about: 'source',
  summary: 'An entry of deny covers the image.',
  check(subject) {
    const denial = subject.decision?.denial
    if (subject.decision === undefined || denial === undefined) return undefined
    // What compose builds and never pulls is no source; a cache that is written to such a place is refused all the same.
    if (subject.occurrence.role === 'build-output' && !isSource(subject.occurrence)) return undefined
    // A tag that nobody knows is not the one that is denied: unresolved-tag tells it.
    if (subject.resolution.target.kind !== 'image' && (denial.image.tags ?? denial.image.digests) !== undefined) return undefined
    const replacement = denial.use === undefined ? undefined : substitute(denial.use, subject)
    return {
      message: `${shown(subject.decision)} is denied`,
      advice: denial.reason === undefined ? [] : [denial.reason],
      ...(replacement === undefined ? {} : { replacement }),
      place: denial.place,
    }
  },
}

/** What the policy says to use. The tag stays where it is the same image elsewhere; of another image nobody knows whether it has that tag. */
function substitute(use: string, { decision }: Case): string {
  const parsed = parseReference(use)
  if (decision === undefined || parsed.kind === 'malformed') return use
  const { tag, repository } = judgedImage(decision)
  const { reference } = parsed
  const sameName = lastComponent(reference.repository) === lastComponent(repository)
  if (tag === undefined || !sameName || reference.tag !== undefined || reference.digest !== undefined) return use
  return familiar({ ...reference, tag })
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
