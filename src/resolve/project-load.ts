import { type ComposeFile } from '../extract/compose.js'
import { entryOf, topLevelServices } from '../extract/compose-shape.js'
import { type YamlNode } from '../extract/yaml.js'
import { type Lookup, type Problem } from '../model.js'
import { folderOf, joined } from './paths.js'
import { Account, type ComposeReader, NO_SUCH_FILE, type Reach } from './project-account.js'
import { type Environments } from './project-environment.js'
import { withContexts } from './project-canonical.js'
import { Extends } from './project-extends.js'
import { Layers, type Model, withImports } from './project-layers.js'
import { withoutMarks } from './project-merge.js'
import { Binder, type Child, childOf, isNull, type Leaf, type Scope, textOf, type Tree } from './project-tree.js'

export { type Model } from './project-layers.js'

/** A loaded project, with what compose would refuse of it and the files it reached by include and extends. */
export interface Project extends Model {
  /** How each file was read, in the order of the paths; a path that cannot be read has none. */
  readonly scopes: readonly Scope[]
  readonly problems: readonly Problem[]
  /** Those of them that compose itself would not have: what it would load there was not read. */
  readonly unread: readonly Problem[]
  readonly reached: readonly Reach[]
}

/** Files that one project may pull in; a diamond of includes doubles with every level. */
const MAX_FILES = 500

/** compose-go recurses without a limit; nobody goes beyond five. Each file of a chain is read alone as well, with what it includes. */
const MAX_INCLUDES = 10

/** What all projects of a repository share. */
export interface Sources {
  readonly read: ComposeReader
  readonly environments: Environments
  readonly includes: Includes
}

/** How often projects may still take in a file: files that take in each other are read again by each one that is read alone. */
export interface Includes {
  left: number
}

/** For so many compose files; in real repositories they take in each other once or twice. */
export function includesFor(files: number): Includes {
  return { left: 2000 + 16 * files }
}

const TOO_OFTEN = 'the files of this repository include and extend each other too often: what is named here was not followed'

/** Loads one project: the files in order, later ones over earlier ones. `folder` is the project directory. */
export function loadProject(paths: readonly string[], folder: string, given: Lookup, sources: Sources): Project {
  const loader = new Loader(sources)
  const { services, jobs, models } = loader.project(paths, folder, given)
  const { scopes, account } = loader
  const { problems, unread, reached } = account
  return { services, jobs, models, scopes, problems, unread, reached }
}

interface Include {
  readonly leaf: Leaf
  readonly paths: readonly string[]
  readonly folder: string
  readonly envFiles: readonly string[]
}

class Loader {
  readonly account = new Account()
  readonly scopes: Scope[] = []
  private readonly binder = new Binder()
  private readonly manner = {
    conflict: (path: string, { scope, node }: Tree): void => {
      const span = scope.file.positions.span(node.start, node.start)
      this.account.problems.push({ file: scope.path, span, message: `cannot override ${path}` })
    },
    volumes: (): boolean => this.binder.seen.has('volumes'),
    strip: (): boolean => this.binder.marked,
  }
  private files = 0

  constructor(private readonly sources: Sources) {}

  project(paths: readonly string[], folder: string, given: Lookup): Model {
    const lookup = this.sources.environments.withDeclared(given)
    for (const path of paths) {
      const file = this.sources.read(path)
      if (typeof file !== 'string') this.scopes.push({ path, file, lookup, folder, values: new Map() })
    }
    const [scope] = this.scopes
    const [document] = scope?.file.documents ?? []
    const alone = paths.length === 1 && scope?.file.plain && document !== undefined
    return alone ? this.checked(this.layer(document, scope, true), scope.path) : this.model(paths, folder, given, [])
  }

  private checked(model: Model, path: string): Model {
    if (this.binder.exhausted) this.account.leave({ file: path, message: 'the project has more nodes than are read: aliases repeat them' })
    return model
  }

  private model(paths: readonly string[], folder: string, given: Lookup, chain: readonly string[]): Model {
    const lookup = this.sources.environments.withDeclared(given)
    const bases = new Extends(this.account, { file: this.extended, services: this.allServices })
    const layers = new Layers({ ...this.manner, strip: () => false })
    for (const path of paths) {
      const file = this.file(path)
      if (typeof file === 'string') {
        this.account.leave({ file: path, message: file })
        continue
      }
      const known = chain.length === 0 ? this.scopes.find((one) => one.path === path) : undefined
      const scope = known ?? { path, file, lookup, folder, values: new Map() }
      for (const document of file.documents) {
        const layer = this.layer(document, scope)
        const whole = this.withIncludes(layer, document, scope, given, [...chain, path])
        layers.add(this.binder.seen.has('extends') ? withExtends(whole, scope, bases) : whole)
      }
    }
    return this.checked(this.stripped(layers.result()), paths[0] ?? '')
  }

  /** Marks hold for the document they stand in. */
  private stripped(model: Model): Model {
    if (!this.binder.marked) return model
    return { services: withoutMarks(model.services), jobs: withoutMarks(model.jobs), models: withoutMarks(model.models) }
  }

  private file(path: string): ComposeFile | string {
    if (++this.files > MAX_FILES) return `more than ${MAX_FILES} files belong to one project`
    return this.sources.read(path)
  }

  private readonly extended = (path: string): ComposeFile | string => (this.spend() ? this.file(path) : TOO_OFTEN)

