import {
  type Finding,
  type Inventory,
  type Judged,
  type JudgedProblem,
  type Occurrence,
  type Problem,
  type Reference,
  type Resolution,
  type Verdict,
} from '../model.js'
import { type Judgement } from './newness.js'
import { type Judge, type ReferenceOptions } from './judge.js'

/** What is to be judged: inventories, each with the layers that see it, and under which paths' settings a layer judges a file (none: not at all). */
export interface Judgeable {
  readonly views: readonly { readonly layers: readonly number[]; readonly inventory: Inventory }[]
  readonly judgedAs: (layer: number, file: string) => readonly string[]
}

/**
 * One verdict an occurrence: the first layer's view gives its resolutions, every layer adds its findings. Where another layer sees other values
 * (its `variables` differ), what it finds stands at the resolution that it judged.
 */
export function judgeAll(judgeable: Judgeable, judge: Judge): Judgement {
  const [display, ...others] = judgeable.views
  if (display === undefined) return { verdicts: [], problems: [] }
  const judged = (view: typeof display): Verdict[] => {
    const judgements = new ViewJudge(view.layers, judgeable, judge)
    return view.inventory.references.map((reference) => judgements.verdictOf(reference))
  }
  const verdicts = others.reduce((merged, view) => mergeVerdicts(merged, judged(view)), judged(display))
  return { verdicts: sortByPlace(verdicts), problems: judgeProblems(judgeable, judge).sort(byPlaceOfProblem) }
}

const NO_FINDINGS: readonly Finding[] = []
const NO_OTHERS: readonly Judged[] = []

/** Judges the references of one view. Those of a file come one after the other, and share what the file decides. */
class ViewJudge {
  private file: string | undefined
  /** For each layer the paths under whose settings it judges the file. */
  private readonly asked: (readonly ReferenceOptions[])[] = []

  constructor(
    private readonly layers: readonly number[],
    private readonly judgeable: Judgeable,
    private readonly judge: Judge,
  ) {}

  verdictOf({ occurrence, own, also }: Reference): Verdict {
    if (occurrence.file !== this.file) this.ask(occurrence.file)
    if (also.length === 0) return { occurrence, resolution: own, findings: this.findingsOf(occurrence, own, false), also: NO_OTHERS }
    // another build of the repository gives every value: that the file's own defaults lack one is no finding
    const given = occurrence.kind === 'dockerfile' && own.variables.length > 0 && also.some((other) => other.variables.length === 0)
    return {
      occurrence,
      resolution: own,
      findings: this.findingsOf(occurrence, own, given),
      also: also.map((resolution) => ({ resolution, findings: this.findingsOf(occurrence, resolution, false) })),
    }
  }

  private ask(file: string): void {
    this.file = file
    const { layers, judgeable, asked } = this
    const itself: readonly ReferenceOptions[] = [{ path: file }]
    for (let index = 0; index < layers.length; index++) {
      const paths = judgeable.judgedAs(layers[index] ?? 0, file)
      asked[index] = paths.length === 1 && paths[0] === file ? itself : paths.map((path) => ({ path }))
    }
  }

  /** What every layer finds. Most find nothing, and many find the same: a list of one layer alone is taken as it is. */
  private findingsOf(occurrence: Occurrence, resolution: Resolution, given: boolean): readonly Finding[] {
    if (resolution.target.kind === 'local') return NO_FINDINGS
    const { layers, asked } = this
    let all = NO_FINDINGS
    for (let index = 0; index < layers.length; index++) {
      const found = this.underPaths(layers[index] ?? 0, asked[index] ?? [], occurrence, resolution, given)
      if (found.length > 0) all = all.length === 0 ? found : [...all, ...found]
    }
    return all
  }

  private underPaths(
    layer: number,
    paths: readonly ReferenceOptions[],
    occurrence: Occurrence,
    resolution: Resolution,
    given: boolean,
  ): readonly Finding[] {
    const only = paths[0]
    if (paths.length === 1 && only !== undefined && !given) return this.judge.reference(layer, occurrence, resolution, only)
    return strictest(paths.map((options) => this.judge.reference(layer, occurrence, resolution, { ...options, given })))
  }
}

/** Of the findings under several paths' settings, each rule's severest. */
function strictest(byPath: readonly (readonly Finding[])[]): readonly Finding[] {
  const [only, ...others] = byPath
  if (only === undefined || others.length === 0) return only ?? []
  const worst = new Map<string, Finding>()
  for (const finding of byPath.flat()) {
    const known = worst.get(finding.rule)
    if (known === undefined || weight(finding) > weight(known)) worst.set(finding.rule, finding)
  }
  return [...worst.values()]
}

const weight = ({ severity, state }: Finding): number => (state === 'excepted' ? 0 : severity === 'warning' ? 1 : 2)

function mergeVerdicts(into: readonly Verdict[], from: readonly Verdict[]): Verdict[] {
  const byKey = new Map(into.map((verdict) => [keyOf(verdict), verdict]))
  for (const verdict of from) {
    const known = byKey.get(keyOf(verdict))
    byKey.set(keyOf(verdict), known === undefined ? verdict : mergeVerdict(known, verdict))
  }
  return [...byKey.values()]
}

function mergeVerdict(known: Verdict, other: Verdict): Verdict {
  const merged: Judged[] = [known, ...known.also].map(({ resolution, findings }) => ({ resolution, findings }))
  for (const { resolution, findings } of [other, ...other.also]) {
    const index = merged.findIndex(
      (one) => one.resolution.resolved === resolution.resolved && one.resolution.target.kind === resolution.target.kind,
    )
    const same = merged[index]
    if (same === undefined) merged.push({ resolution, findings })
    else merged[index] = { ...same, findings: [...same.findings, ...findings] }
  }
  const [own, ...also] = merged
  return { ...known, ...(own ?? {}), also }
}

function keyOf({ occurrence: { file, role, span, text } }: Verdict): string {
  return `${span.start.line}:${span.start.column}:${role}:${file}:${text}`
}

function judgeProblems(judgeable: Judgeable, judge: Judge): JudgedProblem[] {
  const judged = new Map<string, JudgedProblem>()
  for (const { layers, inventory } of judgeable.views) {
    for (const problem of inventory.problems) {
      const findings = layers.flatMap((layer) =>
        strictest(judgeable.judgedAs(layer, problem.file).map((path) => judge.problem(layer, problem, path))),
      )
      const key = problemKey(problem)
      const known = judged.get(key)
      judged.set(key, { ...problem, findings: [...(known?.findings ?? []), ...findings] })
    }
  }
  return [...judged.values()]
}

function problemKey({ file, span, message }: Problem): string {
  return `${span?.start.line ?? 0}:${span?.start.column ?? 0}:${file}:${message}`
}

/** In order of files and places; they nearly are already, so that each file's are put in order alone. */
function sortByPlace(verdicts: Verdict[]): Verdict[] {
  for (let index = 1; index < verdicts.length; index++) {
    const before = verdicts[index - 1]
    const after = verdicts[index]
    if (before !== undefined && after !== undefined && byPlace(before, after) > 0) return verdicts.sort(byPlace)
  }
  return verdicts
}

/** Files in order of their paths, within a file in order of the text. */
export function byPlace(a: Verdict, b: Verdict): number {
  const left = a.occurrence
  const right = b.occurrence
  if (left.file !== right.file) return left.file < right.file ? -1 : 1
  return left.span.start.line - right.span.start.line || left.span.start.column - right.span.start.column
}

function byPlaceOfProblem(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.span?.start.line ?? 0) - (b.span?.start.line ?? 0)
}
