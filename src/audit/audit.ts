import { compareText, NO_COUNTS } from './merge.js'
import {
  type Audit,
  type AuditException,
  type AuditSummary,
  type ExceptionGroup,
  type RepositoryAudit,
  type RepositoryCounts,
} from './model.js'
import { countSources } from './sources.js'

/** An exception that ends within these days is told as ending. The policy's own warning comes as early. */
const ENDING_DAYS = 30

const MILLISECONDS_A_DAY = 86_400_000

/** The inventory of what the repositories tell. `generated` is a time in ISO 8601, UTC; its day is what exceptions are held against. */
export function takeAudit(repositories: readonly RepositoryAudit[], about: { readonly title: string; readonly generated: string }): Audit {
  const sources = countSources(repositories)
  const exceptions = groupExceptions(repositories, about.generated.slice(0, 'YYYY-MM-DD'.length))
  return {
    ...about,
    summary: summarize(repositories, exceptions, sources.images.length, sources.registries.length),
    repositories,
    ...sources,
    exceptions,
  }
}

function summarize(
  repositories: readonly RepositoryAudit[],
  exceptions: readonly ExceptionGroup[],
  images: number,
  registries: number,
): AuditSummary {
  const total: Record<keyof RepositoryCounts, number> = { ...NO_COUNTS }
  const status = { judged: 0, listed: 0, failed: 0, missing: 0 }
  let problems = 0
  for (const repository of repositories) {
    const { counts } = repository
    total.files += counts.files
    total.references += counts.references
    total.local += counts.local
    total.unresolved += counts.unresolved
    total.malformed += counts.malformed
    total.errors += counts.errors
    total.warnings += counts.warnings
    total.excepted += counts.excepted
    total.existing += counts.existing
    total.skipped += counts.skipped
    status[repository.status]++
    problems += repository.problems.length
  }
  return {
    repositories: repositories.length,
    ...status,
    ...total,
    images,
    registries,
    problems,
    exceptions: exceptions.length,
    ending: exceptions.filter(({ end }) => end === 'soon').length,
    ended: exceptions.filter(({ end }) => end === 'ended').length,
  }
}

/** A shared policy's exception shows in the report of every repository: it is told once, with all of them. */
function groupExceptions(repositories: readonly RepositoryAudit[], today: string): ExceptionGroup[] {
  const groups = new Map<string, { exception: AuditException; uses: number; repositories: string[] }>()
  for (const { name, exceptions } of repositories) {
    for (const exception of exceptions) {
      const { policy, image, owner, reason, expires, shared } = exception
      const key = JSON.stringify([shared === true ? null : name, policy.path, policy.line, image, owner, reason, expires])
      const group = groups.get(key)
      if (group === undefined) {
        groups.set(key, { exception, uses: exception.uses, repositories: [name] })
        continue
      }
      group.uses += exception.uses
      if (group.repositories.at(-1) !== name) group.repositories.push(name)
    }
  }
  return [...groups.values()]
    .map(({ exception, uses, repositories: names }) => ({ ...exception, uses, repositories: names, end: endOf(exception.expires, today) }))
    .sort(
      (a, b) =>
        compareText(a.expires ?? '9999', b.expires ?? '9999') || compareText(a.policy.path, b.policy.path) || a.policy.line - b.policy.line,
    )
}

function endOf(expires: string | undefined, today: string): ExceptionGroup['end'] {
  if (expires === undefined) return 'never'
  const [end, now] = [Date.parse(expires), Date.parse(today)]
  if (Number.isNaN(end)) return 'never'
  if (end < now) return 'ended'
  return end - now <= ENDING_DAYS * MILLISECONDS_A_DAY ? 'soon' : 'later'
}