  private readonly allServices = (scope: Scope): Map<string, Child> => {
    const layers = new Layers(this.manner)
    for (const document of scope.file.documents) layers.add(this.layer(document, scope))
    const { jobs, services } = layers.result()
    return new Map([...jobs, ...services])
  }

  private layer(document: YamlNode, scope: Scope, plain = false): Model {
    const services = new Map<string, Child>()
    for (const { key, value } of topLevelServices(document))
      services.set(key.text, { key, value: this.binder.service(value, scope, plain) })
    return {
      services: this.section(document, 'services', scope, plain, services),
      jobs: this.section(document, 'jobs', scope, plain),
      models: this.section(document, 'models', scope, plain),
    }
  }

  private section(
    document: YamlNode,
    name: 'services' | 'jobs' | 'models',
    scope: Scope,
    plain: boolean,
    section = new Map<string, Child>(),
  ): ReadonlyMap<string, Child> {
    const node = entryOf(document, name)?.value
    if (node?.kind !== 'map' || node.tag === 'reset') return section
    for (const [key, entry] of node.entries) {
      const value = name === 'models' ? this.binder.bind(entry.value, scope, 1) : this.binder.service(entry.value, scope, plain)
      section.set(key, { key: entry.key, value })
    }
    return section
  }

  // -------------------------------------------------------------------------------------------- include

  private withIncludes(layer: Model, document: YamlNode, scope: Scope, given: Lookup, chain: readonly string[]): Model {
    const node = entryOf(document, 'include')?.value
    if (node === undefined || (node.kind === 'scalar' && node.type === 'null')) return layer
    const list = this.binder.bind(node, scope, 3)
    if (list.kind !== 'items') {
      this.account.refuseAt(list, '`include` must be a list')
      return layer
    }
    const imports = list.items.flatMap((item) => {
      const include = this.include(item)
      return (include && this.imported(include, given, chain)) ?? []
    })
    return withImports(layer, imports, this.manner.conflict)
  }

  private include(item: Tree): Include | undefined {
    const path = item.kind === 'branch' ? childOf(item, 'path') : item
    const leaves = (path?.kind === 'items' ? path.items : [path]).filter((leaf) => leaf?.kind === 'leaf')
    const [first] = leaves
    if (first === undefined) return undefined
    const { folder } = first.scope
    const paths = leaves.flatMap((leaf) => this.account.localPath(leaf, folder) ?? [])
    if (paths.length < leaves.length || paths[0] === undefined) return undefined
    const directory = childOf(item, 'project_directory')
    const named = directory?.kind === 'leaf' ? textOf(directory) : undefined
    const own = named === undefined || named === '' ? folderOf(paths[0]) : this.account.inside(directory, folder, named)
    return own === undefined
      ? undefined
      : { leaf: first, paths, folder: own, envFiles: this.envFiles(childOf(item, 'env_file'), folder, own) }
  }

  private envFiles(tree: Tree | undefined, folder: string, own: string): readonly string[] {
    if (tree === undefined || isNull(tree)) return this.sources.environments.has(joined(own, '.env')) ? [joined(own, '.env')] : []
    const leaves = tree.kind === 'items' ? tree.items : [tree]
    return leaves.flatMap((leaf) =>
      textOf(leaf) === '/dev/null' ? [] : (leaf.kind === 'leaf' && this.account.localPath(leaf, folder)) || [],
    )
  }

  private imported({ leaf, paths, folder, envFiles }: Include, given: Lookup, chain: readonly string[]): Model | undefined {
    const [main = ''] = paths
    for (const path of paths) this.account.reached.push({ from: leaf.scope.path, to: path, whole: true })
    if (chain.includes(main)) {
      this.account.refuseAt(leaf, `include cycle detected: ${[...chain, main].join(' includes ')}`)
      return undefined
    }
    const missing = paths.find((path) => this.sources.read(path) === NO_SUCH_FILE)
    if (missing !== undefined) {
      this.account.refuseAt(leaf, `open ${missing}: ${NO_SUCH_FILE}`)
      return undefined
    }
    const left = this.leftInclude(paths, chain)
    if (left !== undefined) {
      this.account.leaveAt(leaf, left)
      return undefined
    }
    const variables = this.sources.environments.behind(given, envFiles)
    this.account.problems.push(...variables.problems)
    this.account.unread.push(...variables.unread)
    const model = this.model(paths, folder, variables.lookup, chain)
    if (!this.binder.seen.has('build')) return model
    return { ...model, services: withContexts(model.services), jobs: withContexts(model.jobs) }
  }

  private spend(): boolean {
    return this.sources.includes.left-- > 0
  }

  /** Why files that compose would include are not. */
  private leftInclude(paths: readonly string[], chain: readonly string[]): string | undefined {
    for (const path of paths) {
      const file = this.sources.read(path)
      if (typeof file === 'string') return `cannot read ${path}: ${file}`
    }
    if (chain.length > MAX_INCLUDES) return `includes are nested more than ${MAX_INCLUDES} levels deep`
    return this.spend() ? undefined : TOO_OFTEN
  }
}

function withExtends(layer: Model, scope: Scope, bases: Extends): Model {
  return { ...layer, services: bases.resolved(layer.services, scope), jobs: bases.resolved(layer.jobs, scope) }
}
