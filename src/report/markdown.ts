import { type ExceptionUse, type Finding, type Report } from '../model.js'
import { type MarkdownContext, type ReportContext } from './context.js'
import { MAX_REPLACEMENT, code, markdownText } from './escape.js'
import { type Limit, bytes, fit, units } from './fit.js'
import { exceptionRow, existingRow, skippedRow, spotRow } from './markdown-rows.js'
import { mermaid } from './mermaid.js'
import { type Spot, spotsOf } from './places.js'
import { summarize } from './summary.js'
import { contactsOf, counted, counts, scope, verdictOf } from './words.js'

/** Characters. GitHub answers 422 to a longer body; the marker is within it. */
export const MAX_COMMENT_CHARACTERS = 65_536

/** Bytes a step. GitHub does not show a larger summary. */
export const MAX_SUMMARY_BYTES = 1_048_576

/** Characters that are left to whoever puts a marker before a comment that was rendered without. */
const MARKER_ROOM = 256

/** Characters or bytes that a section's own words take beside its rows. */
const SECTION_ROOM = 800

/** Rows before the rest of a table is folded. */
const OPEN_ROWS = { comment: 10, summary: 50 } as const

/** Notes in a report; a run has two or three. */
const MAX_NOTES = 10
const MAX_NOTE = 300

/** Layers with a contact in a report. */
const MAX_CONTACTS = 5

/** The comment on a pull request: what is new, what to write instead, whom to ask; the rest folded. Within GitHub's limit, its marker included. */
export function renderComment(report: Report, context: MarkdownContext): string {
  const max = MAX_COMMENT_CHARACTERS - (context.marker === undefined ? MARKER_ROOM : 0)
  return page(report, context, { max, size: units }, OPEN_ROWS.comment)
}

/** The summary of a job: as the comment, with a graph of where the images come from and what was left out. Within GitHub's limit. */
export function renderSummary(report: Report, context: MarkdownContext): string {
  const limit = { max: MAX_SUMMARY_BYTES, size: bytes }
  const graph = mermaid(report)
  const rest = { ...limit, max: limit.max - limit.size(graph) - 1 }
  const text = page(report, context, rest, OPEN_ROWS.summary)
  return graph === '' ? text : `${text}\n${graph}`
}

/** The `markdown` format of the command line: the comment, as long as it has to be. */
export function renderMarkdown(report: Report, context: ReportContext): string {
  return page(report, context, { max: MAX_SUMMARY_BYTES, size: bytes }, OPEN_ROWS.summary)
}

