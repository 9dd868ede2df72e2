import { describe, expect, jest, test } from '@jest/globals'
import { type Fault } from './github/loopback.js'
import { type ActionResult, annotationsOf, failureOf, warningsOf } from './github/runner.js'
import { BAD, GOOD, type Scene, sceneForEachTest } from './github/scene.js'

jest.setTimeout(150_000)

let scene: Scene
sceneForEachTest((fresh) => (scene = fresh))

const quiet = { suggestions: 'false' }
const secondary = { status: 403, message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' }

/** Whatever became of the comment: the verdict, the annotations, the summary and the outputs are there. */
function expectVerdict(result: ActionResult, bad: boolean): void {
  expect(result.code).toBe(bad ? 1 : 0)
  expect(result.outputs['result']).toBe(bad ? 'fail' : 'pass')
  expect(annotationsOf(result, 'error')).toHaveLength(bad ? 1 : 0)
  expect(result.summary).toContain(bad ? '❌ Image policy: 1 error' : '✅ Image policy')
  expect(result.stderr).toBe('')
  expect(result.stdout).not.toMatch(/authorization|user-agent/i)
  expect(result.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain(scene.github.token)
}

describe('what GitHub refuses is a warning; the verdict stays', () => {
  test.each([
    ['403', 403, 'Resource not accessible by integration', 'pull-requests: write'],
    ['404', 404, 'Not Found', 'pull-requests: write'],
    ['410', 410, 'This issue was deleted', ''],
    ['422', 422, 'Validation Failed', ''],
    ['401', 401, 'Bad credentials', ''],
  ])('%s on writing the comment, and on reading the comments', async (_name, status, message, advice) => {
    scene.github.fail(/POST .*comments/, { status, message })
    const bad = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(bad, true)
    expect(warningsOf(bad)).toHaveLength(1)
    expect(warningsOf(bad)[0]).toContain(`The comment could not be written: ${status} ${message}`)
    expect(warningsOf(bad)[0]).toContain(advice)
    scene.github.fail(/GET .*comments/, { status, message })
    const good = await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })
    expectVerdict(good, false)
    const told = status === 403 || status === 404 ? good.stdout : warningsOf(good).join()
    expect(told).toContain(`${status} ${message}`)
    expect(warningsOf(good)).toHaveLength(told === good.stdout ? 0 : 1)
  })

  test('422 on the suggestions', async () => {
    scene.github.fail(/reviews/, { status: 422, message: 'Unprocessable Entity' })
    const result = await scene.run({ ...scene.pullRequest({ 'web/Dockerfile': 'FROM centos:7\n' }), inputs: { comment: 'never' } })
    expectVerdict(result, true)
    expect(warningsOf(result)).toEqual([
      'The suggestions could not be written: 422 Unprocessable Entity. The verdict stands; annotations and summary say the same.',
    ])
  })

  test('an exhausted rate limit, an hour from its reset, is not waited for', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3600)
    scene.github.fail(/comments/, {
      status: 403,
      message: 'API rate limit exceeded',
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset },
    })
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(result.stdout).toMatch(/GitHub's rate limit is reached; not waiting \d+ s\./)
    expect(result.milliseconds).toBeLessThan(20_000)
  })

  test('a secondary limit that asks for more than there is time', async () => {
    scene.github.fail(/comments/, { ...secondary, headers: { 'retry-after': '600' } })
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(warningsOf(result)[0]).toContain('secondary rate limit')
  })
})

describe('what may pass is tried again', () => {
  const passing: readonly (readonly [string, Fault])[] = [
    ['500', { status: 500 }],
    ['502', { status: 502, message: 'Bad Gateway' }],
    ['503', { status: 503, message: 'Service Unavailable' }],
    ['a secondary limit with Retry-After', { ...secondary, headers: { 'retry-after': '1' } }],
    ['429 with Retry-After', { status: 429, message: secondary.message, headers: { 'retry-after': '1' } }],
    ['a connection that is cut before the answer', { cut: 'before' }],
    ['a connection that is cut within the answer', { cut: 'within' }],
  ]
  test.each(passing)('%s, once', async (_name, fault) => {
    scene.github.fail(/GET .*comments/, fault, 1)
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(warningsOf(result)).toEqual([])
    expect(scene.github.state.comments).toHaveLength(1)
  })

  test.each([
    ['500', { status: 500, message: 'Server Error' }, '500 Server Error'],
    ['cut', { cut: 'before' as const }, 'other side closed'],
  ])('%s, for good: a warning after three attempts', async (_name, fault, problem) => {
    scene.github.fail(/comments/, fault)
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(scene.github.requests).toHaveLength(3)
    expect(warningsOf(result)[0]).toContain(problem)
  })
})

describe('an API that does not answer', () => {
  test('is given up: a warning within a minute', async () => {
    scene.github.fail(/./, { hang: true })
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(warningsOf(result)[0]).toContain('The comment could not be written')
    expect(result.milliseconds).toBeLessThan(60_000)
  })

  test('is down: the same', async () => {
    await scene.github.stop()
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expectVerdict(result, true)
    expect(warningsOf(result)[0]).toContain('ECONNREFUSED')
  })
})

describe('what the runner lacks', () => {
  test('no file for the summary: the rest is there', async () => {
    const result = await scene.judge({ ...scene.pullRequest(BAD), env: { GITHUB_STEP_SUMMARY: '/nowhere/summary.md' } })
    expect(result.code).toBe(1)
    expect(failureOf(result)).toContain('1 error')
    expect(result.stdout).toContain('The job summary could not be written')
  })

  test('no temporary folder for the report: the rest is there', async () => {
    const result = await scene.judge({ ...scene.pullRequest(BAD), env: { RUNNER_TEMP: '/nowhere' } })
    expect(result.code).toBe(1)
    expect(warningsOf(result)[0]).toContain('The report could not be written')
    expect(result.outputs['errors']).toBe('1')
  })

  test('no payload: could not check', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), env: { GITHUB_EVENT_PATH: '/nowhere/event.json' } })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
  })

  test('no git: could not check, never a pass', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), env: { PATH: '/nowhere' } })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toContain('could not be read')
  })
})
