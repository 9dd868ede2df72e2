import { createHash } from 'node:crypto'
import { type Api } from './api.js'
import { type Context } from './event.js'
import { at, listAt, numberAt, textAt } from './json.js'

/** GitHub refuses longer bodies; our marker is within it. UTF-16 units are never fewer than the characters that GitHub counts. */
export const MAX_COMMENT_LENGTH = 65_536

/** Pages of a hundred comments; whoever has more gets a second comment rather than a run that never ends. */
const MAX_PAGES = 50

/** What became of the comment. */
export type Commented =
  | { readonly kind: 'created' | 'updated' | 'unchanged' | 'none' }
  | { readonly kind: 'failure'; readonly status?: number; readonly problem: string }

/** Where a comment belongs, and the text that it must carry to be known again. */
export interface Thread {
  readonly owner: string
  readonly repo: string
  readonly number: number
  readonly marker: string
}

/** What a comment says, as the next run needs to know it: `resolved` had findings once. */
export type State = 'findings' | 'resolved' | 'clean'

/**
 * The start of the hidden line by which a later run finds its comment: one for each workflow, job, checked folder and added policy, so that two jobs or steps
 * do not overwrite each other. It is a digest, so that nothing of a name gets into the comment.
 */
export function markerOf(context: Context, folder: string, policy = ''): string {
  const { repository, path } = context.workflow ?? { repository: '', path: '' }
  const key = createHash('sha256')
    .update(JSON.stringify([repository, path, context.job, folder, policy]))
    .digest('hex')
    .slice(0, 16)
  return `<!-- image-policy:${key} `
}

const HALF_CHARACTER = /[\ud800-\udbff]$/

/** The text under its marker, within GitHub's limit even where what was rendered is not. */
export function withMarker(body: string, marker: string, state: State): string {
  const line = `${marker}${state} -->\n`
  const room = MAX_COMMENT_LENGTH - line.length
  return `${line}${body.length <= room ? body : `${body.slice(0, room - 1).replace(HALF_CHARACTER, '')}…`}`
}

function stateOf(body: string, marker: string): State {
  const state = body.slice(marker.length, body.indexOf(' -->'))
  return state === 'findings' || state === 'resolved' ? state : 'clean'
}

/** What to write. `findings`: there is something to say. Else an earlier comment is updated, and one is created only if it is `wanted` all the same. */
export interface Message {
  readonly findings: boolean
  readonly wanted: boolean
  /** Findings are told where a comment is there already, and nowhere else. */
  readonly onlyUpdate?: boolean
  /** `resolved`: an earlier run had findings. */
  readonly render: (resolved: boolean) => string
}

/** Creates our comment, or updates the one that is there. */
export async function postComment(api: Api, thread: Thread, message: Message): Promise<Commented> {
  const found = await findComment(api, thread)
  if (found.kind === 'failure') return found
  const { owner, repo, number, marker } = thread
  const resolved = !message.findings && found.kind === 'comment' && stateOf(found.body, marker) !== 'clean'
  const text = withMarker(message.render(resolved), marker, message.findings ? 'findings' : resolved ? 'resolved' : 'clean')
  if (found.kind === 'comment') {
    if (found.body.trimEnd() === text.trimEnd()) return { kind: 'unchanged' }
    const answer = await api.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      owner,
      repo,
      comment_id: found.id,
      body: text,
    })
    return answer.kind === 'answer' ? { kind: 'updated' } : answer
  }
  if (!message.wanted && (!message.findings || message.onlyUpdate === true)) return { kind: 'none' }
  const answer = await api.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    owner,
    repo,
    issue_number: number,
    body: text,
  })
  return answer.kind === 'answer' ? { kind: 'created' } : answer
}

type Found =
  | { readonly kind: 'comment'; readonly id: number; readonly body: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'failure'; readonly status?: number; readonly problem: string }

/** Our comment: it carries the marker and we wrote it. Anybody can write the marker into a comment of their own. */
async function findComment(api: Api, { owner, repo, number, marker }: Thread): Promise<Found> {
  let self: Identity | undefined
  for (let page = 1; page <= MAX_PAGES; page++) {
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'
    const answer = await api.request(route, { owner, repo, issue_number: number, per_page: 100, page })
    if (answer.kind === 'failure') return answer
    for (const comment of listAt(answer.data)) {
      const id = numberAt(comment, 'id')
      const body = textAt(comment, 'body')
      if (id === undefined || body?.startsWith(marker) !== true) continue
      self ??= await whoAmI(api)
      if (isBy(at(comment, 'user'), self)) return { kind: 'comment', id, body: body.replaceAll('\r\n', '\n') }
    }
    if (!answer.more) break
  }
  return { kind: 'none' }
}

/** An account, as GitHub names it. */
export interface Identity {
  readonly login: string
  readonly id?: number
}

/** Of the token that GitHub gives to each job. */
const ACTIONS: Identity = { login: 'github-actions[bot]' }

/** The account that our token writes as. A job's own token may be refused the question; then it is the job's. */
export async function whoAmI(api: Api): Promise<Identity> {
  const answer = await api.graphql('query { viewer { login databaseId } }')
  const login = answer.kind === 'answer' ? textAt(answer.data, 'viewer', 'login') : undefined
  const id = answer.kind === 'answer' ? numberAt(answer.data, 'viewer', 'databaseId') : undefined
  return login === undefined ? ACTIONS : { login, ...(id !== undefined && { id }) }
}

/** Whether a user, as the REST API shows it, is that account. An app's login ends in `[bot]` there, which no user's can; GraphQL leaves it out in places. */
export function isBy(user: unknown, self: Identity): boolean {
  const login = textAt(user, 'login')
  if (login === undefined) return false
  if (self.id !== undefined && numberAt(user, 'id') === self.id) return true
  return login === self.login || (self.id === undefined && login === `${self.login}[bot]` && textAt(user, 'type') === 'Bot')
}
