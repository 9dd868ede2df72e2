import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { getOctokit } from '@actions/github'
import { type Api, openApi } from '../src/github/api.js'
import { LoopbackGitHub } from './github/loopback.js'

let github: LoopbackGitHub
let log: string[]
beforeEach(async () => {
  github = await new LoopbackGitHub().start()
  log = []
})
afterEach(async () => {
  await github.stop()
})

function api(limits?: { budget: number; attempt: number }): Api {
  return openApi(
    (token, options, ...plugins) => getOctokit(token, { ...options, baseUrl: github.apiUrl }, ...plugins),
    github.token,
    (line) => log.push(line),
    limits,
  )
}

const comments = { owner: 'acme', repo: 'shop', issue_number: 7, per_page: 100, page: 1 }
const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments'

jest.setTimeout(30_000)

describe('the GitHub client', () => {
  test('answers with data, and says whether there is more', async () => {
    github.state.comments = [1, 2, 3].map((id) => ({ id, body: `${id}`, user: github.state.self }))
    github.state.pageSize = 2
    expect(await api().request(LIST, comments)).toMatchObject({ kind: 'answer', more: true, data: [{ body: '1' }, { body: '2' }] })
    expect(await api().request(LIST, { ...comments, page: 2 })).toMatchObject({ kind: 'answer', more: false, data: [{ body: '3' }] })
    expect(github.breaches).toEqual([])
  })

  test.each([
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [422, 'Validation Failed'],
  ])('%i is not tried again, and is told by status and message alone', async (status, message) => {
    github.fail(/comments/, { status, message })
    const answer = await api().request(LIST, comments)
    expect(answer).toEqual({ kind: 'failure', status, problem: `${status} ${message}` })
    expect(github.requests).toHaveLength(1)
  })

  test('502 is tried again and succeeds', async () => {
    github.fail(/comments/, { status: 502, message: 'Bad gateway' }, 1)
    expect(await api().request(LIST, comments)).toMatchObject({ kind: 'answer' })
    expect(github.requests).toHaveLength(2)
  })

  test.each([
    ['before anything came', { cut: 'before' as const }],
    ['in the middle of the answer', { cut: 'within' as const }],
  ])('a connection cut %s is tried again', async (_name, fault) => {
    github.fail(/comments/, fault, 1)
    expect(await api().request(LIST, comments)).toMatchObject({ kind: 'answer' })
    expect(github.requests).toHaveLength(2)
  })

  test('a secondary limit is waited for as long as GitHub asks', async () => {
    github.fail(/comments/, { status: 403, message: 'You have exceeded a secondary rate limit.', headers: { 'retry-after': '1' } }, 1)
    const start = Date.now()
    expect(await api().request(LIST, comments)).toMatchObject({ kind: 'answer' })
    expect(Date.now() - start).toBeGreaterThan(900)
    expect(log).toEqual(["GitHub's secondary rate limit is reached; waiting 1 s."])
  })

  test('a wait beyond the budget is not begun', async () => {
    github.fail(/comments/, { status: 429, message: 'You have exceeded a secondary rate limit.', headers: { 'retry-after': '3600' } })
    const start = Date.now()
    expect(await api().request(LIST, comments)).toEqual({
      kind: 'failure',
      status: 429,
      problem: '429 You have exceeded a secondary rate limit.',
    })
    expect(Date.now() - start).toBeLessThan(8000)
    expect(log[0]).toBe("GitHub's secondary rate limit is reached; not waiting 3600 s.")
  })

  test('an exhausted rate limit is a failure, not a wait of an hour', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3000)
    github.fail(/comments/, {
      status: 403,
      message: 'API rate limit exceeded',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    })
    expect(await api().request(LIST, comments)).toEqual({ kind: 'failure', status: 403, problem: '403 API rate limit exceeded' })
  })

  test('a server that never answers costs the budget at most', async () => {
    github.fail(/comments/, { hang: true })
    const start = Date.now()
    const patient = api({ budget: 1200, attempt: 300 })
    expect(await patient.request(LIST, comments)).toMatchObject({ kind: 'failure' })
    expect(Date.now() - start).toBeLessThan(10_000)
    expect(await patient.request(LIST, comments)).toEqual({ kind: 'failure', problem: 'GitHub did not answer in time.' })
  })

  test('a server that is not there is a failure without a status', async () => {
    await github.stop()
    const answer = await api({ budget: 500, attempt: 300 }).request(LIST, comments)
    expect(answer.kind).toBe('failure')
  })

  test('no failure tells the token or a header', async () => {
    for (const fault of [{ status: 500 }, { status: 403 }, { cut: 'before' as const }]) {
      github.state.faults = []
      github.fail(/comments/, fault)
      const answer = await api({ budget: 1500, attempt: 500 }).request(LIST, comments)
      expect(JSON.stringify(answer)).not.toMatch(/secret|authorization|user-agent/i)
    }
  })
})
