import { type ImageReference, type PolicyPlace, type Role } from '../model.js'
import { denies, deniesTag, excuses, excusesTag, subject, type Subject } from './image.js'
import { type Globs } from './glob.js'
import { type PolicyLayer } from './layers.js'
import { deniedUpstreamOf, upstreamOf, type Upstream } from './mirrors.js'
import { pinOf, satisfies, type PinLevel } from './pin.js'
import { type Denial, type Exception, type Policy, type Settings, type Sourced } from './policy.js'
import { EntryIndex, type Match, type Matches } from './source.js'

/** Everything that one policy says of one image at one place, and which line says it. */
export interface Decision {
  /** As written. */
  readonly reference: ImageReference
  /** What it is judged as, where it stands under a mirror. */
  readonly upstream?: Upstream
  /** The repository's own make or bake file builds it: not judged. */
  readonly builtHere?: PolicyPlace
  /** `registry`: no entry is about the registry; `namespace`: one is, but does not cover the image; `mirror`: only through a mirror. */
  readonly verdict: 'allowed' | 'registry' | 'namespace' | 'mirror'
  /** What allowed it: an entry, `registries: any`, or the built-in list of Docker's own images. */
  readonly by?: 'entry' | 'any' | 'builtin'
  /** The line that decided. */
  readonly place: PolicyPlace
  readonly matches: Matches
  readonly denial?: Denial
  readonly pin: { readonly asked: Sourced<PinLevel>; readonly met: PinLevel; readonly exempt: boolean }
  readonly settings: Settings
  /** Exceptions about this image at this place, whatever their rules and their end. */
  readonly exceptions: readonly Exception[]
}

/** Never pinned: what is built here, what is only written to or taken from as a cache, and models, whose tags name variants. */
const UNPINNED: ReadonlySet<Role> = new Set<Role>(['build-output', 'cache-from', 'cache-to', 'model'])

/** Docker's own images that a Dockerfile or a build names without a choice of the author. */
const BUILTIN: ReadonlyMap<Role, ReadonlySet<string>> = new Map<Role, ReadonlySet<string>>([
  ['syntax', new Set(['docker/dockerfile', 'docker/dockerfile-upstream'])],
  ['sbom', new Set(['docker/buildkit-syft-scanner'])],
])

/** Paths that meet the same conditions of a policy: everything is judged alike at them. */
export interface PathClass {
  readonly met: ReadonlySet<Globs>
}

/** Where no condition holds, or none is asked. */
const ANYWHERE: PathClass = { met: new Set() }

/** What a policy says of every image of one repository in a role at paths of a class: only tags and digests are left to look at. */
export interface Known {
  readonly upstream: Upstream | undefined
  readonly common: Pick<Decision, 'builtHere' | 'verdict' | 'by' | 'place' | 'matches' | 'settings'>
  readonly asked: Sourced<PinLevel>
  readonly exempt: boolean
  /** About the repository; each may name tags or digests. */
  readonly denials: readonly Denial[]
  readonly exceptions: readonly Exception[]
}

const NO_DENIALS: readonly Denial[] = []
const NO_EXCEPTIONS: readonly Exception[] = []

/** Decides for one policy. A repository is looked up once for each role and class of paths. */
export class Decider {
  private readonly entries: EntryIndex
  private readonly byMet = new Map<string, PathClass>()
  private readonly known = new Map<PathClass, Map<Role, Map<string, Known>>>()
  // The references of a file come one after the other.
  private lastPath: string | undefined
  private lastClass = ANYWHERE

  constructor(readonly policy: Policy) {
    this.entries = new EntryIndex(policy.registries === 'any' ? [] : policy.registries)
  }

  /** The class of a path. */
  classOf(path: string): PathClass {
    if (path === this.lastPath) return this.lastClass
    this.lastPath = path
    this.lastClass = this.policy.conditions.length === 0 ? ANYWHERE : this.classify(path)
    return this.lastClass
  }

