import { compareText } from './merge.js'
import { type ImageName, type RepositoryAudit, type Source, type Use, type UseVerdict, type VerdictCounts } from './model.js'

export const VERDICTS: readonly UseVerdict[] = ['error', 'warning', 'existing', 'excepted', 'allowed', 'unjudged']

/** What images are counted by. */
export interface Sources {
  readonly registries: readonly Source[]
  readonly namespaces: readonly Source[]
  readonly imageRepositories: readonly Source[]
  readonly images: readonly Source[]
}

type Named = Omit<Source, 'uses' | 'usedBy' | 'images' | 'verdicts'>

/** The first component of a repository that has several, as `library` in `library/nginx`; empty if it has one. */
export function namespaceOf(repository: string): string {
  const slash = repository.indexOf('/')
  return slash < 0 ? '' : repository.slice(0, slash)
}

/** Counts every use that names an image, the partly resolved ones too, by registry, namespace, repository and image. Most used first. */
export function countSources(repositories: readonly RepositoryAudit[]): Sources {
  const tallies = { registries: new Tally(), namespaces: new Tally(), imageRepositories: new Tally(), images: new Tally() }
  repositories.forEach(({ references }, user) => {
    for (const use of references) if (use.image !== undefined) count(tallies, use, use.image, user)
  })
  return {
    registries: tallies.registries.close(),
    namespaces: tallies.namespaces.close(),
    imageRepositories: tallies.imageRepositories.close(),
    images: tallies.images.close(),
  }
}

function count(tallies: Readonly<Record<keyof Sources, Tally>>, use: Use, image: ImageName, user: number): void {
  const { registry, repository, tag, digest, canonical } = image
  const namespace = namespaceOf(repository)
  tallies.registries.add(registry, user, use, canonical, () => ({ registry }))
  tallies.namespaces.add(`${registry}/${namespace}`, user, use, canonical, () => ({ registry, namespace }))
  tallies.imageRepositories.add(`${registry}/${repository}`, user, use, canonical, () => ({ registry, namespace, repository }))
  // a tag that is open is no image of its own
  if (use.target === 'image')
    tallies.images.add(canonical, user, use, canonical, () => ({ registry, namespace, repository, tag, digest, canonical }))
}

interface Counted {
  readonly named: Named
  uses: number
  usedBy: number
  lastUser: number
  readonly images: Set<string>
  readonly verdicts: Record<UseVerdict, number>
}

class Tally {
  private readonly counted = new Map<string, Counted>()

  /** Uses come repository by repository: a user is counted when it first shows. */
  add(key: string, user: number, use: Use, canonical: string, name: () => Named): void {
    let entry = this.counted.get(key)
    if (entry === undefined) {
      entry = { named: name(), uses: 0, usedBy: 0, lastUser: -1, images: new Set(), verdicts: noVerdicts() }
      this.counted.set(key, entry)
    }
    entry.uses++
    if (entry.lastUser !== user) entry.usedBy++
    entry.lastUser = user
    if (use.target === 'image') entry.images.add(canonical)
    entry.verdicts[use.verdict]++
  }

  close(): Source[] {
    return [...this.counted]
      .sort(([a, left], [b, right]) => right.uses - left.uses || compareText(a, b))
      .map(([, { named, uses, usedBy, images, verdicts }]) => ({ ...named, uses, usedBy, images: images.size, verdicts }))
  }
}

function noVerdicts(): Record<UseVerdict, number> {
  return { error: 0, warning: 0, existing: 0, excepted: 0, allowed: 0, unjudged: 0 }
}
