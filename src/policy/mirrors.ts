import { type ImageReference } from '../model.js'
import { parseReference } from '../resolve/reference.js'
import { denies, excuses, type Subject } from './image.js'
import { type Mirror } from './policy.js'

/** What an image is judged as, by a mirror of the policy. */
export interface Upstream {
  readonly reference: ImageReference
  readonly mirror: Mirror
}

/** The upstream of an image that stands under the left name of a mirror: prefix for prefix, normalized again. The most specific mirror decides, once. */
export function upstreamOf(mirrors: readonly Mirror[], reference: ImageReference, image: Subject): Upstream | undefined {
  return mirrors.length === 0 ? undefined : upstreamBy(excuses, mirrors, reference, image)
}

/** The same for `deny`, under whatever name the mirror's host goes. */
export function deniedUpstreamOf(mirrors: readonly Mirror[], reference: ImageReference, image: Subject): Upstream | undefined {
  return mirrors.length === 0 ? undefined : upstreamBy(denies, mirrors, reference, image)
}

function upstreamBy(isAbout: typeof excuses, mirrors: readonly Mirror[], reference: ImageReference, image: Subject): Upstream | undefined {
  const [mirror] = mirrors.filter(({ from }) => isAbout(from, image)).sort(bySpecificity)
  if (mirror === undefined) return undefined
  const rest = image.path.slice(mirror.from.path?.pieces.length ?? 0)
  // the mirror's own name stands for the whole registry: it is no image of it
  if (rest.length === 0 && !mirror.to.includes('/')) return undefined
  const parsed = parseReference([mirror.to, ...rest].join('/'))
  if (parsed.kind === 'malformed') return undefined
  const { registry, repository } = parsed.reference
  // nor does the namespace of the official images stand for one of them
  if (rest.length === 0 && repository === 'library/library') return undefined
  return { reference: { ...reference, registry, repository }, mirror }
}

/** Literal host before pattern, then the longer path. */
function bySpecificity(a: Mirror, b: Mirror): number {
  const literal = Number(b.from.host.literal) - Number(a.from.host.literal)
  return literal || (b.from.path?.pieces.length ?? 0) - (a.from.path?.pieces.length ?? 0) || b.from.host.weight - a.from.host.weight
}

/** How a mirror names an image that is written directly; undefined if no mirror says so without a pattern. */
export function mirroredName(mirrors: readonly Mirror[], reference: ImageReference): ImageReference | undefined {
  const name = `${reference.registry}/${reference.repository}`
  for (const { from, to } of mirrors) {
    const literal = from.host.literal && from.path?.literal !== false
    if (!literal || (name !== to && !name.startsWith(`${to}/`))) continue
    const parsed = parseReference(`${from.text}${name.slice(to.length)}`)
    if (parsed.kind === 'image') return { ...reference, registry: parsed.reference.registry, repository: parsed.reference.repository }
  }
  return undefined
}
