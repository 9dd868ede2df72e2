import { folderOf } from './paths.js'
import { type Account, type ComposeReader, NO_SUCH_FILE } from './project-account.js'
import { type Conflict, mergeChild, without, withoutMarks } from './project-merge.js'
import { type Child, childOf, isNull, type Scope, textOf, type Tree } from './project-tree.js'

/** Of a chain; within a file each service is put together once. */
const MAX_EXTENDS = 20

/** The services that one chain of `extends` looks into. */
interface Within {
  readonly services: Map<string, Child>
  readonly scope: Scope
  /** The steps so far. */
  readonly chain: readonly string[]
}

interface Base {
  readonly services: Map<string, Child>
  readonly scope: Scope
}

/** What `extends` needs of the loading. */
export interface Loading {
  /** A file that is extended; a string says why there is none. */
  readonly file: ComposeReader
  /** All services of a file, of all its documents. */
  readonly services: (scope: Scope) => Map<string, Child>
}

/** Puts services together with what they extend, within one list of files. */
export class Extends {
  /** Files that services extend, by path. */
  private readonly bases = new Map<string, Base>()

  constructor(
    private readonly account: Account,
    private readonly loading: Loading,
  ) {}

  /** The services of a file, each with what it extends. */
  resolved(services: ReadonlyMap<string, Child>, scope: Scope): ReadonlyMap<string, Child> {
    const resolved = new Map(services)
    for (const name of services.keys()) this.extend(name, { services: resolved, scope, chain: [`${name} in ${scope.path}`] })
    return resolved
  }

  /** Replaces a service by what it is with all that it extends; gives that. */
  private extend(name: string, within: Within): Child | undefined {
    const { services } = within
    const own = services.get(name)
    const extended = childOf(own?.value, 'extends')
    if (own?.value.kind !== 'branch' || extended === undefined || isNull(extended)) return own
    const base = this.base(name, extended, within)
    const child = { key: own.key, value: without(own.value, 'extends') }
    const conflict: Conflict = (path, value) => this.account.refuseAt(value, `cannot override ${path}`)
    const plain = base && withoutMarks(new Map([[name, base]])).get(name)
    const merged = plain === undefined ? child : mergeChild(plain, child, `services.${name}`, conflict)
    services.set(name, merged)
    return merged
  }

  private base(name: string, extended: Tree, within: Within): Child | undefined {
    const { services, scope, chain } = within
    const leaf = extended.kind === 'branch' ? childOf(extended, 'service') : extended
    const service = textOf(leaf)
    if (leaf?.kind !== 'leaf' || service === undefined) {
      this.account.refuseAt(extended, `extends.${name}.service is required`)
      return undefined
    }
    const file = childOf(extended, 'file')
    const from = file === undefined || isNull(file) ? { services, scope } : this.baseFile(file, scope)
    if (from === undefined) return undefined
    if (!from.services.has(service)) {
      this.account.refuseAt(leaf, `cannot extend service "${name}" in ${scope.path}: service "${service}" not found in ${from.scope.path}`)
      return undefined
    }
    // compose-go also takes some chains for circles that are none, depending on the order in which Go gives it the services
    const step = `${service} in ${from.scope.path}`
    if (chain.length > MAX_EXTENDS) {
      this.account.leaveAt(leaf, `extends goes over more than ${MAX_EXTENDS} services`)
      return undefined
    }
    if (chain.includes(step)) {
      this.account.refuseAt(leaf, `Circular reference: ${[...chain, step].join(' extends ')}`)
      return undefined
    }
    return this.extend(service, { services: from.services, scope: from.scope, chain: [...chain, step] })
  }

  private baseFile(tree: Tree, scope: Scope): Base | undefined {
    const path = tree.kind === 'leaf' ? this.account.localPath(tree, scope.folder) : undefined
    if (path === undefined) return undefined
    this.account.reached.push({ from: tree.scope.path, to: path, whole: false })
    const known = this.bases.get(path)
    if (known !== undefined) return known
    const file = this.loading.file(path)
    if (typeof file === 'string') {
      const message = `cannot read ${path}: ${file}`
      if (file === NO_SUCH_FILE) this.account.refuseAt(tree, message)
      else this.account.leaveAt(tree, message)
      return undefined
    }
    const own: Scope = { path, file, lookup: scope.lookup, folder: folderOf(path), values: new Map() }
    const base: Base = { services: this.loading.services(own), scope: own }
    this.bases.set(path, base)
    return base
  }
}
