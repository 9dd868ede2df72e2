import { code, codeCell, markdownText } from '../report/escape.js'
import { type Audit, type AuditSummary, type ExceptionGroup, type RepositoryAudit, type Source } from './model.js'

/** Rows of a table; the rest is counted in one line. A job summary takes 1 MiB. */
const MAX_ROWS = 20
/** Failures are what somebody has to act on. */
const MAX_FAILURES = 100

/** The summary of an audit for a job summary or an issue. Every text from the repositories is escaped, every list bounded. */
export function renderAuditMarkdown(audit: Audit): string {
  const { title, generated, summary, repositories, registries, exceptions } = audit
  return (
    [
      `# ${markdownText(title)}`,
      `${headline(summary)} Made ${code(generated)}.`,
      numbers(summary),
      ...section('Could not be checked', failures(repositories)),
      ...section('Registries', sources(registries)),
      ...section('Repositories with findings', debts(repositories)),
      ...section('Exceptions that have ended, or end within 30 days', ends(exceptions)),
      ...section('Unresolved', unresolved(repositories)),
    ].join('\n\n') + '\n'
  )
}

function headline({ repositories, failed, missing, errors }: AuditSummary): string {
  const checked = repositories - failed - missing
  const gaps = failed + missing
  const state = errors === 0 ? 'No errors' : `**${counted(errors, 'error')}**`
  return `${state} in ${counted(checked, 'repository', 'repositories')}${gaps === 0 ? '.' : `; **${gaps} could not be checked**.`}`
}

function numbers(summary: AuditSummary): string {
  const { images, registries, references, errors, warnings, existing, excepted, unresolved: open, problems } = summary
  return table(
    ['Images', 'Registries', 'References', 'Errors', 'Warnings', 'Existing', 'Excepted', 'Unresolved', 'Unreadable'],
    [[images, registries, references, errors, warnings, existing, excepted, open, problems].map(String)],
    true,
  )
}

function failures(repositories: readonly RepositoryAudit[]): readonly string[] {
  const failed = repositories.filter(({ status }) => status === 'failed' || status === 'missing')
  const rows = failed.slice(0, MAX_FAILURES).map(({ name, error = '' }) => [codeCell(name), codeCell(error, 300)])
  return rows.length === 0 ? [] : [table(['Repository', 'Why'], rows), ...rest(failed.length, rows.length)]
}

function sources(registries: readonly Source[]): readonly string[] {
  const rows = registries
    .slice(0, MAX_ROWS)
    .map(({ registry, images, uses, usedBy, verdicts }) => [
      codeCell(registry),
      ...[images, uses, usedBy, verdicts.error, verdicts.existing].map(String),
    ])
  const head = ['Registry', 'Images', 'Uses', 'Repositories', 'With errors', 'Existing']
  return rows.length === 0 ? [] : [table(head, rows), ...rest(registries.length, rows.length)]
}

function debts(repositories: readonly RepositoryAudit[]): readonly string[] {
  const weight = ({ counts }: RepositoryAudit): number => counts.errors + counts.warnings + counts.existing + counts.excepted
  const indebted = repositories.filter((repository) => weight(repository) > 0)
  const rows = [...indebted]
    .sort((a, b) => b.counts.errors - a.counts.errors || weight(b) - weight(a))
    .slice(0, MAX_ROWS)
    .map(({ name, counts }) => [codeCell(name), ...[counts.errors, counts.warnings, counts.existing, counts.excepted].map(String)])
  return rows.length === 0
    ? []
    : [table(['Repository', 'Errors', 'Warnings', 'Existing', 'Excepted'], rows), ...rest(indebted.length, rows.length)]
}

function ends(exceptions: readonly ExceptionGroup[]): readonly string[] {
  const ending = exceptions.filter(({ end }) => end === 'ended' || end === 'soon')
  const rows = ending
    .slice(0, MAX_ROWS)
    .map(({ expires = '', image = '', owner, repositories: [first = '', ...others] }) => [
      codeCell(expires),
      codeCell(image),
      codeCell(owner),
      others.length === 0 ? codeCell(first) : `${codeCell(first)} and ${others.length} more`,
    ])
  return rows.length === 0 ? [] : [table(['Ends', 'Image', 'Owner', 'Repository'], rows), ...rest(ending.length, rows.length)]
}

function unresolved(repositories: readonly RepositoryAudit[]): readonly string[] {
  const open = repositories.flatMap(({ name, references }) =>
    references.filter(({ target }) => target === 'unresolved').map((use) => ({ name, use })),
  )
  const rows = open
    .slice(0, MAX_ROWS)
    .map(({ name, use }) => [codeCell(name), codeCell(`${use.file}:${use.line}`), codeCell(use.text), codeCell(use.variables.join(', '))])
  return rows.length === 0 ? [] : [table(['Repository', 'Place', 'Written', 'Without a value'], rows), ...rest(open.length, rows.length)]
}

function section(title: string, body: readonly string[]): readonly string[] {
  return body.length === 0 ? [] : [`## ${title}`, ...body]
}

function rest(all: number, shown: number): readonly string[] {
  return all > shown ? [`… and ${all - shown} more.`] : []
}

/** Cells are markdown already. Columns after the first are numbers if `numeric`, or wherever every cell is one. */
function table(head: readonly string[], rows: readonly (readonly string[])[], numeric = false): string {
  const aligned = head.map((_, column) => (numeric || rows.every((row) => /^\d+$/.test(row[column] ?? '')) ? '---:' : '---'))
  return [head, aligned, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
