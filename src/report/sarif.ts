import { createHash } from 'node:crypto'
import { type Finding, type Judged, type Occurrence, type Report, type RuleId, type Severity, type Span } from '../model.js'
import { RULE_FACTS, isRuleId } from '../policy/rule-facts.js'
import { RULES } from '../rules/index.js'
import { DOCUMENTS } from '../version.js'
import { type ReportContext, type RuleText } from './context.js'
import { MAX_REPLACEMENT, MAX_SENTENCE, jsonText, plain, uriPath } from './escape.js'
import { worstFirst } from './places.js'
import { RULE_HELP } from './rule-help.generated.js'
import { adviceOf, counted, insteadOf, policyName, sourceName, targetName, written } from './words.js'

/** Results that code scanning takes of one run; of more it refuses the file. It shows the 5,000 most severe. */
export const MAX_RESULTS = 25_000

/** Characters of a rule's short and full description. */
const MAX_DESCRIPTION = 1_024

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** Rules whose verdict rests on more than what is written: a likeness, a date, a variable that a pipeline may set. */
const HIGH_PRECISION: ReadonlySet<RuleId> = new Set<RuleId>(['lookalike', 'retired', 'unresolved', 'unresolved-tag', 'overridable'])

/** One finding with what is needed to place it. */
interface Item {
  readonly finding: Finding
  readonly severity: Severity
  readonly file: string
  readonly span?: Span
  readonly occurrence?: Occurrence
  readonly judged?: Judged
}

/**
 * SARIF 2.1.0 as GitHub's code scanning accepts it; valid also without results. New and existing findings are results (`baselineState`): alerts are debt
 * until they are gone. Excepted ones are left out unless `suppressed` asks for them, for code scanning ignores `suppressions` and would show each as open.
 */
export function renderSarif(report: Report, context: ReportContext): string {
  const items = worstFirst(itemsOf(report, context.suppressed === true))
  const kept = items.slice(0, MAX_RESULTS)
  const rules = rulesOf(items, context)
  const index = new Map(rules.map(({ id }, position) => [id, position]))
  const fingerprint = fingerprints()
  const results = kept.map((item) => result(item, index.get(item.finding.rule) ?? -1, fingerprint(item)))
  const driver = {
    name: 'Image Policy',
    ...(context.version !== undefined && { semanticVersion: context.version }),
    rules,
  }
  const cut = items.length - kept.length
  const notes = [
    ...report.notes,
    ...(cut > 0 ? [`${counted(cut, 'result')} left out: code scanning takes ${MAX_RESULTS}. The JSON report has them all.`] : []),
  ]
  const invocation = {
    executionSuccessful: true,
    toolExecutionNotifications: notes.map((note) => ({ level: 'note', message: { text: plain(note, MAX_SENTENCE) } })),
  }
  const head = jsonText({ driver })
  const tail = `"invocations":[${jsonText(invocation)}],"columnKind":"utf16CodeUnits"`
  return `{\n"$schema": "${SCHEMA}",\n"version": "2.1.0",\n"runs": [{"tool":${head},${tail},"results":[\n${results.map(jsonText).join(',\n')}\n]}]\n}\n`
}

function itemsOf(report: Report, suppressed: boolean): readonly Item[] {
  const references = report.verdicts.flatMap((verdict) =>
    [verdict, ...verdict.also].flatMap((judged) =>
      judged.findings.map((finding) => item(finding, verdict.occurrence, { occurrence: verdict.occurrence, judged })),
    ),
  )
  const problems = report.problems.flatMap((problem) => problem.findings.map((finding) => item(finding, problem, {})))
  return [...references, ...problems].filter(({ finding }) => suppressed || finding.state !== 'excepted')
}

/** At the occurrence, also where a reader is pointed elsewhere: an alert stays one alert when another step of its chain changes. */
function item(finding: Finding, { file, span }: { file: string; span?: Span }, of: Pick<Item, 'occurrence' | 'judged'>): Item {
  return { finding, severity: finding.severity, file, ...(span && { span }), ...of }
}

/** A `reportingDescriptor`. */
interface SarifRule {
  readonly id: string
  readonly [member: string]: unknown
}

