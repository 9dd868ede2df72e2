import { type Child } from './project-tree.js'
import { withLongVolumes } from './project-canonical.js'
import { type Conflict, importInto, mergeInto, stripIn } from './project-merge.js'

/** What a compose project consists of, as far as it can name images. */
export interface Model {
  readonly services: ReadonlyMap<string, Child>
  readonly jobs: ReadonlyMap<string, Child>
  readonly models: ReadonlyMap<string, Child>
}

/** How the layers of one project are put together. */
export interface Manner {
  readonly conflict: Conflict
  /** Volumes were met: what merges later sees them in their long form. */
  readonly volumes: () => boolean
  /** Marks hold for the layer they stand in: the next one does not see them. */
  readonly strip: () => boolean
}

const SECTIONS = ['services', 'jobs', 'models'] as const

const EMPTY: Model = { services: new Map(), jobs: new Map(), models: new Map() }

/** Documents and files one over the other; what one adds costs as much as it holds itself, however much was there before. */
export class Layers {
  private sum: Record<(typeof SECTIONS)[number], Map<string, Child>> | undefined
  private last = EMPTY

  constructor(private readonly manner: Manner) {}

  /** Puts a layer over the earlier ones. */
  add(layer: Model): void {
    const first = this.last === EMPTY
    if (!first) this.merge(layer)
    this.last = first ? this.canonical(layer) : layer
  }

  /** All layers; what is added later may show in it. */
  result(): Model {
    return this.sum ?? this.last
  }

  private merge(layer: Model): void {
    this.sum ??= { services: new Map(this.last.services), jobs: new Map(this.last.jobs), models: new Map(this.last.models) }
    const { conflict, volumes, strip } = this.manner
    const canonical = volumes()
    for (const section of SECTIONS) {
      const entries = this.sum[section]
      if (strip()) stripIn(entries, this.last[section].keys())
      mergeInto(entries, layer[section], section, conflict)
      if (!canonical || section === 'models') continue
      const touched = new Map<string, Child>()
      for (const name of layer[section].keys()) {
        const child = entries.get(name)
        if (child !== undefined) touched.set(name, child)
      }
      for (const [name, child] of withLongVolumes(touched)) entries.set(name, child)
    }
  }

  private canonical(layer: Model): Model {
    if (!this.manner.volumes()) return layer
    return { ...layer, services: withLongVolumes(layer.services), jobs: withLongVolumes(layer.jobs) }
  }
}

/**
 * A layer with what it imports: that goes below what the layer says itself, and below what was imported before. The last import comes first
 * in the order, as if each had been put below the ones before it.
 */
export function withImports(layer: Model, imports: readonly Model[], conflict: Conflict): Model {
  if (imports.length === 0) return layer
  const section = (name: (typeof SECTIONS)[number]): ReadonlyMap<string, Child> => {
    const parts = imports.map((one) => one[name]).filter(({ size }) => size > 0)
    const [only] = parts
    if (only === undefined) return layer[name]
    if (parts.length === 1 && layer[name].size === 0) return only
    const merged = new Map(layer[name])
    for (const part of parts) importInto(merged, part, name, conflict)
    const ordered = new Map<string, Child>()
    for (const part of [...parts.reverse(), merged]) {
      for (const key of part.keys()) {
        const child = ordered.has(key) ? undefined : merged.get(key)
        if (child !== undefined) ordered.set(key, child)
      }
    }
    return ordered
  }
  return { services: section('services'), jobs: section('jobs'), models: section('models') }
}
