import { jsonText } from '../report/escape.js'
import { type Audit, type RepositoryAudit, type Source } from './model.js'

/** The version of the document's shape, `audit.schema.json`. */
const VERSION = 1

/** The JSON document that `audit.schema.json` describes, one record a line. Read back by `readReports`, which needs the first four lists only. */
export function renderAuditJson(audit: Audit): string {
  const { title, generated, summary, repositories, exceptions } = audit
  const members = [
    `"version": ${VERSION}`,
    `"title": ${jsonText(title)}`,
    `"generated": ${jsonText(generated)}`,
    `"summary": ${jsonText(summary)}`,
    list('repositories', repositories.map(repositoryRecord)),
    list(
      'references',
      repositories.flatMap((repository) => repository.references.map((use) => ({ repository: repository.name, ...use }))),
    ),
    list(
      'problems',
      repositories.flatMap((repository) => repository.problems.map((problem) => ({ repository: repository.name, ...problem }))),
    ),
    list(
      'exceptions',
      repositories.flatMap((repository) => repository.exceptions.map((exception) => ({ repository: repository.name, ...exception }))),
    ),
    list('exceptionGroups', exceptions),
    ...sourceLists(audit),
  ]
  return `{\n${members.join(',\n')}\n}\n`
}

function sourceLists({ registries, namespaces, imageRepositories, images }: Audit): readonly string[] {
  const lists: Readonly<Record<string, readonly Source[]>> = { registries, namespaces, imageRepositories, images }
  return Object.entries(lists).map(([name, sources]) => list(name, sources))
}

function repositoryRecord({ name, status, error, revision, url, counts, policies, notes }: RepositoryAudit): object {
  return { name, status, error, revision, url, counts, policies, notes }
}

function list(name: string, records: readonly object[]): string {
  return records.length === 0 ? `"${name}": []` : `"${name}": [\n${records.map(jsonText).join(',\n')}\n]`
}
