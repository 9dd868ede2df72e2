import { type Position } from '../model.js'
import { catalogueEntry, inHost, isAccount, isShared, registryOfPattern, takesOwners } from './catalogue.js'
import { compileSettings, values, type Compiling } from './context.js'
import { type PolicyText } from './language.js'
import { hostPattern, pathPattern } from './pattern.js'
import { type Entry, type HostCover, type Leaf, type Names } from './policy.js'
import { type Registry } from './registry.js'
import { type ListOf, type Located } from './schema.js'
import { complainOfTwins } from './twins.js'

type RegistriesText = Extract<NonNullable<PolicyText['registries']>, { readonly entries: unknown }>
type EntryText = RegistriesText['entries'][number]['value']
type NamesText = NonNullable<EntryText['namespaces']>

/** Compiles `registries`: each entry knows its hosts and its names; two that are equally specific are an error. */
export function compileEntries(text: RegistriesText, context: Compiling): Entry[] {
  const entries = text.entries.map(({ key, value }) => compileEntry(key, value, context))
  complainOfTwins(entries, context.complain)
  return entries
}

function compileEntry(key: Located<string>, text: EntryText, context: Compiling): Entry {
  const hosts = hostsOf(key.value)
  const registry = hosts.kind === 'catalogue' ? hosts.registry : registryOfPattern(key.value)
  checkShared(key, text, hosts, context)
  checkOwners(text, registry, context)
  const place = context.place(key.at)
  const settings = compileSettings(text, context)
  const names = { namespaces: empty(), repositories: empty() }
  const entry: Entry = {
    key: key.value,
    place,
    at: key.at,
    hosts,
    ...ownersOf(text),
    settings,
    ...names,
    listPlace: context.place(listAt(text) ?? key.at),
  }
  const scopes = hosts.kind === 'catalogue' ? hosts.registry.scopes : undefined
  const namespaces =
    text.namespaces === undefined ? implied(scopes, text, entry) : compileNames('namespace', text.namespaces, entry, context)
  const repositories = text.repositories === undefined ? empty() : compileNames('repository', text.repositories, entry, context)
  checkNames(text, registry, scopes, context)
  return finish(entry, namespaces, repositories, text, scopes)
}

/** The entry with its names: they and the entry know each other, so it is filled in place of its empty ones. */
function finish(entry: Entry, namespaces: Names, repositories: Names, text: EntryText, scopes: readonly string[] | undefined): Entry {
  const listed = text.keys.has('namespaces') || text.keys.has('repositories')
  const whole: Leaf = { kind: 'registry', entry, settings: {}, place: entry.place, at: entry.at }
  const covered = scopes === undefined && (!listed || text.anyone?.value === true)
  return Object.assign(entry, { namespaces, repositories, ...(covered ? { whole } : {}) })
}

function hostsOf(key: string): HostCover {
  const registry = catalogueEntry(key)
  if (registry !== undefined) return { kind: 'catalogue', registry }
  if (key.includes('*')) return { kind: 'pattern', pattern: hostPattern(key) }
  return { kind: 'literal', host: key.toLowerCase() }
}

function ownersOf(text: EntryText): { readonly owners?: ReadonlySet<string> } {
  return text.owners === undefined ? {} : { owners: new Set(values(text.owners).map((owner) => owner.toLowerCase())) }
}

function listAt(text: EntryText): Position | undefined {
  return text.keys.get('namespaces') ?? text.keys.get('repositories') ?? text.keys.get('owners')
}

function empty(): Names {
  return { literal: new Map(), patterns: [] }
}

/** A scoped id such as `docker-official` stands for its namespaces, unless the entry names some of what is in them. */
function implied(scopes: readonly string[] | undefined, text: EntryText, entry: Entry): Names {
  if (scopes === undefined || text.keys.has('repositories')) return empty()
  return namesOf(
    scopes.map((scope) => ({ kind: 'namespace', entry, name: pathPattern(scope), settings: {}, place: entry.place, at: entry.at })),
  )
}

