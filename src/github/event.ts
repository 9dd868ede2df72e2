import { at, numberAt, textAt } from './json.js'

/** What started the run, with all that the choice of a base needs. Commits are full ids, branches have no `refs/heads/`. */
export type Event =
  | {
      readonly kind: 'pull-request'
      readonly number: number
      /** `pull_request_target`: the workspace holds the base, so the head is read from git objects. */
      readonly target: boolean
      readonly head: string
      readonly base: { readonly branch: string; readonly commit: string }
      /** The head lies in another repository (or in none any more): its token can only read. */
      readonly fork: boolean
    }
  | { readonly kind: 'merge-group'; readonly base: { readonly branch: string; readonly commit: string } }
  /** `before` is absent where the push made the branch; `branch` is absent for a tag. */
  | { readonly kind: 'push'; readonly branch?: string; readonly before?: string }
  | { readonly kind: 'other'; readonly name: string; readonly branch?: string }

/** The run as GitHub describes it: the event, and where it happened. */
export interface Context {
  readonly event: Event
  readonly repository: { readonly owner: string; readonly name: string }
  /** GITHUB_SHA: the commit that the workflow runs for. */
  readonly commit: string
  /** As the payload tells it; some events do not. */
  readonly defaultBranch?: string
  /** Base of all links and of git's remote, without a slash at its end. */
  readonly server: string
  /** Of the workflow file that runs us: `owner/name`, and its path there. */
  readonly workflow?: { readonly repository: string; readonly path: string }
  readonly job: string
  readonly run?: string
  /** Dependabot's runs have a token that can only read. */
  readonly dependabot: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

export type ContextResult = { readonly kind: 'context'; readonly context: Context } | { readonly kind: 'problem'; readonly problem: string }

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const NO_COMMIT = /^0+$/
const NAME = /^[A-Za-z0-9._-]{1,100}$/

/** Whether a text is a full commit id: what git is given has passed this. */
export function isCommit(text: string | undefined): text is string {
  return text !== undefined && COMMIT.test(text) && !NO_COMMIT.test(text)
}

/** Whether git takes the name for a branch and cannot take it for anything else (git-check-ref-format). */
export function isBranch(name: string | undefined): name is string {
  if (name === undefined || name === '' || name.length > 250 || name.startsWith('-')) return false
  return !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[/.]|[/.]$|\/\.|\.lock(?:\/|$)/.test(name)
}

/** Whether the text can be the owner or the name of a repository: what goes into the address of a request has passed this. */
export function isRepositoryPart(text: string | undefined): text is string {
  return text !== undefined && NAME.test(text) && text !== '.' && text !== '..'
}

/** Reads the run from the runner's environment and the payload of its event. */
export function readContext(env: Environment, payload: unknown): ContextResult {
  const [owner, name, ...more] = (env['GITHUB_REPOSITORY'] ?? '').split('/')
  const commit = env['GITHUB_SHA']
  if (!isRepositoryPart(owner) || !isRepositoryPart(name) || more.length > 0)
    return problem('GITHUB_REPOSITORY does not name a repository.')
  if (!isCommit(commit)) return problem('GITHUB_SHA is not a commit id.')
  const event = readEvent(env, payload)
  if (event === undefined)
    return problem(`The payload of the event ${JSON.stringify(env['GITHUB_EVENT_NAME'] ?? '')} lacks what tells its base.`)
  const defaultBranch =
    textAt(payload, 'repository', 'default_branch') ?? (env['GITHUB_EVENT_NAME'] === 'schedule' ? branchOf(env['GITHUB_REF']) : undefined)
  const workflow = readWorkflow(env['GITHUB_WORKFLOW_REF'])
  const server = (env['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/\/$/, '')
  const run = env['GITHUB_RUN_ID']
  const context: Context = {
    event,
    repository: { owner, name },
    commit,
    ...(isBranch(defaultBranch) && { defaultBranch }),
    server,
    ...(workflow && { workflow }),
    job: env['GITHUB_JOB'] ?? '',
    ...(run !== undefined && /^\d+$/.test(run) && { run: `${server}/${owner}/${name}/actions/runs/${run}` }),
    dependabot: env['GITHUB_ACTOR'] === 'dependabot[bot]' || textAt(payload, 'pull_request', 'user', 'login') === 'dependabot[bot]',
  }
  return { kind: 'context', context }
}

function problem(text: string): ContextResult {
  return { kind: 'problem', problem: text }
}

function readEvent(env: Environment, payload: unknown): Event | undefined {
  const name = env['GITHUB_EVENT_NAME'] ?? ''
  switch (name) {
    case 'pull_request':
    case 'pull_request_target':
      return readPullRequest(payload, name === 'pull_request_target')
    case 'merge_group':
      return readMergeGroup(payload)
    case 'push':
      return at(payload, 'deleted') === true ? other(name, env) : readPush(payload)
    default:
      return other(name, env)
  }
}

function readPullRequest(payload: unknown, target: boolean): Event | undefined {
  const number = numberAt(payload, 'pull_request', 'number')
  const head = textAt(payload, 'pull_request', 'head', 'sha')
  const branch = textAt(payload, 'pull_request', 'base', 'ref')
  const commit = textAt(payload, 'pull_request', 'base', 'sha')
  if (number === undefined || number < 1 || !isCommit(head) || !isBranch(branch) || !isCommit(commit)) return undefined
  const from = textAt(payload, 'pull_request', 'head', 'repo', 'full_name')
  const fork = from === undefined || from !== textAt(payload, 'pull_request', 'base', 'repo', 'full_name')
  return { kind: 'pull-request', number, target, head, base: { branch, commit }, fork }
}

function readMergeGroup(payload: unknown): Event | undefined {
  const branch = branchOf(textAt(payload, 'merge_group', 'base_ref'))
  const commit = textAt(payload, 'merge_group', 'base_sha')
  return branch === undefined || !isCommit(commit) ? undefined : { kind: 'merge-group', base: { branch, commit } }
}

function readPush(payload: unknown): Event | undefined {
  const ref = textAt(payload, 'ref')
  if (ref === undefined) return undefined
  const branch = branchOf(ref)
  const before = textAt(payload, 'before')
  return { kind: 'push', ...(branch !== undefined && { branch }), ...(isCommit(before) && { before }) }
}

function other(name: string, env: Environment): Event {
  const branch = branchOf(env['GITHUB_REF'])
  return { kind: 'other', name, ...(branch !== undefined && { branch }) }
}

function branchOf(ref: string | undefined): string | undefined {
  const branch = ref?.startsWith('refs/heads/') === true ? ref.slice('refs/heads/'.length) : ref
  if (ref?.startsWith('refs/') === true && !ref.startsWith('refs/heads/')) return undefined
  return isBranch(branch) ? branch : undefined
}

/** GITHUB_WORKFLOW_REF is `owner/name/path/of/file.yml@ref`. */
function readWorkflow(ref: string | undefined): { repository: string; path: string } | undefined {
  if (ref === undefined) return undefined
  const end = ref.includes('@refs/') ? ref.indexOf('@refs/') : ref.lastIndexOf('@')
  const [owner, name, ...path] = ref.slice(0, Math.max(end, 0)).split('/')
  return isRepositoryPart(owner) && isRepositoryPart(name) && path.length > 0
    ? { repository: `${owner}/${name}`, path: path.join('/') }
    : undefined
}
