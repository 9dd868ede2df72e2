import { type ComposeFile } from '../extract/compose.js'
import { entryOf, topLevelServices } from '../extract/compose-shape.js'
import { type QuickLook } from '../extract/quick.js'
import { type YamlNode } from '../extract/yaml.js'
import { type Build, type Edge, type Files, type Lookup, type Problem, type Reference, type SourceFile } from '../model.js'
import { append } from './append.js'
import { folderOf, joined } from './paths.js'
import { buildsOf, DockerfileNames } from './project-builds.js'
import { consistencyProblems, emptyProblems, templateProblems } from './project-checks.js'
import { type ComposeCache, Contents } from './project-contents.js'
import { composeFiles, type Environment, Environments, type Variables } from './project-environment.js'
import { defaultsOf, fragmentsOf, groupByFolder } from './project-folder.js'
import { includesFor, loadProject, type Model, type Project, type Reach, type Sources } from './project-load.js'
import { named } from './project-name.js'
import { type Left, QuickFiles } from './project-quick.js'
import { Registry } from './project-registry.js'
import { Binder, childOf, type Leaf, type Scope, type Tree } from './project-tree.js'
import { type Sink, type Surroundings, surroundingsOf, type Use, usesOfModel, usesOfService } from './project-uses.js'

export { type ComposeCache, createComposeCache } from './project-contents.js'
export { type Environment } from './project-environment.js'

/** What the compose files of a repository name, and what they build. */
export interface ComposeReading {
  readonly references: readonly Reference[]
  readonly builds: readonly Build[]
  readonly problems: readonly Problem[]
  /** From a compose file, or the `.env` that names it, to the compose files it reaches. */
  readonly edges: readonly Edge[]
  /** Compose files that others reach and that were not in the list: they are read too. */
  readonly followed: readonly SourceFile[]
}

/**
 * Reads compose files and all they reach. Each file is first read alone, with the `.env` of its folder: that is what its places say
 * themselves. Then come the projects that join files: the override beside the default file, a COMPOSE_FILE, includes, extends; and the
 * other env files of the repository. Throws only what `withWholeReader` waits for. With a test, nothing is told of files that name nothing but
 * images which pass it.
 */
export function readProjects(
  files: Files,
  compose: readonly SourceFile[],
  environment: Environment,
  cache?: ComposeCache,
  look?: QuickLook,
): ComposeReading {
  return new Reader(files, compose, environment, cache, look).read()
}

/** A file as it is read alone. */
interface Alone {
  readonly path: string
  readonly file: ComposeFile
  readonly given: Lookup
  readonly project: Project
}

class Reader {
  private readonly registry = new Registry()
  private readonly environments: Environments
  private readonly dockerfiles: DockerfileNames
  private readonly sources: Sources
  private readonly content: Contents['read']
  private readonly quick: QuickFiles | undefined
  /** What is wrong with folders as far as their files are known: one that is reached later may have what lacks. */
  private readonly incomplete = new Map<string, readonly Problem[]>()
  private readonly givens = new Map<string, Variables>()
  private readonly queue: string[]
  private readonly queued: Set<string>
  private readonly listed: ReadonlySet<string>
  private readonly followed: SourceFile[] = []
  /** Files that other projects take in as a whole. */
  private readonly taken = new Set<string>()
  /** Files that others take in, as a whole or in part. */
  private readonly reached = new Set<string>()
  /** Folders where a COMPOSE_FILE says what is loaded. */
  private readonly told = new Set<string>()

  constructor(
    files: Files,
    private readonly compose: readonly SourceFile[],
    environment: Environment,
    cache: ComposeCache | undefined,
    look: QuickLook | undefined,
  ) {
    const contents = new Contents(files, cache, look)
    this.content = contents.read
    this.environments = new Environments(files, environment)
    this.dockerfiles = new DockerfileNames(files)
    this.sources = {
      read: this.content,
      environments: this.environments,
      includes: includesFor(environment.composeFiles ?? compose.length),
    }
    this.quick = look && new QuickFiles(contents, this.environments, look.passes, this.dockerfiles)
    this.queue = compose.map(({ path }) => path)
    this.queued = new Set(this.queue)
    this.listed = new Set(this.queue)
  }

