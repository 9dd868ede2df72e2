import { basename, join } from 'node:path'
import { NO_COUNTS, withoutReport } from '../audit/merge.js'
import { type RepositoryAudit } from '../audit/model.js'
import { fetchRepository } from '../files/fetch.js'
import { openRevision, resolveRevision } from '../files/revision.js'
import { locate } from '../files/root.js'
import { openWorkspace } from '../files/workspace.js'
import { logSafe, MAX_SENTENCE } from '../report/escape.js'
import { auditTree, type Auditor, type Tree } from './audit-repository.js'
import { failure, type Failure } from './failure.js'
import { repositoryName } from './target.js'

/** Who hears of each repository as it is done. */
export interface Told {
  readonly quiet: boolean
  readonly done: (repository: RepositoryAudit) => void
}

/** Repositories that are fetched at a time: the network waits, the work does not. */
const AT_A_TIME = 4

const CLEAR_LINE = '\r\u001b[K'

/** Checks folders on disk, but for those whose names are known already. A folder that cannot be checked is told as failed. */
export async function auditFolders(
  paths: readonly string[],
  known: ReadonlySet<string>,
  auditor: Auditor,
  told: Told,
): Promise<readonly RepositoryAudit[]> {
  const taken = new Set<string>()
  const trees = paths.map((path): Tree | RepositoryAudit => {
    const tree = openFolder(path, auditor)
    if ('status' in tree || !taken.has(tree.name.toLowerCase())) {
      taken.add(tree.name.toLowerCase())
      return tree
    }
    // a second checkout of one repository is told by its folder
    return { ...tree, name: path }
  })
  const left = trees.filter(({ name }) => !known.has(name.toLowerCase()))
  return each(left, 1, (tree) => ('status' in tree ? Promise.resolve(tree) : auditTree(tree, auditor)), auditor, told)
}

function openFolder(path: string, { io }: Auditor): Tree | RepositoryAudit {
  const located = locate(path, io.workingFolder)
  if (located.kind === 'failed') return withoutReport(path, 'failed', located.problem)
  if (!located.folder) return withoutReport(path, 'failed', 'it is a file, not a folder')
  const { root, path: inner } = located
  // GITHUB_REPOSITORY names who audits, not what is audited
  const origin = inner === '' ? repositoryName(root, {}) : undefined
  const head = resolveRevision(root, 'HEAD')
  return {
    ...{ name: origin ?? (/^[./\\]+$/.test(path) ? basename(join(root, inner)) : path), root, files: openWorkspace(root), folder: inner },
    ...(head.kind === 'commit' && { revision: head.id }),
    ...(origin !== undefined && { url: `https://github.com/${origin}` }),
  }
}

/** Fetches and checks repositories of GITHUB_SERVER_URL by name, but for those that are known already. */
export async function auditRemotes(
  names: readonly string[],
  known: ReadonlySet<string>,
  auditor: Auditor,
  told: Told,
): Promise<readonly RepositoryAudit[] | Failure> {
  const { env } = auditor.io
  const server = (env['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/\/+$/, '')
  if (!/^(https?|file):\/\/[^@\s]+$/.test(server) || !URL.canParse(server)) return failure(`GITHUB_SERVER_URL is no server: ${server}`)
  const token = env['GITHUB_TOKEN'] ?? env['GH_TOKEN'] ?? ''
  const left = names.filter((name) => !known.has(name.toLowerCase()))
  return each(
    left.map((name) => ({ name })),
    AT_A_TIME,
    ({ name }) => auditRemote(name, server, token, auditor),
    auditor,
    told,
  )
}

async function auditRemote(name: string, server: string, token: string, auditor: Auditor): Promise<RepositoryAudit> {
  const fetched = await fetchRepository({ url: `${server}/${name}.git`, token, env: auditor.io.env })
  if (fetched.kind === 'failed') return withoutReport(name, 'failed', fetched.problem)
  const url = server.startsWith('http') ? { url: `${server}/${name}` } : {}
  if (fetched.kind === 'empty') {
    return {
      ...{ name, status: 'listed', ...url, counts: NO_COUNTS, policies: [], notes: ['The repository is empty.'] },
      references: [],
      problems: [],
      exceptions: [],
    }
  }
  const { root, commit, remove } = fetched
  try {
    return await auditTree({ name, root, files: openRevision(root, commit), folder: '', revision: commit, ...url }, auditor)
  } finally {
    remove()
  }
}

/** Does each, some at a time, and tells of it: on a terminal how far it is, and everywhere what failed. */
async function each<Item extends { readonly name: string }>(
  items: readonly Item[],
  atATime: number,
  act: (item: Item) => Promise<RepositoryAudit>,
  { io: { stderr } }: Auditor,
  { quiet, done }: Told,
): Promise<readonly RepositoryAudit[]> {
  const results: RepositoryAudit[] = []
  const show = !quiet && stderr.isTerminal
  const queue = items[Symbol.iterator]()
  const work = async (): Promise<void> => {
    for (const item of queue) {
      if (show) stderr.write(`${CLEAR_LINE}${results.length} of ${items.length}: ${logSafe(item.name)}`)
      const result = await act(item)
      results.push(result)
      done(result)
      if (result.status === 'failed' && !quiet)
        stderr.write(`${show ? CLEAR_LINE : ''}${logSafe(`${result.name} could not be checked: ${result.error ?? ''}`, MAX_SENTENCE)}\n`)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  if (show) stderr.write(CLEAR_LINE)
  return results
}
