import {
  type Finding,
  type Judged,
  type Occurrence,
  type Report,
  type Resolution,
  type Severity,
  type Span,
  type Verdict,
} from '../model.js'

/** One resolution of a place, with the findings of one state that it has. */
export interface Case {
  readonly resolution: Resolution
  readonly findings: readonly Finding[]
}

/** One place with everything of one state that is said of it: what a reader looks at at once. Either of an occurrence or of a problem. */
export interface Spot {
  readonly file: string
  readonly span?: Span
  readonly occurrence?: Occurrence
  /** The file's own resolution first; empty for a problem. */
  readonly cases: readonly Case[]
  /** Of every case, or of the problem; at least one. */
  readonly findings: readonly Finding[]
  /** The worst of the findings. */
  readonly severity: Severity
}

/** The places that have findings of this state (problems among them), by file (code units), line and column. */
export function spotsOf(report: Report, state: Finding['state']): readonly Spot[] {
  const spots: Spot[] = []
  for (const verdict of report.verdicts) {
    if (verdict.findings.length === 0 && verdict.also.length === 0) continue
    const cases = casesOf(verdict, state)
    const first = cases[0]
    if (first === undefined) continue
    const findings = cases.length === 1 ? first.findings : cases.flatMap((one) => one.findings)
    const { file, span } = verdict.occurrence
    spots.push({ file, span, occurrence: verdict.occurrence, cases, findings, severity: worst(findings) })
  }
  for (const { file, span, findings: all } of report.problems) {
    const findings = all.filter((finding) => finding.state === state)
    if (findings.length > 0) spots.push({ file, ...(span && { span }), cases: [], findings, severity: worst(findings) })
  }
  return spots.sort(byPlace)
}

const NO_CASES: readonly Case[] = []

/** Nearly every verdict is clean, and nearly every other one has one resolution with findings of one state: those cost no copies. */
function casesOf(verdict: Verdict, state: Finding['state']): readonly Case[] {
  const own = caseOf(verdict, state)
  if (verdict.also.length === 0) return own === undefined ? NO_CASES : [own]
  return [own, ...verdict.also.map((judged) => caseOf(judged, state))].filter((one) => one !== undefined)
}

function caseOf(judged: Judged, state: Finding['state']): Case | undefined {
  const { findings, resolution } = judged
  if (findings.every((finding) => finding.state === state)) return findings.length === 0 ? undefined : judged
  const kept = findings.filter((finding) => finding.state === state)
  return kept.length === 0 ? undefined : { resolution, findings: kept }
}

function worst(findings: readonly Finding[]): Severity {
  return findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning'
}

/** By file (code units), line and column; a whole file before its lines. */
export function byPlace(a: { file: string; span?: Span }, b: { file: string; span?: Span }): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  const start = a.span?.start
  const other = b.span?.start
  return (start?.line ?? 0) - (other?.line ?? 0) || (start?.column ?? 0) - (other?.column ?? 0)
}

/** Errors before warnings, otherwise as they stand. */
export function worstFirst<Item extends { severity: Severity }>(items: readonly Item[]): Item[] {
  return [...items.filter(({ severity }) => severity === 'error'), ...items.filter(({ severity }) => severity !== 'error')]
}

/** How many findings there are of each rule, most frequent first. */
export function byRule(findings: Iterable<Finding>): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}
