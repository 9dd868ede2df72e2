import { policyBase } from '../files/policy-file.js'
import { type Files } from '../model.js'
import { type Fetch, type Fetched, type FetchTarget } from '../policy/layers.js'
import { type Io } from './io.js'

/** Milliseconds for one request. */
const PATIENCE = 20_000

const COMMIT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

type Remote = Extract<FetchTarget, { kind: 'remote' }>

/**
 * Gets what a policy extends: a file of the repository that is checked, or over GitHub's API one of another repository, at the commit that its ref names now.
 * `GITHUB_TOKEN` (or `GH_TOKEN`) is sent to `GITHUB_API_URL` and nowhere else.
 */
export function policyFetcher(files: Files, env: Io['env']): Fetch {
  return async (target) => {
    if (target.kind === 'remote') return fetchRemote(target, env)
    const { from, path } = target
    if (from.path.startsWith('/')) return failed('a policy outside the repository cannot extend a path; add that file with --policy')
    const origin = /^([^:]+):/.exec(from.path)?.[1]
    if (from.revision !== undefined && origin !== undefined)
      return fetchRemote({ kind: 'remote', repository: origin, path, ref: from.revision }, env)
    const content = files.read(path)
    if (content.kind !== 'text') return failed(content.kind === 'missing' ? 'there is no such file' : content.problem)
    return { kind: 'found', source: { path, text: content.text, own: from.own, base: policyBase(path) } }
  }
}

async function fetchRemote({ repository, path, ref }: Remote, env: Io['env']): Promise<Fetched> {
  const api = `${env['GITHUB_API_URL'] ?? 'https://api.github.com'}/repos/${repository.split('/').map(encodeURIComponent).join('/')}`
  const commit = COMMIT_ID.test(ref) ? ref : await get(`${api}/commits/${encodeURIComponent(ref)}`, 'application/vnd.github.sha', env)
  if (typeof commit !== 'string') return commit
  if (!COMMIT_ID.test(commit)) return failed('GitHub named no commit for it')
  const text = await get(
    `${api}/contents/${path.split('/').map(encodeURIComponent).join('/')}?ref=${commit}`,
    'application/vnd.github.raw+json',
    env,
  )
  if (typeof text !== 'string') return text
  return { kind: 'found', source: { path: `${repository}:${path}`, revision: commit, text, own: false, base: '' } }
}

async function get(url: string, accept: string, env: Io['env']): Promise<string | Fetched> {
  const token = env['GITHUB_TOKEN'] ?? env['GH_TOKEN'] ?? ''
  const headers = { accept, 'user-agent': 'image-policy', ...(token !== '' && { authorization: `Bearer ${token}` }) }
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(PATIENCE) })
    if (response.ok) return await response.text()
    return failed(
      `GitHub answered ${response.status}${response.status === 404 && token === '' ? '; a private repository needs GITHUB_TOKEN' : ''}`,
    )
  } catch (error) {
    const reason =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : error instanceof Error ? error.message : ''
    return failed(`GitHub cannot be reached (${reason})`)
  }
}

function failed(problem: string): Fetched {
  return { kind: 'failed', problem }
}
