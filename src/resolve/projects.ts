import { type QuickLook } from '../extract/quick.js'
import { type Build, type Edge, type Files, type Problem, type Reference, type SourceFile } from '../model.js'
import { append } from './append.js'
import { folderOf } from './paths.js'
import { DockerfileNames } from './project-builds.js'
import { consistencyProblems, emptyProblems } from './project-checks.js'
import { tellComposeFiles } from './project-compose-file.js'
import { type ComposeCache, Contents } from './project-contents.js'
import { type Environment, Environments } from './project-environment.js'
import { defaultsOf, groupByFolder } from './project-folder.js'
import { buildersOf, fragmentsOf, joinedBy } from './project-joining.js'
import { includesFor, loadProject } from './project-load.js'
import { type Left, QuickFiles } from './project-quick.js'
import { Registry } from './project-registry.js'
import { type Alone, type How, Telling } from './project-telling.js'
import { tellFromBelow, tellVariants } from './project-variants.js'

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

/** The files before the one that is joined with them. */
type Base = readonly [Alone, ...Alone[]]

/** With the services of which both speak. */
type Joined = readonly [base: Base, services: ReadonlySet<string>]

/**
 * The files that one may be put behind, as with `-f compose.yaml -f compose.prod.yaml`: the default file, alone and with its override. None if it waits: then it
 * builds nothing, and says nothing of what is pulled.
 */
function basesOf(one: Alone, main: Alone | undefined, override: Alone | undefined): readonly Joined[] {
  if (main === undefined) return []
  const joined = joinedBy(one.project, main.project)
  const alone: Joined = [[main], joined]
  if (override === undefined) return [alone]
  return [alone, [[main, override], new Set([...joined, ...joinedBy(one.project, override.project)])]]
}

const NO_SERVICES: ReadonlySet<string> = new Set()
const TENTATIVE: How = { tentative: () => true }

/** Services that may be put together from the files of one folder, with each env file again, and what each time takes besides. */
const MAX_JOINED = 50_000
const MIN_JOINED = 100

class Reader {
  private readonly telling: Telling
  private readonly quick: QuickFiles | undefined
  /** What is wrong with folders as far as their files are known: one that is reached later may have what lacks. */
  private readonly incomplete = new Map<string, readonly Problem[]>()
  private readonly listed: ReadonlySet<string>
  /** Of the folder that is read. */
  private builders: { readonly together: readonly Alone[]; readonly byService: ReadonlyMap<string, readonly Alone[]> } | undefined
  /** How many services of a folder may still be joined. */
  private readonly room = new Map<string, number>()
  /** Folders where a COMPOSE_FILE says what is loaded. */
  private told: ReadonlySet<string> = new Set()

  constructor(
    files: Files,
    private readonly compose: readonly SourceFile[],
    environment: Environment,
    cache: ComposeCache | undefined,
    look: QuickLook | undefined,
  ) {
    const contents = new Contents(files, cache, look)
    const environments = new Environments(files, environment)
    const dockerfiles = new DockerfileNames(files)
    const sources = { read: contents.read, environments, includes: includesFor(environment.composeFiles ?? compose.length) }
    this.telling = new Telling(new Registry(), sources, dockerfiles, compose)
    this.quick = look && new QuickFiles(contents, environments, look.passes, dockerfiles)
    this.listed = new Set(this.telling.queue)
  }

  read(): ComposeReading {
    const { telling } = this
    const { queue, registry } = telling
    this.told = tellComposeFiles(telling)
    const folders = groupByFolder([...this.compose, ...telling.followed])
    let at = queue.length
    // folder by folder, so that files are kept no longer than somebody may ask for them
    for (const [folder, sources] of folders) this.readTogether(this.withoutQuick(folder, sources))
    const reached = new Map<string, Alone[]>()
    // what is reached is put at the end of the queue, also while the folders of what was reached before are read
    while (at < queue.length) {
      const changed = new Set<string>()
      for (; at < queue.length; at++) {
        const one = telling.readAlone(queue[at] ?? '')
        if (one === undefined) continue
        changed.add(folderOf(one.path))
        append(reached, folderOf(one.path), one)
      }
      for (const folder of changed) {
        const beside = (folders.get(folder) ?? []).flatMap(({ path }) => telling.alone(path) ?? [])
        this.readFolder(folder, [...beside, ...(reached.get(folder) ?? [])], [])
      }
    }
    for (const left of this.quick?.left(telling.reached, reached, registry) ?? []) {
      if (!reached.has(left.folder)) this.readTogether(left)
      else for (const { path } of left.files) telling.readAlone(path) // their folder was read with all that is in it
    }
    for (const problems of this.incomplete.values()) telling.tell(problems)
    return { ...registry.result(), followed: telling.followed }
  }

  /** The files of a folder that need more than a quick reading, as far as that is known. */
  private withoutQuick(folder: string, files: readonly SourceFile[]): Left {
    return this.quick === undefined || this.told.has(folder) ? { folder, files, beside: [] } : this.quick.take(folder, files)
  }

