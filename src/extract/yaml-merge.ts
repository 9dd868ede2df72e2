import { type YamlEntry, type YamlNode } from './yaml.js'

/** Entries that the merge keys of a file may bring; more is for the full reader, which has a limit too and tells it. */
const MAX_MERGED = 20_000

/** What the merge keys of a file have brought. */
export interface Merged {
  entries: number
}

/** The entries of a mapping without mistakes, with what its `<<` brings behind its own. */
export class MergedMap {
  private readonly entries = new Map<string, YamlEntry>()
  private source: YamlNode | undefined

  constructor(private readonly all: Merged) {}

  /** False for a key that is there already. */
  add(entry: YamlEntry, merges: boolean): boolean {
    if (merges) {
      const first = this.source === undefined
      this.source = entry.value
      return first
    }
    const { size } = this.entries
    this.entries.set(entry.key.text, entry)
    return this.entries.size > size
  }

  /** Undefined if a `<<` brings something else than mappings, or too much. */
  merged(): ReadonlyMap<string, YamlEntry> | undefined {
    const { source } = this
    if (source === undefined) return this.entries
    for (const one of source.kind === 'list' ? source.items : [source]) {
      if (one.kind !== 'map') return undefined
      this.all.entries += one.entries.size
      if (this.all.entries > MAX_MERGED) return undefined
      for (const [key, entry] of one.entries) {
        const own = this.entries.get(key)
        if (own === undefined) this.entries.set(key, entry)
        // compose-go takes the `!reset` key away before the merge brings the same one, and still removes what an earlier file has there
        else if (own.value.tag === 'reset') this.entries.set(key, { key: entry.key, value: { ...entry.value, tag: 'override' } })
      }
    }
    return this.entries
  }
}
