import { suppressionsAt } from '../extract/compose.js'
import { keptText } from '../extract/kept-text.js'
import { type Build, type Edge, type Occurrence, type Problem, type Reference, type Resolution } from '../model.js'
import { distinct } from './dockerfiles.js'
import { keyOfBuild } from './project-builds.js'
import { type Use } from './project-uses.js'
import { offsetsOf, placeOf } from './project-values.js'

/** One role of one stretch of a file. */
interface Place {
  readonly start: number
  readonly end: number
  /** What the file says by itself; undefined as long as only another project came by. */
  own: Use | undefined
  others: Use[] | undefined
  /** Another one that begins at the same offset. */
  next: Place | undefined
}

/** Collects what the projects of a repository say of each place: one place, one occurrence, however many services and projects use it. */
export class Registry {
  /** By file, then by where the text stands; one place for each role. */
  private readonly places = new Map<string, Map<number, Place>>()
  private readonly kept = { builds: new Map<string, Build[]>(), problems: new Map<string, Problem>(), edges: new Map<string, Edge>() }

  /** What a file says by itself. */
  own(use: Use): void {
    const place = this.place(use, use.role)
    if (place.own === undefined) place.own = use
    else if (!isSame(place.own.resolution, use.resolution)) (place.others ??= []).push(use)
  }

  /** What another project, or other values of the variables, make of a place; its role is the one that the file gives it. */
  also(use: Use): void {
    const place = this.place(use, undefined)
    if (place.own === undefined || !isSame(place.own.resolution, use.resolution)) (place.others ??= []).push(use)
  }

  /** A build; equal ones count once. */
  build(build: Build): void {
    const { file, span } = build.place
    const key = `${span.start.line}:${span.start.column}:${build.service}:${file}`
    const same = this.kept.builds.get(key)
    if (same === undefined) this.kept.builds.set(key, [build])
    else if (!same.map(keyOfBuild).includes(keyOfBuild(build))) same.push(build)
  }

  /** A problem; one that several projects meet counts once. */
  problem(problem: Problem): void {
    const { file, span, message } = problem
    this.kept.problems.set(`${span?.start.line}:${span?.start.column}:${file}\n${message}`, problem)
  }

  /** One file reaches another. */
  edge(edge: Edge): void {
    this.kept.edges.set(`${edge.from}\n${edge.to}`, edge)
  }

  /** All that was collected; the references of a file in the order of its text. */
  result(): { references: readonly Reference[]; builds: readonly Build[]; problems: readonly Problem[]; edges: readonly Edge[] } {
    const references: Reference[] = []
    for (const file of this.places.values()) {
      const places = [...file.values()].sort((a, b) => a.start - b.start)
      for (const first of places) {
        for (let place: Place | undefined = first; place !== undefined; place = place.next) {
          const reference = referenceOf(place)
          if (reference !== undefined) references.push(reference)
        }
      }
    }
    const { builds, problems, edges } = this.kept
    return { references, builds: [...builds.values()].flat(), problems: [...problems.values()], edges: [...edges.values()] }
  }

  /** The place of a use in a role; without one, of whatever role the file gives it. */
  private place(use: Use, role: string | undefined): Place {
    const { start, end } = offsetsOf(use.part)
    const { path } = use.part.leaf.scope
    let file = this.places.get(path)
    if (file === undefined) this.places.set(path, (file = new Map<number, Place>()))
    const first = file.get(start)
    let last: Place | undefined
    for (let known = first; known !== undefined; known = known.next) {
      if (known.end === end && (known.own === undefined || role === undefined || known.own.role === role)) return known
      last = known
    }
    const place: Place = { start, end, own: undefined, others: undefined, next: undefined }
    if (last === undefined) file.set(start, place)
    else last.next = place
    return place
  }
}

const NONE: readonly never[] = []

function referenceOf({ own, others }: Place): Reference | undefined {
  const use = own ?? others?.[0]
  if (use === undefined) return undefined
  const also =
    others === undefined
      ? NONE
      : distinct(
          use.resolution,
          others.map(({ resolution }) => resolution),
        )
  return { occurrence: occurrenceOf(use), own: use.resolution, also }
}

type Writable = { -readonly [Key in keyof Occurrence]: Occurrence[Key] }

/** Field by field: there is one of these for every reference of a repository. */
function occurrenceOf({ role, owner, part, pullable, resolution: { resolved } }: Use): Occurrence {
  const { path, file } = part.leaf.scope
  const { start, end, span, text } = placeOf(part)
  // the same text once in memory, and none that keeps its file there
  const occurrence: Writable = { file: path, kind: 'compose', role, span, text: resolved === text ? resolved : keptText(text) }
  if (owner !== undefined) occurrence.owner = keptText(owner)
  if (pullable !== undefined) occurrence.pullable = pullable
  const suppressions = suppressionsAt(file, start, end)
  if (suppressions.length > 0) occurrence.suppressions = suppressions
  return occurrence
}

/** Surely the same: what is told twice costs more to compare later. */
function isSame(a: Resolution, b: Resolution): boolean {
  if (a.resolved !== b.resolved || a.target.kind !== b.target.kind || a.variables.length !== b.variables.length) return false
  if (a.target.kind === 'local' && b.target.kind === 'local' && a.target.as !== b.target.as) return false
  return a.variables.every((name, index) => name === b.variables[index])
}
