import { type Finding, type JudgedProblem, type Report, type Step } from '../model.js'
import { type Paint, paint } from './ansi.js'
import { type ReportContext } from './context.js'
import { MAX_REPLACEMENT, MAX_SENTENCE, breakCommands, plain } from './escape.js'
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
  const blocks = [notes(report, style), ...placeBlocks(report, style), folded(report, context, style), [countsLine(report, style)]]
  return join(blocks)
}

/** Blocks with a blank line between them; no line of them is a command to a runner. */
export function join(blocks: readonly (readonly string[])[]): string {
  const lines: string[] = []
  for (const block of blocks) {
    if (block.length === 0) continue
    if (lines.length > 0) lines.push('')
    for (const line of block) lines.push(breakCommands(line))
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** What a reader must know of how the check was made. */
export function notes(report: Report, style: Paint): string[] {
  return report.notes.map((note) => `${style.bold('note')}  ${plain(note, MAX_SENTENCE)}`)
}

/** One block a place with what is new, file by file, and what could not be read and is no finding. */
function placeBlocks(report: Report, style: Paint): readonly (readonly string[])[] {
  const silent = report.problems.filter(({ findings }) => findings.length === 0)
  const items = [...spotsOf(report, 'new'), ...silent].sort(byPlace)
  const groups = new Map<string, (Spot | JudgedProblem)[]>()
  for (const item of items) {
    const group = groups.get(item.file)
    if (group === undefined) groups.set(item.file, [item])
    else group.push(item)
  }
  return [...groups.values()].flatMap((group) => alignedBlocks(group, style))
}

/** The blocks of one file, aligned with each other, and once for all of them whom to ask. */
function alignedBlocks(group: readonly (Spot | JudgedProblem)[], style: Paint): readonly (readonly string[])[] {
  const widths = {
    place: longest(group, (item) => shownPlace(item).length),
    rule: longest(group, ({ findings }) => longest(findings, ({ rule }) => rule.length)),
  }
  const blocks = group.map((item) => ('severity' in item ? spotLines(item, widths, style) : [problemLine(item, widths.place, style)]))
  const contacts = contactsOf(group.flatMap(({ findings }) => findings)).map((line) => style.dim(`${INDENT}${plain(line, MAX_SENTENCE)}`))
  return blocks.length === 1 ? [[...blocks.flat(), ...contacts]] : [...blocks, contacts]
}

/** The greatest length; 0 of none. Not by spreading: a file can have more places than a call has arguments. */
export function longest<Item>(items: readonly Item[], length: (item: Item) => number): number {
  return items.reduce((most, item) => Math.max(most, length(item)), 0)
}

interface Widths {
  readonly place: number
  readonly rule: number
}

function shownPlace({ file, span }: Spot | JudgedProblem): string {
  return plain(placeName(file, span))
}

/** For `list`, and where no rule speaks of it. */
export function problemLine(problem: JudgedProblem, width: number, style: Paint): string {
  return `${style.bold(shownPlace(problem).padEnd(width))}  ${style.yellow('problem')}  ${plain(problem.message, MAX_SENTENCE)}`
}

function spotLines(spot: Spot, widths: Widths, style: Paint): string[] {
  const place = shownPlace(spot).padEnd(widths.place)
  const [first = '', ...rest] = heads(spot, widths, style)
  const blank = ' '.repeat(place.length)
  return [
    `${style.bold(place)}  ${first}`,
    ...rest.map((line) => (line.startsWith(INDENT) ? line : `${blank}  ${line}`)),
    ...decisions(spot, style),
    ...insteadOf(spot.findings).map((instead) => insteadLine(instead, spot, style)),
  ]
}

/** What is wrong, and below it what is written, case by case; what several cases have in common is told once. */
function heads(spot: Spot, widths: Widths, style: Paint): readonly string[] {
  if (spot.occurrence === undefined) return spot.findings.map((finding) => headLine(finding, widths, style))
  const lines = spot.cases.flatMap((one) => [
    ...one.findings.map((finding) => headLine(finding, widths, style)),
    ...chainLines(spot, one, style),
  ])
  return distinct(lines, (line) => line)
}

/** `error  allowed-namespace  docker.io/bitnami/redis:7.2 is not allowed` */
function headLine({ severity, rule, message }: Finding, widths: Widths, style: Paint): string {
  const tint = severity === 'error' ? style.red : style.yellow
  return `${tint(severity.padEnd('warning'.length))}  ${style.cyan(rule.padEnd(widths.rule))}  ${plain(message, MAX_SENTENCE)}`
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
export function layChain(start: string, steps: readonly string[], style: Paint): readonly string[] {
  const arrow = style.dim('←')
  const line = [start, ...steps].join(`  ${arrow}  `)
  if (steps.length < 2 || line.replace(STYLE, '').length <= LINE_WIDTH) return [line]
  return [start, ...steps.map((step) => `${INDENT}${INDENT}${arrow}  ${step}`)]
}

/** What to do, with the line of the policy that decided, each once. */
function decisions(spot: Spot, style: Paint): readonly string[] {
  const all = spot.findings.map((finding) => ({
    decided: plain(policyName(finding.policy)),
    lines: adviceOf(finding).steps.map((line) => plain(line, MAX_SENTENCE)),
  }))
  const told = distinct(all, ({ decided, lines }) => [decided, ...lines].join('\n'))
  const room = Math.max(
    MIN_ROOM,
    longest(told, ({ lines: [first = ''] }) => (first.length <= MAX_ROOM ? first.length : 0)),
  )
  return told.flatMap(({ decided, lines: [first = '', ...rest] }) => [
    `${INDENT}${first === '' ? '' : `${first.padEnd(room)}  `}${style.dim(decided)}`,
    ...rest.map((line) => INDENT + line),
  ])
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
function folded(report: Report, { repeat }: ReportContext, style: Paint): string[] {
  const excepted = spotsOf(report, 'excepted').flatMap(({ findings }) => findings)
  const existing = spotsOf(report, 'existing')
  if (verdictOf(summarize(report)) === 'pass') return []
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

function countsLine(report: Report, style: Paint): string {
  const summary = summarize(report)
  const total = scope(summary)
  if (report.files.length === 0 && report.verdicts.length === 0 && report.problems.length === 0 && report.skipped.length === 0) return total
  const told = counts(summary).map((count) =>
    /^[1-9]\d* error/.test(count) ? style.red(count) : /^[1-9]\d* warning/.test(count) ? style.yellow(count) : count,
  )
  const verdict = verdictOf(summary)
  const start = verdict === 'pass' ? style.green(`${total}: ${summary.existing > 0 ? 'nothing new' : 'all allowed'}`) : style.bold(total)
  return [start, ...told].join(' · ')
}
