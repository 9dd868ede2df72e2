import { type ComposeFile } from '../extract/compose.js'
import { entryOf, topLevelServices } from '../extract/compose-shape.js'
import { type YamlNode } from '../extract/yaml.js'
import { type Build, type Lookup, type Problem, type SourceFile } from '../model.js'
import { folderOf } from './paths.js'
import { buildsOf, type DockerfileNames } from './project-builds.js'
import { templateProblems } from './project-checks.js'
import { type Variables } from './project-environment.js'
import { type Reach } from './project-account.js'
import { loadProject, type Model, type Project, type Sources } from './project-load.js'
import { emptyName, named, type NamedFile, saysTheSame } from './project-name.js'
import { type Registry } from './project-registry.js'
import { Binder, childOf, type Leaf, type Scope, type Tree } from './project-tree.js'
import { type Sink, type Surroundings, surroundingsOf, type Use, usesOfModel, usesOfService } from './project-uses.js'

/** A file as it is read alone. */
export interface Alone {
  readonly path: string
  readonly file: ComposeFile
  readonly given: Lookup
  readonly project: Project
}

/** How builds are told. */
export interface How {
  /** Only those that have no blanks. */
  readonly sure?: boolean
  /** Which services are told as what somebody may build, or may not. */
  readonly tentative?: (service: string) => boolean
}

/** Tells a registry what single files and whole projects say, and follows what they reach. */
export class Telling {
  /** The files that were listed, then those that others reach, in the order in which they are met. */
  readonly queue: string[]
  /** Those that were not listed. */
  readonly followed: SourceFile[] = []
  /** Files that other projects take in as a whole. */
  readonly taken = new Set<string>()
  /** Files that others take in, as a whole or in part. */
  readonly reached = new Set<string>()
  /** For projects that are loaded once more with other variables: they do not use up what the others may still take in. */
  readonly otherwise: Sources
  /** UTF-16 units of lists of files that were looked for in other folders than where they are written. */
  searched = 0
  private readonly queued: Set<string>
  private readonly givens = new Map<string, Variables>()

  constructor(
    readonly registry: Registry,
    readonly sources: Sources,
    private readonly dockerfiles: DockerfileNames,
    listed: readonly SourceFile[],
  ) {
    this.queue = listed.map(({ path }) => path)
    this.queued = new Set(this.queue)
    this.otherwise = { ...sources, includes: { ...sources.includes } }
  }

  /** Notes which files a project reaches; those that are not known yet are to be read as well. */
  follow(edges: readonly Reach[]): void {
    for (const { from, to, whole } of edges) {
      if (typeof this.sources.read(to) === 'string') continue // a problem tells of it
      this.registry.edge({ from, to })
      this.reached.add(to)
      if (whole) this.taken.add(to)
      if (this.queued.has(to)) continue
      this.queued.add(to)
      this.queue.push(to)
      this.followed.push({ path: to, kind: 'compose' })
    }
  }

  tell(problems: readonly Problem[]): void {
    for (const problem of problems) this.registry.problem(problem)
  }

  /** Tells what a file says by itself. */
  readAlone(path: string): Alone | undefined {
    const one = this.alone(path)
    if (one === undefined) {
      const problem = this.sources.read(path)
      if (typeof problem === 'string') this.registry.problem({ file: path, message: problem })
      return undefined
    }
    const { file, given, project } = one
    for (const problem of file.problems) this.registry.problem({ file: path, ...problem })
    const variables = this.givenTo(path, file)
    const nameless = emptyName(variables.lookup, folderOf(path), one)
    this.tell(nameless === undefined ? variables.problems : [...variables.problems, nameless])
    this.tell(project.problems)
    this.follow(project.reached)
    const scope = project.scopes[0] ?? this.scopeOf(path, file, given)
    const broken = this.tellOwn(scope, project)
    if (file.templates.length > 0) this.tell(templateProblems(scope, broken))
    // what its documents and services make together is another project as well
    if (!file.plain) this.tellOthers(project)
    return one
  }

