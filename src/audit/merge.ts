import { type RepositoryAudit, type RepositoryCounts, type RepositoryStatus } from './model.js'

/** A result that tells more replaces one that tells less; among equals the later wins, which a repeated shard wrote. */
const WEIGHT: Readonly<Record<RepositoryStatus, number>> = { missing: 0, failed: 1, listed: 2, judged: 2 }

export const NO_COUNTS: RepositoryCounts = {
  files: 0,
  references: 0,
  images: 0,
  local: 0,
  unresolved: 0,
  malformed: 0,
  errors: 0,
  warnings: 0,
  excepted: 0,
  existing: 0,
  skipped: 0,
}

/**
 * One entry for each repository, by name (without case, as GitHub compares them). `asked` are the names that there should be:
 * one that no report tells of is told as missing.
 */
export function mergeRepositories(reports: readonly RepositoryAudit[], asked: readonly string[] = []): readonly RepositoryAudit[] {
  const merged = new Map<string, RepositoryAudit>()
  for (const name of asked) merged.set(name.toLowerCase(), withoutReport(name, 'missing', 'no report of it came'))
  for (const report of reports) {
    const known = merged.get(report.name.toLowerCase())
    if (known === undefined || WEIGHT[report.status] >= WEIGHT[known.status]) merged.set(report.name.toLowerCase(), report)
  }
  return [...merged.values()].sort((a, b) => compareText(a.name, b.name))
}

/** A repository that there is no report of, and why: told, and counted, like the others. */
export function withoutReport(name: string, status: 'failed' | 'missing', error: string): RepositoryAudit {
  return { name, status, error, counts: NO_COUNTS, policies: [], notes: [], references: [], problems: [], exceptions: [] }
}

/** By code unit: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
