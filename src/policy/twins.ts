import { overlap, type Pieces } from './pattern.js'
import { type Entry, type Leaf } from './policy.js'
import { type Complain } from './yaml.js'

/** Patterns that a policy may hold: each is compared with the others of its kind. */
const MAX_PATTERNS = 1000

const START = { line: 1, column: 1 }

/** Says which two entries are equally specific for one image: neither could decide. */
export function complainOfTwins(entries: readonly Entry[], tell: Complain): void {
  hostPatterns(entries, tell)
  const literal = new Map<string, Leaf>()
  const patterns = new Map<string, Leaf[]>()
  for (const entry of entries) {
    for (const leaf of leavesOf(entry)) {
      for (const key of meetings(entry)) literalTwin(`${key} ${leaf.kind}`, leaf, literal, patterns, tell)
    }
  }
  const count = entries.reduce((sum, entry) => sum + entry.namespaces.patterns.length + entry.repositories.patterns.length, 0)
  if (count > MAX_PATTERNS)
    return tell(entries[0]?.at ?? START, `more than ${MAX_PATTERNS} patterns of names`, 'name them without *, or fewer of them')
  for (const group of patterns.values()) pairs(group, (leaf) => leaf.name, tell)
}

function literalTwin(key: string, leaf: Leaf, literal: Map<string, Leaf>, patterns: Map<string, Leaf[]>, tell: Complain): void {
  if (leaf.name?.literal === false) {
    // Only patterns of the same length and weight can be equally specific.
    const group = `${key} ${leaf.name.pieces.length} ${leaf.name.weight}`
    const others = patterns.get(group)
    if (others === undefined) patterns.set(group, [leaf])
    else others.push(leaf)
    return
  }
  const name = `${key} ${leaf.name?.text ?? ''}`
  const twin = literal.get(name)
  if (twin === undefined) literal.set(name, leaf)
  else twins(twin, leaf, tell)
}

function hostPatterns(entries: readonly Entry[], tell: Complain): void {
  const patterned = entries.filter((entry) => entry.hosts.kind === 'pattern')
  if (patterned.length > MAX_PATTERNS)
    return tell(patterned[0]?.at ?? START, `more than ${MAX_PATTERNS} patterns of hosts`, 'name the hosts without *, or fewer of them')
  const pieces = (entry: Entry): Pieces | undefined => (entry.hosts.kind === 'pattern' ? entry.hosts.pattern : undefined)
  pairs(patterned, pieces, tell)
}

function pairs<T extends Entry | Leaf>(items: readonly T[], pieces: (item: T) => Pieces | undefined, tell: Complain): void {
  items.forEach((one, index) => {
    const a = pieces(one)
    for (const other of items.slice(index + 1)) {
      const b = pieces(other)
      if (a !== undefined && b !== undefined && a.weight === b.weight && overlap(a, b)) twins(one, other, tell)
    }
  })
}

function twins(one: Entry | Leaf, other: Entry | Leaf, tell: Complain): void {
  tell(
    other.at,
    `${nameOf(other)} is as specific as ${nameOf(one)} on line ${one.place.line}`,
    'an image must be covered by one of them alone: merge them',
  )
}

function nameOf(item: Entry | Leaf): string {
  if ('key' in item) return item.key
  return item.name === undefined ? item.entry.key : `${item.entry.key} ${item.name.text}`
}

function leavesOf(entry: Entry): Leaf[] {
  const { namespaces, repositories, whole } = entry
  const named = [...namespaces.literal.values(), ...namespaces.patterns, ...repositories.literal.values(), ...repositories.patterns]
  return whole === undefined ? named : [whole, ...named]
}

/**
 * Names under which two entries meet: their hosts, and their owners if they name some (such an entry is more specific than one that does not).
 * The patterns of a catalogue entry are less specific than a written one, and ids do not overlap.
 */
function meetings(entry: Entry): readonly string[] {
  const owners = entry.owners === undefined ? [''] : [...entry.owners]
  return hostKeys(entry).flatMap((host) => owners.map((owner) => `${host} ${owner}`))
}

function hostKeys({ hosts }: Entry): readonly string[] {
  if (hosts.kind === 'literal') return [hosts.host]
  if (hosts.kind === 'pattern') return [hosts.pattern.text]
  return hosts.registry.hosts.filter((host) => !host.includes('*'))
}
