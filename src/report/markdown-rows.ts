import { type ExceptionUse, type Finding, type Skipped, type Span, type Step } from '../model.js'
import { type MarkdownContext } from './context.js'
import { MAX_REPLACEMENT, codeCell, linkTarget, markdownText } from './escape.js'
import { type Case, type Spot } from './places.js'
import { adviceOf, chainOf, insteadOf, isChanged, placeName, policyName, written } from './words.js'

/** Steps of a chain and resolutions of a place that a cell shows; the rest is counted. */
const MAX_STEPS = 6
const MAX_CASES = 4

/** Findings, and lines of advice, of one place. */
const MAX_FINDINGS = 12
const MAX_ADVICE_LINES = 6

/** Characters of a sentence in a cell. */
const MAX_CELL = 300

const ICON = { error: '❌', warning: '⚠️' } as const

/** One place with what is new: sign, link, what is written, what is wrong by which line of which policy, what to write. */
export function spotRow(spot: Spot, context: MarkdownContext): string {
  const cells = [
    ICON[spot.severity],
    placeLink(spot.file, spot.span, context),
    writtenCell(spot, context),
    findingsCell(spot),
    insteadCell(spot),
  ]
  return row(cells)
}

/** A place and what is wrong there, in short. */
export function existingRow(
  spot: Pick<Spot, 'file' | 'span'>,
  { rule, message }: Pick<Finding, 'message'> & Partial<Pick<Finding, 'rule'>>,
  context: MarkdownContext,
): string {
  return row([placeLink(spot.file, spot.span, context), ...(rule === undefined ? [] : [codeCell(rule)]), markdownText(message, MAX_CELL)])
}

/** An exception with its end. */
export function exceptionRow({ image, owner, reason, expires, uses, policy }: ExceptionUse): string {
  return row([
    codeCell(image ?? '*'),
    markdownText(owner),
    markdownText(reason, MAX_CELL),
    expires === undefined ? '' : markdownText(expires),
    `${uses}`,
    codeCell(policyName(policy)),
  ])
}

/** A file that was not read. */
export function skippedRow({ file, reason }: Skipped): string {
  return row([codeCell(file), markdownText(reason)])
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

/** `[api/Dockerfile:4](…)`, the line in the revision that was checked. */
function placeLink(file: string, span: Span | undefined, { link }: MarkdownContext): string {
  const label = codeCell(span === undefined ? file : `${file}:${span.start.line}`)
  const target = linkTarget(link?.(file, span?.start.line ?? 1) ?? '')
  return target === undefined ? label : `[${label}](${target})`
}

/** `FROM ${BASE}`, and below it where its value comes from. */
function writtenCell(spot: Spot, context: MarkdownContext): string {
  const { occurrence, cases } = spot
  if (occurrence === undefined) return ''
  const chains = cases.slice(0, MAX_CASES).map((one) => chain(one, occurrence.text, context))
  const more = cases.length > MAX_CASES ? [`… and ${cases.length - MAX_CASES} other builds`] : []
  return lines([codeCell(written(occurrence)), ...new Set(chains.flat()), ...more])
}

function chain({ resolution, findings }: Case, text: string, context: MarkdownContext): readonly string[] {
  const steps = chainOf(resolution, text)
  const told = steps.slice(0, MAX_STEPS).map((step) => `← ${codeCell(step.text)} (${stepPlace(step, findings, context)})`)
  return steps.length > MAX_STEPS ? [...told, `← ${steps.length - MAX_STEPS} more steps`] : told
}

function stepPlace(step: Step, findings: readonly Finding[], context: MarkdownContext): string {
  return `${placeLink(step.file, step.span, context)}${isChanged(step, findings) ? ', changed here' : ''}`
}

/** What is wrong, what to do, and which line of which policy says so. */
function findingsCell({ findings }: Spot): string {
  const told = new Set(findings.map(findingText))
  const more = told.size > MAX_FINDINGS ? [`… and ${told.size - MAX_FINDINGS} more`] : []
  return lines([...[...told].slice(0, MAX_FINDINGS), ...more])
}

function findingText(finding: Finding): string {
  const { severity, rule, message, policy } = finding
  const advised = adviceOf(finding)
    .steps.slice(0, MAX_ADVICE_LINES)
    .map((line) => markdownText(line, MAX_CELL))
  const said = `${severity === 'warning' ? '⚠️ ' : ''}**${rule}** ${markdownText(message, MAX_CELL)}`
  return lines([said, ...advised, `<sub>${markdownText(policyName(policy))}</sub>`])
}

function insteadCell({ findings, file, span }: Spot): string {
  const instead = insteadOf(findings).slice(0, MAX_CASES)
  return lines(
    instead.map(({ text, where }) => {
      const place =
        where === undefined
          ? ''
          : where.file !== file
            ? `in ${codeCell(placeName(where.file))} on line ${where.line}`
            : where.line === span?.start.line
              ? ''
              : `on line ${where.line}`
      return `${codeCell(text, MAX_REPLACEMENT)}${place === '' ? '' : `<br><sub>${place}</sub>`}`
    }),
  )
}

function lines(parts: readonly string[]): string {
  return parts.join('<br>')
}
