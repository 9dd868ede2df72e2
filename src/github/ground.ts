import { mkdtempSync, readdirSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { baseBeside, changesSince } from '../files/changes.js'
import { withCommitted } from '../files/committed.js'
import { createRepository, type History, openHistory } from '../files/history.js'
import { GitFailure, type LinkedFiles, openRevision } from '../files/revision.js'
import { pathWithin, topLevelOf } from '../files/root.js'
import { openWorkspace, type Workspace } from '../files/workspace.js'
import { type Files } from '../model.js'
import { type Answer, type Api } from './api.js'
import { chooseBase, isOnBranch, isReachable } from './base.js'
import { type Context, type Environment } from './event.js'
import { commitOf, type RemoteBase, remoteBase, RemoteFiles } from './remote-files.js'

/** What is judged, under whose policy, and against what. */
export interface Ground {
  readonly root: string
  /** The part of the tree that is judged; empty for all of it. */
  readonly paths: readonly string[]
  readonly head: Files
  /** The commit that is checked out, or whose objects are read; absent outside git. */
  readonly committed?: Files
  /** The tree whose policy is in force: the base's, or the head's own where that is a trusted branch. */
  readonly trusted: TrustedTree
  /** Absent: everything counts as new. */
  readonly base?: RemoteBase
  /** The commit that the base's files come from, for the command that repeats the check. */
  readonly since?: string
  readonly notes: readonly string[]
}

export interface TrustedTree {
  readonly files: Files
  /** Absent where the tree is the head itself. */
  readonly revision?: string
  /** Fetches what was read and is not here yet; how many files came. */
  fill(): Promise<number | Failure>
}

type Failure = Extract<Answer, { kind: 'failure' }>

export type GroundResult = { readonly kind: 'ground'; readonly ground: Ground } | { readonly kind: 'problem'; readonly problem: string }

export interface GroundOptions {
  readonly context: Context
  readonly env: Environment
  readonly api?: Api
  readonly token: string
  /** Of the input: relative to the workspace. */
  readonly workingDirectory: string
  readonly trusted: (branch: string) => boolean
  /** Whether what the base has already is told apart. */
  readonly compare: boolean
}

/** Finds the checkout, the base and the trusted tree. What is missing here is fetched; whatever cannot be had is told, never passed over. */
export async function prepare(options: GroundOptions): Promise<GroundResult> {
  try {
    return await prepareIn(options)
  } catch (error) {
    if (error instanceof GitFailure) return problem(`${error.message}.`)
    throw error
  }
}

function problem(text: string): GroundResult {
  return { kind: 'problem', problem: text }
}

async function prepareIn(options: GroundOptions): Promise<GroundResult> {
  const { context, api } = options
  const located = await locate(options)
  if (typeof located === 'string') return problem(located)
  const { root, paths } = located
  const history = openHistory(root, remoteOf(options), options.env)
  const scene = { context, history, trusted: options.trusted, ...(api && { api }) }
  const { event } = context
  const target = event.kind === 'pull-request' && event.target ? event.head : undefined
  if (target !== undefined && !(await isReachable(scene, target)))
    return problem(`The head of the pull request (${target}) could not be fetched${because(history)}.`)
  const notes = notesOn(context, history) // beside what follows; it never rejects
  const choice = await chooseBase(scene)
  if (choice.kind === 'unknown') return problem(choice.problem)
  const head = target === undefined ? openWorkspace(root) : openRevision(root, target)
  const commit = target ?? (await history.headId())
  if (event.kind === 'pull-request' && commit !== undefined && commit !== event.head && commit !== context.commit) {
    if (await isOnBranch(scene, commit, event.base.branch))
      return problem(
        `What is checked out (${commit}) is the base of the pull request, not what it brings: let actions/checkout take its default ref.`,
      )
  }
  const committed = commit === undefined ? undefined : target === undefined ? openRevision(root, commit) : head
  const settled = {
    root,
    paths,
    head,
    ...(committed && { committed }),
    notes: [...choice.notes, ...(await notes)],
  }
  if (choice.kind === 'head') return { kind: 'ground', ground: { ...settled, trusted: treeOf(head) } }
  const trusted = await trustedTree(root, history, context, choice.policy, api)
  if (trusted.kind === 'failure') return problem(`The policy of ${choice.policy} could not be read: ${trusted.problem}`)
  if (!options.compare) return { kind: 'ground', ground: { ...settled, trusted: trusted.tree } }
  const base = await baseOf(scene, root, head, target, choice.files)
  if (base.kind === 'base') {
    const whole = committed === undefined || target !== undefined ? head : withCommitted(head, base.base.changed, committed)
    return { kind: 'ground', ground: { ...settled, head: whole, trusted: trusted.tree, base: base.base, since: choice.files } }
  }
  const more = [`The base (${choice.files}) could not be read, so everything counts as new: ${base.problem}`, ...settled.notes]
  return { kind: 'ground', ground: { ...settled, trusted: trusted.tree, notes: more } }
}

function because(history: History): string {
  const failure = history.lastFailure()
  return failure === undefined ? '' : ` (${failure})`
}

function remoteOf({ context, token }: GroundOptions): { url: string; token: string } {
  return { url: `${context.server}/${context.repository.owner}/${context.repository.name}`, token }
}

/** The root of the repository, and the part that is judged; or what is wrong. */
async function locate({ context, env, workingDirectory }: GroundOptions): Promise<{ root: string; paths: readonly string[] } | string> {
  const workspace = realpathOf(env['GITHUB_WORKSPACE'] ?? '.')
  const folder = workspace === undefined ? undefined : realpathOf(resolve(workspace, workingDirectory))
  const { event } = context
  const needsNoCheckout = event.kind === 'pull-request' && event.target
  const top = folder === undefined ? undefined : topLevelOf(folder)
  if (needsNoCheckout && top === undefined) return emptyRepository(env)
  if (workspace === undefined) return 'The workspace of the job (GITHUB_WORKSPACE) is not there.'
  if (folder === undefined) return `There is no folder ${JSON.stringify(workingDirectory)} in the workspace.`
  if (pathWithin(workspace, folder) === undefined) return `The folder ${JSON.stringify(workingDirectory)} is outside the workspace.`
  const inside = top !== undefined && pathWithin(workspace, top) !== undefined
  if (!inside && readdirSync(folder).length === 0) return 'The workspace is empty: a step with actions/checkout has to come first.'
  const root = inside ? top : folder
  const path = pathWithin(root, folder)
  return { root, paths: path === undefined || path === '' ? [] : [path] }
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

async function emptyRepository(env: Environment): Promise<{ root: string; paths: readonly string[] } | string> {
  const root = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'image-policy-'))
  return (await createRepository(root)) ? { root, paths: [] } : 'git could not make a repository to fetch into.'
}