/** Markdown as it reads without its marks. */
function unmarked(markdown: string): string {
  return markdown.replace(/\*{1,2}(\w[^*\n]{0,60})\*{1,2}|`/g, '$1')
}

/** Every rule that is explained, and every one that is used. */
function rulesOf(items: readonly Item[], { rules = RULES }: ReportContext): readonly SarifRule[] {
  const known = new Map<string, RuleText>(rules.map((rule) => [rule.id, rule]))
  const used = new Map<string, Severity>()
  for (const { finding } of items) if (used.get(finding.rule) !== 'error') used.set(finding.rule, finding.severity)
  const ids = new Set([...known.keys(), ...used.keys()])
  return [...ids].map((id) => rule(known.get(id) ?? { id, summary: id }, used.get(id) ?? 'warning'))
}

function rule({ id, summary }: RuleText, level: Severity): SarifRule {
  const { what, why, fix } = RULE_HELP[id] ?? { what: summary, why: '', fix: '' }
  const url = `${DOCUMENTS}/docs/rules.md#${id}`
  const told = [`**What.** ${what}`, ...(why === '' ? [] : [`**Why.** ${why}`]), ...(fix === '' ? [] : [`**How to fix.** ${fix}`])]
  const security = isRuleId(id) ? { 'security-severity': RULE_FACTS[id].security } : {}
  const precision = isRuleId(id) && HIGH_PRECISION.has(id) ? 'high' : 'very-high'
  return {
    id,
    name: id,
    shortDescription: { text: plain(summary, MAX_DESCRIPTION) },
    fullDescription: { text: plain(unmarked(what), MAX_DESCRIPTION) },
    help: { text: told.map(unmarked).join('\n'), markdown: [...told, `[Examples](${url})`].join('\n\n') },
    helpUri: url,
    defaultConfiguration: { level },
    properties: { tags: ['security', 'supply-chain', 'containers'], precision, 'problem.severity': level, ...security },
  }
}

function result({ finding, file, span, ...of }: Item, ruleIndex: number, fingerprint: string): object {
  const { state, exception } = finding
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: finding.severity,
    message: { text: message({ finding, file, ...of, severity: finding.severity }) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriPath(file) }, region: region(span) } }],
    partialFingerprints: { primaryLocationLineHash: fingerprint },
    ...(state !== 'excepted' && { baselineState: state === 'new' ? 'new' : 'unchanged' }),
    ...(exception && {
      suppressions: [
        { kind: 'external', status: 'accepted', justification: plain(`${exception.owner}: ${exception.reason}`, MAX_SENTENCE) },
      ],
    }),
  }
}

/** Columns are counted as ours are; the end is exclusive in both. A whole file is its first line. */
function region(span: Span | undefined): object {
  if (span === undefined) return { startLine: 1 }
  const { start, end } = span
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
}

/** Plain text: code scanning reads `[text](n)` as a link to a related place, so brackets are escaped as SARIF says (3.11.6). */
function message({ finding, occurrence, judged }: Item): string {
  const source = occurrence && judged ? [`${written(occurrence)}${sourceOf(judged, occurrence)}`] : []
  const instead = insteadOf([finding]).map(({ text }) => `Write instead: ${plain(text, MAX_REPLACEMENT)}`)
  const { steps, contact } = adviceOf(finding)
  const lines = [finding.message, ...source, ...steps, ...instead, policyName(finding.policy), ...contact]
  return lines.map((line) => plain(line, MAX_SENTENCE).replace(/[\\[\]]/g, '\\$&')).join('\n')
}

function sourceOf({ resolution }: Judged, { text }: Occurrence): string {
  const target = targetName(resolution, text)
  return target === text ? '' : ` is ${target}`
}

/** Hex digits of a fingerprint: as long as those that code scanning computes itself. */
const FINGERPRINT_DIGITS = 16

/**
 * What makes an alert the same in the next run: file, role, registry and repository, rule and policy; not the line, the tag or the message.
 * Equal ones are numbered in their order.
 */
function fingerprints(): (item: Item) => string {
  const seen = new Map<string, number>()
  return ({ finding, file, occurrence, judged }) => {
    const target = judged?.resolution.target
    const reference = target?.kind === 'image' || target?.kind === 'unresolved' ? target.reference : undefined
    const source = reference === undefined ? (occurrence?.text ?? finding.message) : sourceName(reference)
    const key = JSON.stringify([file, occurrence?.role, source, finding.rule, finding.policy.path])
    const number = (seen.get(key) ?? 0) + 1
    seen.set(key, number)
    return `${createHash('sha256').update(key).digest('hex').slice(0, FINGERPRINT_DIGITS)}:${number}`
  }
}
