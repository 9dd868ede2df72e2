import { type ImageReference, type Occurrence, type Resolution } from '../model.js'
import { canonical, familiar } from '../resolve/reference.js'
import { type Decision } from '../policy/decide.js'
import { type Case } from './rule.js'

export { familiar }

/** An image for a message: canonical, without a `latest` that nobody wrote; with what it is judged as, where that is another name. */
export function shown({ reference, upstream }: Decision): string {
  const written = exact(reference)
  return upstream === undefined ? written : `${written} (${exact(upstream.reference)})`
}

/** `registry/repository[:tag][@digest]`, nothing added. */
export function exact(reference: ImageReference): string {
  const bare = reference.tag === undefined && reference.digest === undefined
  const text = canonical(reference)
  return bare ? text.slice(0, -':latest'.length) : text
}

/** The image that the policy judges: the upstream of a mirrored name. */
export function judgedImage(decision: Decision): ImageReference {
  return decision.upstream?.reference ?? decision.reference
}

/** Whether only the place of an image is asked: what is built here or only written to is never held to tags. */
export function isPlaceOnly({ occurrence: { role } }: Case): boolean {
  return role === 'build-output' || role === 'cache-to' || role === 'cache-from' || role === 'model'
}

/** Whether it matters where the image comes from. What is only pushed to is no source; what compose builds is none either, if it is never pulled. */
export function isSource({ role, pullable }: Occurrence): boolean {
  return role !== 'cache-to' && !(role === 'build-output' && pullable === false)
}

/** What the text resolves to, or the text itself. */
export function writtenText(occurrence: Occurrence, resolution: Resolution): string {
  return resolution.resolved ?? occurrence.text
}
