import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Api, openApi } from '../src/github/api.js'
import { markerOf, MAX_COMMENT_LENGTH, type Message, postComment, type Thread, withMarker } from '../src/github/comment.js'
import { type Context } from '../src/github/event.js'
import { ACTIONS_BOT, LoopbackGitHub } from './github/loopback.js'

jest.setTimeout(30_000)

let github: LoopbackGitHub
let api: Api
beforeEach(async () => {
  github = await new LoopbackGitHub().start()
  api = openApi(
    (token, options, ...plugins) => getOctokit(token, { ...options, baseUrl: github.apiUrl, throttle: { enabled: false } }, ...plugins),
    github.token,
    () => {},
  )
})
afterEach(async () => {
  expect(github.breaches).toEqual([])
  await github.stop()
})

const context: Context = {
  event: { kind: 'other', name: 'x' },
  repository: { owner: 'acme', name: 'shop' },
  commit: '1'.repeat(40),
  server: 'https://github.com',
  workflow: { repository: 'acme/shop', path: '.github/workflows/ci.yml' },
  job: 'images',
  dependabot: false,
}
const thread: Thread = { owner: 'acme', repo: 'shop', number: 7, marker: markerOf(context, '.') }
const bad: Message = { findings: true, wanted: false, render: () => 'two errors' }
const good: Message = { findings: false, wanted: false, render: (resolved) => (resolved ? 'all resolved' : 'all allowed') }

const bodies = (): string[] => github.state.comments.map(({ body }) => body.replace(/^<!--.*-->\n/, ''))

describe('the comment', () => {
  test('is created, left alone while it is right, updated, resolved, and stays resolved', async () => {
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'created' })
    expect(bodies()).toEqual(['two errors'])
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'unchanged' })
    expect(await postComment(api, thread, { ...bad, render: () => 'one error' })).toEqual({ kind: 'updated' })
    expect(bodies()).toEqual(['one error'])
    expect(await postComment(api, thread, good)).toEqual({ kind: 'updated' })
    expect(bodies()).toEqual(['all resolved'])
    expect(await postComment(api, thread, good)).toEqual({ kind: 'unchanged' })
  })

  test('is not created where there is nothing to say, unless it is wanted', async () => {
    expect(await postComment(api, thread, good)).toEqual({ kind: 'none' })
    expect(await postComment(api, thread, { ...good, wanted: true })).toEqual({ kind: 'created' })
    expect(bodies()).toEqual(['all allowed'])
    expect(await postComment(api, thread, { ...good, wanted: true })).toEqual({ kind: 'unchanged' })
  })

  test('is one for each workflow, job, folder and added policy', async () => {
    const others = [
      markerOf({ ...context, job: 'other' }, '.'),
      markerOf(context, 'services'),
      markerOf(context, '.', 'pol/a.yml'),
      markerOf({ ...context, workflow: { repository: 'acme/shop', path: '.github/workflows/other.yml' } }, '.'),
    ]
    for (const marker of [thread.marker, ...others]) expect(await postComment(api, { ...thread, marker }, bad)).toEqual({ kind: 'created' })
    expect(new Set(github.state.comments.map(({ body }) => body)).size).toBe(5)
  })

  test('a marker that somebody else planted is left alone', async () => {
    const body = withMarker('mine now', thread.marker, 'findings')
    github.state.comments = [
      { id: 1, body, user: { login: 'mallory', id: 666, type: 'User' } },
      { id: 2, body, user: { login: 'github-actions', id: 667, type: 'User' } },
      { id: 3, body, user: { login: 'other-app[bot]', id: 668, type: 'Bot' } },
    ]
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'created' })
    expect(github.state.comments.slice(0, 3).every((comment) => comment.body === body)).toBe(true)
    expect(github.routes().some((route) => route.startsWith('PATCH'))).toBe(false)
  })

  test('a marker that is quoted, not at the start, is none', async () => {
    github.state.comments = [{ id: 1, body: `> ${withMarker('x', thread.marker, 'findings')}`, user: ACTIONS_BOT }]
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'created' })
  })

  test.each([
    ['a token of GitHub Actions that may not ask who it is', undefined, ACTIONS_BOT],
    [
      "an app's token, which GraphQL names without [bot]",
      { login: 'acme-app', id: 5, type: 'Bot' },
      { login: 'acme-app[bot]', id: 5, type: 'Bot' },
    ],
    ["a person's token", { login: 'octocat', id: 6, type: 'User' }, { login: 'octocat', id: 6, type: 'User' }],
  ])('is known as our own with %s', async (_name, viewer, self) => {
    github.state.viewer = viewer
    github.state.self = self
    await postComment(api, thread, bad)
    expect(await postComment(api, thread, good)).toEqual({ kind: 'updated' })
  })

  test('is found on the last of many pages, and the search ends there', async () => {
    github.state.comments = Array.from({ length: 730 }, (_, id) => ({ id, body: `comment ${id}`, user: ACTIONS_BOT }))
    github.state.comments.push({ id: 1000, body: withMarker('old', thread.marker, 'findings'), user: ACTIONS_BOT })
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'updated' })
    expect(github.routes().filter((route) => route.startsWith('GET'))).toHaveLength(8)
  })

  test('ten thousand comments end the search: a second comment is better than none', async () => {
    github.state.pageSize = 2
    github.state.comments = Array.from({ length: 300 }, (_, id) => ({ id, body: 'x', user: ACTIONS_BOT }))
    expect(await postComment(api, thread, bad)).toEqual({ kind: 'created' })
    expect(github.routes().filter((route) => route.startsWith('GET'))).toHaveLength(50)
  })

  test('is cut to what GitHub takes, its marker included, never within a character', async () => {
    expect(await postComment(api, thread, { ...bad, render: () => '😀'.repeat(60_000) })).toEqual({ kind: 'created' })
    const [comment] = github.state.comments
    expect(comment?.body.length).toBeGreaterThan(MAX_COMMENT_LENGTH - 4)
    expect(comment?.body.length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH)
    expect(comment?.body).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
  })

  test('that may not be written is a failure with its status', async () => {
    github.fail(/POST .*comments/, { status: 403, message: 'Resource not accessible by integration' })
    expect(await postComment(api, thread, bad)).toEqual({
      kind: 'failure',
      status: 403,
      problem: '403 Resource not accessible by integration',
    })
  })

  test('the marker holds nothing of the names it stands for', () => {
    const marker = markerOf({ ...context, job: '--> <img src=x>' }, '../../evil -->', '-->')
    expect(marker).toMatch(/^<!-- image-policy:[0-9a-f]{16} $/)
  })
})