  read(): ComposeReading {
    this.readComposeFileVariables()
    const folders = groupByFolder([...this.compose, ...this.followed])
    const listed = this.queue.length
    // folder by folder, so that files are kept no longer than somebody may ask for them
    for (const [folder, sources] of folders) this.readTogether(this.withoutQuick(folder, sources))
    const reached = new Map<string, Alone[]>()
    // what is reached is put at the end of the queue
    for (let at = listed; at < this.queue.length; at++) {
      const one = this.readAlone(this.queue[at] ?? '')
      if (one !== undefined) append(reached, folderOf(one.path), one)
    }
    for (const left of this.quick?.left(this.reached, reached, this.registry) ?? []) this.readTogether(left)
    for (const [folder, together] of reached) {
      const beside = (folders.get(folder) ?? []).flatMap(({ path }) => this.alone(path) ?? [])
      this.readFolder(folder, [...beside, ...together], [])
    }
    for (const problems of this.incomplete.values()) this.tell(problems)
    return { ...this.registry.result(), followed: this.followed }
  }

  /** The files of a folder that need more than a quick reading, as far as that is known. */
  private withoutQuick(folder: string, files: readonly SourceFile[]): Left {
    return this.quick === undefined || this.told.has(folder) ? { folder, files, beside: [] } : this.quick.take(folder, files)
  }

  private readTogether({ folder, files, beside }: Left): void {
    const together: Alone[] = []
    for (const { path } of files) {
      const one = this.readAlone(path)
      if (one !== undefined) together.push(one)
    }
    if (together.length > 0) this.readFolder(folder, together, beside)
  }

  private follow(edges: readonly Reach[]): void {
    for (const { from, to, whole } of edges) {
      if (typeof this.content(to) === 'string') continue // a problem tells of it
      this.registry.edge({ from, to })
      this.reached.add(to)
      if (whole) this.taken.add(to)
      if (this.queued.has(to)) continue
      this.queued.add(to)
      this.queue.push(to)
      this.followed.push({ path: to, kind: 'compose' })
    }
  }

  private tell(problems: readonly Problem[]): void {
    for (const problem of problems) this.registry.problem(problem)
  }

  // -------------------------------------------------------------------------------------------- one file

  /** Tells what a file says by itself. */
  private readAlone(path: string): Alone | undefined {
    const one = this.alone(path)
    if (one === undefined) {
      const problem = this.content(path)
      if (typeof problem === 'string') this.registry.problem({ file: path, message: problem })
      return undefined
    }
    const { file, given, project } = one
    for (const problem of file.problems) this.registry.problem({ file: path, ...problem })
    this.tell(this.givenTo(path, file).problems)
    this.tell(project.problems)
    this.follow(project.reached)
    const scope = project.scopes[0] ?? this.scopeOf(path, file, given)
    const broken = this.tellOwn(scope, project)
    if (file.templates.length > 0) this.tell(templateProblems(scope, broken))
    if (project.reached.length > 0) this.tellOthers(project, (use) => this.registry.also(use))
    return one
  }

  private alone(path: string): Alone | undefined {
    const file = this.content(path)
    if (typeof file === 'string') return undefined
    const given = this.givenTo(path, file).lookup
    return { path, file, given, project: loadProject([path], folderOf(path), given, this.sources) }
  }

  /** The variables of a file that is read alone: the same each time. */
  private givenTo(path: string, file: ComposeFile): Variables {
    const known = this.givens.get(path)
    if (known !== undefined) return known
    const folder = folderOf(path)
    const { lookup, problems } = this.environments.of(folder)
    const given = { lookup: named(lookup, path, folder, file), problems }
    this.givens.set(path, given)
    return given
  }

  private scopeOf(path: string, file: ComposeFile, given: Lookup): Scope {
    return { path, file, lookup: this.environments.withDeclared(given), folder: folderOf(path), values: new Map() }
  }

  /** Tells every place of a file, also what its own later documents replace; gives the scalars whose template is told as broken. */
  private tellOwn(scope: Scope, project: Project): ReadonlySet<YamlNode> {
    const broken = new Set<YamlNode>()
    const use = (one: Use): void => {
      this.registry.own(one)
      if (one.resolution.target.kind === 'malformed') broken.add(one.part.leaf.node)
    }
    const sink = { use, refuse: (leaf: Tree, message: string): void => this.refuse(leaf, message) }
    if (scope.file.plain) this.walkProject(project, sink)
    else this.walk(scope, project, sink)
    return broken
  }

  private walkQuietly(scope: Scope, project: Model, use: (use: Use) => void): void {
    this.walk(scope, project, { use, refuse: () => undefined })
  }

