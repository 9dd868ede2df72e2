import { extractDockerfile, type Dockerfile, type DockerfileOccurrence, type DockerfileProblem } from '../extract/dockerfile.js'
import { keptText } from '../extract/kept-text.js'
import {
  type BuildInputs,
  type Content,
  type Files,
  type Occurrence,
  type Problem,
  type Reference,
  type Resolution,
  type SourceFile,
  type Span,
} from '../model.js'
import { resolveDockerfile, type ResolvedDockerfile } from './stages.js'
import { asksPlatform, onOtherPlatforms, OTHERS } from './stages-platform.js'

/** Dockerfiles that were extracted already, by the identity of their content. */
export type DockerfileCache = Map<string, Dockerfile>

/** A Dockerfile, or what kept us from reading it. */
export type DockerfileRead =
  | { readonly kind: 'dockerfile'; readonly dockerfile: Dockerfile }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Where the places of an extracted text lie: the file itself, or the value of a `dockerfile_inline` in a compose file. */
export interface Location {
  readonly file: string
  readonly kind: 'dockerfile' | 'compose'
  readonly locate: (span: Span) => Span
}

/** What one Dockerfile names. */
export interface Found {
  readonly references: readonly Reference[]
  readonly problems: readonly Problem[]
}

/** Reads and extracts one Dockerfile; with a cache, one content is extracted once. `known` is what a read gave, if there was one. */
export function readDockerfile(files: Files, source: SourceFile, cache?: DockerfileCache, known?: Content): DockerfileRead {
  const key = cache && `${source.template ? 'template' : 'plain'}:${files.identity(source.path)}`
  const extracted = key === undefined ? undefined : cache?.get(key)
  if (extracted !== undefined) return { kind: 'dockerfile', dockerfile: extracted }
  const content = known ?? files.read(source.path)
  if (content.kind === 'missing' || (content.kind === 'unreadable' && content.text === undefined)) return content
  const dockerfile = extractDockerfile(content.text ?? '', source.template ? { template: true } : undefined)
  if (key !== undefined) cache?.set(key, dockerfile)
  return { kind: 'dockerfile', dockerfile }
}

const NONE: readonly never[] = []

/** The references of one Dockerfile as one set of inputs resolves them; and as it does on another platform, where a name depends on that. */
export function resolveBuild(dockerfile: Dockerfile, location: Location, inputs: BuildInputs): Found {
  if (dockerfile.occurrences.length === 0 && dockerfile.problems.length === 0) return NOTHING
  if (dependsOnPlatform(dockerfile)) return resolveBuilds(dockerfile, location, inputs, NONE)
  const { resolutions, problems } = resolveDockerfile(dockerfile, location.file, inputs)
  const references: Reference[] = []
  for (let index = 0; index < resolutions.length; index++) {
    const own = resolutions[index]
    const occurrence = dockerfile.occurrences[index]
    if (own !== undefined && occurrence !== undefined) references.push({ occurrence: placed(occurrence, location, own), own, also: NONE })
  }
  return { references, problems: placedProblems(dockerfile.problems, problems, location) }
}

const NOTHING: Found = { references: NONE, problems: NONE }

/**
 * The references of one Dockerfile: as its own defaults resolve them, and as each build of the repository does.
 * What two builds give alike is told once. With no `own` inputs (a `dockerfile_inline`) the first build stands for the defaults.
 */
