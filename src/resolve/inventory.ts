import {
  type Build,
  type BuildInputs,
  type Content,
  type Edge,
  type Files,
  type Inventory,
  type NameTest,
  type Problem,
  type Reference,
  type SourceFile,
  type Span,
} from '../model.js'
import { extractDockerfile } from '../extract/dockerfile.js'
import { KINDS } from '../extract/kinds.js'
import { type QuickLook } from '../extract/quick.js'
import { type PlacedUse, type QuickUses } from '../extract/quick-uses.js'
import { resolveAlone } from './alone.js'
import { append } from './append.js'
import {
  distinct,
  readDockerfile,
  resolveBuild,
  resolveBuilds,
  type DockerfileCache,
  type DockerfileRead,
  type Found,
  type Location,
} from './dockerfiles.js'
import { referencesOf } from './placed.js'
import { isLowerCase } from './project-builds.js'
import { isEnvFile } from './project-environment.js'
import { isDefaultName } from './project-folder.js'
import { isUsual } from './stages-platform.js'
import { createComposeCache, readProjects, type ComposeCache, type Environment } from './projects.js'

/** What was extracted already, by the identity of the content; absent where each file is asked for once, so that nothing is kept. */
export interface Caches {
  readonly dockerfiles?: DockerfileCache
  /** What Dockerfiles name at a quick look; null where one is not enough. */
  readonly quick?: Map<string, QuickUses | null>
  /** Where they name them; null where the whole way has to tell. */
  readonly placed?: Map<string, readonly PlacedUse[] | null>
  readonly compose?: ComposeCache
}

/** All that a taking asks of the names of files: by these a base is compared as well. */
export const NAMES_ASKED: readonly NameTest[] = [isEnvFile, isDefaultName, isLowerCase]

/** Nothing extracted yet, for inventories that share what they read. */
export function createCaches(): Caches {
  return { dockerfiles: new Map(), quick: new Map(), placed: new Map(), compose: createComposeCache() }
}

const itself = (span: Span): Span => span

const NO_PROBLEMS: readonly Problem[] = []

/** A Dockerfile as its own defaults resolve it, or why there is none. */
type Alone = Resolved | Counted | Exclude<DockerfileRead, { kind: 'dockerfile' }>

/** Nothing is to be said of it. */
interface Counted {
  readonly kind: 'counted'
  readonly images: number
  readonly local: number
}

interface Resolved extends Found {
  readonly kind: 'resolved'
}

/**
 * An inventory in the making. What Dockerfiles say by themselves can be taken ahead, while the list of files is still being made: it is most of the work.
 */
export class InventoryTaking {
  private readonly alone = new Map<string, Alone>()
  /** Absent unless all that such a look takes for given holds. */
  private readonly look: QuickLook | undefined
  private passed = { images: 0, local: 0, paths: new Set<string>() }

  constructor(
    private readonly files: Files,
    private readonly environment: Environment,
    private readonly caches: Caches,
    look: QuickLook | undefined,
  ) {
    const { variables, platforms } = environment
    // a quick look takes the usual platform for given: another one may choose other stages
    const isPlain = (variables === undefined || variables.size === 0) && isUsual(platforms)
    this.look = isPlain ? look : undefined
  }

  /** Resolves those of the sources that are Dockerfiles as their own defaults have them. */
  ahead(sources: readonly SourceFile[]): void {
    for (const source of sources) if (source.kind === 'dockerfile') this.alone.set(source.path, this.readAlone(source))
  }

  /**
   * Everything that the files name, resolved: compose files first, since they say who builds which Dockerfile with which arguments,
   * then each Dockerfile with its own defaults and with every such build. A Dockerfile that a build names is read whatever its name.
   */
  finish(sources: readonly SourceFile[]): Inventory {
    this.passed = { images: 0, local: 0, paths: new Set() } // whoever needs the whole YAML reader begins again
    const listed = sources.filter((source) => source.kind === 'compose')
    const compose = readProjects(this.files, listed, this.environment, this.caches.compose, this.counting())
    const builds = sortBuilds(compose.builds)
    const dockerfiles = withBuilt(
      sources.filter((source) => source.kind === 'dockerfile'),
      builds.byPath,
    )
    const references: Reference[] = [...compose.references]
    const problems: Problem[] = [...compose.problems, ...builds.problems]
    const read: SourceFile[] = [...listed, ...compose.followed]
    for (const { source, asked } of dockerfiles) {
      const found = asked.some((build) => this.differs(build))
        ? this.readBuilt(source, asked)
        : (this.alone.get(source.path) ?? this.readAlone(source))
      this.alone.delete(source.path)
      if (found.kind !== 'missing') read.push(source)
      else for (const build of asked) if (isCertain(build)) problems.push(absent(build))
      if (found.kind === 'unreadable') problems.push({ file: source.path, message: found.problem })
      if (found.kind === 'resolved') collect(found, references, problems)
      if (found.kind === 'counted') this.count(source, found)
    }
    for (const source of sources) {
      const way = KINDS[source.kind]
      if (typeof way !== 'function') continue
      read.push(source)
      collect(resolveAlone(this.files, source, way), references, problems)
    }
    for (const inline of builds.inline) collect(resolveInline(inline, this.environment), references, problems)
    return { files: read, references, passed: this.passed, problems: once(problems), edges: [...compose.edges, ...builds.edges] }
  }

