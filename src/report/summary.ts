import { type Finding, type Report, type Summary, type Verdict } from '../model.js'

/** Every finding of a verdict, those of other builds and environments included, in their order. */
export function findingsOf(verdict: Verdict): readonly Finding[] {
  return verdict.also.length === 0 ? verdict.findings : [...verdict.findings, ...verdict.also.flatMap((other) => other.findings)]
}

/**
 * The counts of a report. Files, references and their targets count what was found, each occurrence once by its own resolution;
 * errors and warnings count new findings, `excepted` and `existing` the others, of references (also of their other resolutions) and of problems.
 */
export function summarize(report: Report): Summary {
  const targets = { image: 0, local: 0, unresolved: 0, malformed: 0 }
  const states = { error: 0, warning: 0, excepted: 0, existing: 0 }
  const count = (finding: Finding): void => {
    states[finding.state === 'new' ? finding.severity : finding.state]++
  }
  for (const verdict of report.verdicts) {
    targets[verdict.resolution.target.kind]++
    findingsOf(verdict).forEach(count)
  }
  for (const problem of report.problems) problem.findings.forEach(count)
  return {
    files: report.files.length,
    references: report.verdicts.length,
    images: targets.image,
    local: targets.local,
    unresolved: targets.unresolved,
    malformed: targets.malformed,
    errors: states.error,
    warnings: states.warning,
    excepted: states.excepted,
    existing: states.existing,
    skipped: report.skipped.length,
  }
}
