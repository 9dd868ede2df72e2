import { type Finding, type JudgedProblem, type Report, type Step, type Summary } from '../model.js'
import { type Paint, paint } from './ansi.js'
import { type ReportContext } from './context.js'
import { MAX_REPLACEMENT, MAX_SENTENCE, breakCommands, mayCommand, plain } from './escape.js'
import { type Case, type Spot, byPlace, byRule, spotsOf } from './places.js'
import { summarize } from './summary.js'
import {
  type Instead,
  adviceOf,
  chainOf,
  contactsOf,
  counted,
  counts,
  distinct,
  insteadOf,
  isChanged,
  placeName,
  policyName,
  scope,
  verdictOf,
  written,
} from './words.js'

const INDENT = '   '

/** Characters before the deciding line of the policy: the lines of one place are aligned, but not for the sake of one that is very long. */
const MIN_ROOM = 57
const MAX_ROOM = 84

/** Characters: a chain that fits is told on one line. */
const LINE_WIDTH = 110

/**
 * The report for a terminal: what is new, place by place and file by file; one counted line each for what is excused, was there before or was
 * left out; the counts last. A run without anything to tell is one line. Ends with a line feed.
 */
export function renderText(report: Report, context: ReportContext): string {
  const style = paint(context.color === true)
  const summary = summarize(report)
  const blocks = placeBlocks(report, { style, told: new Map() })
  return join([notes(report, style), ...blocks, folded(report, summary, context, style), [countsLine(report, summary, style)]])
}

/** What the places of a report share. */
interface Page {
  readonly style: Paint
  readonly told: Map<Finding, Told>
}

/** What is told of a finding, whatever its place: what is said of many places is one finding. */
interface Told {
  readonly message: string
  /** The line of the policy. */
  readonly decided: string
  readonly steps: readonly string[]
  readonly contacts: readonly string[]
}

/** Blocks with a blank line between them; no line of them is a command to a runner. */
export function join(blocks: readonly (readonly string[])[]): string {
  const lines: string[] = []
  for (const block of blocks) {
    if (block.length === 0) continue
    if (lines.length > 0) lines.push('')
    for (const line of block) lines.push(line)
  }
  if (lines.length === 0) return ''
  lines.push('')
  const text = lines.join('\n')
  return mayCommand(text) ? lines.map(breakCommands).join('\n') : text
}

/** What a reader must know of how the check was made. */
export function notes(report: Report, style: Paint): string[] {
  return report.notes.map((note) => `${style.bold('note')}  ${plain(note, MAX_SENTENCE)}`)
}

/** One block a place with what is new, file by file, and what could not be read and is no finding. */
function placeBlocks(report: Report, page: Page): readonly (readonly string[])[] {
  const silent = report.problems.filter(({ findings }) => findings.length === 0)
  const spots = spotsOf(report, 'new')
  const items: readonly (Spot | JudgedProblem)[] = silent.length === 0 ? spots : [...spots, ...silent].sort(byPlace)
  const blocks: (readonly string[])[] = []
  for (let start = 0, end = 0; start < items.length; start = end) {
    const file = items[start]?.file
    while (end < items.length && items[end]?.file === file) end++
    alignedBlocks(items, start, end, page, blocks)
  }
  return blocks
}

/** The blocks of one file's items, from `start` up to `end`, aligned with each other, and once for all of them whom to ask. */
function alignedBlocks(
  items: readonly (Spot | JudgedProblem)[],
  start: number,
  end: number,
  page: Page,
  blocks: (readonly string[])[],
): void {
  const group = items.slice(start, end)
  const places = group.map(shownPlace)
  const widths = { place: longest(places, (place) => place.length), rule: 0 }
  for (const { findings } of group) for (const { rule } of findings) widths.rule = Math.max(widths.rule, rule.length)
  const asked = contacts(group, page).map((contact) => page.style.dim(`${INDENT}${contact}`))
  group.forEach((item, index) => {
    const place = (places[index] ?? '').padEnd(widths.place)
    const lines = 'severity' in item ? spotLines(item, place, widths.rule, page) : [problemLine(item, widths.place, page.style)]
    blocks.push(group.length === 1 ? [...lines, ...asked] : lines)
  })
  if (group.length > 1) blocks.push(asked)
}

