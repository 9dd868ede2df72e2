import { type Finding, type Passed, type Report, type Summary, type Verdict } from '../model.js'

/** Every finding of a verdict, those of other builds and environments included, in their order. */
export function findingsOf(verdict: Verdict): readonly Finding[] {
  return verdict.also.length === 0 ? verdict.findings : [...verdict.findings, ...verdict.also.flatMap((other) => other.findings)]
}

const NONE_PASSED: Passed = { images: 0, local: 0 }

/**
 * The counts of a report. Files, references and their targets count what was found, each occurrence once by its own resolution;
 * errors and warnings count new findings, `excepted` and `existing` the others, of references (also of their other resolutions) and of problems.
 */
export function summarize(report: Report): Summary {
  const targets = { image: 0, local: 0, unresolved: 0, malformed: 0 }
  const states = { error: 0, warning: 0, excepted: 0, existing: 0 }
  const count = (findings: readonly Finding[]): void => {
    for (const { state, severity } of findings) states[state === 'new' ? severity : state]++
  }
  for (const { resolution, findings, also } of report.verdicts) {
    targets[resolution.target.kind]++
    if (findings.length > 0) count(findings)
    if (also.length > 0) for (const other of also) count(other.findings)
  }
  for (const { findings } of report.problems) count(findings)
  const { images, local } = report.passed ?? NONE_PASSED
  return {
    files: report.files.length,
    references: report.verdicts.length + images + local,
    images: targets.image + images,
    local: targets.local + local,
    unresolved: targets.unresolved,
    malformed: targets.malformed,
    errors: states.error,
    warnings: states.warning,
    excepted: states.excepted,
    existing: states.existing,
    skipped: report.skipped.length,
  }
}
