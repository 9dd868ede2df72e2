import { type ImageReference, type Role } from '../model.js'
import { hostFit, ownerOf, registryOf } from './catalogue.js'
import { type Globs } from './glob.js'
import { matchesAll, matchesLeading, splitHost } from './pattern.js'
import { type Entry, type HostCover, type Leaf, type Names, type Settings } from './policy.js'
import { type Registry } from './registry.js'

/** What covers an image, with the settings that hold for it there. */
export interface Match {
  readonly leaf: Leaf
  /** Registry, then namespaces, then repository: what is nearer to the image wins. */
  readonly settings: Settings
  /** Why it does not cover the image after all. */
  readonly misfit?: 'owner' | 'role' | 'path'
}

/** What the entries of a policy say of one image. */
export interface Matches {
  /** Decides. */
  readonly match?: Match
  /** Would cover the image, were it not for its owner, the role or the path. */
  readonly misfits: readonly Match[]
  /** Entries for the image's registry, most specific first. */
  readonly entries: readonly Entry[]
}

/** An entry that is about a host, with how specific it is about it. */
interface HostMatch {
  readonly entry: Entry
  /** 2 for a literal host, 1 for a written pattern, 0 for the pattern of a catalogue entry. */
  readonly rank: number
  readonly weight: number
}

/** Finds what covers an image. Entries are looked up once for each host. */
export class EntryIndex {
  private readonly byHost = new Map<string, readonly HostMatch[]>()

  constructor(private readonly entries: readonly Entry[]) {}

  find(reference: ImageReference, role: Role, within: (paths: Globs) => boolean): Matches {
    const hosts = this.hostsOf(reference.registry)
    if (hosts.length === 0) return { misfits: [], entries: [] }
    const parts = reference.repository.split('/')
    const candidates = hosts.flatMap((host) => coveringLeaves(host.entry, reference.repository, parts).map((leaf) => ({ host, leaf })))
    candidates.sort((a, b) => compare(b, a))
    const misfits: Match[] = []
    const entries = hosts.map(({ entry }) => entry)
    for (const { leaf } of candidates) {
      const settings = inherited(leaf, reference.repository, parts)
      const misfit = misfitOf(leaf.entry, settings, reference, role, within)
      if (misfit === undefined) return { match: { leaf, settings }, misfits, entries }
      misfits.push({ leaf, settings, misfit })
    }
    return { misfits, entries }
  }

  private hostsOf(host: string): readonly HostMatch[] {
    const known = this.byHost.get(host)
    if (known !== undefined) return known
    const asked = { host, labels: splitHost(host.toLowerCase()), registry: registryOf(host) }
    const found = this.entries.flatMap((entry) => hostMatch(entry, asked) ?? [])
    found.sort((a, b) => b.rank - a.rank || b.weight - a.weight)
    this.byHost.set(host, found)
    return found
  }
}

interface AskedHost {
  readonly host: string
  readonly labels: readonly string[]
  readonly registry: Registry | undefined
}

function hostMatch(entry: Entry, asked: AskedHost): HostMatch | undefined {
  const rank = rankOf(entry.hosts, asked)
  return rank === undefined ? undefined : { entry, rank, weight: entry.hosts.kind === 'pattern' ? entry.hosts.pattern.weight : 0 }
}

function rankOf(cover: HostCover, { host, labels, registry }: AskedHost): number | undefined {
  switch (cover.kind) {
    case 'literal':
      // Docker maps `docker.io` alone to its Hub, whatever the case of other hosts.
      return cover.host === (cover.host === 'docker.io' ? host : host.toLowerCase()) ? 2 : undefined
    case 'pattern':
      return matchesAll(cover.pattern, labels) ? 1 : undefined
    case 'catalogue': {
      const fit = hostFit(cover.registry, host, registry)
      return fit === undefined ? undefined : fit === 'literal' ? 2 : 0
    }
  }
}

function coveringLeaves(entry: Entry, path: string, parts: readonly string[]): Leaf[] {
  const leaves = coveringNamespaces(entry.namespaces, path, parts)
  const repository = entry.repositories.literal.get(path)
  if (repository !== undefined) leaves.push(repository)
  for (const leaf of entry.repositories.patterns) if (leaf.name !== undefined && matchesAll(leaf.name, parts)) leaves.push(leaf)
  if (entry.whole !== undefined) leaves.push(entry.whole)
  return leaves
}

/** A namespace covers what is under it; one of two components or more also the repository of that very name (GitLab projects). */
function coveringNamespaces(names: Names, path: string, parts: readonly string[]): Leaf[] {
  const leaves: Leaf[] = []
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    const leaf = names.literal.get(path.slice(0, slash))
    if (leaf !== undefined) leaves.push(leaf)
  }
  const itself = parts.length > 1 ? names.literal.get(path) : undefined
  if (itself !== undefined) leaves.push(itself)
  for (const leaf of names.patterns) {
    const length = leaf.name?.pieces.length ?? 0
    if (leaf.name !== undefined && (parts.length > length || length > 1) && matchesLeading(leaf.name, parts)) leaves.push(leaf)
  }
  return leaves
}

const KINDS = { registry: 0, namespace: 1, repository: 2 } as const

interface Candidate {
  readonly host: HostMatch
  readonly leaf: Leaf
}

/** Literal host before pattern, repository before namespace, longer before shorter, literal before `*`, and one that names owners before one that does not. */
function compare(a: Candidate, b: Candidate): number {
  return a.host.rank - b.host.rank || a.host.weight - b.host.weight || compareLeaves(a.leaf, b.leaf)
}

function compareLeaves(a: Leaf, b: Leaf): number {
  const kind = KINDS[a.kind] - KINDS[b.kind] || lengthOf(a) - lengthOf(b)
  const literal = Number(a.name?.literal ?? true) - Number(b.name?.literal ?? true)
  const owners = Number(a.entry.owners !== undefined) - Number(b.entry.owners !== undefined)
  return kind || literal || (a.name?.weight ?? 0) - (b.name?.weight ?? 0) || owners
}

/** Settings flow down: registry, the namespaces that hold the leaf (of each length the most specific one), longer ones last, then the leaf itself. */
function inherited(leaf: Leaf, path: string, parts: readonly string[]): Settings {
  const { entry } = leaf
  if (leaf.kind === 'registry') return entry.settings
  const above = new Map<number, Leaf>()
  for (const other of coveringNamespaces(entry.namespaces, path, parts).sort(compareLeaves))
    if (leaf.kind === 'repository' || lengthOf(other) < lengthOf(leaf)) above.set(lengthOf(other), other)
  return [...above.values(), leaf].reduce<Settings>((settings, each) => ({ ...settings, ...each.settings }), entry.settings)
}

function lengthOf({ name }: Leaf): number {
  return name?.pieces.length ?? 0
}

function misfitOf(
  entry: Entry,
  settings: Settings,
  reference: ImageReference,
  role: Role,
  within: (paths: Globs) => boolean,
): Match['misfit'] {
  if (entry.owners !== undefined && !entry.owners.has(ownerOf(reference.registry, reference.repository) ?? '')) return 'owner'
  if (settings.roles?.value.has(role) === false) return 'role'
  return settings.paths === undefined || within(settings.paths.value) ? undefined : 'path'
}
