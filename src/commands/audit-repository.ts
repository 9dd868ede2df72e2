import { readReports } from '../audit/read.js'
import { withoutReport } from '../audit/merge.js'
import { type RepositoryAudit } from '../audit/model.js'
import { check, list } from '../check.js'
import { findPolicy } from '../files/policy-file.js'
import { type Files, type Report } from '../model.js'
import { type Fetch, loadLayers } from '../policy/layers.js'
import { renderJson } from '../report/json.js'
import { isFailure } from './failure.js'
import { policyFetcher } from './fetch-policy.js'
import { type Io } from './io.js'
import { policySources } from './policy-file.js'

/** One tree that is to be audited. */
export interface Tree {
  readonly name: string
  /** Absolute; a file of `--policy` within it is the repository's own. */
  readonly root: string
  readonly files: Files
  /** The folder that is audited, root-relative; empty for the root itself. */
  readonly folder: string
  readonly revision?: string
  readonly url?: string
}

/** What is the same for every repository. */
export interface Auditor {
  /** Files of `--policy`. */
  readonly policies: readonly string[]
  readonly today: string
  readonly io: Io
  /** Policies of other repositories that were fetched already: every repository extends the same. */
  readonly fetched: Map<string, Awaited<ReturnType<Fetch>>>
}

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

/** Checks one tree by its own policy and those of `--policy`; without any, it is listed. Whatever goes wrong is told in the result: never rejects. */
export async function auditTree(tree: Tree, auditor: Auditor): Promise<RepositoryAudit> {
  try {
    const report = await reportOf(tree, auditor)
    if (typeof report === 'string') return withoutReport(tree.name, 'failed', report)
    const read = readReports(renderJson(report), tree)
    const [audit] = read.kind === 'repositories' ? read.repositories : []
    return audit === undefined
      ? withoutReport(tree.name, 'failed', read.kind === 'invalid' ? read.problem : 'it gave no report')
      : identified(audit, tree)
  } catch (error) {
    return withoutReport(tree.name, 'failed', error instanceof Error ? error.message : String(error))
  }
}

/** The report, or why there is none. */
async function reportOf(tree: Tree, { policies, today, io, fetched }: Auditor): Promise<Report | string> {
  const { files, root, folder } = tree
  const options = { paths: folder === '' ? [] : [folder], platforms: PLATFORMS, envFiles: [] }
  await files.settled()
  if (policies.length === 0 && findPolicy(files, folder).kind === 'none') return list(files, options)
  const sources = policySources(files, root, [folder], policies, io.workingFolder)
  if (isFailure(sources)) return sources.problem
  const loaded = await loadLayers(sources, remembering(policyFetcher(files, io.env), fetched), today)
  if (loaded.kind === 'errors')
    return loaded.errors.map(({ path, line, column, message }) => `${path}:${line}:${column}  ${message}`).join('; ')
  return check(files, loaded.layers, { ...options, today, repository: tree.name })
}

function remembering(fetch: Fetch, fetched: Auditor['fetched']): Fetch {
  return async (target) => {
    if (target.kind !== 'remote') return fetch(target)
    const key = JSON.stringify([target.repository, target.path, target.ref])
    const known = fetched.get(key)
    if (known !== undefined) return known
    const answer = await fetch(target)
    if (answer.kind === 'found') fetched.set(key, answer)
    return answer
  }
}

function identified(audit: RepositoryAudit, { name, revision, url }: Tree): RepositoryAudit {
  const { counts, policies, notes, references, problems, exceptions, status } = audit
  return {
    ...{ name, status, counts, policies, notes, references, problems, exceptions },
    ...(revision !== undefined && { revision }),
    ...(url !== undefined && { url }),
  }
}