/** The greatest length; 0 of none. Not by spreading: a file can have more places than a call has arguments. */
export function longest<Item>(items: readonly Item[], length: (item: Item) => number): number {
  return items.reduce((most, item) => Math.max(most, length(item)), 0)
}

function shownPlace({ file, span }: Spot | JudgedProblem): string {
  return plain(placeName(file, span))
}

/** For `list`, and where no rule speaks of it. */
export function problemLine(problem: JudgedProblem, width: number, style: Paint): string {
  return `${style.bold(shownPlace(problem).padEnd(width))}  ${style.yellow('problem')}  ${plain(problem.message, MAX_SENTENCE)}`
}

/** `place` is filled up to the width of the file's places, as rules are to `ruleWidth`. */
function spotLines(spot: Spot, place: string, ruleWidth: number, page: Page): string[] {
  const { style } = page
  const lines: string[] = []
  const blank = ' '.repeat(place.length)
  for (const line of heads(spot, ruleWidth, page)) {
    if (lines.length === 0) lines.push(`${style.bold(place)}  ${line}`)
    else lines.push(line.startsWith(INDENT) ? line : `${blank}  ${line}`)
  }
  decide(spot, page, lines)
  for (const instead of insteadOf(spot.findings)) lines.push(insteadLine(instead, spot, style))
  return lines
}

/** What is wrong, and below it what is written, case by case; what several cases have in common is told once. */
function heads(spot: Spot, ruleWidth: number, page: Page): readonly string[] {
  if (spot.occurrence === undefined) return spot.findings.map((finding) => headLine(finding, ruleWidth, page))
  const lines: string[] = []
  for (const one of spot.cases) {
    for (const finding of one.findings) lines.push(headLine(finding, ruleWidth, page))
    lines.push(...chainLines(spot, one, page.style))
  }
  // The first says what is wrong, the second what is written: they differ.
  return lines.length === 2 ? lines : distinct(lines, (line) => line)
}

/** `error  allowed-namespace  docker.io/bitnami/redis:7.2 is not allowed` */
function headLine(finding: Finding, ruleWidth: number, page: Page): string {
  const { severity, rule } = finding
  const tint = severity === 'error' ? page.style.red : page.style.yellow
  return `${tint(severity.padEnd('warning'.length))}  ${page.style.cyan(rule.padEnd(ruleWidth))}  ${toldOf(finding, page).message}`
}

function toldOf(finding: Finding, { told }: Page): Told {
  let known = told.get(finding)
  if (known === undefined) {
    const { steps, contact } = adviceOf(finding)
    known = {
      message: plain(finding.message, MAX_SENTENCE),
      decided: plain(policyName(finding.policy)),
      steps: steps.map((line) => plain(line, MAX_SENTENCE)),
      contacts: contact.map((line) => plain(line, MAX_SENTENCE)),
    }
    told.set(finding, known)
  }
  return known
}

/** Whom to ask: once for each layer. */
function contacts(group: readonly { readonly findings: readonly Finding[] }[], page: Page): readonly string[] {
  const findings = group.flatMap((one) => one.findings)
  const [only, other] = findings
  if (only !== undefined && other === undefined) return toldOf(only, page).contacts
  return contactsOf(findings).map((contact) => plain(contact, MAX_SENTENCE))
}

/** What is written, and where its value came from: `FROM ${BASE}  ←  ARG BASE=bitnami/redis:7.2 (api/Dockerfile:1:10)`. */
function chainLines(spot: Spot, { resolution, findings }: Case, style: Paint): readonly string[] {
  if (spot.occurrence === undefined) return []
  const start = INDENT + plain(written(spot.occurrence))
  const steps = chainOf(resolution, spot.occurrence.text).map((step) => stepText(step, isChanged(step, findings), style))
  return layChain(start, steps, style)
}

/** `ARG BASE=bitnami/redis:7.2 (api/Dockerfile:1:10, changed here)` */
export function stepText(step: Step, changed: boolean, style: Paint): string {
  return `${plain(step.text)} ${style.dim(`(${plain(placeName(step.file, step.span))}${changed ? ', changed here' : ''})`)}`
}

