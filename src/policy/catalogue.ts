import { hostPattern, matchesAll, overlap, splitHost, type Pieces } from './pattern.js'
import { REGISTRIES } from './registries.js'
import { type OwnerKind, type Registry } from './registry.js'

/** How an entry's host covers a host: by its very name, or by a pattern. */
export type HostFit = 'literal' | 'pattern'

interface Index {
  readonly byId: ReadonlyMap<string, Registry>
  /** The registry of a literal host; scoped entries (`docker-official`) have no host of their own. */
  readonly byHost: ReadonlyMap<string, Registry>
  readonly patterns: readonly { readonly pattern: Pieces; readonly registry: Registry }[]
}

let built: Index | undefined

function index(): Index {
  if (built !== undefined) return built
  const byHost = new Map<string, Registry>()
  const patterns: { pattern: Pieces; registry: Registry }[] = []
  for (const registry of REGISTRIES) {
    if (registry.scopes !== undefined) continue
    for (const host of registry.hosts) {
      if (host.includes('*')) patterns.push({ pattern: hostPattern(host), registry })
      else byHost.set(host, registry)
    }
  }
  built = { byId: new Map(REGISTRIES.map((registry) => [registry.id, registry])), byHost, patterns }
  return built
}

/** The registry that a policy names by an id. */
export function catalogueEntry(id: string): Registry | undefined {
  return index().byId.get(id)
}

/** Every id that a policy may write. */
export function catalogueIds(): Iterable<string> {
  return index().byId.keys()
}

/** Every host of the catalogue that is written without `*`. */
export function knownHosts(): Iterable<string> {
  return index().byHost.keys()
}

/** The known registry that a host (with its port, if any) belongs to. A port makes it another registry. */
export function registryOf(host: string): Registry | undefined {
  const lower = host.toLowerCase()
  // Docker maps `docker.io` and no other spelling to its Hub: DOCKER.IO is an unknown host.
  if (lower === 'docker.io' && host !== lower) return undefined
  const literal = index().byHost.get(lower)
  if (literal !== undefined) return literal
  const parts = splitHost(lower)
  return index().patterns.find(({ pattern, registry }) => matchesAll(pattern, parts) && ownerFits(registry.owner, parts[0] ?? ''))?.registry
}

/** How a catalogue entry covers a host, if it does; `known` is the registry that the host belongs to. */
export function hostFit(registry: Registry, host: string, known: Registry | undefined): HostFit | undefined {
  if (registry.scopes !== undefined) return registry.hosts.includes(host) ? 'literal' : undefined
  if (known !== registry) return undefined
  return registry.hosts.includes(host.toLowerCase()) ? 'literal' : 'pattern'
}

/** Whether everybody can publish under a host, or under some host that a pattern matches. A host that carries one owner is that owner's. */
export function isShared(written: string): boolean {
  // The port that is meant anyway makes no other registry of it: it must not make a shared one look like one's own.
  const host = written.endsWith(':443') ? written.slice(0, -':443'.length) : written
  if (!host.includes('*')) {
    const registry = registryOf(host)
    return registry !== undefined && registry.shared && !inHost(registry.owner)
  }
  const pattern = hostPattern(host)
  const ownerOpen = pattern.pieces[0]?.includes('*') === true
  return (
    overlapping(pattern).some((registry) => registry.shared) ||
    index().patterns.some((each) => each.registry.shared && (ownerOpen || !inHost(each.registry.owner)) && overlap(pattern, each.pattern))
  )
}

/** The known registry whose hosts a host or a pattern of hosts belongs to. */
export function registryOfPattern(host: string): Registry | undefined {
  if (!host.includes('*')) return registryOf(host)
  const pattern = hostPattern(host)
  return overlapping(pattern)[0] ?? index().patterns.find((each) => overlap(pattern, each.pattern))?.registry
}

/** The registries of the literal hosts that a pattern of hosts matches. */
function overlapping(pattern: Pieces): Registry[] {
  const tail = pattern.text.slice(pattern.text.lastIndexOf('*') + 1)
  const found: Registry[] = []
  for (const [known, registry] of index().byHost) if (known.endsWith(tail) && overlap(pattern, hostPattern(known))) found.push(registry)
  return found
}

/** Whether the host itself carries the owner, so that a host without `*` belongs to one owner. */
export function inHost(owner: OwnerKind): boolean {
  return owner === 'account' || owner === 'registry' || owner === 'instance'
}

/** Whether a policy can name the owners of a registry's images by `owners`. */
export function takesOwners(registry: Registry): boolean {
  return inHost(registry.owner) || registry.owner === 'project'
}

/**
 * Who an image of a known registry belongs to: the AWS account, the name of the Azure registry or of the hosted instance, the Google Cloud
 * project, else the first component of the repository. Undefined where the registry is unknown or has one publisher.
 */
export function ownerOf(host: string, repository: string): string | undefined {
  const registry = registryOf(host)
  if (registry === undefined || registry.owner === 'none') return undefined
  if (inHost(registry.owner)) return splitHost(host.toLowerCase())[0]
  const [first = '', second, third] = repository.split('/', 3)
  // What has nothing under it is no owner: `ghcr.io/acme` is an image. A project of a domain is written `example.com/project`.
  if (registry.owner === 'project' && first.includes('.')) return third === undefined ? undefined : `${first}/${second ?? ''}`
  return second === undefined ? undefined : first
}

function ownerFits(owner: OwnerKind, label: string): boolean {
  if (owner === 'account') return isAccount(label)
  // A data host such as `name.region.data.azurecr.io` has other labels already; an underscore is in no host of Azure.
  return /^[a-z0-9-]+$/.test(label) || !inHost(owner)
}

/** Whether a text is the number of an AWS account: 12 digits. */
export function isAccount(text: string): boolean {
  return /^\d{12}$/.test(text)
}
