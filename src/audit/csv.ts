import { visible } from '../report/escape.js'
import { type Audit, type AuditProblem, type RepositoryAudit, type Use, type UseFinding } from './model.js'
import { namespaceOf } from './sources.js'

/** A row is a use of an image, a problem, or a repository that could not be checked: nothing that is not known is left out. */
type Row = Readonly<Partial<Record<Column, string | number>>>

const COLUMNS = [
  'record',
  'repository',
  'revision',
  'file',
  'line',
  'column',
  'kind',
  'role',
  'owner',
  'text',
  'resolved',
  'target',
  'registry',
  'namespace',
  'image_repository',
  'tag',
  'digest',
  'image',
  'verdict',
  'rules',
  'message',
  'exception_owner',
  'exception_expires',
] as const

type Column = (typeof COLUMNS)[number]

/** RFC 4180 with a header, one row a use. Cells that a spreadsheet would take for a formula begin with an apostrophe; what nobody sees is named. */
export function renderAuditCsv({ repositories }: Audit): string {
  const lines = [COLUMNS.join(',')]
  for (const repository of repositories) {
    if (repository.error !== undefined) lines.push(line({ ...about(repository, repository.status), message: repository.error }))
    for (const use of repository.references) lines.push(line(useRow(repository, use)))
    for (const problem of repository.problems) lines.push(line(problemRow(repository, problem)))
  }
  return lines.join('\r\n') + '\r\n'
}

function about({ name, revision }: RepositoryAudit, record: string): Row {
  return { record, repository: name, ...(revision !== undefined && { revision }) }
}

function useRow(repository: RepositoryAudit, use: Use): Row {
  const { image, file, line: at, column, kind, role, owner = '', text, resolved, target, verdict } = use
  return {
    ...about(repository, 'reference'),
    ...{ file, line: at, column, kind, role, owner, text, resolved: resolved ?? '', target, verdict },
    ...(image !== undefined && {
      registry: image.registry,
      namespace: namespaceOf(image.repository),
      image_repository: image.repository,
      tag: image.tag ?? '',
      digest: image.digest ?? '',
      image: image.canonical,
    }),
    ...findingCells(use.findings),
    ...(use.error !== undefined && use.findings.length === 0 && { message: use.error }),
  }
}

function problemRow(repository: RepositoryAudit, { file, line: at, message, findings }: AuditProblem): Row {
  return { ...about(repository, 'problem'), file, ...(at !== undefined && { line: at }), ...findingCells(findings), message }
}

function findingCells(findings: readonly UseFinding[]): Row {
  if (findings.length === 0) return {}
  const excuses = findings.flatMap(({ exception }) => exception ?? [])
  return {
    rules: [...new Set(findings.map(({ rule }) => rule))].join(' '),
    message: findings.map(({ message }) => message).join(' | '),
    exception_owner: excuses.map(({ owner }) => owner).join(' '),
    exception_expires: excuses.map(({ expires }) => expires ?? '').join(' '),
  }
}

function line(row: Row): string {
  return COLUMNS.map((column) => cell(row[column] ?? '')).join(',')
}

/** Spreadsheets take a cell that begins so for a formula, whatever its quotes (OWASP, CSV injection; the wide forms too). */
const FORMULA = /^[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/
const NEEDS_QUOTES = /[",\r\n]/

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const shown = visible(value)
  const harmless = FORMULA.test(shown) ? `'${shown}` : shown
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
