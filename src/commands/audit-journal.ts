import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { takeAudit } from '../audit/audit.js'
import { renderAuditJson } from '../audit/json.js'
import { type RepositoryAudit } from '../audit/model.js'
import { readReports } from '../audit/read.js'
import { codeOf } from '../files/disk.js'

/** What an audit has done, kept on disk as it goes: one JSON document a line, one repository a document. A run that was cut off goes on where it was. */
export interface Journal {
  /** What an earlier run got done; failures are not, they are tried again. */
  readonly done: readonly RepositoryAudit[]
  /** Writes one more at once. Throws if it cannot be written. */
  add(repository: RepositoryAudit): void
}

/** Opens a journal, which may not exist yet. A text, if it cannot be read: why. */
export function openJournal(path: string): Journal | string {
  const read = readJournal(path)
  if (typeof read === 'string') return read
  const done = read.filter(({ status }) => status === 'judged' || status === 'listed')
  try {
    // what was cut off in the middle of a line would spoil the next one
    writeFileSync(path, done.map(lineOf).join(''))
  } catch (error) {
    return reason(error)
  }
  return { done, add: (repository) => appendFileSync(path, lineOf(repository)) }
}

/** The repositories of a journal; none if there is no such file. Its last line counts only if it is whole. */
export function readJournal(path: string): readonly RepositoryAudit[] | string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : reason(error)
  }
  const repositories: RepositoryAudit[] = []
  const lines = text.split('\n').slice(0, -1)
  for (const [index, line] of lines.entries()) {
    const read = readReports(line, { name: `line ${index + 1}` })
    if (read.kind === 'invalid') return `line ${index + 1} is no report: ${read.problem}`
    repositories.push(...read.repositories)
  }
  return repositories
}

function lineOf(repository: RepositoryAudit): string {
  const document = renderAuditJson(takeAudit([repository], { title: repository.name, generated: '' }))
  // no text of a JSON document holds a line end
  return `${document.replaceAll('\n', '')}\n`
}

function reason(error: unknown): string {
  return `it cannot be read or written (${codeOf(error)})`
}
