import { codeOf } from './disk.js'
import { processes } from './processes.js'

/** What git wrote, or why it could not: its first line of complaint. */
export type GitOutput = { readonly kind: 'output'; readonly bytes: Buffer } | { readonly kind: 'failed'; readonly problem: string }

/** Git cannot give what a revision needs. The shells tell it as "could not check": a tree that cannot be listed must never pass for an empty one. */
export class GitFailure extends Error {}

/** A list of 215,000 files takes 10 to 20 MB; this bounds what one call may hold in memory. */
const MAX_OUTPUT_BYTES = 1 << 30

/**
 * A repository's own configuration can name programs (fsmonitor, hooks, ssh, lazy fetching); nothing of the repository is ever executed, so each is switched off.
 * Since none can run, a folder that belongs to somebody else is safe to look into, which container jobs need.
 */
function safeArguments(args: readonly string[]): string[] {
  const settings = [
    'safe.directory=*',
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.pager=cat',
    'protocol.allow=never',
    'gc.auto=0',
    'log.showSignature=false',
  ]
  return [
    ...settings.flatMap((setting) => ['-c', setting]),
    '--no-pager',
    '--no-optional-locks',
    '--no-replace-objects',
    '--literal-pathspecs',
    ...args,
  ]
}

/** Variables that would send git to another repository than the folder's own (a hook has them), or make it run or ask something. */
const DROPPED = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_CEILING_DIRECTORIES',
])

/** Git for Windows says in the system's configuration how line ends and links are kept on disk: without it every file would count as changed. */
const SYSTEM = process.platform === 'win32' ? {} : { GIT_CONFIG_NOSYSTEM: '1' }

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !DROPPED.has(name))
  return { ...Object.fromEntries(kept), ...SYSTEM, GIT_TERMINAL_PROMPT: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' }
}

/** Runs git in a folder and waits for it. `input` goes to its standard input. */
export function git(root: string, args: readonly string[], input?: string | Buffer): GitOutput {
  try {
    const bytes = processes().execFileSync('git', safeArguments(args), {
      cwd: root,
      env: environment(),
      maxBuffer: MAX_OUTPUT_BYTES,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      ...(input !== undefined && { input }),
    })
    return { kind: 'output', bytes }
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error) }
  }
}

/** Runs git in a folder beside us; the promise is always fulfilled. `input` goes to its standard input. */
export function gitLater(root: string, args: readonly string[], input?: string): Promise<GitOutput> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: environment(), maxBuffer: MAX_OUTPUT_BYTES, encoding: 'buffer', windowsHide: true } as const
    const child = processes().execFile('git', safeArguments(args), options, (error, stdout, stderr) => {
      resolve(error === null ? { kind: 'output', bytes: stdout } : { kind: 'failed', problem: problemOf(Object.assign(error, { stderr })) })
    })
    child.stdin?.on('error', () => undefined) // git may end before it has read
    child.stdin?.end(input)
  })
}

function problemOf(error: unknown): string {
  if (codeOf(error) === 'ENOENT') return 'git is not installed'
  if (typeof error !== 'object' || error === null) return 'git failed'
  const complaint = 'stderr' in error && Buffer.isBuffer(error.stderr) ? error.stderr.toString('utf8').trim() : ''
  const told = complaint === '' && 'message' in error ? String(error.message) : complaint
  return told
    .split('\n', 1)
    .join('')
    .replace(/^(?:fatal|error): /, '')
}
