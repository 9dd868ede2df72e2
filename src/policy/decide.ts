import { type ImageReference, type PolicyPlace, type Role } from '../model.js'
import { denies, excuses, subject, type Subject } from './image.js'
import { type Globs } from './glob.js'
import { type PolicyLayer } from './layers.js'
import { upstreamOf, type Upstream } from './mirrors.js'
import { pinOf, type PinLevel } from './pin.js'
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

/** Decides for one policy. Paths are classed once each. */
export class Decider {
  private readonly entries: EntryIndex
  private readonly byPath = new Map<string, PathClass>()
  private readonly byMet = new Map<string, PathClass>()
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
    this.lastClass = this.policy.conditions.length === 0 ? ANYWHERE : (this.byPath.get(path) ?? this.classify(path))
    return this.lastClass
  }

  private classify(path: string): PathClass {
    const met = this.policy.conditions.map((globs) => globs.matches(path))
    const key = met.map(Number).join('')
    const found = this.byMet.get(key) ?? { met: new Set(this.policy.conditions.filter((_, index) => met[index] === true)) }
    this.byMet.set(key, found)
    this.byPath.set(path, found)
    return found
  }

  /** What the policy says of an image in a role, at paths of a class. */
  decide(reference: ImageReference, role: Role, at: PathClass): Decision {
    const { policy } = this
    const upstream = upstreamOf(policy.mirrors, reference)
    const judged = upstream?.reference ?? reference
    const images = upstream === undefined ? [subject(reference)] : [subject(reference), subject(judged)]
    const matches = this.entries.find(judged, role, (paths) => at.met.has(paths))
    const source = this.sourceOf(matches, judged, role, upstream)
    const settings = this.settingsOf(source, matches, at)
    const builtHere = policy.builtHere.get(`${reference.registry}/${reference.repository}`)
    const denial = policy.deny.find(({ image }) => images.some((each) => denies(image, each)))
    return {
      reference,
      ...(upstream === undefined ? {} : { upstream }),
      ...(builtHere === undefined ? {} : { builtHere }),
      ...source,
      matches,
      ...(denial === undefined ? {} : { denial }),
      pin: { asked: settings.pin ?? policy.pin, met: pinOf(reference, policy.floating), exempt: UNPINNED.has(role) },
      settings,
      exceptions: policy.exceptions.filter((exception) => about(exception, images, role, at)),
    }
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

  /** The settings of what covers the image; of the registry's entry if nothing does; overrides on top, later ones last. */
  private settingsOf(source: Pick<Decision, 'by' | 'place'>, { match, entries }: Matches, at: PathClass): Settings {
    const builtin: Settings = source.by === 'builtin' ? { pin: { value: 'major', place: source.place } } : {}
    const settings = match?.settings ?? (source.by === 'builtin' ? builtin : (entries[0]?.settings ?? {}))
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
