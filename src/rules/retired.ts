import { type ImageReference } from '../model.js'
import { retiredImages } from '../policy/official-images.js'
import { ARCHITECTURE_NAMESPACES } from '../policy/registry.js'
import { isAllowed, sameContent } from './alternatives.js'
import { familiar, isPlaceOnly, judgedImage, shown } from './names.js'
import { type Rule } from './rule.js'

/** What became of a source: `name` is a host, or a host and leading components of the repository. */
interface Retirement {
  readonly name: string
  readonly what: string
  readonly advice: string
}

const RETIREMENTS: readonly Retirement[] = [
  { name: 'k8s.gcr.io', what: 'is frozen since 2023-04-03', advice: 'The same path lives on registry.k8s.io' },
  { name: 'docker.pkg.github.com', what: 'was replaced by ghcr.io', advice: 'Its images were moved to ghcr.io' },
  { name: 'registry.centos.org', what: 'was shut down', advice: 'CentOS images live on quay.io/centos' },
  {
    name: 'docker.io/bitnami',
    what: 'was emptied on 2025-09-29',
    advice: 'Its old tags are in bitnamilegacy, without updates; choose another image',
  },
  { name: 'docker.io/bitnamilegacy', what: 'gets no updates since 2025-08-28', advice: 'Choose another image' },
  { name: 'docker.io/microsoft', what: 'moved to mcr.microsoft.com', advice: 'Take the image from mcr.microsoft.com' },
  { name: 'gcr.io/google-containers', what: 'is frozen', advice: 'Take the image from registry.k8s.io' },
  { name: 'gcr.io/google_containers', what: 'is frozen', advice: 'Take the image from registry.k8s.io' },
  { name: 'gcr.io/kaniko-project', what: 'is archived', advice: 'Choose another builder' },
]

export const retired: Rule = {
  id: 'retired',
  about: 'source',
  summary: 'The source was shut down, frozen or moved.',
  check(subject) {
    const { decision, decider } = subject
    if (decision === undefined || decision.denial !== undefined || isPlaceOnly(subject)) return undefined
    const image = judgedImage(decision)
    const retirement = retirementOf(image)
    if (retirement === undefined) return undefined
    const moved = sameContent(image)
    const instead = moved !== undefined && retirement.name === 'k8s.gcr.io' && isAllowed(subject, moved) ? familiar(moved) : undefined
    return {
      message: `${shown(decision)}: ${retirement.name} ${retirement.what}`,
      advice: [retirement.advice],
      ...(instead === undefined ? {} : { replacement: instead }),
      place: decider.policy.rules.get('retired')?.severity?.place ?? decision.place,
    }
  },
}

/** What became of an image's source; undefined while it is alive. */
function retirementOf(image: ImageReference): Retirement | undefined {
  const name = `${image.registry.toLowerCase()}/${image.repository}/`
  const listed = RETIREMENTS.find((each) => name.startsWith(`${each.name}/`))
  if (listed !== undefined || image.registry !== 'docker.io') return listed
  const [namespace = '', repository = '', more] = image.repository.split('/', 3)
  const official = namespace === 'library' || ARCHITECTURE_NAMESPACES.includes(namespace)
  if (!official || more !== undefined || !retiredImages().has(repository)) return undefined
  return { name: repository, what: 'is no longer an official image', advice: 'It gets no updates: choose a maintained image' }
}