  private readTogether({ folder, files, beside }: Left): void {
    const together: Alone[] = []
    for (const { path } of files) {
      const one = this.telling.readAlone(path)
      if (one !== undefined) together.push(one)
    }
    if (together.length > 0) this.readFolder(folder, together, beside)
  }

  /**
   * The files of a folder: what the default file and its override make together, and what every file builds. Those beside them are told
   * elsewhere, or name nothing but images.
   */
  private readFolder(folder: string, together: readonly Alone[], beside: readonly SourceFile[]): void {
    const { telling } = this
    const defaults = defaultsOf<{ readonly path: string }>([...together, ...beside])
    const main = together.find((one) => one === defaults.main)
    const override = together.find((one) => one === defaults.override)
    if (main !== undefined) this.readDefault(folder, main, override, together, beside)
    for (const one of together) {
      if (telling.taken.has(one.path) && !this.listed.has(one.path)) {
        // such a file is built as the project that takes it in has it, which knows its directory
        tellVariants(telling, folder, [one], () => false)
        continue
      }
      const fragment = main !== undefined && one !== main ? fragmentsOf(one.project, main.project) : NO_SERVICES
      const whole = (service: string): boolean => !fragment.has(service)
      const bases =
        one === main || one === override ? [] : defaults.main === undefined ? this.buildersFor(one, together) : basesOf(one, main, override)
      // what only adds to a build is hardly meant to be built by itself
      const added = new Set(bases.flatMap(([base]) => base.flatMap(({ project }) => [...fragmentsOf(one.project, project)])))
      const how: How = { tentative: (service) => added.has(service) }
      telling.tellBuilds(one.project, folder, one.given, whole, how)
      tellVariants(telling, folder, [one], whole, how)
      if (main !== undefined && one !== override && fragment.size > 0) this.readJoined(folder, [main], one, fragment)
      for (const [base, services] of bases) {
        const others = new Set([...services].filter((service) => base.length > 1 || !fragment.has(service)))
        if (others.size > 0) this.readJoined(folder, base, one, others, TENTATIVE)
      }
    }
  }

  /** Without a default file: each file that builds what this one only adds to. */
  private buildersFor(one: Alone, together: readonly Alone[]): readonly Joined[] {
    const bases = new Map<Alone, Set<string>>()
    for (const service of buildersOf(one.project).adding)
      for (const other of this.buildersIn(together).get(service) ?? [])
        if (other !== one) bases.set(other, (bases.get(other) ?? new Set()).add(service))
    return [...bases].map(([other, services]) => [[other], services])
  }

  /** By service, the files of a folder that build it by themselves. */
  private buildersIn(together: readonly Alone[]): ReadonlyMap<string, readonly Alone[]> {
    if (this.builders?.together === together) return this.builders.byService
    const byService = new Map<string, Alone[]>()
    for (const one of together) for (const service of buildersOf(one.project).whole) append(byService, service, one)
    this.builders = { together, byService }
    return byService
  }

  /** What a file makes of some services behind others. */
  private readJoined(folder: string, base: Base, one: Alone, services: ReadonlySet<string>, how: How = {}): void {
    const { telling } = this
    const files: readonly [Alone, ...Alone[]] = [...base, one]
    const room = this.room.get(folder) ?? MAX_JOINED
    if (room <= 0) {
      const message = 'what it makes together with the files beside it was not looked at: they are too many, or have too many services'
      return telling.tell([{ file: one.path, message }])
    }
    const size = files.reduce((sum, { project }) => sum + project.services.size, MIN_JOINED)
    const variants = telling.sources.environments.variants(folder, size).paths.length
    this.room.set(folder, room - size * (1 + variants))
    const given = telling.given(folder, files)
    const both = loadProject(
      files.map(({ path }) => path),
      folder,
      given,
      telling.sources,
    )
    const wanted = (service: string): boolean => services.has(service)
    telling.tellOthers(both)
    telling.tellBuilds(both, folder, given, wanted, how)
    tellVariants(telling, folder, files, wanted, how)
  }

  /** What compose loads in a folder when it is not told which files. */
  private readDefault(
    folder: string,
    main: Alone,
    override: Alone | undefined,
    together: readonly Alone[],
    beside: readonly SourceFile[],
  ): void {
    const { telling } = this
    const paths: readonly [Alone, ...Alone[]] = override === undefined ? [main] : [main, override]
    const given = telling.given(folder, paths)
    const project = override === undefined ? main.project : telling.load([main.path, override.path], folder, given)
    if (override !== undefined) {
      telling.tellOthers(project)
      telling.tellBuilds(project, folder, given, () => true)
      tellVariants(telling, folder, paths, () => true)
    }
    tellFromBelow(telling, folder, paths)
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
    const all = [...files, ...more.flatMap(({ path }) => this.telling.alone(path) ?? [])]
    return new Set(all.flatMap(({ project: { services } }) => [...services.keys()]))
  }
}
