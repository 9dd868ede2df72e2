import { type Finding, type Report, type Severity, type Span } from '../model.js'
import { paint } from './ansi.js'
import { MAX_REPLACEMENT, MAX_SENTENCE, breakCommands, plain, visible } from './escape.js'
import { type Spot, spotsOf, worstFirst } from './places.js'
import { summarize } from './summary.js'
import { elsewhere, join, notes, stepText } from './text.js'
import { adviceOf, chainOf, contactsOf, counted, counts, insteadOf, isChanged, placeName, policyName, scope, written } from './words.js'

/** Annotations of one type that a step keeps (actions/runner, ExecutionContext): later ones stay in the log alone. */
const MAX_PER_TYPE = 10

/** Characters: the runner cuts a longer message. */
export const MAX_MESSAGE = 4_096

/** Characters: GitHub's limit of a check run's title. */
const MAX_TITLE = 255

/** One remark at a line of a file. Everything in it is visible and harmless in a log; the command's own escapes are still to be made. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly file: string
  /** 1-based. */
  readonly line: number
  readonly endLine: number
  /** 1-based, only on one line: GitHub drops columns of several lines. `endColumn` is exclusive. */
  readonly column?: number
  readonly endColumn?: number
  readonly title: string
  readonly message: string
}

export interface Annotated {
  /** Worst first. */
  readonly annotations: readonly Annotation[]
  /** Places that there was no room for. */
  readonly rest: number
}

/** How many of each level there is room for. */
export interface Room {
  readonly errors: number
  readonly warnings: number
}

/** What a step keeps, but one error for `setFailed`, which is an annotation as well. */
const STEP_ROOM: Room = { errors: MAX_PER_TYPE - 1, warnings: MAX_PER_TYPE }

/**
 * The new findings as annotations: one for each token, with all its rules and layers, at the step of the chain that the change altered or else at the
 * occurrence; errors before warnings, at most `room` of each.
 */
export function annotate(report: Report, room: Room = STEP_ROOM): Annotated {
  const { shown, rest } = choose(report, room)
  return { annotations: shown.map((mark) => annotation(mark)), rest: rest.length }
}

/** A token, and the places whose findings point to it. */
interface Mark {
  readonly file: string
  readonly span?: Span
  readonly spots: readonly Spot[]
  readonly severity: Severity
}

function choose(report: Report, room: Room): { shown: readonly Mark[]; rest: readonly Mark[] } {
  const marks = worstFirst(marksOf(report))
  const errors = marks.filter(({ severity }) => severity === 'error')
  const warnings = marks.filter(({ severity }) => severity !== 'error')
  return {
    shown: [...errors.slice(0, room.errors), ...warnings.slice(0, room.warnings)],
    rest: [...errors.slice(room.errors), ...warnings.slice(room.warnings)],
  }
}

/** By token: several references can get their value from one changed line, and one reference can have changed lines in several builds. */
function marksOf(report: Report): readonly Mark[] {
  const marks = new Map<string, { file: string; span?: Span; spots: Spot[]; severity: Severity }>()
  for (const spot of spotsOf(report, 'new')) {
    for (const { file, span, findings } of byTarget(spot)) {
      const key = JSON.stringify([file, span?.start.line, span?.start.column])
      const severity = findings.some((finding) => finding.severity === 'error') ? 'error' : 'warning'
      const mark = marks.get(key) ?? { file, ...(span && { span }), spots: [], severity }
      marks.set(key, mark)
      mark.spots.push(only(spot, findings, severity))
      if (severity === 'error') mark.severity = severity
    }
  }
  return [...marks.values()]
}

/** The findings of a place by what they point to. */
function byTarget(spot: Spot): readonly { readonly file: string; readonly span?: Span; readonly findings: Finding[] }[] {
  const targets = new Map<string, { file: string; span?: Span; findings: Finding[] }>()
  for (const finding of spot.findings) {
    const { file, span } = finding.at ?? spot
    const key = JSON.stringify([file, span?.start.line, span?.start.column])
    const target = targets.get(key) ?? { file, ...(span && { span }), findings: [] }
    targets.set(key, target)
    target.findings.push(finding)
  }
  return [...targets.values()]
}

function only(spot: Spot, findings: readonly Finding[], severity: Severity): Spot {
  const cases = spot.cases.map((one) => ({ ...one, findings: one.findings.filter((finding) => findings.includes(finding)) }))
  return { ...spot, findings, severity, cases: cases.filter((one) => one.findings.length > 0) }
}

