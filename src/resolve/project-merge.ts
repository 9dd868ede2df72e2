import { type Branch, type Child, isNull, textOf, type Tree } from './project-tree.js'

/*
 * compose-go's override package: later wins, mappings merge key by key, sequences append, null changes nothing, `!reset` removes and
 * `!override` replaces. A removed key stays as a mark until the file is merged, since it also removes what an earlier file has there.
 */

/** Told when two values cannot be merged, with compose-go's path of them. */
export type Conflict = (path: string, value: Tree) => void

/** Merges the later entries onto the earlier ones; `path` is where they stand, e.g. `services`. */
function mergeEntries(
  base: ReadonlyMap<string, Child>,
  over: ReadonlyMap<string, Child>,
  path: string,
  conflict: Conflict,
): ReadonlyMap<string, Child> {
  if (base.size === 0 || over.size === 0) return base.size === 0 ? over : base
  const merged = new Map(base)
  mergeInto(merged, over, path, conflict)
  return merged
}

/** The same, in the place of the earlier ones. */
export function mergeInto(merged: Map<string, Child>, over: ReadonlyMap<string, Child>, path: string, conflict: Conflict): void {
  for (const [name, child] of over) {
    const known = merged.get(name)
    const replaces = known === undefined || known.value.tag === 'reset' || child.value.tag !== undefined
    merged.set(name, replaces ? child : mergeChild(known, child, `${path}.${name}`, conflict))
  }
}

/** Merges a later definition onto an earlier one. */
export function mergeChild(base: Child, over: Child, path: string, conflict: Conflict): Child {
  return { key: over.key, value: mergeTree(base.value, over.value, path, conflict) }
}

/**
 * Puts imported entries below the ones that are there. compose-go asks for the marks of a service as a whole only where it merges files:
 * an include and an `extends` merge as if there were none.
 */
export function importInto(merged: Map<string, Child>, imported: ReadonlyMap<string, Child>, path: string, conflict: Conflict): void {
  for (const [name, base] of imported) {
    const over = merged.get(name)
    if (over === undefined) merged.set(name, base)
    else if (over.value.tag === 'reset') merged.set(name, { key: base.key, value: { ...base.value, tag: 'override' } })
    else merged.set(name, mergeChild(base, over, `${path}.${name}`, conflict))
  }
}

const EXTENDS = /^(?:services|jobs)\.[^]*\.extends$/
const BUILD = /^(?:services|jobs)\.[^]*\.build$/
const KEYED = /^(?:services|jobs)\.[^]*\.build\.(?:args|additional_contexts)$/

function mergeTree(base: Tree, over: Tree, path: string, conflict: Conflict): Tree {
  if (isNull(over)) return base
  if (isNull(base)) return over
  if (KEYED.test(path)) return { kind: 'items', items: [base, over], node: over.node, scope: over.scope }
  const earlier = BUILD.test(path) ? asBuild(base) : EXTENDS.test(path) ? asMapping(base, 'service') : base
  const later = BUILD.test(path) ? asBuild(over) : over
  if (earlier.kind === 'branch' && later.kind === 'branch') {
    return { ...later, entries: mergeEntries(earlier.entries, later.entries, path, conflict) }
  }
  if (earlier.kind === 'items' && later.kind === 'items') return { ...later, items: appended(earlier.items, later.items) }
  if (earlier.kind !== 'leaf') conflict(path, over)
  return over
}

/** compose-go's appendWithoutDuplicates. */
function appended(base: readonly Tree[], over: readonly Tree[]): readonly Tree[] {
  const known = new Set(base.map(signatureOf))
  const added = over.filter((item) => {
    const signature = signatureOf(item)
    return !known.has(signature) && known.add(signature)
  })
  return [...base, ...added]
}

/** Equal for trees that say the same once their variables have values. */
function signatureOf(tree: Tree): string {
  return JSON.stringify(plain(tree))
}

function plain(tree: Tree): unknown {
  if (tree.kind === 'leaf') return [tree.node.type, textOf(tree) ?? tree.node.text]
  if (tree.kind === 'items') return tree.items.map(plain)
  return { of: [...tree.entries].map(([key, { value }]) => [key, plain(value)]).sort() }
}

/** `build: ./dir` is short for `build: { context: ./dir }`. */
export function asBuild(tree: Tree): Tree {
  return asMapping(tree, 'context')
}

function asMapping(tree: Tree, key: string): Tree {
  if (tree.kind !== 'leaf') return tree
  return { kind: 'branch', entries: new Map([[key, { key: tree.node, value: tree }]]), node: tree.node, scope: tree.scope }
}

/** The entries without the marks of what was removed or replaced: whoever merges them next is another file. */
export function withoutMarks(entries: ReadonlyMap<string, Child>): ReadonlyMap<string, Child> {
  let kept: Map<string, Child> | undefined
  for (const [name, { key, value }] of entries) {
    const plain = value.tag === 'reset' ? undefined : unmarked(value)
    if (plain === value) continue
    kept ??= new Map(entries)
    if (plain === undefined) kept.delete(name)
    else kept.set(name, { key, value: plain })
  }
  return kept ?? entries
}

/** Takes the marks from some entries, in their place. */
export function stripIn(entries: Map<string, Child>, names: Iterable<string>): void {
  for (const name of names) {
    const child = entries.get(name)
    if (child === undefined) continue
    if (child.value.tag === 'reset') entries.delete(name)
    else entries.set(name, { key: child.key, value: unmarked(child.value) })
  }
}

function unmarked(tree: Tree): Tree {
  const { tag, ...plain } = tree
  const same = tag === undefined ? tree : plain
  if (same.kind !== 'branch') return same
  const entries = withoutMarks(same.entries)
  return entries === same.entries ? same : { ...same, entries }
}

/** A branch without one of its keys. */
export function without(tree: Branch, key: string): Branch {
  const entries = new Map(tree.entries)
  entries.delete(key)
  return { ...tree, entries }
}
