import { type Judged, type Report, type Resolution, type Verdict } from '../model.js'
import { type Paint, paint } from './ansi.js'
import { type ReportContext } from './context.js'
import { MAX_SENTENCE, plain } from './escape.js'
import { byPlace } from './places.js'
import { summarize } from './summary.js'
import { join, longest, notes, problemLine, skippedLine, stepText } from './text.js'
import { chainOf, counts, placeName, scope, sourceName, targetName } from './words.js'

/** Characters: a longer text pushes only its own line. */
const MAX_COLUMN = 56

/** Every reference and how it resolved, for a terminal: one block a file, one line a resolution, the steps of its chain below it. */
export function renderInventoryText(report: Report, context: ReportContext): string {
  const style = paint(context.color === true)
  const groups = new Map<string, Verdict[]>()
  for (const verdict of report.verdicts) {
    const group = groups.get(verdict.occurrence.file)
    if (group === undefined) groups.set(verdict.occurrence.file, [verdict])
    else group.push(verdict)
  }
  const files = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, verdicts]) => fileLines(file, verdicts, style))
  const problems = [...report.problems].sort(byPlace).map((problem) => problemLine(problem, 0, style))
  const skipped = report.skipped.length === 0 ? [] : [style.dim(skippedLine(report))]
  return join([notes(report, style), ...files, problems, skipped, [total(report, style)]])
}

/** Of an inventory: nothing was judged, so findings are not counted. */
function total(report: Report, style: Paint): string {
  const summary = summarize(report)
  const told = counts(summary).filter((count) => !/ (?:errors?|warnings?|excepted|existing)$/.test(count))
  return [style.bold(scope(summary)), ...told].join(' · ')
}

function fileLines(file: string, verdicts: readonly Verdict[], style: Paint): string[] {
  const rows = [...verdicts].sort((a, b) => byPlace(a.occurrence, b.occurrence)).map((verdict) => ({ verdict, cells: cellsOf(verdict) }))
  const widths = [0, 1, 2].map((column) =>
    Math.min(
      MAX_COLUMN,
      longest(rows, ({ cells }) => cells[column]?.length ?? 0),
    ),
  )
  return [style.bold(plain(file)), ...rows.flatMap(({ verdict, cells }) => rowLines(verdict, cells, widths, style))]
}

/** Place, role and text. */
function cellsOf({ occurrence }: Verdict): readonly string[] {
  const { file, span, role, text, onbuild } = occurrence
  return [placeName(file, span).slice(file.length + 1), onbuild === true ? `onbuild ${role}` : role, plain(text)]
}

function rowLines(verdict: Verdict, cells: readonly string[], widths: readonly number[], style: Paint): readonly string[] {
  const start = `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`
  const blank = ' '.repeat(2 + widths.reduce((sum, width) => sum + width, 0) + 2 * (widths.length - 1))
  const lines = [verdict, ...verdict.also].flatMap((judged) => resolutionLines(judged, verdict.occurrence.text, style))
  return lines.map((line, index) => `${index === 0 ? start : blank}  ${line}`)
}

function resolutionLines({ resolution }: Judged, text: string, style: Paint): readonly string[] {
  const steps = chainOf(resolution, text).map((step) => `  ${style.dim('←')} ${stepText(step, false, style)}`)
  return [`${style.dim('→')} ${targetText(resolution, text, style)}`, ...steps]
}

function targetText(resolution: Resolution, text: string, style: Paint): string {
  const { target, variables } = resolution
  const without = variables.length === 0 ? '' : style.yellow(`  without ${variables.map((name) => plain(name)).join(', ')}`)
  const name = plain(targetName(resolution, text))
  switch (target.kind) {
    case 'image':
      return name + without
    case 'local':
      return style.dim(target.as === 'scratch' ? 'scratch' : `${target.as} ${name}`)
    case 'unresolved':
      return style.yellow('unresolved') + (target.reference === undefined ? '' : `  ${plain(sourceName(target.reference))}`) + without
    case 'malformed':
      return `${style.red('malformed')}  ${plain(target.problem, MAX_SENTENCE)}`
  }
}