  private walk(scope: Scope, project: Model, sink: Sink): void {
    const around = aroundOf(project)
    const binder = new Binder()
    for (const document of [...scope.file.documents, ...scope.file.others]) {
      for (const section of ['services', 'jobs'] as const) {
        const node = entryOf(document, section)?.value
        const entries = [
          ...(node?.kind === 'map' ? node.entries.values() : []),
          ...(section === 'services' ? topLevelServices(document) : []),
        ]
        for (const { key, value } of entries) usesOfService(key.text, binder.service(value, scope), around, sink)
      }
      const models = entryOf(document, 'models')?.value
      if (models?.kind === 'map') for (const { value } of models.entries.values()) usesOfModel(binder.bind(value, scope, 1), sink)
    }
  }

  private refuse({ node, scope }: Tree, message: string): void {
    this.registry.problem({ file: scope.path, span: scope.file.positions.span(node.start, Math.max(node.start, node.end)), message })
  }

  private tellOthers(project: Model, use: (use: Use) => void): void {
    // every image of a file is told by the file alone: what another project with the same variables makes of it is the same
    const told = ({ scope: { path, file, lookup } }: Leaf): boolean =>
      this.queued.has(path) && lookup === this.environments.withDeclared(this.givenTo(path, file).lookup)
    this.walkProject(project, { use, refuse: () => undefined, told })
  }

  private walkProject(project: Model, sink: Sink): void {
    const around = aroundOf(project)
    for (const services of [project.services, project.jobs])
      for (const [name, { value }] of services) usesOfService(name, value, around, sink)
    for (const { value } of project.models.values()) usesOfModel(value, sink)
  }

  private tellBuilds(project: Model, folder: string, given: Lookup, wanted: (service: string, tree: Tree) => boolean): void {
    const { platforms } = this.environments.environment
    const surroundings = { dockerfiles: this.dockerfiles, folder, lookup: this.environments.withDeclared(given), platforms }
    for (const services of [project.services, project.jobs])
      for (const [name, { value }] of services) {
        if (childOf(value, 'build') === undefined || !wanted(name, value)) continue
        for (const build of buildsOf(name, value, surroundings)) this.registry.build(build)
      }
  }

  // -------------------------------------------------------------------------------------------- files of one folder

  /**
   * The files of a folder: what the default file and its override make together, and what every file builds. Those beside them are told
   * elsewhere, or name nothing but images.
   */
  private readFolder(folder: string, together: readonly Alone[], beside: readonly SourceFile[]): void {
    const defaults = defaultsOf<{ readonly path: string }>([...together, ...beside])
    const main = together.find((one) => one === defaults.main)
    const override = together.find((one) => one === defaults.override)
    if (main !== undefined) this.readDefault(folder, main, override, together, beside)
    for (const one of together) {
      // such a file is built as the project that takes it in has it, which knows its directory
      if (this.taken.has(one.path) && !this.listed.has(one.path)) continue
      const fragment = main !== undefined && one !== main ? fragmentsOf(one.project, main.project) : new Set<string>()
      const whole = (service: string): boolean => !fragment.has(service)
      this.tellBuilds(one.project, folder, one.given, whole)
      this.tellVariants(folder, [one], whole)
      if (main === undefined || fragment.size === 0 || one === override) continue
      const both = loadProject([main.path, one.path], folder, one.given, this.sources)
      this.tellBuilds(both, folder, one.given, (service) => fragment.has(service))
      this.tellVariants(folder, [main, one], (service) => fragment.has(service))
    }
  }

  /** What compose loads in a folder when it is not told which files. */
  private readDefault(
    folder: string,
    main: Alone,
    override: Alone | undefined,
    together: readonly Alone[],
    beside: readonly SourceFile[],
  ): void {
    const given = override === undefined ? main.given : named(main.given, override.path, folder, override.file)
    const paths = override === undefined ? [main] : [main, override]
    const project = override === undefined ? main.project : this.load([main.path, override.path], folder, given)
    if (override !== undefined) {
      this.tellOthers(project, (use) => this.registry.also(use))
      this.tellBuilds(project, folder, given, () => true)
      this.tellVariants(folder, paths, () => true)
    }
    if (this.told.has(folder)) return
    const reached = new Set(project.reached.map(({ to }) => to))
    const others = together.filter((one) => !paths.includes(one) && !reached.has(one.path))
    const otherwise = beside.filter(({ path }) => !reached.has(path))
    // hardly ever asked for
    let names: ReadonlySet<string> | undefined
    const elsewhere = { has: (name: string): boolean => (names ??= this.servicesOf(others, otherwise)).has(name) }
    this.incomplete.set(folder, [...emptyProblems(main.path, main.file), ...consistencyProblems(project.services, elsewhere)])
  }