  private classify(path: string): PathClass {
    const { conditions } = this.policy
    let key = ''
    for (let index = 0; index < conditions.length; index++) key += conditions[index]?.matches(path) === true ? '1' : '0'
    let found = this.byMet.get(key)
    if (found === undefined) {
      found = { met: new Set(conditions.filter((_, index) => key[index] === '1')) }
      this.byMet.set(key, found)
    }
    return found
  }

  /** What the policy says of an image in a role, at paths of a class. */
  decide(reference: ImageReference, role: Role, at: PathClass): Decision {
    return this.decideKnown(this.knownOf(reference, role, at), reference)
  }

  /** What the policy says of an image of a repository. */
  decideKnown({ upstream, common, asked, exempt, denials, exceptions }: Known, reference: ImageReference): Decision {
    const denial = denials.length === 0 ? undefined : denials.find(({ image }) => deniesTag(image, reference))
    return {
      ...common,
      reference,
      ...(upstream === undefined ? undefined : { upstream: { ...upstream, reference: { ...reference, ...upstream.reference } } }),
      ...(denial === undefined ? undefined : { denial }),
      pin: { asked, met: pinOf(reference, this.policy.floating), exempt },
      exceptions:
        exceptions.length === 0 ? NO_EXCEPTIONS : exceptions.filter(({ image }) => image === undefined || excusesTag(image, reference)),
    }
  }

  /** What the policy says of a repository in a role, at paths of a class: one object for equal ones. */
  knownOf(reference: ImageReference, role: Role, at: PathClass): Known {
    const names = inner(inner(this.known, at), role)
    const name = `${reference.registry}/${reference.repository}`
    let known = names.get(name)
    if (known === undefined) names.set(name, (known = this.lookUp(name, reference, role, at)))
    return known
  }

  private lookUp(name: string, { registry, repository }: ImageReference, role: Role, at: PathClass): Known {
    const { policy } = this
    const bare: ImageReference = { registry, repository }
    const image = subject(bare)
    const upstream = upstreamOf(policy.mirrors, bare, image)
    const images: readonly [Subject, ...Subject[]] = upstream === undefined ? [image] : [image, subject(upstream.reference)]
    const judged = upstream?.reference ?? bare
    const matches = this.entries.find(judged, role, (paths) => at.met.has(paths))
    const source = this.sourceOf(matches, judged, role, upstream)
    const settings = this.settingsOf(source, matches, at)
    const builtHere = policy.builtHere.get(name)
    return {
      upstream,
      common: { ...source, matches, settings, ...(builtHere === undefined ? {} : { builtHere }) },
      asked: settings.pin ?? policy.pin,
      exempt: UNPINNED.has(role),
      denials: policy.deny.length === 0 ? NO_DENIALS : this.denialsOf(bare, images),
      exceptions:
        policy.exceptions.length === 0 ? NO_EXCEPTIONS : policy.exceptions.filter((exception) => about(exception, images, role, at)),
    }
  }

  /** What is denied of an image, and of its upstream under whatever name the mirror's host goes. */
  private denialsOf(bare: ImageReference, images: readonly [Subject, ...Subject[]]): readonly Denial[] {
    const { deny, mirrors } = this.policy
    const denied = images.length > 1 ? undefined : deniedUpstreamOf(mirrors, bare, images[0])
    const all = denied === undefined ? images : [...images, subject(denied.reference)]
    return deny.filter(({ image }) => all.some((each) => denies(image, each)))
  }

  /** What overrides say at paths of a class, of references that name no image and of files. */
  settingsAt(at: PathClass): Settings {
    return this.overridden({}, at)
  }

  /** Exceptions that are about rules at some paths, not about an image. */
  exceptionsWithoutImage(role: Role, at: PathClass): readonly Exception[] {
    return this.policy.exceptions.filter((exception) => exception.image === undefined && about(exception, [], role, at))
  }