  /** The look of which each file is asked for once: what passes is counted with the answer, since nobody tells of it later. */
  private counting(): QuickLook | undefined {
    const { look } = this
    if (look === undefined) return undefined
    const passes = (source: SourceFile, uses: QuickUses): boolean => {
      const passed = look.passes(source, uses)
      if (passed) this.count(source, countOf(uses))
      return passed
    }
    return { ...look, passes: Object.assign(passes, look.passes) }
  }

  private count({ path }: SourceFile, { images, local }: Counted): void {
    this.passed.images += images
    this.passed.local += local
    this.passed.paths.add(path)
  }

  private readAlone(source: SourceFile): Alone {
    const { look } = this
    if (look === undefined || source.template === true) return this.readWhole(source)
    const { quick } = this.caches
    const key = quick && this.files.identity(source.path)
    let uses = key === undefined ? undefined : quick?.get(key)
    let content: Content | undefined
    if (uses === undefined) {
      content = this.files.read(source.path)
      uses = (content.kind === 'text' ? look.dockerfile(content.text) : undefined) ?? null
      if (key !== undefined) quick?.set(key, uses)
    }
    if (uses === null) return this.readWhole(source, content)
    return look.passes(source, uses) ? countOf(uses) : (this.readPlaced(source, look, key, content) ?? this.readWhole(source, content))
  }

  /** A file in which something is to be told, but which is no more than it says itself. */
  private readPlaced(source: SourceFile, look: QuickLook, key: string | undefined, known: Content | undefined): Alone | undefined {
    const { placed } = this.caches
    let uses = key === undefined ? undefined : placed?.get(key)
    if (uses === undefined) {
      const content = known ?? this.files.read(source.path)
      uses = (content.kind === 'text' ? look.placedDockerfile(content.text) : undefined) ?? null
      if (key !== undefined) placed?.set(key, uses)
    }
    return uses === null ? undefined : { kind: 'resolved', references: referencesOf(source, uses), problems: NO_PROBLEMS }
  }

  private readWhole(source: SourceFile, known?: Content): Alone {
    const content = readDockerfile(this.files, source, this.caches.dockerfiles, known)
    if (content.kind !== 'dockerfile') return content
    return { kind: 'resolved', ...resolveBuild(content.dockerfile, whole(source), defaults(this.environment)) }
  }

  /** A build that passes nothing says of a Dockerfile what that says by itself. */
  private differs({ inputs: { args, contexts, target, platforms } }: Build): boolean {
    const own = this.environment.platforms
    return (
      platforms.only !== own.only ||
      args.size > 0 ||
      contexts.size > 0 ||
      target !== undefined ||
      platforms.target !== own.target ||
      platforms.build !== own.build
    )
  }

  private readBuilt(source: SourceFile, asked: readonly Build[]): Alone {
    const content = readDockerfile(this.files, source, this.caches.dockerfiles)
    if (content.kind !== 'dockerfile') return content
    const inputs = asked.map((build) => passed(build, this.environment))
    return { kind: 'resolved', ...resolveBuilds(content.dockerfile, whole(source), defaults(this.environment), inputs) }
  }
}

function countOf({ images, local }: QuickUses): Counted {
  return { kind: 'counted', images: images.length, local }
}

function whole({ path }: SourceFile): Location {
  return { file: path, kind: 'dockerfile', locate: itself }
}

function collect(found: Found, references: Reference[], problems: Problem[]): void {
  for (const reference of found.references) references.push(reference)
  for (const problem of found.problems) problems.push(problem)
}

/** Without any build: the declared variables are what the pipeline passes, so they stand before an ARG's default. */
function defaults({ variables, platforms }: Environment): BuildInputs {
  return { args: variables ?? new Map(), contexts: new Map(), platforms }
}

function passed({ inputs }: Build, { variables }: Environment): BuildInputs {
  return variables === undefined || variables.size === 0 ? inputs : { ...inputs, args: new Map([...variables, ...inputs.args]) }
}

