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
  occurrence: Occurrence
  /** What the file says by itself; as long as only other projects came by, what the first of them says. */
  main: Resolution
  own: boolean
  others: Resolution[] | undefined
  /** Another one that begins at the same offset. */
  next: Place | undefined
}

/** The builds that one place asks for. */
interface SameBuilds {
  readonly first: Build
  /** By what tells them apart; undefined as long as there is one. */
  all: Map<string, Build> | undefined
}

const NONE: readonly never[] = []

/**
 * Collects what the projects of a repository say of each place: one place, one occurrence, however many services and projects use it.
 * It keeps nothing of the files themselves.
 */
export class Registry {
  /** By file, then by where the text starts. */
  private readonly places = new Map<string, Map<number, Place>>()
  /** What is told as it is: nobody else speaks of these places. */
  private readonly complete: Reference[] = []
  private readonly kept = { builds: new Map<string, SameBuilds>(), problems: new Map<string, Problem>(), edges: new Map<string, Edge>() }

  /** What a file says by itself. */
  own(use: Use): void {
    const known = this.placed(use, true)
    if (known === undefined) return
    if (known.own) add(known, use)
    else {
      const { main, others = [], occurrence } = known
      Object.assign(known, { occurrence: occurrenceOf(use), main: use.resolution, own: true, others: [main, ...others] })
      if (occurrence.pullable !== false) pull(known)
    }
  }

  /** What another project, or other values of the variables, make of a place; its role is the one that the file gives it. */
  also(use: Use): void {
    const known = this.placed(use, false)
    if (known !== undefined) add(known, use)
  }

  /** What files name of which nothing else is told. */
  references(references: readonly Reference[]): void {
    for (const reference of references) this.complete.push(reference)
  }

  /** A build; equal ones count once, and for certain if one is. */
  build(build: Build): void {
    const { file, span } = build.place
    const key = `${span.start.line}:${span.start.column}:${build.service}:${file}`
    const same = this.kept.builds.get(key)
    if (same === undefined) {
      this.kept.builds.set(key, { first: build, all: undefined })
      return
    }
    same.all ??= new Map([[keyOfBuild(same.first), same.first]])
    const own = keyOfBuild(build)
    const known = same.all.get(own)
    if (known === undefined || (known.inputs.tentative === true && build.inputs.tentative !== true)) same.all.set(own, build)
  }

  /** A problem; one that several projects meet counts once. */
  problem(problem: Problem): void {
    this.kept.problems.set(keyOfProblem(problem), problem)
  }

  /** A problem that a project has with another env file: told once, and without that file if it is there anyhow. */
  problemWith(envFile: string, problem: Problem): void {
    const key = keyOfProblem(problem)
    if (!this.kept.problems.has(key)) this.kept.problems.set(key, { ...problem, message: `with ${envFile}: ${problem.message}` })
  }

  /** One file reaches another. */
  edge(edge: Edge): void {
    this.kept.edges.set(`${edge.from}\n${edge.to}`, edge)
  }

  /** All that was collected; the references of a file in the order of its text. */
  result(): { references: readonly Reference[]; builds: readonly Build[]; problems: readonly Problem[]; edges: readonly Edge[] } {
    const references: Reference[] = [...this.complete]
    for (const file of this.places.values()) {
      const places = [...file.values()].sort((a, b) => a.start - b.start)
      for (const first of places)
        for (let place: Place | undefined = first; place !== undefined; place = place.next) references.push(referenceOf(place))
    }
    const { builds, problems, edges } = this.kept
    const told = [...builds.values()].flatMap(({ first, all }) => (all === undefined ? [first] : [...all.values()]))
    return { references, builds: told, problems: [...problems.values()], edges: [...edges.values()] }
  }

  /** The place that a use speaks of, if it is known already; else it is from now on. Of several roles at one place each is its own. */
  private placed(use: Use, own: boolean): Place | undefined {
    const { role, part, resolution } = use
    const { start, end } = offsetsOf(part)
    const { path } = part.leaf.scope
    let file = this.places.get(path)
    if (file === undefined) this.places.set(path, (file = new Map<number, Place>()))
    let last: Place | undefined
    for (let known = file.get(start); known !== undefined; known = known.next) {
      if (known.end === end && (!own || !known.own || known.occurrence.role === role)) return known
      last = known
    }
    const place: Place = { start, end, occurrence: occurrenceOf(use), main: resolution, own, others: undefined, next: undefined }
    if (last === undefined) file.set(start, place)
    else last.next = place
    return undefined
  }
}

function keyOfProblem({ file, span, message }: Problem): string {
  return `${span?.start.line}:${span?.start.column}:${file}\n${message}`
}

function add(place: Place, { resolution, pullable }: Use): void {
  if (pullable !== false) pull(place)
  if (!isSame(place.main, resolution)) (place.others ??= []).push(resolution)
}

/** One service that is built and never pulls its image says nothing of another one that does. */
function pull(place: Place): void {
  if (place.occurrence.pullable === false) place.occurrence = { ...place.occurrence, pullable: true }
}

function referenceOf({ occurrence, main, others }: Place): Reference {
  return { occurrence, own: main, also: others === undefined ? NONE : distinct(main, others) }
}

type Writable = { -readonly [Key in keyof Occurrence]: Occurrence[Key] }

function occurrenceOf({ role, owner, part, resolution, pullable }: Use): Occurrence {
  const { path, file } = part.leaf.scope
  const { start, end, span, text } = placeOf(part)
  const suppressions = suppressionsAt(file, start, end)
  // the same text once in memory, and none that keeps its file there
  const kept = resolution.resolved === text ? resolution.resolved : keptText(text)
  const occurrence: Writable = { file: path, kind: 'compose', role, span, text: kept }
  if (owner !== undefined) occurrence.owner = keptText(owner)
  if (pullable !== undefined) occurrence.pullable = pullable
  if (suppressions.length > 0) occurrence.suppressions = suppressions
  return occurrence
}

/** Surely the same: what is told twice costs more to compare later. */
function isSame(a: Resolution, b: Resolution): boolean {
  if (a.resolved !== b.resolved || a.target.kind !== b.target.kind || a.variables.length !== b.variables.length) return false
  if (a.target.kind === 'local' && b.target.kind === 'local' && a.target.as !== b.target.as) return false
  return a.variables.every((name, index) => name === b.variables[index])
}
