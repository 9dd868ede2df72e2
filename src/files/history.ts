import { gitLater } from './git.js'
import { readHead } from './head.js'
import { processes } from './processes.js'

/** A commit as its object names it, also where a shallow clone hides its parents. */
export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
}

/** Where git fetches from, and the token that it may show there. */
export interface Remote {
  readonly url: string
  readonly token?: string
}

/**
 * The commits of a checkout, and those that can be fetched for it. Nothing throws: what git refuses is undefined or false.
 * Commits are full ids and branches are names without `refs/heads/`; the caller has made sure of both.
 */
export interface History {
  /** What is checked out; asked for once, since nothing here changes it. */
  head(): Promise<Commit | undefined>
  /** The id of that alone, which takes no process where git's files are plain. */
  headId(): Promise<string | undefined>
  has(commit: string): Promise<boolean>
  /** Whether all ancestors are here: a shallow clone knows no merge base. */
  complete(): Promise<boolean>
  /** The branch as the last fetch of `origin` saw it. */
  seenBranch(branch: string): Promise<string | undefined>
  /** Fetches a branch, or a commit by its id, without its history where the clone is shallow; the id of what came. */
  fetchBranch(branch: string): Promise<string | undefined>
  fetchCommit(commit: string): Promise<boolean>
  /** The only best common ancestor; undefined where there is none, or more than one. */
  mergeBase(one: string, other: string): Promise<string | undefined>
  isAncestor(ancestor: string, commit: string): Promise<boolean>
  /** The branch that the remote's HEAD names. */
  defaultBranch(): Promise<string | undefined>
  /** Why the last fetch failed, in git's own words; untrusted text. */
  lastFailure(): string | undefined
}

/** Milliseconds that a fetch may take: a large repository's whole tree. */
const NETWORK_TIME = 90_000

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** The history of the repository at `root`, which is a checkout or a bare repository. Nothing runs before the first question. */
export function openHistory(root: string, remote: Remote, env: Readonly<Record<string, string | undefined>>): History {
  let failure: string | undefined
  let head: Promise<Commit | undefined> | undefined
  const git = async (...args: string[]): Promise<{ ok: boolean; output: string }> => {
    const told = await gitLater(root, args)
    return told.kind === 'output' ? { ok: true, output: told.bytes.toString('utf8') } : { ok: false, output: '' }
  }
  const one = async (...args: string[]): Promise<string | undefined> => {
    const { ok, output } = await git(...args)
    const id = output.trim()
    return ok && ID.test(id) ? id : undefined
  }
  const online = async (...args: string[]): Promise<Outcome> => {
    const known = settings(env, [['safe.directory', root], ...authorization(remote)])
    const outcome = await run(root, [...HARDENED, ...onlyProtocolOf(remote.url), ...args], known)
    if (!outcome.ok) failure = outcome.problem
    return outcome
  }
  const complete = async (): Promise<boolean> => (await git('rev-parse', '--is-shallow-repository')).output.trim() === 'false'
  const fetch = async (what: string): Promise<string | undefined> => {
    const depth = (await complete()) ? [] : ['--depth=1']
    const { ok } = await online(
      'fetch',
      '--quiet',
      '--no-tags',
      '--no-recurse-submodules',
      '--no-auto-gc',
      ...depth,
      '--',
      remote.url,
      what,
    )
    return ok ? one('rev-parse', '--verify', '--quiet', 'FETCH_HEAD^{commit}') : undefined
  }
  return {
    head: () => (head ??= headOf(root)),
    headId: async () => (head === undefined ? readHead(root) : undefined) ?? (await (head ??= headOf(root)))?.id,
    has: async (commit) => (await git('cat-file', '-e', `${commit}^{tree}`)).ok,
    complete,
    seenBranch: (branch) => one('rev-parse', '--verify', '--quiet', `refs/remotes/origin/${branch}^{commit}`),
    fetchBranch: (branch) => fetch(`refs/heads/${branch}`),
    fetchCommit: async (commit) => (await fetch(commit)) === commit,
    mergeBase: async (left, right) => one('merge-base', '--all', left, right),
    isAncestor: async (ancestor, commit) => (await git('merge-base', '--is-ancestor', ancestor, commit)).ok,
    defaultBranch: async () =>
      /^ref: refs\/heads\/([^\t\n]+)\tHEAD$/m.exec((await online('ls-remote', '--symref', '--', remote.url, 'HEAD')).output)?.[1],
    lastFailure: () => failure,
  }
}

