import {
  type Finding,
  type Inventory,
  type Judged,
  type JudgedProblem,
  type Problem,
  type Reference,
  type Resolution,
  type Verdict,
} from '../model.js'
import { type Judgement } from './newness.js'
import { type Judge } from './judge.js'

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
  const judged = (view: typeof display): Verdict[] =>
    view.inventory.references.map((reference) => verdictOf(reference, view.layers, judgeable, judge))
  const verdicts = others.reduce((merged, view) => mergeVerdicts(merged, judged(view)), judged(display))
  return { verdicts: verdicts.sort(byPlace), problems: judgeProblems(judgeable, judge).sort(byPlaceOfProblem) }
}

function verdictOf(reference: Reference, layers: readonly number[], judgeable: Judgeable, judge: Judge): Verdict {
  const { occurrence, own, also } = reference
  // another build of the repository gives every value: that the file's own defaults lack one is no finding
  const given = occurrence.kind === 'dockerfile' && own.variables.length > 0 && also.some((other) => other.variables.length === 0)
  const judged = (resolution: Resolution, isOwn: boolean): Judged => ({
    resolution,
    findings: layers.flatMap((layer) =>
      strictest(
        judgeable
          .judgedAs(layer, occurrence.file)
          .map((path) => judge.reference(layer, occurrence, resolution, { path, given: isOwn && given })),
      ),
    ),
  })
  return { occurrence, ...judged(own, true), also: also.map((resolution) => judged(resolution, false)) }
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

/** Files in order of their paths, within a file in order of the text. */
export function byPlace(a: Verdict, b: Verdict): number {
  const [left, right] = [a.occurrence, b.occurrence]
  if (left.file !== right.file) return left.file < right.file ? -1 : 1
  return left.span.start.line - right.span.start.line || left.span.start.column - right.span.start.column
}

function byPlaceOfProblem(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return (a.span?.start.line ?? 0) - (b.span?.start.line ?? 0)
}