function annotation({ file, span, spots, severity }: Mark): Annotation {
  const findings = spots.flatMap((spot) => spot.findings)
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  const oneLine = span !== undefined && span.start.line === span.end.line
  return {
    level: severity,
    file,
    line: span?.start.line ?? 1,
    endLine: span?.end.line ?? 1,
    ...(oneLine && { column: span.start.column, endColumn: span.end.column }),
    title: plain(`Image policy: ${rules.join(', ')}`, MAX_TITLE),
    message: message({ file, span, spots, findings }),
  }
}

interface Said {
  readonly file: string
  readonly span: Span | undefined
  readonly spots: readonly Spot[]
  readonly findings: readonly Finding[]
}

function message({ file, span, spots, findings }: Said): string {
  const lines = [
    ...spots.flatMap(spotText),
    ...insteadOf(findings).map(
      ({ text, where }) => `Write instead${elsewhere(where, file, span?.start.line)}: ${plain(text, MAX_REPLACEMENT)}`,
    ),
    ...contactsOf(findings).map((contact) => plain(contact, MAX_SENTENCE)),
  ]
  return within([...new Set(lines)].map(breakCommands))
}

const PLAIN = paint(false)

/** What is wrong, what is written where, and what to do. */
function spotText({ file, span, occurrence, cases, findings }: Spot): string[] {
  const said = findings.map(({ rule, message }) => `${plain(message, MAX_SENTENCE)} (${rule})`)
  const chains = cases.flatMap((one) => {
    if (occurrence === undefined) return []
    const steps = chainOf(one.resolution, occurrence.text).map((step) => stepText(step, isChanged(step, one.findings), PLAIN))
    return [`${plain(placeName(file, span))}: ${[plain(written(occurrence)), ...steps].join(' ← ')}`]
  })
  const advised = findings.flatMap((finding) => {
    const { steps } = adviceOf(finding)
    const decided = plain(policyName(finding.policy))
    if (steps.length === 0) return [`Decided by ${decided}`]
    return steps.map((line, index) => plain(line, MAX_SENTENCE) + (index === 0 ? ` (${decided})` : ''))
  })
  return [...said, ...chains, ...advised]
}

/** Whole lines, as many as the runner keeps. */
function within(lines: readonly string[]): string {
  let length = 0
  const kept = lines.filter((line) => (length += line.length + 1) <= MAX_MESSAGE - 2)
  return kept.length === lines.length ? kept.join('\n') : [...kept, '…'].join('\n')
}

// -------------------------------------------------------------------------------------- workflow commands

/**
 * The report as a GitHub runner's log: workflow commands for as many annotations as a step keeps, a plain line for each other place, the counts last.
 * Nothing in it but our own commands is one.
 */
export function renderGithub(report: Report): string {
  const { shown, rest } = choose(report, { errors: MAX_PER_TYPE, warnings: MAX_PER_TYPE })
  const commands = shown.map((mark) => `${command(annotation(mark))}\n`).join('')
  const others = rest.map(({ file, span, spots, severity }) => {
    const said = [...new Set(spots.flatMap(({ findings }) => findings.map(({ rule, message }) => `${plain(message)} (${rule})`)))]
    return `${plain(placeName(file, span))}  ${severity}  ${said.join('; ')}`
  })
  const silent = report.problems.filter(({ findings }) => findings.length === 0)
  const problems = silent.map(({ file, span, message }) => `${plain(placeName(file, span))}  problem  ${plain(message, MAX_SENTENCE)}`)
  const summary = summarize(report)
  const more = others.length === 0 ? [] : [`${counted(others.length, 'more place')}, beyond the annotations that a step keeps:`, ...others]
  return commands + join([notes(report, PLAIN), more, problems, [[scope(summary), ...counts(summary)].join(' · ')]])
}

/** `::error file=F,line=N,…::MESSAGE` (actions/toolkit, core/src/command.ts). A path with unseen characters is named, and so points to no file. */
function command({ level, file, line, endLine, column, endColumn, title, message }: Annotation): string {
  const properties = { file: breakCommands(visible(file)), line, endLine, col: column, endColumn, title }
  const told = Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escapeProperty(`${value}`)}`]))
  return `::${level} ${told.join(',')}::${escapeData(message)}`
}

const DATA = /[%\r\n]/g
const PROPERTY = /[%\r\n:,]/g

function escapeData(text: string): string {
  return text.replace(DATA, percent)
}

function escapeProperty(text: string): string {
  return text.replace(PROPERTY, percent)
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