const STYLE = /\u001b\[\d+m/g

/** On one line if it fits, else one step a line. */
function layChain(start: string, steps: readonly string[], style: Paint): readonly string[] {
  const arrow = style.dim('←')
  if (steps.length === 0) return [start]
  const line = [start, ...steps].join(`  ${arrow}  `)
  if (steps.length < 2 || line.replace(STYLE, '').length <= LINE_WIDTH) return [line]
  return [start, ...steps.map((step) => `${INDENT}${INDENT}${arrow}  ${step}`)]
}

/** What to do, with the line of the policy that decided, each once. */
function decide({ findings }: Spot, page: Page, lines: string[]): void {
  const all = findings.map((finding) => toldOf(finding, page))
  const told = distinct(all, ({ decided, steps }) => [decided, ...steps].join('\n'))
  const room = Math.max(
    MIN_ROOM,
    longest(told, ({ steps }) => {
      const { length } = steps[0] ?? ''
      return length <= MAX_ROOM ? length : 0
    }),
  )
  for (const { decided, steps } of told) {
    const first = steps[0] ?? ''
    lines.push(`${INDENT}${first === '' ? '' : `${first.padEnd(room)}  `}${page.style.dim(decided)}`)
    for (let index = 1; index < steps.length; index++) lines.push(INDENT + (steps[index] ?? ''))
  }
}

function insteadLine({ text, where }: Instead, { file, span }: Spot, style: Paint): string {
  return `${INDENT}Write instead${elsewhere(where, file, span?.start.line)}:  ${style.green(plain(text, MAX_REPLACEMENT))}`
}

/** `, on line 1` or `, in compose.yaml on line 9`, unless it is where the reader looks already. */
export function elsewhere(where: Instead['where'], file: string, line: number | undefined): string {
  if (where === undefined || (where.file === file && where.line === line)) return ''
  return `${where.file === file ? '' : `, in ${plain(where.file)}`}${where.file === file ? ',' : ''} on line ${where.line}`
}

/** One line each for what is excused, what was there before, what was left out, and how to see it again. */
function folded(report: Report, summary: Summary, { repeat }: ReportContext, style: Paint): string[] {
  if (verdictOf(summary) === 'pass') return []
  const excepted = summary.excepted === 0 ? [] : spotsOf(report, 'excepted').flatMap(({ findings }) => findings)
  const existing = summary.existing === 0 ? [] : spotsOf(report, 'existing')
  const lines = []
  if (excepted.length > 0) lines.push(`${counted(excepted.length, 'finding')} excepted: ${rules(excepted)}${firstEnd(excepted)}`)
  if (existing.length > 0) {
    const findings = existing.flatMap((spot) => spot.findings)
    lines.push(
      `${counted(findings.length, 'finding')} existing before this change, in ${counted(new Set(existing.map(({ file }) => file)).size, 'file')}: ${rules(findings)}`,
    )
  }
  if (report.skipped.length > 0) lines.push(skippedLine(report))
  if (repeat !== undefined) lines.push(`Repeat it with: ${plain(repeat, MAX_REPLACEMENT)}`)
  return lines.map(style.dim)
}

/** `2 files skipped: excluded (2)`. */
export function skippedLine({ skipped }: Report): string {
  const reasons = new Map<string, number>()
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const told = [...reasons].map(([reason, count]) => (reasons.size === 1 ? plain(reason) : `${plain(reason)} (${count})`))
  return `${counted(skipped.length, 'file')} skipped: ${told.join(', ')}`
}

/** `pinned` or `2 pinned, 1 allowed-tag`. */
function rules(findings: readonly Finding[]): string {
  const told = byRule(findings)
  return told.map(([rule, count]) => (told.length === 1 ? rule : `${count} ${rule}`)).join(', ')
}

/** When the first of these exceptions ends. */
function firstEnd(excepted: readonly Finding[]): string {
  const ends = excepted.flatMap(({ exception }) => (exception?.expires === undefined ? [] : [exception.expires])).sort()
  return ends[0] === undefined ? '' : `, the first ends ${plain(ends[0])}`
}

function countsLine(report: Report, summary: Summary, style: Paint): string {
  const total = scope(summary)
  if (report.files.length === 0 && report.verdicts.length === 0 && report.problems.length === 0 && report.skipped.length === 0) return total
  const told = counts(summary).map((count) =>
    /^[1-9]\d* error/.test(count) ? style.red(count) : /^[1-9]\d* warning/.test(count) ? style.yellow(count) : count,
  )
  const verdict = verdictOf(summary)
  const start = verdict === 'pass' ? style.green(`${total}: ${summary.existing > 0 ? 'nothing new' : 'all allowed'}`) : style.bold(total)
  return [start, ...told].join(' · ')
}
