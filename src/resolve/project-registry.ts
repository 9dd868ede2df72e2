import { suppressionsAt } from '../extract/compose.js'
import { type Build, type Edge, type Occurrence, type Problem, type Reference, type Resolution } from '../model.js'
import { distinct } from './dockerfiles.js'
import { keyOfBuild } from './project-builds.js'
import { type Use } from './project-uses.js'
import { offsetsOf, placeOf } from './project-values.js'

/** One role of one stretch of a file. */
interface Place {
  readonly start: number
  /** What the file says by itself; undefined as long as only another project came by. */
  own: Use | undefined
  readonly others: Use[]
}

/** Collects what the projects of a repository say of each place: one place, one occurrence, however many services and projects use it. */
export class Registry {
  /** By file, then by where the text stands; one place for each role. */
  private readonly places = new Map<string, Map<string, Place[]>>()
  private readonly kept = { builds: new Map<string, Build[]>(), problems: new Map<string, Problem>(), edges: new Map<string, Edge>() }

  /** What a file says by itself. */
  own(use: Use): void {
    const place = this.place(use, (role) => role === use.role)
    if (place.own === undefined) place.own = use
    else if (!isSame(place.own.resolution, use.resolution)) place.others.push(use)
  }

  /** What another project, or other values of the variables, make of a place; its role is the one that the file gives it. */
  also(use: Use): void {
    const place = this.place(use, () => true)
    if (place.own === undefined || !isSame(place.own.resolution, use.resolution)) place.others.push(use)
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
      const places = [...file.values()].flat().sort((a, b) => a.start - b.start)
      for (const place of places) references.push(...referenceOf(place))
    }
    const { builds, problems, edges } = this.kept
    return { references, builds: [...builds.values()].flat(), problems: [...problems.values()], edges: [...edges.values()] }
  }

  private place(use: Use, fits: (role: string) => boolean): Place {
    const { start, end } = offsetsOf(use.part)
    const { path } = use.part.leaf.scope
    const file = this.places.get(path) ?? new Map<string, Place[]>()
    this.places.set(path, file)
    const key = `${start}:${end}`
    const roles = file.get(key) ?? []
    file.set(key, roles)
    const known = roles.find(({ own }) => own === undefined || fits(own.role))
    if (known !== undefined) return known
    const place: Place = { start, own: undefined, others: [] }
    roles.push(place)
    return place
  }
}

function referenceOf({ own, others }: Place): readonly Reference[] {
  const use = own ?? others[0]
  if (use === undefined) return []
  const also = others.map(({ resolution }) => resolution)
  return [{ occurrence: occurrenceOf(use), own: use.resolution, also: distinct(use.resolution, also) }]
}

function occurrenceOf({ role, owner, part, pullable }: Use): Occurrence {
  const { path, file } = part.leaf.scope
  const { start, end, span, text } = placeOf(part)
  const suppressions = suppressionsAt(file, start, end)
  return {
    file: path,
    kind: 'compose',
    role,
    ...(owner !== undefined && { owner }),
    span,
    text,
    ...(pullable !== undefined && { pullable }),
    ...(suppressions.length > 0 && { suppressions }),
  }
}

/** Surely the same: what is told twice costs more to compare later. */
function isSame(a: Resolution, b: Resolution): boolean {
  if (a.resolved !== b.resolved || a.target.kind !== b.target.kind || a.variables.length !== b.variables.length) return false
  if (a.target.kind === 'local' && b.target.kind === 'local' && a.target.as !== b.target.as) return false
  return a.variables.every((name, index) => name === b.variables[index])
}