/** Blocks in their order, with a blank line between them; each section gets what those before it have left. */
function page(report: Report, context: MarkdownContext, limit: Limit, open: number): string {
  const head = [context.marker ?? '', alert(context), heading(report, context), noteBlock(report)]
  const tail = [contactBlock(report), repeatBlock(context), `<sub>${countsText(report)}</sub>`]
  let left = limit.max - limit.size([...head, ...tail].join('\n\n'))
  const take = (section: (budget: Limit) => string): string => {
    const text = section({ ...limit, max: left })
    left -= limit.size(text) + 2
    return text
  }
  const findings = take((budget) => newSection(spotsOf(report, 'new'), context, budget, open))
  const proposed = take((budget) => proposedSection(context, budget))
  const folded = [exceptionsSection, existingSection, unreadSection, skippedSection].map((section) =>
    take((budget) => section(report, context, budget)),
  )
  const blocks = [...head, findings, proposed, ...tail.slice(0, -1), ...folded, ...tail.slice(-1)]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** What must be said before everything else. */
function alert({ alert }: MarkdownContext): string {
  return alert === undefined ? '' : `**⚠️ ${markdownText(alert, MAX_NOTE)}**`
}

/** The verdict: the first thing that is read, also in a list of notifications. */
function heading(report: Report, { title = 'Image policy', resolved }: MarkdownContext): string {
  const summary = summarize(report)
  const said = `${counted(summary.errors, 'error')}, ${counted(summary.warnings, 'warning')}`
  const files = new Set(spotsOf(report, 'new').map(({ file }) => file)).size
  const verdicts = {
    fail: ['❌', `${said} in ${counted(files, 'file')}`],
    warn: ['⚠️', `${counted(summary.warnings, 'warning')} in ${counted(files, 'file')}`],
    pass: [
      '✅',
      resolved === true
        ? 'all earlier findings are resolved'
        : `${scope(summary)}, ${summary.existing > 0 ? 'nothing new' : 'all allowed'}`,
    ],
  } as const
  const [sign, verdict] = verdicts[verdictOf(summary)]
  return `### ${sign} ${markdownText(title, MAX_NOTE)}: ${verdict}`
}

function noteBlock({ notes }: Report): string {
  if (notes.length === 0) return ''
  const told = notes.slice(0, MAX_NOTES).map((note) => markdownText(note, MAX_NOTE))
  const more = notes.length > MAX_NOTES ? [`… and ${counted(notes.length - MAX_NOTES, 'note')} more`] : []
  return ['> [!NOTE]', [...told, ...more].map((note) => `> ${note}`).join('\n>\n')].join('\n')
}

const NEW_HEAD = '| | Where | Written | What is wrong | Write instead |\n|---|---|---|---|---|\n'

/** The table of what is new; after `open` rows the rest is folded, and what does not fit is counted. */
function newSection(spots: readonly Spot[], context: MarkdownContext, { max, size }: Limit, open: number): string {
  if (spots.length === 0) return ''
  const { rows, cut } = fit(spots, (spot) => spotRow(spot, context), { max: max - SECTION_ROOM, size }, badness)
  const table = (part: readonly string[]): string => (part.length === 0 ? '' : `${NEW_HEAD}${part.join('\n')}`)
  const more = rows.slice(open)
  const blocks = [
    table(rows.slice(0, open)),
    more.length === 0 ? '' : details(`${counted(more.length, 'place')} more`, table(more)),
    cutNote(cut, 'place'),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

/** Errors are the last to be cut. */
function badness({ severity }: Spot): number {
  return severity === 'error' ? 0 : 1
}

/** `summary` is of our own words. */
function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
}

function cutNote(cut: number, noun: string): string {
  return cut === 0
    ? ''
    : `**${counted(cut, `${noun} more is`, `${noun}s more are`)} not shown here**: the report would be too long for GitHub. The JSON report has them all.`
}

/** A folded table with a line of its own; nothing without items, and a line alone where there is no room for a row. */
function foldedTable<Item>(
  items: readonly Item[],
  summary: string,
  columns: readonly string[],
  row: (item: Item) => string,
  { max, size }: Limit,
  noun: string,
): string {
  if (items.length === 0 || max < SECTION_ROOM) return ''
  const { rows, cut } = fit(items, row, { max: max - SECTION_ROOM, size })
  const head = `| ${columns.join(' | ')} |\n|${'---|'.repeat(columns.length)}`
  return details(summary, [[head, ...rows].join('\n'), cutNote(cut, noun)].filter((block) => block !== '').join('\n\n'))
}

/** What the policy says that this pull request would bring. */
function proposedSection({ proposed, ...context }: MarkdownContext, budget: Limit): string {
  if (proposed === undefined || budget.max < SECTION_ROOM) return ''
  const { errors, warnings } = summarize(proposed)
  const spots = spotsOf(proposed, 'new')
  const summary = `With the policy as this change makes it: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`
  if (spots.length === 0) return `${summary}.`
  return details(summary, newSection(spots, context, { ...budget, max: budget.max - SECTION_ROOM }, Infinity))
}

const DATE = /^\d{4}-\d\d-\d\d$/

function exceptionsSection({ exceptions }: Report, _: MarkdownContext, budget: Limit): string {
  const ends = exceptions.flatMap(({ expires = '' }) => (DATE.test(expires) ? [expires] : [])).sort()
  const first = ends[0] === undefined ? '' : `, the first ends ${ends[0]}`
  const byEnd = [...exceptions].sort((a, b) => compare(a.expires ?? '9999', b.expires ?? '9999'))
  return foldedTable(
    byEnd,
    `${counted(exceptions.length, 'exception')} in use${first}`,
    ['Image', 'Owner', 'Reason', 'Ends', 'Uses', 'Written in'],
    (use: ExceptionUse) => exceptionRow(use),
    budget,
    'exception',
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function existingSection(report: Report, context: MarkdownContext, budget: Limit): string {
  const items = spotsOf(report, 'existing').flatMap((spot) => spot.findings.map((finding): [Spot, Finding] => [spot, finding]))
  const summary = `${counted(items.length, 'finding was', 'findings were')} there before, and ${items.length === 1 ? 'does' : 'do'} not fail this change`
  return foldedTable(
    items,
    summary,
    ['Where', 'Rule', 'What is wrong'],
    ([spot, finding]) => existingRow(spot, finding, context),
    budget,
    'finding',
  )
}

/** Problems that the policy makes nothing of: never silent. */
function unreadSection(report: Report, context: MarkdownContext, budget: Limit): string {
  const silent = report.problems.filter(({ findings }) => findings.length === 0)
  return foldedTable(
    silent,
    `${counted(silent.length, 'problem')} that no rule speaks of`,
    ['Where', 'What is wrong'],
    ({ file, span, message }) => existingRow({ file, ...(span && { span }) }, { message }, context),
    budget,
    'problem',
  )
}

function skippedSection({ skipped }: Report, _: MarkdownContext, budget: Limit): string {
  return foldedTable(skipped, `${counted(skipped.length, 'file')} skipped`, ['File', 'Reason'], skippedRow, budget, 'file')
}

/** Whom to ask, once for each layer that refuses something. */
function contactBlock(report: Report): string {
  const contacts = contactsOf(spotsOf(report, 'new').flatMap(({ findings }) => findings))
  const told = contacts.slice(0, MAX_CONTACTS).map((contact) => markdownText(contact, MAX_NOTE).replace(/^Not possible\?/, '**$&**'))
  return told.join('\n\n')
}

function repeatBlock({ repeat }: MarkdownContext): string {
  return repeat === undefined ? '' : `Repeat it with ${code(repeat, MAX_REPLACEMENT)}`
}

function countsText(report: Report): string {
  const summary = summarize(report)
  return [scope(summary), ...counts(summary)].join(' · ')
}
