import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAX_FILE_BYTES } from './content.js'
import { codeOf } from './disk.js'
import { resolveRevision } from './revision.js'
import { processes } from './processes.js'

/** Where a repository comes from, and with what right. */
export interface Origin {
  /** `https://github.com/acme/api.git` */
  readonly url: string
  /** Sent to the URL's own host, and nowhere else; empty for none. */
  readonly token: string
  readonly env: Readonly<Record<string, string | undefined>>
}

export type FetchedRepository =
  /** A git folder without a checkout; `remove` takes it away. */
  | { readonly kind: 'fetched'; readonly root: string; readonly commit: string; readonly remove: () => void }
  /** There is a repository, and no commit in it. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly problem: string }

/** Milliseconds for the newest commit of one repository. A server that hangs must not hold the others up. */
const PATIENCE = 10 * 60_000

const HEAD = 'refs/audit/head'

/**
 * Fetches the newest commit of a repository's default branch into a folder of its own, as git objects: nothing is checked out, so no link, filter, hook or
 * name of a stranger's repository meets the file system. Files that are larger than what is read stay away. Never rejects.
 */
export async function fetchRepository(origin: Origin): Promise<FetchedRepository> {
  let root: string
  try {
    root = mkdtempSync(join(tmpdir(), 'image-policy-'))
  } catch (error) {
    return { kind: 'failed', problem: `there is no room for it (${codeOf(error)})` }
  }
  const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 3 })
  const problem = await fetchInto(root, origin)
  const commit = problem === undefined ? resolveRevision(root, HEAD) : undefined
  if (commit?.kind === 'commit') return { kind: 'fetched', root, commit: commit.id, remove }
  remove()
  if (problem !== undefined && /couldn't find remote ref HEAD/.test(problem)) return { kind: 'empty' }
  return { kind: 'failed', problem: problem ?? 'it has no commit' }
}

async function fetchInto(root: string, origin: Origin): Promise<string | undefined> {
  const steps = [
    ['init', '--quiet', '--bare', '.'],
    ['remote', 'add', 'origin', origin.url],
    [
      'fetch',
      '--quiet',
      '--depth=1',
      '--no-tags',
      '--no-recurse-submodules',
      `--filter=blob:limit=${MAX_FILE_BYTES + 1}`,
      'origin',
      `+HEAD:${HEAD}`,
    ],
  ]
  for (const step of steps) {
    const problem = await run(root, step, origin)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** What git complains of, or undefined. The token travels in the environment: arguments are for every process to see. */
function run(root: string, args: readonly string[], origin: Origin): Promise<string | undefined> {
  const settings = ['core.hooksPath=/dev/null', 'gc.auto=0', 'protocol.allow=never', `protocol.${schemeOf(origin.url)}.allow=always`]
  const options = { cwd: root, env: environment(origin), timeout: PATIENCE, killSignal: 'SIGKILL', windowsHide: true } as const
  return new Promise((resolve) => {
    processes()
      .execFile('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], options, (error, _stdout, stderr) => {
        resolve(error === null ? undefined : complaint(error, stderr))
      })
      .stdin?.end()
  })
}

/** Variables that would send git to another folder than the one it is started in. */
const DROPPED = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_COMMON_DIR', 'GIT_NAMESPACE', 'GIT_PREFIX'])

function environment({ url, token, env }: Origin): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !DROPPED.has(name))
  const asked = {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS: '',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  }
  if (token === '') return asked
  const next = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0
  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  return {
    ...asked,
    GIT_CONFIG_COUNT: String(next + 1),
    [`GIT_CONFIG_KEY_${next}`]: `http.${new URL(url).origin}/.extraHeader`,
    [`GIT_CONFIG_VALUE_${next}`]: header,
  }
}

function complaint(error: Error & { readonly code?: unknown; readonly killed?: boolean }, stderr: string): string {
  if (error.code === 'ENOENT') return 'git is not installed'
  if (error.killed === true) return `git fetch took longer than ${PATIENCE / 60_000} minutes`
  const lines = stderr.split('\n').filter((line) => /^(fatal|error|remote): /.test(line))
  return lines.length === 0 ? 'git fetch failed' : lines.map((line) => line.replace(/^(fatal|error|remote): /, '')).join('; ')
}

function schemeOf(url: string): string {
  return new URL(url).protocol.slice(0, -1)
}
