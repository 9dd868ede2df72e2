import { type getOctokit } from '@actions/github'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { listAt, numberAt, textAt } from './json.js'

/** What GitHub answered. A failure is a value: `problem` holds status and message only, never headers or what was sent. */
export type Answer =
  | { readonly kind: 'answer'; readonly data: unknown; readonly more: boolean }
  | { readonly kind: 'failure'; readonly status?: number; readonly problem: string }

/** GitHub's API as this action uses it. No call throws or outlasts the budget. */
export interface Api {
  /** `route` is Octokit's, e.g. `GET /repos/{owner}/{repo}`; `more` tells of a further page. */
  request(route: string, parameters: Readonly<Record<string, unknown>>): Promise<Answer>
  /** The field `data` of a GraphQL answer. */
  graphql(query: string): Promise<Answer>
}

/** `getOctokit` of @actions/github: it takes the address of the API and the proxy from the environment. */
export type GetOctokit = typeof getOctokit

type Plugin = Parameters<GetOctokit>[2]

export interface Limits {
  /** Milliseconds that all calls together may take, retries and waits included. */
  readonly budget: number
  /** Milliseconds after which one attempt is given up. */
  readonly attempt: number
}

/** A report that takes longer than this is worth less than an early verdict. */
const LIMITS: Limits = { budget: 30_000, attempt: 8_000 }

/** What no second attempt changes, and 429, which the throttling plugin sees to. */
const FINAL = [400, 401, 403, 404, 410, 422, 429, 451]

/** Retries after the first attempt, with pauses of one and four seconds: what plugin-retry makes of a count of two. */
const RETRIES = 2

/**
 * A client that tries again where that helps (5xx, cut and slow connections, both kinds of rate limit, as long as GitHub asks for a wait within the budget),
 * and then says in one line what went wrong. `log` gets what a reader of the job's log should know.
 */
export function openApi(open: GetOctokit, token: string, log: (line: string) => void, limits: Limits = LIMITS): Api {
  const deadline = Date.now() + limits.budget
  const left = (): number => deadline - Date.now()
  const patient = (what: string) => (seconds: number, _options: unknown, _octokit: unknown, retryCount: number) => {
    const wait = retryCount < RETRIES && seconds * 1000 < left()
    log(`GitHub's ${what} is reached; ${wait ? `waiting ${seconds} s` : `not waiting ${seconds} s`}.`)
    return wait
  }
  const octokit = open(
    token,
    {
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      retry: { retries: RETRIES, doNotRetry: FINAL },
      throttle: { onRateLimit: patient('rate limit'), onSecondaryRateLimit: patient('secondary rate limit') },
    },
    limitAttempts(left, limits.attempt),
    retry,
    throttling,
  )
  return {
    request: (route, parameters) =>
      answered(left, async () => {
        const response: { headers: unknown; data: unknown } = await octokit.request(route, parameters)
        const { headers, data } = response
        return { kind: 'answer', data, more: /rel="next"/.test(textAt(headers, 'link') ?? '') }
      }),
    graphql: (query) => answered(left, async () => ({ kind: 'answer', data: await octokit.graphql(query, {}), more: false })),
  }
}

function nothing(): void {}

/**
 * An Octokit plugin: each attempt ends in time, and is a failure unless its whole body came; Octokit itself takes what came before a cut for all of it.
 * It has to be the first plugin, so that the others' retries are attempts of their own.
 */
function limitAttempts(left: () => number, longest: number): NonNullable<Plugin> {
  return (octokit) => {
    octokit.hook.wrap('request', async (request, sent) => {
      const signal = AbortSignal.timeout(Math.max(1, Math.min(longest, left())))
      // Every hook is handed the same options, whatever the one before passed on (before-after-hook), so they are changed in place.
      Object.assign(sent.request, { signal, parseSuccessResponseBody: false })
      const response = await request(sent)
      const body: unknown = response.data
      if (!(body instanceof ReadableStream)) return response
      return { ...response, data: await wholeBody(body, response.headers['content-type'] ?? '', sent.request) }
    })
    return {}
  }
}

/** JSON or text. Fails in the way that plugin-retry tries again. */
async function wholeBody(body: ReadableStream, type: string, settings: object): Promise<unknown> {
  try {
    const text = await new Response(body).text()
    const value: unknown = /^application\/json\b/.test(type) ? JSON.parse(text) : text
    return value
  } catch {
    throw Object.assign(new Error('The answer ended too early.'), { status: 500, request: { request: settings } })
  }
}

async function answered(left: () => number, call: () => Promise<Answer>): Promise<Answer> {
  if (left() <= 0) return LATE
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(LATE), left())
  })
  try {
    return await Promise.race([call(), late])
  } catch (error) {
    return describe(error)
  } finally {
    clearTimeout(timer)
  }
}

const LATE: Answer = { kind: 'failure', problem: 'GitHub did not answer in time.' }

/** Status and message of an error, and nothing else of it: Octokit's errors carry the request with its token. */
export function describe(error: unknown): Answer {
  const status = numberAt(error, 'status')
  const told = textAt(error, 'response', 'data', 'message') ?? (error instanceof Error ? error.message : String(error))
  const details = listAt(error, 'response', 'data', 'errors').flatMap(
    (one) => textAt(one, 'message') ?? (typeof one === 'string' ? one : []),
  )
  const message = [told, ...details].join('; ').slice(0, 300)
  const problem = status === undefined || textAt(error, 'response', 'url') === undefined ? message : `${status} ${message}`
  return { kind: 'failure', ...(status !== undefined && { status }), problem }
}
