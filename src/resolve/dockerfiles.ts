import { extractDockerfile, type Dockerfile } from '../extract/dockerfile.js'
import {
  type BuildInputs,
  type Files,
  type Occurrence,
  type Problem,
  type Reference,
  type Resolution,
  type SourceFile,
  type Span,
} from '../model.js'
import { resolveDockerfile } from './stages.js'

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

/** Reads and extracts one Dockerfile; one content is extracted once. */
export function readDockerfile(files: Files, source: SourceFile, cache: DockerfileCache): DockerfileRead {
  const key = `${source.template ? 'template' : 'plain'}:${files.identity(source.path)}`
  const known = cache.get(key)
  if (known !== undefined) return { kind: 'dockerfile', dockerfile: known }
  const content = files.read(source.path)
  if (content.kind !== 'text') return content
  const dockerfile = extractDockerfile(content.text, source.template ? { template: true } : undefined)
  cache.set(key, dockerfile)
  return { kind: 'dockerfile', dockerfile }
}

/**
 * The references of one Dockerfile: as its own defaults resolve them, and as each build of the repository does.
 * What two builds give alike is told once. With no `own` inputs (a `dockerfile_inline`) the first build stands for the defaults.
 */
export function resolveBuilds(
  dockerfile: Dockerfile,
  location: Location,
  own: BuildInputs | undefined,
  builds: readonly BuildInputs[],
): { readonly references: readonly Reference[]; readonly problems: readonly Problem[] } {
  const inputs = own === undefined ? builds : [own, ...builds]
  const resolved = inputs.map((input) => resolveDockerfile(dockerfile, location.file, input))
  const [first, ...others] = resolved
  if (first === undefined) return { references: [], problems: [] }
  const references = dockerfile.occurrences.flatMap((occurrence, index) => {
    const main = first.resolutions[index]
    if (main === undefined) return []
    const also = others.flatMap((other) => other.resolutions[index] ?? [])
    return [{ occurrence: placed(occurrence, location), own: main, also: distinct(main, also) }]
  })
  const problems = [...dockerfile.problems, ...resolved.flatMap((one) => one.problems)]
  return {
    references,
    problems: problems.map(({ span, message }) => ({ file: location.file, message, ...(span && { span: location.locate(span) }) })),
  }
}

function placed(occurrence: Omit<Occurrence, 'file' | 'kind'>, { file, kind, locate }: Location): Occurrence {
  return { ...occurrence, file, kind, span: locate(occurrence.span) }
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