interface SortedBuilds {
  readonly byPath: ReadonlyMap<string, readonly Build[]>
  /** The builds of one `dockerfile_inline`, one list a place. */
  readonly inline: readonly (readonly Build[])[]
  readonly problems: readonly Problem[]
  readonly edges: readonly Edge[]
}

function sortBuilds(builds: readonly Build[]): SortedBuilds {
  const byPath = new Map<string, Build[]>()
  const inline = new Map<string, Build[]>()
  const problems: Problem[] = []
  const edges: Edge[] = []
  const given = new Set(builds.flatMap((build) => (build.unset === undefined ? (build.written ?? []) : [])))
  for (const build of builds) {
    const { dockerfile, place, unset, written, inputs } = build
    const elsewhere = unset !== undefined && given.has(written ?? '')
    if (unset !== undefined && !elsewhere && inputs.tentative !== true)
      problems.push({ ...place, message: undecided(build.service, unset) })
    if (dockerfile.kind === 'file') {
      append(byPath, dockerfile.path, build)
      edges.push({ from: place.file, to: dockerfile.path })
    } else if (dockerfile.kind === 'inline') {
      if (elsewhere) continue // with blanks it names what nobody builds
      const { line, column } = dockerfile.locate({ start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }).start
      append(inline, `${line}:${column}:${dockerfile.file}`, build)
    } else if (isCertain(build)) {
      problems.push({ ...place, message: notHere(build) })
    }
  }
  return { byPath, inline: [...inline.values()], problems, edges }
}

/** What lacks for such a build is a problem. */
function isCertain({ unset, inputs }: Build): boolean {
  return unset === undefined && inputs.tentative !== true
}

function undecided(service: string, unset: readonly string[]): string {
  const [names, have] = [unset.join(', '), unset.length === 1 ? 'has' : 'have']
  return `what service ${service} is built from depends on ${names}, which ${have} no value here`
}

function notHere({ service, dockerfile }: Build): string {
  if (dockerfile.kind === 'remote')
    return `service ${service} is built from ${dockerfile.url}, which is not in this repository: its Dockerfile was not read`
  if (dockerfile.kind === 'outside')
    return `the Dockerfile of service ${service} lies outside of the repository (${dockerfile.path}): it was not read`
  return `the Dockerfile of service ${service} was not read`
}

function absent({ service, place, dockerfile }: Build): Problem {
  const path = dockerfile.kind === 'file' ? dockerfile.path : 'Dockerfile'
  return { ...place, message: `the Dockerfile of service ${service} is not in the repository: ${path}` }
}

interface Asked {
  readonly source: SourceFile
  readonly asked: readonly Build[]
}

function withBuilt(sources: readonly SourceFile[], builds: ReadonlyMap<string, readonly Build[]>): readonly Asked[] {
  const listed = new Set(sources.map((source) => source.path))
  const built = [...builds.keys()].filter((path) => !listed.has(path)).map((path): SourceFile => ({ path, kind: 'dockerfile' }))
  return [...sources, ...built].map((source) => ({ source, asked: builds.get(source.path) ?? [] }))
}

/** Builds of one `dockerfile_inline`: readings that interpolate it to the same text are joined, another text is another resolution of the same places. */
function resolveInline(builds: readonly Build[], environment: Environment): Found {
  const byText = new Map<string, Build[]>()
  for (const build of builds) if (build.dockerfile.kind === 'inline') append(byText, build.dockerfile.text, build)
  const found = [...byText.values()].map((same) => {
    const dockerfile = same[0]?.dockerfile
    if (dockerfile?.kind !== 'inline') return { references: [], problems: [] }
    const location = { file: dockerfile.file, kind: 'compose', locate: dockerfile.locate } as const
    return resolveBuilds(
      extractDockerfile(dockerfile.text),
      location,
      undefined,
      same.map((build) => passed(build, environment)),
    )
  })
  return { references: mergePlaces(found.flatMap((one) => one.references)), problems: found.flatMap((one) => one.problems) }
}

/** One place, one reference: what other texts give at it goes into `also`. */
function mergePlaces(references: readonly Reference[]): readonly Reference[] {
  const byPlace = new Map<string, Reference>()
  for (const reference of references) {
    const { role, span, text } = reference.occurrence
    const key = `${role} ${span.start.line}:${span.start.column} ${text}`
    const known = byPlace.get(key)
    byPlace.set(
      key,
      known === undefined ? reference : { ...known, also: distinct(known.own, [...known.also, reference.own, ...reference.also]) },
    )
  }
  return [...byPlace.values()]
}

/** A problem that several readings meet is told once. */
function once(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>()
  return problems.filter(({ file, span, message }) => {
    const key = `${span?.start.line ?? 0}:${span?.start.column ?? 0}:${file}:${message}`
    return !seen.has(key) && seen.add(key)
  })
}
