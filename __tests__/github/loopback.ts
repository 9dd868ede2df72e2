import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { textAt } from '../../src/github/json.js'
import { example, faultsOfRequest, faultsOfResponse, type Operation, operationOf } from './openapi.js'

export interface Comment {
  readonly id: number
  body: string
  readonly user: { readonly login: string; readonly id: number; readonly type: string }
}

export interface Request {
  readonly route: string
  readonly url: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/** What a fault does instead of the answer: a status with headers and message, a connection that is cut (before or within the answer), or one that hangs. */
export type Fault =
  | { readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly cut: 'before' | 'within' }
  | { readonly hang: true }

export interface ReviewComment {
  readonly path: string
  readonly line: number
  readonly body: string
}

export interface Review {
  readonly commit_id: string
  readonly event: string
  readonly body: string
  readonly comments: readonly ReviewComment[]
}

/** What GitHub holds. Tests change it between runs. */
export interface State {
  comments: Comment[]
  reviewComments: (ReviewComment & { readonly id: number; readonly user: Comment['user'] })[]
  reviews: Review[]
  /** Of the pull request, as `pulls/files` shows them. */
  files: { filename: string; status: string; patch?: string; previous_filename?: string }[]
  /** `owner/repo@commit:path` → text. */
  contents: Map<string, string>
  /** `owner/repo@ref` → commit. */
  commits: Map<string, string>
  /** `base...head` → what the comparison says. */
  comparisons: Map<string, { status: string; mergeBase: string; files?: State['files'] }>
  defaultBranch: string
  viewer: Comment['user'] | undefined
  /** Who writes: the account behind the token. */
  self: Comment['user']
  /** The first rule that fits a route (with `times` left) decides. */
  faults: { route: RegExp; fault: Fault; times: number }[]
  /** How many items a page holds at most; GitHub's limit is a hundred. */
  pageSize: number
}

export const ACTIONS_BOT = { login: 'github-actions[bot]', id: 41898282, type: 'Bot' }

/** A GitHub on loopback: it refuses whatever GitHub's OpenAPI description refuses, and its own answers keep to that as well. */
export class LoopbackGitHub {
  readonly requests: Request[] = []
  /** Breaches of the description, by either side; a test expects none. */
  readonly breaches: string[] = []
  readonly state: State = fresh()
  #server: Server | undefined
  port = 0

