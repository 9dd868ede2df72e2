import { type Span } from '../model.js'
import { readEscape, readSyntax, type Syntax } from './directives.js'
import { Reader } from './dockerfile-reader.js'
import { type DockerfileOccurrence, type DockerfileProblem, type Reading } from './dockerfile-reading.js'
import { hasMark } from './dockerfile-template.js'

export type { DockerfileOccurrence, DockerfileProblem, GlobalArg, Place, Reading, Stage, Use } from './dockerfile-reading.js'

export interface Dockerfile {
  readonly escape: '\\' | '`'
  readonly syntax?: Syntax
  /** As today's BuildKit reads the file and, if another frontend may read heredocs as instructions, as that one would. */
  readonly readings: readonly Reading[]
  /** In the order of the file: what any of the readings finds. */
  readonly occurrences: readonly DockerfileOccurrence[]
  /**
   * For each occurrence its index among the places of each reading; -1 where a reading does not find it, as none finds the syntax image. Absent where the
   * occurrences are the places of the only reading, one by one.
   */
  readonly found?: readonly (readonly number[])[]
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
  const first = new Reader(text, escape, { template, heredocs: true }).read()
  const older = frontend !== 'today' && text.includes('<<') ? new Reader(text, escape, { template, heredocs: false }).read() : undefined
  const refusal = problem ?? first.problem
  const problems = syntax !== undefined && frontend === 'foreign' ? [foreign(syntax)] : []
  if (refusal !== undefined) {
    if (!template || !hasMark(text)) problems.push(refusal)
    else if (!first.places.some(({ occurrence }) => occurrence.role === 'base')) problems.push({ message: NO_BASE })
  }
  if (syntax === undefined) return { escape, readings: [first], occurrences: occurrencesOf(first.places), problems }
  return { escape, syntax, readings: older === undefined ? [first] : [first, older], ...join(syntax, first, older), problems }
}

const NO_BASE = 'no FROM is written out in this template: what it is built on was not read'

function occurrencesOf(places: Reading['places']): readonly DockerfileOccurrence[] {
  const occurrences: DockerfileOccurrence[] = []
  for (const { occurrence } of places) occurrences.push(occurrence)
  return occurrences
}

/** What only the older reading finds goes where it stands in the file. */
function join(syntax: Syntax, first: Reading, older: Reading | undefined): Required<Pick<Dockerfile, 'occurrences' | 'found'>> {
  const told = first.places.map(({ occurrence }, index) => ({ occurrence, found: [index, -1] }))
  const known = new Map(older === undefined ? [] : told.map((one) => [key(one.occurrence), one]))
  older?.places.forEach(({ occurrence }, index) => {
    const both = known.get(key(occurrence))
    if (both === undefined) told.push({ occurrence, found: [-1, index] })
    else both.found[1] = index
  })
  if (told.length > first.places.length) told.sort((a, b) => before(a.occurrence.span, b.occurrence.span))
  told.unshift({ occurrence: { role: 'syntax', span: syntax.span, text: syntax.text }, found: [-1, -1] })
  return { occurrences: told.map(({ occurrence }) => occurrence), found: told.map(({ found }) => found) }
}

function key({ role, span }: DockerfileOccurrence): string {
  return `${role} ${span.start.line}:${span.start.column}`
}

function before(a: Span, b: Span): number {
  return a.start.line - b.start.line || a.start.column - b.start.column
}

/** Heredocs came with docker/dockerfile 1.4; what an untold version or another frontend makes of them nobody can say. */
export function frontendOf(image: string): 'today' | 'older' | 'foreign' {
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
  return {
    span,
    frontend: image,
    message: `the frontend ${image} is not Docker's and may read this file in its own way; it was read as a Dockerfile`,
  }
}