  private sourceOf(
    matches: Matches,
    judged: ImageReference,
    role: Role,
    upstream: Upstream | undefined,
  ): Pick<Decision, 'verdict' | 'by' | 'place'> {
    const { policy } = this
    if (policy.registries === 'any') return { verdict: 'allowed', by: 'any', place: policy.registriesPlace }
    const { match, misfits, entries } = matches
    if (match !== undefined) {
      const { direct } = match.settings
      if (direct?.value === false && upstream === undefined) return { verdict: 'mirror', place: direct.place }
      return { verdict: 'allowed', by: 'entry', place: match.leaf.place }
    }
    const builtin = policy.builtin && judged.registry === 'docker.io' && BUILTIN.get(role)?.has(judged.repository) === true
    if (builtin) return { verdict: 'allowed', by: 'builtin', place: policy.registriesPlace }
    const [entry] = entries
    if (entry === undefined) return { verdict: 'registry', place: policy.registriesPlace }
    return { verdict: 'namespace', place: misfitPlace(misfits[0]) ?? entry.listPlace }
  }

  /**
   * The settings of what covers the image; of the registry's entry if nothing does, as far as they are no softer than the policy's; overrides on top, later
   * ones last.
   */
  private settingsOf(source: Pick<Decision, 'by' | 'place'>, { match, entries }: Matches, at: PathClass): Settings {
    const builtin: Settings = source.by === 'builtin' ? { pin: { value: 'major', place: source.place } } : {}
    const settings = match?.settings ?? (source.by === 'builtin' ? builtin : unsoftened(entries[0]?.settings ?? {}, this.policy.pin.value))
    return this.overridden(settings, at)
  }

  private overridden(settings: Settings, at: PathClass): Settings {
    const overrides = this.policy.overrides.filter(({ paths }) => at.met.has(paths))
    return overrides.reduce<Settings>(
      (before, { pin, severity }) => ({
        ...before,
        ...(pin === undefined ? {} : { pin }),
        ...(severity === undefined ? {} : { severity }),
      }),
      settings,
    )
  }
}

function unsoftened({ severity, pin, ...settings }: Settings, asked: PinLevel): Settings {
  return {
    ...settings,
    ...(severity !== undefined && severity.value !== 'warning' && { severity }),
    ...(pin !== undefined && satisfies(pin.value, asked) && { pin }),
  }
}

function inner<A, B, C>(map: Map<A, Map<B, C>>, key: A): Map<B, C> {
  let found = map.get(key)
  if (found === undefined) map.set(key, (found = new Map<B, C>()))
  return found
}

/** Whether an exception is about a repository in a role at paths of a class; its tags and digests are not looked at. */
function about(exception: Exception, images: readonly Subject[], role: Role, at: PathClass): boolean {
  const { image, paths, roles } = exception
  if (image !== undefined && !images.some((each) => excuses(image, each))) return false
  return (paths === undefined || at.met.has(paths)) && (roles === undefined || roles.has(role))
}

function misfitPlace(misfit: Match | undefined): PolicyPlace | undefined {
  if (misfit === undefined) return undefined
  if (misfit.misfit === 'path') return misfit.settings.paths?.place
  return misfit.misfit === 'role' ? misfit.settings.roles?.place : undefined
}

const deciders = new WeakMap<Policy, Decider>()

/** The one decider of a policy: `explain` and the rules ask the same one. */
export function deciderOf(policy: Policy): Decider {
  const known = deciders.get(policy)
  if (known !== undefined) return known
  const decider = new Decider(policy)
  deciders.set(policy, decider)
  return decider
}

/** Everything that a layer says of an image in a role at a path, with the lines that say it: what the rules judge by, and what `explain` prints. */
export function decide(layer: PolicyLayer, reference: ImageReference, role: Role, path: string): Decision {
  const decider = deciderOf(layer.policy)
  return decider.decide(reference, role, decider.classOf(path))
}
