import { type History } from '../files/history.js'
import { type Api } from './api.js'
import { type Context, type Event, isBranch, isCommit } from './event.js'
import { textAt } from './json.js'

/** Where the policy and the base come from. Both are commits of a trusted branch, or of its past. */
export type Choice =
  /** The policy of one commit judges; what the files of another have already is existing. */
  | { readonly kind: 'commits'; readonly policy: string; readonly files: string; readonly notes: readonly string[] }
  /** What is checked out is a trusted branch itself: its own policy judges, and there is nothing to compare with. */
  | { readonly kind: 'head'; readonly notes: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: string }

/** What the choice is made with. */
export interface Scene {
  readonly context: Context
  readonly history: History
  readonly api?: Api
  /** Whether a branch that is not the default one is trusted as well. */
  readonly trusted: (branch: string) => boolean
}

/**
 * Chooses the base of a run. Whoever picks the base picks the verdict, so it is the default branch or a trusted one, whatever the pull request goes to,
 * and a parent of what is checked out only where GitHub itself made that commit of the two.
 */
export async function chooseBase(scene: Scene): Promise<Choice> {
  const { event } = scene.context
  switch (event.kind) {
    case 'pull-request':
      return forPullRequest(scene, event)
    case 'merge-group':
      return (await isTrusted(scene, event.base.branch))
        ? commits(event.base.commit)
        : defaultBase(scene, `The merge queue of ${event.base.branch}`)
    case 'push':
      return forPush(scene, event)
    case 'other':
      return forOther(scene, event)
  }
}

function commits(policy: string, files: string = policy, notes: readonly string[] = []): Choice {
  return { kind: 'commits', policy, files, notes }
}

async function forPullRequest(scene: Scene, event: Event & { kind: 'pull-request' }): Promise<Choice> {
  const { branch, commit } = event.base
  if (!(await isTrusted(scene, branch))) return defaultBase(scene, `A pull request to ${branch}`, event.target ? event.head : undefined)
  const first = event.target ? undefined : await firstParent(scene, event.head)
  if (first !== undefined && (first === commit || (await isOnBranch(scene, first, branch)))) return commits(first)
  const head = event.target ? event.head : ((await scene.history.headId()) ?? event.head)
  return commits(commit, await mergeBase(scene, commit, head, event.head))
}

/** The first parent of the merge commit that GitHub made of base and head; undefined if anything else is checked out. */
async function firstParent({ context, history }: Scene, head: string): Promise<string | undefined> {
  const commit = await history.head()
  if (commit?.id !== context.commit || commit.parents.length !== 2 || commit.parents[1] !== head) return undefined
  return commit.parents[0]
}

async function forPush(scene: Scene, { branch, before }: Event & { kind: 'push' }): Promise<Choice> {
  if (branch === undefined || !(await isTrusted(scene, branch)))
    return defaultBase(scene, branch === undefined ? 'A push of a tag' : `A push to ${branch}`)
  if (before === undefined) return { kind: 'head', notes: ['This push made the branch: everything counts as new.'] }
  if (await isReachable(scene, before)) return commits(before)
  return {
    kind: 'head',
    notes: ['The commit before this push is not there any more: its own policy judges, and everything counts as new.'],
  }
}

async function forOther(scene: Scene, { branch, name }: Event & { kind: 'other' }): Promise<Choice> {
  const head = await scene.history.headId()
  const own = head === undefined || head === scene.context.commit
  if (own && branch !== undefined && (await isTrusted(scene, branch))) return { kind: 'head', notes: [] }
  return defaultBase(scene, own && branch !== undefined ? `A run on ${branch}` : `What is checked out in this run of ${name}`)
}

/** The default branch as the base of something that goes elsewhere. `head` is the commit that is judged, if it is not the one checked out. */
async function defaultBase(scene: Scene, what: string, head?: string): Promise<Choice> {
  const branch = await defaultBranch(scene)
  if (branch === undefined) return { kind: 'unknown', problem: 'The default branch could not be found.' }
  const tip = await tipOf(scene, branch)
  if (tip === undefined) return { kind: 'unknown', problem: `The branch ${branch} could not be read${because(scene)}.` }
  const judged = head ?? (await scene.history.headId()) ?? scene.context.commit
  const { event } = scene.context
  const files = await mergeBase(scene, tip, judged, event.kind === 'pull-request' ? event.head : judged)
  return commits(tip, files, [`${what} is judged from ${branch}: base and policy come only from the default branch and from trusted ones.`])
}

function because({ history }: Scene): string {
  const failure = history.lastFailure()
  return failure === undefined ? '' : ` (${failure})`
}

async function isTrusted(scene: Scene, branch: string): Promise<boolean> {
  return scene.trusted(branch) || branch === (await defaultBranch(scene))
}

async function defaultBranch({ context, history, api }: Scene): Promise<string | undefined> {
  if (context.defaultBranch !== undefined) return context.defaultBranch
  const answer = await api?.request('GET /repos/{owner}/{repo}', { owner: context.repository.owner, repo: context.repository.name })
  const named = answer?.kind === 'answer' ? textAt(answer.data, 'default_branch') : undefined
  const branch = named ?? (await history.defaultBranch())
  return isBranch(branch) ? branch : undefined
}

/** The commit at the end of a branch: as the remote has it now, else as GitHub's API tells it, else as the checkout last saw it. */
async function tipOf({ context, history, api }: Scene, branch: string): Promise<string | undefined> {
  const fetched = await history.fetchBranch(branch)
  if (fetched !== undefined) return fetched
  const { owner, name } = context.repository
  const answer = await api?.request('GET /repos/{owner}/{repo}/commits/{ref}', { owner, repo: name, ref: `heads/${branch}` })
  const told = answer?.kind === 'answer' ? textAt(answer.data, 'sha') : undefined
  return isCommit(told) ? told : history.seenBranch(branch)
}

/** A merge commit whose pull request went to another branch a moment ago has a first parent that is none of ours. */
export async function isOnBranch(scene: Scene, commit: string, branch: string): Promise<boolean> {
  const tip = await tipOf(scene, branch)
  if (tip === undefined || tip === commit) return tip === commit
  if ((await scene.history.complete()) && (await scene.history.has(tip))) return scene.history.isAncestor(commit, tip)
  const status = textAt(await compare(scene, tip, commit), 'status')
  return status === 'behind' || status === 'identical'
}

/** Where the two parted: what the base changed since is not the head's doing. The base itself where that cannot be told. */
async function mergeBase(scene: Scene, base: string, head: string, published: string): Promise<string> {
  const { history } = scene
  if ((await history.complete()) && (await isReachable(scene, base)) && (await history.has(head)))
    return (await history.mergeBase(base, head)) ?? base
  const told = textAt(
    (await compare(scene, base, head)) ?? (head === published ? undefined : await compare(scene, base, published)),
    'merge_base_commit',
    'sha',
  )
  return isCommit(told) ? told : base
}

async function compare({ context, api }: Scene, base: string, head: string): Promise<unknown> {
  const { owner, name } = context.repository
  const route = 'GET /repos/{owner}/{repo}/compare/{basehead}'
  const answer = await api?.request(route, { owner, repo: name, basehead: `${base}...${head}`, per_page: 1 })
  return answer?.kind === 'answer' ? answer.data : undefined
}

/** Whether the objects of a commit are here, or could be fetched. */
export async function isReachable({ history }: Pick<Scene, 'history'>, commit: string): Promise<boolean> {
  return (await history.has(commit)) || (await history.fetchCommit(commit))
}
