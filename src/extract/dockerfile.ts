import { type Span } from '../model.js'
import { readEscape, readSyntax, type Syntax } from './directives.js'
import { Reader, type DockerfileOccurrence, type DockerfileProblem, type Place, type Reading, type Use } from './dockerfile-reader.js'
import { hasMark } from './dockerfile-template.js'

export type { DockerfileOccurrence, DockerfileProblem, GlobalArg, Reading, Stage, Use } from './dockerfile-reader.js'

export interface Dockerfile {
  readonly escape: '\\' | '`'
  readonly syntax?: Syntax
  /** Global arguments and stages: as today's BuildKit reads the file and, if another frontend may read heredocs as instructions, as that one would. */
  readonly readings: readonly Reading[]
  /** In the order of the file. */
  readonly occurrences: readonly DockerfileOccurrence[]
  /** One for each occurrence. */
  readonly uses: readonly Use[]
  readonly problems: readonly DockerfileProblem[]
}

/**
 * Every place of a Dockerfile that names an image, with what its resolution depends on. A file that Docker refuses has a problem with
 * BuildKit's reason, and its places are told as far as they can be read. In a template, lines that a mark makes unreadable are no problem.
 * Linear in the length of the text; never throws.
 */
export function extractDockerfile(text: string, options?: { readonly template?: boolean }): Dockerfile {
  const template = options?.template === true
  const { escape, problem } = readEscape(text)
  const syntax = readSyntax(text)
  const frontend = syntax === undefined ? 'today' : frontendOf(syntax.image)
  const reader = new Reader(text, escape, { template, heredocs: true })
  const first = reader.read()
  const places = syntax === undefined ? [] : [syntaxPlace(syntax)]
  for (const place of first.places) places.push(place)
  const readings: Reading[] = [first]
  if (frontend !== 'today' && text.includes('<<')) {
    const older = new Reader(text, escape, { template, heredocs: false }).read()
    readings.push(older)
    addOlder(places, older.places)
  }
  const problems = syntax !== undefined && frontend === 'foreign' ? [foreign(syntax)] : []
  const refusal = problem ?? first.problem
  if (refusal !== undefined && !(template && hasMark(text))) problems.push(refusal)
  return {
    escape,
    ...(syntax && { syntax }),
    readings,
    occurrences: places.map((place) => place.occurrence),
    uses: places.map((place) => place.use),
    problems,
  }
}

function syntaxPlace({ image, text, span }: Syntax): Place {
  return { occurrence: { role: 'syntax', span, text }, use: { reading: 0, stage: -1, value: image } }
}

/** What only the other reading finds goes where it stands in the file. */
function addOlder(places: Place[], older: readonly Place[]): void {
  const known = new Set(places.map(key))
  const added = older.filter((place) => !known.has(key(place)))
  if (added.length === 0) return
  for (const { occurrence, use } of added) places.push({ occurrence, use: { ...use, reading: 1 } })
  places.sort((a, b) => before(a.occurrence.span, b.occurrence.span))
}

function key({ occurrence: { role, span } }: Place): string {
  return `${role} ${span.start.line}:${span.start.column}`
}

function before(a: Span, b: Span): number {
  return a.start.line - b.start.line || a.start.column - b.start.column
}

/** Heredocs came with docker/dockerfile 1.4; what an untold version or another frontend makes of them nobody can say. */
function frontendOf(image: string): 'today' | 'older' | 'foreign' {
  if (image === '') return 'today'
  const own = /^(?:(?:index\.)?docker\.io\/)?docker\/dockerfile(?:-upstream)?(?::([^@]*))?(@.*)?$/s.exec(image)
  if (own === null) return 'foreign'
  const [, tag, digest] = own
  if (tag === undefined) return digest === undefined ? 'today' : 'older'
  if (['latest', '1', '1-labs', 'labs', 'master', 'master-labs'].includes(tag)) return 'today'
  const [, major, minor] = /^([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])/.exec(tag) ?? []
  if (major === undefined || minor === undefined) return Number(major) > 1 ? 'today' : 'older'
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 4) ? 'today' : 'older'
}

function foreign({ image, span }: Syntax): DockerfileProblem {
  return { span, message: `the frontend ${image} is not Docker's and may read this file in its own way; it was read as a Dockerfile` }
}
