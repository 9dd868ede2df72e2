import { type Result } from './row.js'

const mark = ({ passed }: Result): string => (passed === undefined ? 'note' : passed ? 'pass' : 'FAIL')

/** The table for a terminal: one line a row, columns as wide as their widest cell. */
export function asText(results: readonly Result[]): string {
  const cells = results.map((result) => [mark(result), result.id, result.target === '' ? '–' : result.target, result.measured])
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  return cells.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`).join('')
}

/** The table for the documentation. */
export function asMarkdown(results: readonly Result[]): string {
  const rows = results.map(
    (result) => `| ${result.title} | ${result.target === '' ? '–' : result.target} | ${result.measured} | ${mark(result)} |\n`,
  )
  return `| quantity | target | measured | |\n|---|---|---|---|\n${rows.join('')}`
}

const BEGIN = '<!-- bench: begin -->\n'
const END = '<!-- bench: end -->'

/** A document with everything between its two marks replaced; undefined if it has none. */
export function withTable(document: string, table: string): string | undefined {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin < 0 || end < begin) return undefined
  return document.slice(0, begin + BEGIN.length) + table + document.slice(end)
}