  constructor(
    readonly prefix: string = '',
    readonly token: string = 'ghs_secretsecretsecretsecret',
  ) {}

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#serve(request, response))
    this.#server = server
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    this.port = (server.address() as AddressInfo).port
    return this
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.port}${this.prefix}`
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    if (this.#server?.listening === true) await new Promise((done) => this.#server?.close(done))
  }

  fail(route: RegExp, fault: Fault, times = Infinity): void {
    this.state.faults.push({ route, fault, times })
  }

  routes(): string[] {
    return this.requests.map(({ route }) => route.replace('/repos/{owner}/{repo}', ''))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const url = new URL(request.url ?? '/', 'http://localhost')
    const method = request.method ?? 'GET'
    const graphql = method === 'POST' && url.pathname === (this.prefix === '' ? '/graphql' : '/api/graphql')
    const operation = graphql ? undefined : operationOf(method, url, this.prefix)
    const route = graphql ? 'POST /graphql' : (operation?.route ?? `${method} ${url.pathname}`)
    this.requests.push({ route, url: `${url.pathname}${url.search}`, headers: request.headers, body })
    const rule = this.state.faults.find((one) => one.times > 0 && one.route.test(route))
    if (rule !== undefined) {
      rule.times--
      return this.#misbehave(rule.fault, response)
    }
    const send = (status: number, data: unknown, headers: Record<string, string> = {}): void => {
      const type = headers['content-type'] ?? 'application/json'
      if (operation !== undefined) this.breaches.push(...faultsOfResponse(operation, status, type, data))
      const payload = type === 'application/json' ? JSON.stringify(data) : String(data)
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...headers }).end(payload)
    }
    if (![`token ${this.token}`, `bearer ${this.token}`].includes(request.headers.authorization ?? ''))
      return send(401, { message: 'Bad credentials' })
    if (graphql) return this.#graphql(send)
    if (operation === undefined) {
      this.breaches.push(`${route} is not described`)
      return send(404, { message: 'Not Found' })
    }
    const faults = faultsOfRequest(operation, body)
    if (faults.length > 0) {
      this.breaches.push(...faults)
      return send(422, { message: `Invalid request. ${faults.join(' ')}` })
    }
    return this.#answer(operation, body, send, request.headers.accept ?? '')
  }

  #misbehave(fault: Fault, response: ServerResponse): void {
    if ('hang' in fault) return
    if ('cut' in fault) {
      if (fault.cut === 'within') response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('[{"id":')
      setTimeout(() => response.destroy(), 20)
      return
    }
    response
      .writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers })
      .end(JSON.stringify({ message: fault.message ?? 'Server Error', documentation_url: 'https://docs.github.com/rest' }))
  }

  #graphql(send: Send): void {
    const { viewer } = this.state
    if (viewer === undefined) return send(403, { message: 'Resource not accessible by integration' })
    send(200, { data: { viewer: { login: viewer.login, databaseId: viewer.id } } })
  }

  #answer({ route, path, query }: Operation, sent: unknown, send: Send, accept: string): void {
    const state = this.state
    const body = textAt(sent, 'body') ?? ''
    const repository = `${path['owner']}/${path['repo']}`
    const missing = (): void => send(404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' })
    switch (route.replace('/repos/{owner}/{repo}', '')) {
      case 'GET ':
        return send(200, { ...repositoryJson(), default_branch: state.defaultBranch, full_name: repository })
      case 'GET /issues/{issue_number}/comments':
        return this.#page(state.comments.map(commentJson), query, send)
      case 'POST /issues/{issue_number}/comments': {
        if (body.length > 65_536)
          return send(422, {
            message: 'Validation Failed',
            errors: [{ resource: 'IssueComment', code: 'unprocessable', message: 'Body is too long (maximum is 65536 characters)' }],
          })
        const comment = { id: 1000 + state.comments.length, body, user: state.self }
        state.comments.push(comment)
        return send(201, commentJson(comment))
      }
      case 'PATCH /issues/comments/{comment_id}': {
        const comment = state.comments.find(({ id }) => id === Number(path['comment_id']))
        if (comment === undefined) return missing()
        if (comment.user.login !== state.self.login) return send(403, { message: 'Must have admin rights to Repository.' })
        comment.body = body
        return send(200, commentJson(comment))
      }
      case 'GET /pulls/{pull_number}/files':
        return this.#page(state.files.map(fileJson), query, send)
      case 'GET /pulls/{pull_number}/comments':
        return this.#page(state.reviewComments.map(reviewCommentJson), query, send)
      case 'POST /pulls/{pull_number}/reviews':
        return this.#review(sent as Review, send)
      case 'GET /compare/{basehead}': {
        const comparison = state.comparisons.get(path['basehead'] ?? '')
        if (comparison === undefined) return missing()
        const commit = { ...(example('commit-comparison')['merge_base_commit'] as object), sha: comparison.mergeBase }
        const shown = example('commit-comparison')
        return send(200, {
          ...shown,
          status: comparison.status,
          merge_base_commit: commit,
          base_commit: commit,
          commits: [],
          files: (comparison.files ?? []).map(fileJson),
        })
      }
      case 'GET /commits/{ref}': {
        const commit = state.commits.get(`${repository}@${path['ref']}`)
        if (commit === undefined) return missing()
        return accept.includes('sha')
          ? send(200, commit, { 'content-type': 'application/vnd.github.sha' })
          : send(200, { ...example('commit'), sha: commit })
      }
      case 'GET /contents/{path}': {
        const text = state.contents.get(`${repository}@${query.get('ref') ?? ''}:${path['path']}`)
        return text === undefined ? missing() : send(200, text, { 'content-type': 'application/vnd.github.raw+json' })
      }
      default:
        return missing()
    }
  }

  /** GitHub refuses the whole review if one comment is on a line that the diff does not show. */
  #review(review: Review, send: Send): void {
    for (const comment of review.comments) {
      const shown = linesShown(this.state.files.find(({ filename }) => filename === comment.path)?.patch ?? '')
      if (!shown.has(comment.line))
        return send(422, { message: 'Unprocessable Entity', errors: ['Pull request review thread line must be part of the diff'] })
    }
    this.state.reviews.push(review)
    for (const comment of review.comments) {
      this.state.reviewComments.push({ id: 5000 + this.state.reviewComments.length, ...comment, user: this.state.self })
    }
    send(200, { ...example('pull-request-review'), body: review.body, state: 'COMMENTED' })
  }

  #page(items: readonly unknown[], query: URLSearchParams, send: Send): void {
    const size = Math.min(Number(query.get('per_page') ?? 30), this.state.pageSize)
    const page = Number(query.get('page') ?? 1)
    const rest = items.length > page * size
    send(200, items.slice((page - 1) * size, page * size), rest ? { link: `<${this.apiUrl}/next?page=${page + 1}>; rel="next"` } : {})
  }
}

type Send = (status: number, data: unknown, headers?: Record<string, string>) => void

function fresh(): State {
  return {
    comments: [],
    reviewComments: [],
    reviews: [],
    files: [],
    contents: new Map(),
    commits: new Map(),
    comparisons: new Map(),
    defaultBranch: 'main',
    viewer: ACTIONS_BOT,
    self: ACTIONS_BOT,
    faults: [],
    pageSize: 100,
  }
}

function examples(name: string): Record<string, unknown>[] {
  return example(name) as unknown as Record<string, unknown>[]
}

/** GitHub's example lacks what its schema asks for. */
function repositoryJson(): Record<string, unknown> {
  const { template_repository, parent, source, ...shown } = example('full-repository-default-response')
  void [template_repository, parent, source]
  return { ...shown, language: null }
}

function userJson(user: Comment['user']): unknown {
  return { ...(example('issue-comment')['user'] as object), login: user.login, id: user.id, type: user.type }
}

function commentJson(comment: Comment): unknown {
  return { ...example('issue-comment'), id: comment.id, body: comment.body, user: userJson(comment.user) }
}

function reviewCommentJson(comment: State['reviewComments'][number]): unknown {
  return {
    ...examples('pull-request-review-comment-items')[0],
    id: comment.id,
    body: comment.body,
    path: comment.path,
    user: userJson(comment.user),
  }
}

function fileJson(file: State['files'][number]): unknown {
  const { patch, ...shown } = examples('diff-entry-items')[0] ?? {}
  void patch
  return { ...shown, ...file }
}

function linesShown(patch: string): ReadonlySet<number> {
  const lines = new Set<number>()
  let number = 0
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)/.exec(line)
    if (hunk !== null) number = Number(hunk[1])
    else if (!line.startsWith('-') && !line.startsWith('\\')) lines.add(number++)
  }
  return lines
}