  /** A file as it says itself, of which nothing is told; undefined if it cannot be read. */
  alone(path: string): Alone | undefined {
    const file = this.sources.read(path)
    if (typeof file === 'string') return undefined
    const given = this.givenTo(path, file).lookup
    return { path, file, given, project: loadProject([path], folderOf(path), given, this.sources) }
  }

  /** The variables of a file that is read alone: the same each time. */
  private givenTo(path: string, file: ComposeFile): Variables {
    const known = this.givens.get(path)
    if (known !== undefined) return known
    const folder = folderOf(path)
    const variables = this.sources.environments.of(folder)
    const given = { ...variables, lookup: this.given(folder, [{ path, file }]) }
    this.givens.set(path, given)
    return given
  }

  /** The variables of a project of several files of a folder. */
  given(folder: string, files: readonly NamedFile[]): Lookup {
    return named(this.sources.environments.of(folder).lookup, folder, files)
  }

  /** A file within a project of which it is the first. */
  scopeOf(path: string, file: ComposeFile, given: Lookup): Scope {
    return { path, file, lookup: this.sources.environments.withDeclared(given), folder: folderOf(path), values: new Map() }
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

  /** Goes over every place of a file as a project has it, also what its own later documents replace. */
  walkQuietly(scope: Scope, project: Model, use: (use: Use) => void): void {
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

  /** Tells what a project makes of the places of its files. */
  tellOthers(project: Model, use = (one: Use): void => this.registry.also(one)): void {
    // every image of a file is told by the file alone: what another project with the same variables makes of it is the same, unless it pulls it
    const told = ({ scope: { path, file, lookup } }: Leaf): boolean =>
      !file.ruled &&
      this.queued.has(path) &&
      saysTheSame(lookup, this.sources.environments.withDeclared(this.givenTo(path, file).lookup), file)
    this.walkProject(project, { use, refuse: () => undefined, told })
  }

  private walkProject(project: Model, sink: Sink): void {
    const around = aroundOf(project)
    for (const services of [project.services, project.jobs])
      for (const [name, { value }] of services) usesOfService(name, value, around, sink)
    for (const { value } of project.models.values()) usesOfModel(value, sink)
  }

  /** Tells what a project builds. */
  tellBuilds(project: Model, folder: string, given: Lookup, wanted: (service: string) => boolean, how: How = {}): void {
    const { platforms } = this.sources.environments.environment
    const surroundings = { dockerfiles: this.dockerfiles, folder, lookup: this.sources.environments.withDeclared(given), platforms }
    for (const services of [project.services, project.jobs])
      for (const [name, { value }] of services) {
        if (childOf(value, 'build') === undefined || !wanted(name)) continue
        for (const build of buildsOf(name, value, surroundings)) {
          if (how.sure === true && !isSure(build)) continue
          this.registry.build(how.tentative?.(name) === true ? { ...build, inputs: { ...build.inputs, tentative: true } } : build)
        }
      }
  }

  /** Loads a project; tells what is wrong with it, and follows what it reaches. */
  load(paths: readonly string[], folder: string, given: Lookup): Project {
    const project = loadProject(paths, folder, given, this.sources)
    this.tell(project.problems)
    this.follow(project.reached)
    return project
  }

  /** Loads a project with an env file that somebody may name: of what is wrong with it only what was not read is told. */
  loadWith(envFile: string, paths: readonly string[], folder: string, given: Lookup): Project {
    const project = loadProject(paths, folder, given, this.otherwise)
    this.follow(project.reached)
    for (const problem of project.unread) this.registry.problemWith(envFile, problem)
    return project
  }
}

/** Nothing that decides its images is a blank. */
function isSure({ unset, inputs: { args } }: Build): boolean {
  return unset === undefined && [...args.values()].every((value) => value.unset.length === 0)
}

function aroundOf(project: Model): Surroundings {
  const services = project.jobs.size === 0 ? project.services : new Map([...project.jobs, ...project.services])
  return surroundingsOf(services)
}
