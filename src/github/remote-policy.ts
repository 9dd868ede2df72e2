import { type Fetched, type FetchTarget } from '../policy/layers.js'
import { type Answer, type Api } from './api.js'
import { isRepositoryPart } from './event.js'
import { commitOf, readAt } from './remote-files.js'

type RemoteTarget = Extract<FetchTarget, { kind: 'remote' }>

/** Gets a policy of another repository. Each is asked for once. */
export type RemoteFetch = (target: RemoteTarget) => Promise<Fetched>

/**
 * Reads `owner/repo:path@ref` through the API: first the commit that the ref stands for, so that a report can name it, then the file at that commit.
 * `checked` is the repository that the run is about: a policy of its own is the reader's to change.
 */
export function remotePolicies(api: Api | undefined, checked: string): RemoteFetch {
  const known = new Map<string, Promise<Fetched>>()
  return (target) => {
    const key = JSON.stringify([target.repository, target.path, target.ref])
    const fetched = known.get(key) ?? fetchPolicy(api, checked, target)
    known.set(key, fetched)
    return fetched
  }
}

async function fetchPolicy(api: Api | undefined, checked: string, { repository, path, ref }: RemoteTarget): Promise<Fetched> {
  const [owner, name] = repository.split('/')
  if (!isRepositoryPart(owner) || !isRepositoryPart(name)) return failed(`${repository} is no repository`)
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return failed(`${path} is no path in a repository`)
  if (api === undefined) return failed('there is no token to read it with; give policy-token or github-token')
  const commit = await commitOf(api, { owner, name }, ref)
  if (commit.kind === 'failure') return failed(explain(commit, `${repository}@${ref}`))
  const content = await readAt(api, { owner, name }, commit.id, path)
  switch (content.kind) {
    case 'failure':
      return failed(explain(content, `${repository}:${path}`))
    case 'missing':
      return failed(`${repository} has no file ${path} at ${ref}`)
    case 'unreadable':
      return failed(content.problem)
    case 'text':
      return {
        kind: 'found',
        source: {
          path: `${repository}:${path}`,
          revision: commit.id,
          text: content.text,
          own: repository.toLowerCase() === checked.toLowerCase(),
          base: '',
        },
      }
  }
}

function failed(problem: string): Fetched {
  return { kind: 'failed', problem }
}

/** GitHub says "not found" also of what a token may not see. */
function explain({ status, problem }: Extract<Answer, { kind: 'failure' }>, what: string): string {
  const hidden = status === 404 || status === 403 || status === 401 || status === 422
  return `${problem} (${what})${hidden ? '; the token needs contents: read there, which policy-token can give' : ''}`
}
