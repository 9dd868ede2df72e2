import {
  type Build,
  type BuildInputs,
  type Edge,
  type Files,
  type Inventory,
  type Problem,
  type Reference,
  type SourceFile,
  type Span,
} from '../model.js'
import { extractDockerfile } from '../extract/dockerfile.js'
import { KINDS } from '../extract/kinds.js'
import { resolveAlone } from './alone.js'
import { distinct, readDockerfile, resolveBuilds, type DockerfileCache } from './dockerfiles.js'
import { createComposeCache, readComposeFile, readProjects, type ComposeCache, type Environment } from './projects.js'

/** What was extracted already, by the identity of the content: what two inventories share is read once. */
export interface Caches {
  readonly dockerfiles: DockerfileCache
  readonly compose: ComposeCache
}

/** Nothing extracted yet. */
export function createCaches(): Caches {
  return { dockerfiles: new Map(), compose: createComposeCache() }
}

/** Extracts files into the caches, for an inventory that is taken later: most of the work, done while the list of files is still being made. */
export function extractAhead(files: Files, sources: readonly SourceFile[], caches: Caches): void {
  for (const source of sources) {
    if (source.kind === 'dockerfile') readDockerfile(files, source, caches.dockerfiles)
    else if (source.kind === 'compose') readComposeFile(files, source.path, caches.compose)
  }
}

const itself = (span: Span): Span => span

/**
 * Everything that the files name, resolved: compose files first, since they say who builds which Dockerfile with which arguments,
 * then each Dockerfile with its own defaults and with every such build. A Dockerfile that a build names is read whatever its name.
 */
export function takeInventory(files: Files, sources: readonly SourceFile[], environment: Environment, caches: Caches): Inventory {
  const compose = readProjects(
    files,
    sources.filter((source) => source.kind === 'compose'),
    environment,
    caches.compose,
  )
  const builds = sortBuilds(compose.builds)
  const dockerfiles = withBuilt(
    sources.filter((source) => source.kind === 'dockerfile'),
    builds.byPath,
  )
  const references: Reference[] = [...compose.references]
  const problems: Problem[] = [...compose.problems, ...builds.problems]
  const read: SourceFile[] = [...sources.filter((source) => source.kind === 'compose'), ...compose.followed]

  for (const { source, asked } of dockerfiles) {
    const content = readDockerfile(files, source, caches.dockerfiles)
    if (content.kind === 'missing') {
      problems.push(...asked.map(absent))
      continue
    }
    read.push(source)
    if (content.kind === 'unreadable') {
      problems.push({ file: source.path, message: content.problem })
      continue
    }
    const location = { file: source.path, kind: 'dockerfile', locate: itself } as const
    const found = resolveBuilds(
      content.dockerfile,
      location,
      defaults(environment),
      asked.map((build) => passed(build, environment)),
    )
    references.push(...found.references)
    problems.push(...found.problems)
  }
  for (const source of sources) {
    const way = KINDS[source.kind]
    if (typeof way !== 'function') continue
    const found = resolveAlone(files, source, way)
    read.push(source)
    references.push(...found.references)
    problems.push(...found.problems)
  }
  for (const inline of builds.inline) {
    const found = resolveInline(inline, environment)
    references.push(...found.references)
    problems.push(...found.problems)
  }
  return { files: read, references, problems: once(problems), edges: [...compose.edges, ...builds.edges] }
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
  for (const build of builds) {
    const { dockerfile, place } = build
    if (dockerfile.kind === 'file') {
      append(byPath, dockerfile.path, build)
      edges.push({ from: place.file, to: dockerfile.path })
    } else if (dockerfile.kind === 'inline') {
      const { line, column } = dockerfile.locate({ start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }).start
      append(inline, `${line}:${column}:${dockerfile.file}`, build)
    } else {
      problems.push({ file: place.file, span: place.span, message: notHere(build) })
    }
  }
  return { byPath, inline: [...inline.values()], problems, edges }
}

function append(map: Map<string, Build[]>, key: string, build: Build): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [build])
  else list.push(build)
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
  return { file: place.file, span: place.span, message: `the Dockerfile of service ${service} is not in the repository: ${path}` }
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
function resolveInline(
  builds: readonly Build[],
  environment: Environment,
): { readonly references: readonly Reference[]; readonly problems: readonly Problem[] } {
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
