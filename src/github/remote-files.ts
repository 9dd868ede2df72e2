import { type Content, type Files } from '../model.js'
import { type Answer, type Api } from './api.js'
import { type Context, isCommit } from './event.js'
import { listAt, textAt } from './json.js'

/** Longest text that is read through the API, in UTF-16 units: a policy, or a file of the base. */
const MAX_TEXT = 1024 * 1024

/** GitHub lists no more than 3,000 changed files of a pull request, and 300 of a comparison; each is then read by a request of its own. */
const MAX_CHANGED_FILES = 300

const AT_ONCE = 8

type Failure = Extract<Answer, { kind: 'failure' }>

/** Reads one file at a commit. That a file is missing is no failure, so the caller has to know that the commit itself can be read. */
export async function readAt(api: Api, repository: Context['repository'], commit: string, path: string): Promise<Content | Failure> {
  const answer = await api.request('GET /repos/{owner}/{repo}/contents/{path}', {
    owner: repository.owner,
    repo: repository.name,
    path,
    ref: commit,
    headers: { accept: 'application/vnd.github.raw+json' },
  })
  if (answer.kind === 'failure') return answer.status === 404 ? { kind: 'missing' } : answer
  if (typeof answer.data !== 'string') return { kind: 'unreadable', problem: 'it is a folder' }
  return answer.data.length > MAX_TEXT ? { kind: 'unreadable', problem: 'it is too large' } : { kind: 'text', text: answer.data }
}

/** The commit that a branch, tag or id stands for. */
export async function commitOf(
  api: Api,
  repository: Context['repository'],
  ref: string,
): Promise<{ readonly kind: 'commit'; readonly id: string } | Failure> {
  const answer = await api.request('GET /repos/{owner}/{repo}/commits/{ref}', {
    owner: repository.owner,
    repo: repository.name,
    ref,
    headers: { accept: 'application/vnd.github.sha' },
  })
  if (answer.kind === 'failure') return answer
  const id = typeof answer.data === 'string' ? answer.data.trim() : undefined
  return isCommit(id) ? { kind: 'commit', id } : { kind: 'failure', problem: 'GitHub did not tell the commit.' }
}

/**
 * A few files of a commit, through the API. A read of what is not here yet says `missing` and notes it; `fill` fetches what was noted, and the caller
 * asks again until nothing is left.
 */
export class RemoteFiles implements Files {
  readonly #known = new Map<string, Content>()
  readonly #wanted = new Set<string>()

  constructor(
    readonly api: Api,
    readonly repository: Context['repository'],
    readonly commit: string,
  ) {}

  find(): readonly string[] {
    return []
  }

  settled(): Promise<void> {
    return Promise.resolve()
  }

  read(path: string): Content {
    const known = this.#known.get(path)
    if (known === undefined) this.#wanted.add(path)
    return known ?? { kind: 'missing' }
  }

  isFolder(): boolean {
    return false
  }

  identity(path: string): string {
    return `${this.commit}:${path}`
  }

  /** How many files were fetched, or what went wrong. */
  async fill(): Promise<number | Failure> {
    const wanted = [...this.#wanted]
    this.#wanted.clear()
    for (const path of wanted) {
      const content = await readAt(this.api, this.repository, this.commit, path)
      if (content.kind === 'failure') return content
      this.#known.set(path, content)
    }
    return wanted.length
  }
}

/** What the base has, as far as it differs from the head. */
export interface RemoteBase {
  readonly files: Files
  readonly changed: ReadonlySet<string>
  readonly before: ReadonlySet<string>
  readonly renamed: ReadonlyMap<string, string>
}

/** One changed file: its path at the head (absent if removed) and at the base (absent if added). */
interface Change {
  readonly head?: string
  readonly base?: string
}

/** The base beside the head, from GitHub's list of what changed and the contents at the base. A list that may be cut is a failure. */
export async function remoteBase(
  api: Api,
  context: Context,
  commit: string,
  head: { readonly commit: string; readonly files: Files },
): Promise<RemoteBase | Failure> {
  const changes = await changesTo(api, context, commit, head.commit)
  if ('kind' in changes) return changes
  const paths = changes.flatMap(({ base }) => base ?? [])
  const contents = new Map<string, Content>()
  for (let done = 0; done < paths.length; done += AT_ONCE) {
    const group = paths.slice(done, done + AT_ONCE)
    const read = await Promise.all(group.map((path) => readAt(api, context.repository, commit, path)))
    for (const [index, content] of read.entries()) {
      if (content.kind === 'failure') return content
      contents.set(group[index] ?? '', content)
    }
  }
  const changed = new Set(changes.flatMap((change) => change.head ?? []))
  const renamed = new Map(
    changes.flatMap(({ head: to, base: from }) => (to !== undefined && from !== undefined && to !== from ? [[to, from] as const] : [])),
  )
  return { files: beside(head.files, changed, contents, commit), changed, before: new Set(paths), renamed }
}

/** The comparison goes from where the two parted: only if that is the base itself does it tell what differs from the base. */
async function changesTo(api: Api, { repository }: Context, base: string, head: string): Promise<readonly Change[] | Failure> {
  const parameters = { owner: repository.owner, repo: repository.name, basehead: `${base}...${head}`, per_page: 1 }
  const answer = await api.request('GET /repos/{owner}/{repo}/compare/{basehead}', parameters)
  if (answer.kind === 'failure') return answer
  if (textAt(answer.data, 'merge_base_commit', 'sha') !== base)
    return { kind: 'failure', problem: 'The head does not descend from the base.' }
  const files = listAt(answer.data, 'files')
  if (files.length >= MAX_CHANGED_FILES) return { kind: 'failure', problem: `GitHub lists only ${MAX_CHANGED_FILES} changed files.` }
  return files.map((file) => {
    const name = textAt(file, 'filename') ?? ''
    const status = textAt(file, 'status')
    if (status === 'removed') return { base: name }
    if (status === 'added' || status === 'copied') return { head: name }
    return { head: name, base: textAt(file, 'previous_filename') ?? name }
  })
}

function beside(head: Files, changed: ReadonlySet<string>, contents: ReadonlyMap<string, Content>, commit: string): Files {
  const missing: Content = { kind: 'missing' }
  return {
    settled: () => head.settled(),
    find: (test) => {
      const same = head.find(test).filter((path) => !changed.has(path) && !contents.has(path))
      const other = [...contents.keys()].filter((path) => test(path.slice(path.lastIndexOf('/') + 1)))
      return [...same, ...other].sort()
    },
    read: (path) => contents.get(path) ?? (changed.has(path) ? missing : head.read(path)),
    isFolder: (path) => !contents.has(path) && !changed.has(path) && head.isFolder(path),
    identity: (path) => (contents.has(path) || changed.has(path) ? `${commit}:${path}` : head.identity(path)),
  }
}