function treeOf(files: Files, revision?: string): TrustedTree {
  return { files, ...(revision !== undefined && { revision }), fill: () => Promise.resolve(0) }
}

async function trustedTree(
  root: string,
  history: History,
  context: Context,
  commit: string,
  api: Api | undefined,
): Promise<{ kind: 'tree'; tree: TrustedTree } | Failure> {
  if (await isReachable({ history }, commit)) return { kind: 'tree', tree: treeOf(openRevision(root, commit), commit) }
  const reason = history.lastFailure() ?? 'it could not be fetched'
  if (api === undefined) return { kind: 'failure', problem: `${reason}; there is no github-token to ask GitHub itself.` }
  // Without the right to read, GitHub says "not found" of everything: only a commit that it shows can be believed not to hold a file.
  const known = await commitOf(api, context.repository, commit)
  if (known.kind === 'failure') return { kind: 'failure', problem: `${reason}; GitHub's API: ${known.problem}` }
  if (known.id !== commit) return { kind: 'failure', problem: 'GitHub named another commit.' }
  const files = new RemoteFiles(api, context.repository, commit)
  return { kind: 'tree', tree: { files, revision: commit, fill: () => files.fill() } }
}

type BaseResult = { readonly kind: 'base'; readonly base: RemoteBase } | { readonly kind: 'failed'; readonly problem: string }

async function baseOf(
  { context, history, api }: { context: Context; history: History; api?: Api },
  root: string,
  head: Workspace | LinkedFiles,
  target: string | undefined,
  commit: string,
): Promise<BaseResult> {
  if (await isReachable({ history }, commit)) {
    const side = target !== undefined ? { commit: target } : 'untracked' in head ? head : undefined
    const compared = side && (await changesSince(root, commit, side))
    if (compared?.kind === 'changes') {
      return { kind: 'base', base: baseBeside(root, head, compared.changes) }
    }
  }
  if (api === undefined) return { kind: 'failed', problem: history.lastFailure() ?? 'its commit is not here.' }
  const compared = await remoteBase(api, context, commit, { commit: target ?? (await history.headId()) ?? context.commit, files: head })
  return 'files' in compared
    ? { kind: 'base', base: compared }
    : { kind: 'failed', problem: `${history.lastFailure() ?? 'its commit is not here'}; GitHub's API: ${compared.problem}` }
}

/** A checkout of something else than what the event is about is the workflow's choice, but the reader has to know. */
async function notesOn({ event, commit }: Context, history: History): Promise<readonly string[]> {
  if (event.kind === 'pull-request' && event.target) return []
  const head = event.kind === 'pull-request' ? await history.head() : undefined
  if (event.kind !== 'pull-request' || head === undefined || head.id === commit || head.id === event.head) return []
  return [`What is checked out (${head.id}) is neither the pull request's merge commit nor its head; it is judged as it is.`]
}