/** One process for the commit's id and its object: `ID commit SIZE`, then its headers. */
async function headOf(root: string): Promise<Commit | undefined> {
  const told = await gitLater(root, ['cat-file', '--batch'], 'HEAD^{commit}\n')
  const [first = '', ...object] = told.kind === 'output' ? told.bytes.toString('utf8').split('\n') : []
  const [id = '', type] = first.split(' ')
  return type === 'commit' && ID.test(id) ? { id, parents: parentsOf(object.join('\n')) } : undefined
}

/** Makes an empty repository to fetch into, where there is no checkout. False if git cannot. */
export async function createRepository(folder: string): Promise<boolean> {
  return (await gitLater(folder, ['init', '--quiet', '--bare', '--template=', '--', '.'])).kind === 'output'
}

interface Outcome {
  readonly ok: boolean
  readonly output: string
  readonly problem: string
}

/** Nothing that lies in the repository or its configuration is run, and nobody is asked for a password. */
const HARDENED = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.sshCommand=false', 'credential.helper=', 'core.askPass=', 'gc.auto=0'],
  ...[
    'maintenance.auto=false',
    'fetch.recurseSubmodules=false',
    'fetch.writeCommitGraph=false',
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=20',
  ],
].flatMap((setting) => ['-c', setting])

function onlyProtocolOf(url: string): readonly string[] {
  const protocol = /^(https?|file):\/\//.exec(url)?.[1]
  return ['-c', 'protocol.allow=never', ...(protocol === undefined ? [] : ['-c', `protocol.${protocol}.allow=always`])]
}

/** The key is the one that actions/checkout uses, so that an empty value drops its header: GitHub refuses two. */
function authorization({ url, token }: Remote): readonly (readonly [string, string])[] {
  const host = /^https?:\/\/[^/]+\//.exec(url)?.[0]
  if (token === undefined || token === '' || host === undefined) return []
  const key = `http.${host}.extraheader`
  return [
    [key, ''],
    [key, `AUTHORIZATION: basic ${basicCredentials(token)}`],
  ]
}

/** What a token looks like in the header that git sends; to be masked in the log. */
export function basicCredentials(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString('base64')
}

/** Of the job's environment git gets what it needs to start and to reach the network, and none of its own variables. */
const PASSED =
  /^(?:PATH|HOME|USER|TMPDIR|TEMP|TMP|SYSTEMROOT|(?:https?|no|all)_proxy|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|GIT_SSL_CAINFO)$/i

function settings(
  env: Readonly<Record<string, string | undefined>>,
  config: readonly (readonly [string, string])[],
): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) => (value !== undefined && PASSED.test(name) ? [[name, value] as const] : []))
  const counted = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ])
  return {
    ...Object.fromEntries(passed),
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(counted),
    LC_ALL: 'C',
  }
}

function run(folder: string, args: readonly string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env, timeout: NETWORK_TIME, maxBuffer: 8 * 1024 * 1024, windowsHide: true }
    const child = processes().execFile('git', args, options, (error, stdout, stderr) => {
      const problem = stderr.trim().split('\n').at(-1) ?? ''
      resolve({ ok: error === null, output: stdout, problem: problem === '' ? (error?.message.split('\n')[0] ?? '') : problem })
    })
    child.stdin?.end()
  })
}

function parentsOf(object: string): readonly string[] {
  const headers = object.slice(0, Math.max(object.indexOf('\n\n'), 0)).split('\n')
  return headers.flatMap((line) => (line.startsWith('parent ') && ID.test(line.slice(7)) ? [line.slice(7)] : []))
}