function compileNames(kind: 'namespace' | 'repository', text: NamesText, entry: Entry, context: Compiling): Names {
  const leaf = (name: Located<string>, settings: Leaf['settings']): Leaf => ({
    kind,
    entry,
    name: pathPattern(name.value),
    settings,
    place: context.place(name.at),
    at: name.at,
  })
  if ('items' in text) return namesOf(distinct(text, context).map((name) => leaf(name, {})))
  return namesOf(text.entries.map(({ key, value }) => leaf(key, compileSettings(value, context))))
}

function distinct(names: ListOf<Located<string>>, context: Compiling): Located<string>[] {
  const seen = new Set<string>()
  return names.items.filter(({ value, at }) => {
    const twice = seen.has(value)
    if (twice) context.complain(at, `"${value}" is named twice`, 'keep one')
    seen.add(value)
    return !twice
  })
}

function namesOf(leaves: readonly Leaf[]): Names {
  const literal = new Map<string, Leaf>()
  for (const leaf of leaves) if (leaf.name?.literal === true) literal.set(leaf.name.text, leaf)
  return { literal, patterns: leaves.filter((leaf) => leaf.name?.literal === false) }
}

/** A registry that serves everybody says nothing about who publishes an image: the entry must. */
function checkShared(key: Located<string>, text: EntryText, hosts: HostCover, context: Compiling): void {
  const shared = hosts.kind === 'catalogue' ? hosts.registry.shared : isShared(key.value)
  if (!shared) return
  if (text.anyone?.value === true) return
  const registry = hosts.kind === 'catalogue' ? hosts.registry : registryOfPattern(key.value)
  const byName = text.keys.has('namespaces') || text.keys.has('repositories')
  const whose = registry !== undefined && takesOwners(registry) ? 'owners' : 'namespaces'
  const advice = `name ${whose}: [...] whose images are meant, or say anyone: true`
  if (!byName && !text.keys.has('owners')) context.complain(key.at, `${key.value} serves everybody`, advice)
  // whose images they are stands in the host there, and everybody may have a namespace of that name
  else if (!text.keys.has('owners') && registry !== undefined && inHost(registry.owner))
    context.complain(key.at, `${key.value} serves everybody, and a namespace there may be anybody's`, advice)
  for (const name of [...nameTexts(text.namespaces), ...nameTexts(text.repositories)]) {
    if (/^\*+(\/|$)/.test(name.value))
      context.complain(name.at, `"${name.value}" is everybody on ${key.value}`, 'name them, or say anyone: true')
  }
}

function checkOwners(text: EntryText, registry: Registry | undefined, context: Compiling): void {
  const { owners } = text
  if (owners === undefined) return
  const at = text.keys.get('owners') ?? owners.at
  if (registry === undefined || !takesOwners(registry)) {
    return context.complain(at, 'owners are no part of the names of this registry', 'name them under namespaces')
  }
  if (registry.owner !== 'account') return
  for (const owner of owners.items) {
    if (!isAccount(owner.value)) context.complain(owner.at, `"${owner.value}" is no AWS account`, 'an account has 12 digits')
  }
}

function checkNames(text: EntryText, registry: Registry | undefined, scopes: readonly string[] | undefined, context: Compiling): void {
  for (const { value, at } of nameTexts(text.repositories)) {
    if (registry?.hosts.includes('docker.io') === true && !value.includes('/')) {
      context.complain(at, `"${value}" is no repository of Docker Hub`, `write library/${value}, or name it under namespaces`)
    }
  }
  if (scopes === undefined) return
  for (const { value, at } of [...nameTexts(text.namespaces), ...nameTexts(text.repositories)]) {
    if (scopes.some((scope) => value === scope || value.startsWith(`${scope}/`))) continue
    context.complain(at, `"${value}" is no part of ${registry?.id ?? 'it'}`, `it holds ${scopes.join(', ')}`)
  }
}

function nameTexts(names: NamesText | undefined): readonly Located<string>[] {
  if (names === undefined) return []
  return 'items' in names ? names.items : names.entries.map(({ key }) => key)
}
