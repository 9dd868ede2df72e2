import { type ImageReference } from '../model.js'
import { knownHosts, registryOf } from '../policy/catalogue.js'
import { maintainedImages, retiredImages } from '../policy/official-images.js'
import { type Policy } from '../policy/policy.js'
import { Similar } from './similar.js'

/** What a name is nearly. */
export interface Lookalike {
  /** As it should be: a host, or an official image. */
  readonly meant: string
  /** The whole image with that. */
  readonly reference: ImageReference
}

/** Hosts whose first label alone is a name of its own, so that another ending after it is suspicious (`ghcr.com`). */
const NAMED_HOSTS: readonly string[] = ['docker.io', 'ghcr.io', 'quay.io', 'gcr.io', 'nvcr.io', 'cgr.dev', 'lscr.io']

/** First components that are hosts which lost their ending, so that Docker takes them for users of its Hub (`ghcr/acme/app`). */
const LOST_ENDINGS: ReadonlyMap<string, string> = new Map([
  ['ghcr', 'ghcr.io'],
  ['ghcrio', 'ghcr.io'],
  ['quay', 'quay.io'],
  ['quayio', 'quay.io'],
  ['gcr', 'gcr.io'],
  ['gcrio', 'gcr.io'],
  ['nvcr', 'nvcr.io'],
  ['lscr', 'lscr.io'],
  ['mcr', 'mcr.microsoft.com'],
  ['dockerio', 'docker.io'],
])

/** Compares names with what a policy allows and what the world knows. */
export class Lookalikes {
  private readonly declared: ReadonlySet<string>
  private hosts: Similar | undefined
  private official: Similar | undefined

  constructor(policy: Policy) {
    const literal =
      policy.registries === 'any' ? [] : policy.registries.flatMap(({ hosts }) => (hosts.kind === 'literal' ? [hosts.host] : []))
    this.declared = new Set([...literal, ...policy.mirrors.map(({ from }) => from.host.text)])
  }

  /** The known name that an image's host or official name is nearly; undefined if it is known itself, or like nothing. `declared`: the policy has an entry for the host. */
  of(reference: ImageReference, declared: boolean): Lookalike | undefined {
    if (reference.registry === 'docker.io') return this.lostEnding(reference) ?? this.officialName(reference)
    const meant = declared ? undefined : this.host(reference.registry)
    if (meant === undefined) return undefined
    const bare = meant === 'docker.io' && !reference.repository.includes('/')
    return {
      meant,
      reference: { ...reference, registry: meant, repository: bare ? `library/${reference.repository}` : reference.repository },
    }
  }

  private host(written: string): string | undefined {
    const host = written.toLowerCase()
    if (host !== written && host === 'docker.io') return host
    if (host.includes(':') || host === 'localhost' || this.declared.has(host) || registryOf(host) !== undefined) return undefined
    this.hosts ??= new Similar([...knownHosts(), ...this.declared].filter((known) => !known.includes('*')))
    return this.hosts.to(host) ?? otherEnding(host) ?? this.prefix(host)
  }

  /** A known host with more behind it: `ghcr.io.evil.example`, `docker.io-mirror.example`. */
  private prefix(host: string): string | undefined {
    for (const end of ['.', '-']) {
      for (let at = host.indexOf(end); at >= 0; at = host.indexOf(end, at + 1)) {
        const head = host.slice(0, at)
        if (head.includes('.') && registryOf(head) !== undefined) return head
      }
    }
    return undefined
  }

  private lostEnding(reference: ImageReference): Lookalike | undefined {
    const slash = reference.repository.indexOf('/')
    const meant = LOST_ENDINGS.get(reference.repository.slice(0, slash))
    // No repository of Docker Hub has three components, while a user may well be called like that.
    if (meant === undefined || !reference.repository.includes('/', slash + 1)) return undefined
    return { meant, reference: { ...reference, registry: meant, repository: reference.repository.slice(slash + 1) } }
  }

  private officialName(reference: ImageReference): Lookalike | undefined {
    if (!reference.repository.startsWith('library/')) return undefined
    const name = reference.repository.slice('library/'.length)
    if (name.includes('/') || maintainedImages().has(name) || retiredImages().has(name)) return undefined
    this.official ??= new Similar([...maintainedImages()].filter((image) => image.length > 3))
    const meant = this.official.to(name)
    // `base` is no slip of `bash`: in a short word one letter replaced is another word.
    if (meant === undefined || (meant.length === 4 && name.length === 4 && !swapped(name, meant))) return undefined
    return { meant, reference: { ...reference, repository: `library/${meant}` } }
  }
}

function otherEnding(host: string): string | undefined {
  const dot = host.indexOf('.')
  if (dot < 0 || host.includes('.', dot + 1)) return undefined
  return NAMED_HOSTS.find((named) => named.startsWith(host.slice(0, dot + 1)))
}

function swapped(a: string, b: string): boolean {
  return [...a].sort().join('') === [...b].sort().join('')
}

const ofPolicy = new WeakMap<Policy, Lookalikes>()

/** The comparison for a policy, prepared once. */
export function lookalikesOf(policy: Policy): Lookalikes {
  const known = ofPolicy.get(policy)
  if (known !== undefined) return known
  const lookalikes = new Lookalikes(policy)
  ofPolicy.set(policy, lookalikes)
  return lookalikes
}
