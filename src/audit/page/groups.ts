import { type Model, VERDICTS } from './model.js'

export const LEVELS = [
  { id: 'image', label: 'image' },
  { id: 'imageRepository', label: 'repository' },
  { id: 'namespace', label: 'namespace' },
  { id: 'registry', label: 'registry' },
] as const

export type Level = (typeof LEVELS)[number]['id']

/** What some uses have in common. */
export interface Group {
  readonly id: number
  readonly name: string
  /** Words that find its uses. */
  readonly words: string
  readonly uses: number[]
  readonly users: ReadonlySet<number>
  readonly images: ReadonlySet<number>
  readonly verdicts: readonly number[]
  /** The worst verdict. */
  readonly verdict: number
}

/** The kept uses by image, repository, namespace or registry; those without an image are in none. */
export function groupUses(model: Model, kept: Uint8Array, level: Level): readonly Group[] {
  const groups = new Map<string, { uses: number[]; users: Set<number>; images: Set<number>; verdicts: number[]; verdict: number }>()
  for (let use = 0; use < model.count; use++) {
    if (kept[use] !== 1 || model.value('image', use) === 0) continue
    if (level === 'image' && model.text('target', use) !== 'image') continue
    const name = nameOf(model, use, level)
    let group = groups.get(name)
    if (group === undefined)
      groups.set(
        name,
        (group = { uses: [], users: new Set(), images: new Set(), verdicts: VERDICTS.map(() => 0), verdict: VERDICTS.length }),
      )
    const verdict = model.value('verdict', use)
    group.uses.push(use)
    group.users.add(model.value('repository', use))
    group.images.add(model.value('image', use))
    group.verdicts[verdict] = (group.verdicts[verdict] ?? 0) + 1
    group.verdict = Math.min(group.verdict, verdict)
  }
  return [...groups].map(([name, group], id) => ({ id, name, words: name, ...group }))
}

function nameOf(model: Model, use: number, level: Level): string {
  const registry = model.text('registry', use)
  switch (level) {
    case 'image':
      return model.text('image', use)
    case 'imageRepository':
      return `${registry}/${model.text('imageRepository', use)}`
    case 'namespace': {
      const namespace = model.text('namespace', use)
      return namespace === '' ? `${registry}/` : `${registry}/${namespace}/`
    }
    case 'registry':
      return `${registry}/`
  }
}