  private servicesOf(files: readonly Alone[], more: readonly SourceFile[]): ReadonlySet<string> {
    const all = [...files, ...more.flatMap(({ path }) => this.alone(path) ?? [])]
    return new Set(all.flatMap(({ project: { services } }) => [...services.keys()]))
  }

  private load(paths: readonly string[], folder: string, given: Lookup): Project {
    const project = loadProject(paths, folder, given, this.sources)
    this.tell(project.problems)
    this.follow(project.reached)
    return project
  }

  /** What each other env file of the folder makes of the places that take a variable from it. */
  private tellVariants(folder: string, project: readonly Alone[], wanted: (service: string) => boolean): void {
    const [first] = project
    if (first === undefined || project.every(({ file }) => file.templates.length === 0 && !file.text.includes('args'))) return
    const services = project.reduce((sum, one) => sum + one.project.services.size, 0)
    const variants = this.environments.variants(folder, services)
    if (variants.more)
      this.registry.problem({
        file: first.path,
        message: `more than ${variants.paths.length} env files lie beside the file: the others were not tried`,
      })
    for (const path of variants.paths) {
      const variables = this.environments.before(folder, path)
      const given = named(variables.lookup, first.path, folder, first.file)
      const also = (use: Use): void => {
        if (use.resolution.via.some(({ file }) => file === path)) this.registry.also(use)
      }
      const loaded = loadProject(
        project.map((one) => one.path),
        folder,
        given,
        this.sources,
      )
      this.tellOthers(loaded, also)
      this.walkQuietly(this.scopeOf(first.path, first.file, given), loaded, also)
      this.tellBuilds(loaded, folder, given, wanted)
    }
  }

  // -------------------------------------------------------------------------------------------- COMPOSE_FILE

  private readComposeFileVariables(): void {
    const { envFiles, process } = this.environments.environment
    if (envFiles.length > 0 || process?.has(COMPOSE_FILE)) return this.readComposeFileVariable('')
    for (const folder of this.environments.mentioning(COMPOSE_FILE)) this.readComposeFileVariable(folder)
  }

  /** The project that compose loads in a folder whose `.env` (or the environment) says of which files. */
  private readComposeFileVariable(folder: string): void {
    const { lookup } = this.environments.of(folder)
    const value = lookup(COMPOSE_FILE)
    if (value === undefined || value.text === '') return
    this.told.add(folder)
    const [step] = value.via
    const refuse = (message: string): void =>
      this.registry.problem({ file: step?.file ?? '.env', ...(step && { span: step.span }), message })
    const paths = this.composeFiles(folder, value.text, lookup('COMPOSE_PATH_SEPARATOR')?.text).flatMap((resolved) => {
      if (resolved.kind === 'outside') refuse('COMPOSE_FILE names a file outside of the repository: it was not read')
      else if (typeof this.content(resolved.path) === 'string') refuse(`open ${resolved.path}: no such file`)
      else return [resolved.path]
      return []
    })
    const [main] = paths
    if (main === undefined) return
    this.follow(paths.map((to) => ({ from: step?.file ?? main, to, whole: true })))
    const directory = folderOf(main)
    const second = joined(directory, '.env')
    const more = directory !== folder && this.environments.environment.envFiles.length === 0 && this.environments.has(second)
    const variables = more ? this.environments.behind(lookup, [second]) : { lookup, problems: [] }
    this.tell(variables.problems)
    const file = this.content(main)
    const given = typeof file === 'string' ? variables.lookup : named(variables.lookup, main, directory, file)
    const project = this.load(paths, directory, given)
    this.tellOthers(project, (use) => this.registry.also(use))
    this.tellBuilds(project, directory, given, () => true)
    this.tell(consistencyProblems(project.services, new Set()))
  }

  /** On Windows the separator is `;`: taken where nothing is found otherwise. */
  private composeFiles(folder: string, value: string, separator: string | undefined): ReturnType<typeof composeFiles> {
    const usual = composeFiles(folder, value, separator)
    const found = usual.some((resolved) => resolved.kind === 'inside' && typeof this.content(resolved.path) !== 'string')
    return found || separator !== undefined || !value.includes(';') ? usual : composeFiles(folder, value, ';')
  }
}

const COMPOSE_FILE = 'COMPOSE_FILE'

function aroundOf(project: Model): Surroundings {
  const services = project.jobs.size === 0 ? project.services : new Map([...project.jobs, ...project.services])
  return surroundingsOf(services)
}
