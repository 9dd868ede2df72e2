import { type Finding, type JudgedProblem, type Report, type Span, type Verdict } from '../model.js'
import { MAX_SENTENCE, xml } from './escape.js'
import { findingsOf } from './summary.js'
import { skippedLine } from './text.js'
import { adviceOf, insteadOf, placeName, policyName, targetName, written } from './words.js'

/** What one test case is: a reference, or a problem. */
interface Case {
  readonly file: string
  readonly span?: Span
  readonly name: string
  readonly findings: readonly Finding[]
}

/**
 * JUnit XML: a suite for each file, a test case for each reference and each problem. A new error is a failure, a new warning is told in the output;
 * a case whose findings are all excepted or existing is skipped, with the reason. Notes, and what was left out, are the output of a suite of their own.
 * Always well formed.
 */
export function renderJunit(report: Report): string {
  const suites = new Map<string, Case[]>(report.files.map(({ path }) => [path, []]))
  for (const one of [...report.verdicts.map(referenceCase), ...report.problems.map(problemCase)]) {
    const suite = suites.get(one.file)
    if (suite === undefined) suites.set(one.file, [one])
    else suite.push(one)
  }
  const all = [...suites.values()].flat()
  const inner = [...noteSuite(report), ...[...suites].map(([file, cases]) => suiteXml(file, cases))]
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites name="Image policy" ${totals(all)}>`, ...inner, '</testsuites>', ''].join(
    '\n',
  )
}

function referenceCase(verdict: Verdict): Case {
  const { occurrence, resolution } = verdict
  const target = targetName(resolution, occurrence.text)
  const name = `${placeName('', occurrence.span).slice(1)} ${written(occurrence)}${target === occurrence.text ? '' : ` → ${target}`}`
  return { file: occurrence.file, span: occurrence.span, name, findings: findingsOf(verdict) }
}

function problemCase({ file, span, message, findings }: JudgedProblem): Case {
  return { file, ...(span && { span }), name: `${span === undefined ? '' : `${placeName('', span).slice(1)} `}${message}`, findings }
}

function totals(cases: readonly Case[]): string {
  const failures = cases.filter(isFailure).length
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${cases.filter(isSkipped).length}"`
}

function isFailure({ findings }: Case): boolean {
  return findings.some(({ state, severity }) => state === 'new' && severity === 'error')
}

function isSkipped({ findings }: Case): boolean {
  return findings.length > 0 && findings.every(({ state }) => state !== 'new')
}

/** A suite without cases. */
function noteSuite(report: Report): string[] {
  const notes = [...report.notes, ...(report.skipped.length > 0 ? [skippedLine(report)] : [])]
  if (notes.length === 0) return []
  const told = notes.map((note) => xml(note, MAX_SENTENCE)).join('\n')
  return [`  <testsuite name="Notes" ${totals([])}>`, `    <system-out>${told}</system-out>`, '  </testsuite>']
}

function suiteXml(file: string, cases: readonly Case[]): string {
  if (cases.length === 0) return `  <testsuite name="${xml(file)}" ${totals(cases)}/>`
  return [`  <testsuite name="${xml(file)}" ${totals(cases)}>`, ...cases.map(caseXml), '  </testsuite>'].join('\n')
}

function caseXml(one: Case): string {
  const line = one.span === undefined ? '' : ` line="${one.span.start.line}"`
  const open = `    <testcase classname="${xml(one.file)}" name="${xml(one.name)}" file="${xml(one.file)}"${line} time="0"`
  const fresh = one.findings.filter(({ state }) => state === 'new')
  if (isFailure(one)) return `${open}>\n${failureXml(fresh)}\n    </testcase>`
  if (fresh.length > 0) return `${open}>\n      <system-out>${fresh.map(findingText).join('\n')}</system-out>\n    </testcase>`
  if (isSkipped(one)) return `${open}>\n      <skipped message="${one.findings.map(skippedText).join('; ')}"/>\n    </testcase>`
  return `${open}/>`
}

/** One failure a case: readers of JUnit disagree on several. */
function failureXml(findings: readonly Finding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(', ')
  const [first] = findings
  return `      <failure type="${rules}" message="${xml(first?.message ?? '', MAX_SENTENCE)}">${findings.map(findingText).join('\n')}</failure>`
}

function findingText(finding: Finding): string {
  const { severity, rule, message, policy } = finding
  const { steps, contact } = adviceOf(finding)
  const instead = insteadOf([finding]).map(({ text }) => `Write instead: ${text}`)
  return [`${severity} ${rule}: ${message}`, ...steps, ...instead, policyName(policy), ...contact].map((line) => xml(line)).join('\n')
}

function skippedText({ state, rule, exception }: Finding): string {
  const until = exception?.expires === undefined ? '' : ` until ${exception.expires}`
  return xml(exception === undefined ? `${rule} ${state}` : `${rule} excepted by ${exception.owner}${until}: ${exception.reason}`)
}
