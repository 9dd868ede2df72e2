import { type ImageReference, type Place, type Role, type RuleId, type Verdict } from '../model.js'
import { isShared } from '../policy/catalogue.js'
import { FLOATING, PIN_LEVELS, pinOf, satisfies, type PinLevel } from '../policy/pin.js'

/** What a drafted policy allows in one registry, and what uses it. */
export interface DraftName {
  readonly kind: 'namespace' | 'repository' | 'registry'
  /** Of the namespace or repository; empty for a whole registry. */
  readonly name: string
  /** The most exact level that everything under it meets; absent where the draft's own level says the same. */
  readonly pin?: PinLevel
  /** Only for these roles; absent for all. */
  readonly roles?: readonly Role[]
  readonly uses: readonly Place[]
}

/** The smallest policy under which what was found passes. */
export interface Draft {
  readonly pin: PinLevel
  readonly registries: readonly { readonly host: string; readonly names: readonly DraftName[] }[]
  /** Rules that cannot hold as errors yet, with what breaks them. */
  readonly softened: readonly { readonly rule: RuleId; readonly uses: readonly Place[] }[]
}

/** Never asked to be pinned. */
const UNPINNED: ReadonlySet<Role> = new Set<Role>(['build-output', 'cache-from', 'cache-to', 'model'])

/** Docker's own images that are allowed at `major` without an entry. */
const BUILTIN: ReadonlySet<string> = new Set([
  'syntax docker/dockerfile',
  'syntax docker/dockerfile-upstream',
  'sbom docker/buildkit-syft-scanner',
])

interface Use {
  readonly reference: ImageReference
  readonly role: Role
  readonly place: Place
}

/**
 * Drafts a policy from what a tree names: a namespace where several of its repositories are used (and for Docker Official Images), else the repository
 * alone; a whole registry where it is not one that serves everybody; for each the most exact `pin` that it meets. `left` are hosts that are not to be allowed.
 */
export function draftPolicy(
  verdicts: readonly Verdict[],
  softened: Draft['softened'] = [],
  left: (host: string) => boolean = () => false,
): Draft {
  const byHost = new Map<string, Use[]>()
  for (const use of verdicts.flatMap(usesOf)) {
    const host = use.reference.registry.toLowerCase()
    if (!left(host)) append(byHost, host, use)
  }
  const registries = [...byHost].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, uses]) => ({ host, names: namesOf(host, uses) }))
  const pin = commonLevel(registries.flatMap(({ names }) => names.map((name) => name.pin)))
  return {
    pin,
    softened,
    registries: registries.map(({ host, names }) => ({
      host,
      names: names.map(({ pin: own, ...name }) => ({ ...name, ...(own === undefined || own === pin ? {} : { pin: own }) })),
    })),
  }
}

function usesOf({ occurrence, resolution, also }: Verdict): Use[] {
  const place = { file: occurrence.file, span: occurrence.span }
  return [resolution, ...also.map((other) => other.resolution)].flatMap(({ target }) => {
    const reference = target.kind === 'image' || target.kind === 'unresolved' ? target.reference : undefined
    if (reference === undefined || isBuiltin(reference, occurrence.role)) return []
    if (occurrence.role === 'build-output' && occurrence.pullable === false) return []
    return [{ reference, role: occurrence.role, place }]
  })
}

function isBuiltin(reference: ImageReference, role: Role): boolean {
  const own = reference.registry === 'docker.io' && BUILTIN.has(`${role} ${reference.repository}`)
  return own && satisfies(pinOf(reference, FLOATING), 'major')
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function namesOf(host: string, uses: readonly Use[]): DraftName[] {
  if (!isShared(host)) return [nameFor('registry', '', uses)]
  const byNamespace = new Map<string, Use[]>()
  for (const use of uses) append(byNamespace, namespaceOf(use.reference.repository), use)
  return [...byNamespace]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([namespace, under]) => {
      const byRepository = new Map<string, Use[]>()
      for (const use of under) append(byRepository, use.reference.repository, use)
      const official = host === 'docker.io' && namespace === 'library'
      if (namespace !== '' && (official || byRepository.size > 1)) return [nameFor('namespace', namespace, under)]
      return [...byRepository].sort(([a], [b]) => (a < b ? -1 : 1)).map(([repository, same]) => nameFor('repository', repository, same))
    })
}

/** The first component, with the second where the first is a domain (a Google Cloud project of a domain); empty if there is nothing before the name. */
function namespaceOf(repository: string): string {
  const parts = repository.split('/')
  if (parts.length < 2) return ''
  return parts[0]?.includes('.') === true && parts.length > 2 ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function nameFor(kind: DraftName['kind'], name: string, uses: readonly Use[]): DraftName {
  const asked = uses.filter(({ role }) => !UNPINNED.has(role))
  const levels = asked.map(({ reference }) => PIN_LEVELS.indexOf(pinOf(reference, FLOATING)))
  const pin = levels.length === 0 ? undefined : PIN_LEVELS[Math.min(...levels)]
  const roles = uses.every(({ role }) => role === 'build-output') ? (['build-output'] as const) : undefined
  return {
    kind,
    name,
    ...(pin === undefined ? {} : { pin }),
    ...(roles === undefined ? {} : { roles }),
    uses: uses.map(({ place }) => place),
  }
}

/** The level that most names have; of two, the more exact one. */
function commonLevel(levels: readonly (PinLevel | undefined)[]): PinLevel {
  const counts = PIN_LEVELS.map((level) => ({ level, count: levels.filter((one) => one === level).length }))
  const most = Math.max(...counts.map(({ count }) => count))
  return most === 0 ? 'tag' : (counts.filter(({ count }) => count === most).at(-1)?.level ?? 'tag')
}