export function resolveBuilds(
  dockerfile: Dockerfile,
  location: Location,
  own: BuildInputs | undefined,
  builds: readonly BuildInputs[],
): Found {
  const named = builds.length > 0 && builds.every(({ platforms }) => platforms.only === true)
  const everywhere = !named && dependsOnPlatform(dockerfile)
  const most = Math.max(1, Math.floor(MAX_RESOLVED / sizeOf(dockerfile) / (everywhere ? 1 + OTHERS : 1)))
  const used = builds.length > most ? builds.slice(0, most) : builds
  const inputs = own === undefined ? used : [own, ...used]
  const resolve = (input: BuildInputs): ResolvedDockerfile => resolveDockerfile(dockerfile, location.file, input)
  const resolved = inputs.map(resolve)
  const [first, ...others] = resolved
  if (first === undefined) return NOTHING
  const elsewhere = everywhere
    ? inputs.flatMap((input, index) => onOtherPlatforms(input).map((other) => sureIn(resolved[index] ?? first, resolve(other))))
    : NONE
  const references = dockerfile.occurrences.flatMap((occurrence, index) => {
    const main = first.resolutions[index]
    if (main === undefined) return []
    const also = [...others.flatMap((other) => other.resolutions[index] ?? []), ...elsewhere.flatMap((other) => other[index] ?? [])]
    return [{ occurrence: placed(occurrence, location, main), own: main, also: distinct(main, also) }]
  })
  const problems = resolved.flatMap((one, index) => (inputs[index]?.tentative === true ? NONE : one.problems))
  if (used.length < builds.length) {
    const message = `the repository builds this file in ${builds.length} ways: only the first ${used.length} were looked at`
    problems.push({ message })
  }
  return { references, problems: placedProblems(dockerfile.problems, problems, location) }
}

/** Where one build of a Dockerfile names an image for sure, what another one names there for sure. */
function sureIn(one: ResolvedDockerfile, other: ResolvedDockerfile): readonly (Resolution | undefined)[] {
  const isSure = (resolution: Resolution | undefined): boolean => resolution?.target.kind === 'image' && resolution.variables.length === 0
  return other.resolutions.map((resolution, index) => (isSure(one.resolutions[index]) && isSure(resolution) ? resolution : undefined))
}

/** Only FROM sees the platform arguments, and what is made of them. */
function dependsOnPlatform({ occurrences, readings }: Dockerfile): boolean {
  return (
    occurrences.some(({ role, text }) => role === 'base' && text.includes('$')) &&
    (occurrences.some(({ text }) => asksPlatform(text)) || readings.some(({ args }) => args.some(({ value }) => asksPlatform(value ?? ''))))
  )
}

/** Places and arguments of one Dockerfile, times the builds of it; 100 builds of a file with 40 of them make 4,000. */
const MAX_RESOLVED = 20_000

function sizeOf({ occurrences, readings }: Dockerfile): number {
  return readings.reduce((size, { args }) => size + args.length, occurrences.length + 1)
}

function placedProblems(
  extracted: readonly DockerfileProblem[],
  resolved: readonly DockerfileProblem[],
  location: Location,
): readonly Problem[] {
  if (extracted.length + resolved.length === 0) return NONE
  return [...extracted, ...resolved].map(({ span, message, frontend }) => ({
    file: location.file,
    message,
    ...(span && { span: location.locate(span) }),
    ...(frontend !== undefined && { frontend }),
  }))
}

type Writable = { -readonly [Key in keyof Occurrence]: Occurrence[Key] }

/** Field by field: a spread takes several times as long, and there is one of these for every reference of a repository. */
function placed(found: DockerfileOccurrence, { file, kind, locate }: Location, { resolved }: Resolution): Occurrence {
  const { role, owner, onbuild, span, suppressions } = found
  // the same text once in memory, and none that keeps its file there
  const text = resolved === found.text ? resolved : keptText(found.text)
  const occurrence: Writable = { file, kind, role, span: locate(span), text }
  if (owner !== undefined) occurrence.owner = keptText(owner)
  if (onbuild !== undefined) occurrence.onbuild = onbuild
  if (suppressions !== undefined) occurrence.suppressions = suppressions
  return occurrence
}

/** The resolutions that differ from the main one and from each other, in order. */
export function distinct(main: Resolution, others: readonly Resolution[]): readonly Resolution[] {
  if (others.length === 0) return others
  const seen = new Set([signature(main)])
  return others.filter((other) => {
    const key = signature(other)
    return !seen.has(key) && seen.add(key)
  })
}

function signature({ resolved, target, variables }: Resolution): string {
  const local = target.kind === 'local' ? target.as : ''
  return JSON.stringify([resolved, target.kind, local, variables])
}
