import { type ImageReference } from '../model.js'
import { maintainedImages } from '../policy/official-images.js'
import { mirroredName } from '../policy/mirrors.js'
import { judgedImage } from './names.js'
import { type Case } from './rule.js'

/** Names under which the same content is served, prefix for prefix: left as written, right as it is better known. */
const SAME_CONTENT: readonly (readonly [from: string, to: string])[] = [
  ['registry-1.docker.io/', 'docker.io/'],
  ['registry.hub.docker.com/', 'docker.io/'],
  ['mirror.gcr.io/', 'docker.io/'],
  ['public.ecr.aws/docker/library/', 'docker.io/library/'],
  ['k8s.gcr.io/', 'registry.k8s.io/'],
  ['lscr.io/linuxserver/', 'ghcr.io/linuxserver/'],
  ['mcr.azure.cn/', 'mcr.microsoft.com/'],
]

/** Whether the policy allows an image at the place of a case, and does not deny it. */
export function isAllowed({ decider, at, occurrence }: Case, reference: ImageReference): boolean {
  const { verdict, denial } = decider.decide(reference, occurrence.role, at)
  return verdict === 'allowed' && denial === undefined
}

/** Whether an image would float where the policy asks for a pin: nobody should be told to write that. */
export function wouldFloat({ decider, at, occurrence }: Case, reference: ImageReference): boolean {
  const { pin } = decider.decide(reference, occurrence.role, at)
  return !pin.exempt && pin.met === 'none' && pin.asked.value !== 'none'
}

/** An image that the policy allows and that serves for a refused one: the same content under another name, or the official image of that name. */
export function alternativeOf(subject: Case): ImageReference | undefined {
  const { decision } = subject
  if (decision === undefined) return undefined
  const image = judgedImage(decision)
  const candidates = [sameContent(image), official(image)]
  for (const candidate of candidates) {
    if (candidate === undefined) continue
    if (isAllowed(subject, candidate)) return candidate
    const mirrored = mirroredName(subject.decider.policy.mirrors, candidate)
    if (mirrored !== undefined && isAllowed(subject, mirrored)) return mirrored
  }
  return undefined
}

/** The same content at its better-known home; tag and digest stay. */
export function sameContent(image: ImageReference): ImageReference | undefined {
  const name = `${image.registry.toLowerCase()}/${image.repository}`
  for (const [from, to] of SAME_CONTENT) {
    if (!name.startsWith(from)) continue
    const path = to.slice(to.indexOf('/') + 1) + name.slice(from.length)
    const registry = to.slice(0, to.indexOf('/'))
    const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
    return { ...image, registry, repository }
  }
  return undefined
}

/** The official image of the same name (`bitnami/redis` → `redis`): other content, so the digest goes and the tag stays. */
function official({ registry, repository, tag }: ImageReference): ImageReference | undefined {
  const slash = repository.lastIndexOf('/')
  const name = repository.slice(slash + 1)
  if (registry !== 'docker.io' || repository.startsWith('library/') || !maintainedImages().has(name)) return undefined
  return { registry, repository: `library/${name}`, ...(tag === undefined ? {} : { tag }) }
}
