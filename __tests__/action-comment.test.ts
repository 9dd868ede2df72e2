import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { parseJson } from '../src/github/json.js'
import { ACTIONS_BOT } from './github/loopback.js'
import { warningsOf } from './github/runner.js'
import { BAD, GOOD, MAIN, POLICY, POLICY_PATH, Scene, sceneForEachTest } from './github/scene.js'

jest.setTimeout(60_000)

let scene: Scene
sceneForEachTest((fresh) => (scene = fresh))

const comments = (): string[] => scene.github.state.comments.map(({ body }) => body)
const quiet = { suggestions: 'false' }

describe('the comment on the pull request', () => {
  test('is created on the first failure, updated on the next, resolved when all is well, and left alone after that', async () => {
    // Two commits deep, the base is there already: nothing is fetched from the server that only the links lead to.
    await scene.run({ ...scene.pullRequest(BAD, { depth: 2 }), inputs: quiet, env: { GITHUB_SERVER_URL: 'https://ghes.example' } })
    expect(comments()).toHaveLength(1)
    const first = comments()[0] ?? ''
    expect(first.split('\n')[0]).toMatch(/^<!-- image-policy:[0-9a-f]{16} findings -->$/)
    expect(first.split('\n')[1]).toBe('### ❌ Image policy: 1 error, 0 warnings in 1 file')
    const head = scene.shop.id('refs/pull/7/head')
    expect(first).toContain(`https://ghes.example/acme/shop/blob/${head}/web/Dockerfile#L2`)
    expect(first).toContain('platform-images')
    expect(first).toContain(`npx image-policy check --base ${scene.shop.id('main')}`)

    await scene.run({ ...scene.pullRequest({ ...BAD, 'api/Dockerfile': 'FROM quay.io/evil/x:1\n' }), inputs: quiet })
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('### ❌ Image policy: 2 errors, 0 warnings in 2 files')

    expect((await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })).code).toBe(0)
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('✅ Image policy: all earlier findings are resolved')

    const written = scene.github.requests.length
    await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })
    expect(scene.github.requests.slice(written).filter(({ route }) => /^(POST|PATCH) \/repos/.test(route))).toEqual([])
  })

  test('is one for each of two jobs', async () => {
    const pull = scene.pullRequest(BAD)
    await scene.run({ ...pull, inputs: quiet })
    await scene.run({ ...pull, inputs: quiet, env: { GITHUB_JOB: 'other' } })
    expect(comments()).toHaveLength(2)
    await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet, env: { GITHUB_JOB: 'other' } })
    expect(comments().map((body) => body.includes('❌'))).toEqual([true, false])
  })

  test('always: also where there is nothing to say; never: no request at all', async () => {
    const pull = scene.pullRequest(GOOD)
    await scene.run({ ...pull, inputs: { comment: 'never', ...quiet } })
    expect(scene.github.requests).toEqual([])
    await scene.run({ ...pull, inputs: { comment: 'always', ...quiet } })
    expect(comments()[0]).toContain('✅ Image policy')
    expect(comments()[0]).not.toContain('earlier')
  })

  test('is not written into a comment of somebody else that carries the marker', async () => {
    await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    const planted = comments()[0] ?? ''
    scene.github.state.comments = [{ id: 1, body: planted, user: { login: 'mallory', id: 666, type: 'User' } }]
    await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })
    expect(comments()).toEqual([planted])
    await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    expect(scene.github.state.comments.map(({ user }) => user.login)).toEqual(['mallory', ACTIONS_BOT.login])
  })
})

describe('suggestions', () => {
  test('replace exactly the token, on lines of the diff, and are made once', async () => {
    const pull = scene.pullRequest({ 'web/Dockerfile': 'FROM alpine:3.20 AS a\nFROM --platform=linux/amd64 centos:7 AS b # keep\n' })
    await scene.run({ ...pull, inputs: { comment: 'never' } })
    expect(scene.github.state.reviews).toHaveLength(1)
    const [review] = scene.github.state.reviews
    expect(review?.commit_id).toBe(scene.shop.id('refs/pull/7/head'))
    expect(review?.comments).toMatchObject([{ path: 'web/Dockerfile', line: 2, side: 'RIGHT' }])
    expect(review?.comments[0]?.body).toContain(
      '```suggestion\nFROM --platform=linux/amd64 docker.io/library/rockylinux:9 AS b # keep\n```',
    )
    await scene.run({ ...pull, inputs: { comment: 'never' } })
    expect(scene.github.state.reviews).toHaveLength(1)
  })

  test('are not made where the comment may not be written either', async () => {
    scene.github.fail(/POST|PATCH/, { status: 403, message: 'Resource not accessible by integration' })
    const result = await scene.run(scene.pullRequest({ 'web/Dockerfile': 'FROM centos:7\n' }, { fork: true }))
    expect(warningsOf(result)).toHaveLength(1)
    expect(scene.github.routes().some((route) => route.includes('reviews'))).toBe(false)
  })
})

describe('SARIF', () => {
  test('is written where the workflow asks, with results and without', async () => {
    const pull = scene.pullRequest(BAD)
    const bad = await scene.judge({ ...pull, inputs: { 'sarif-file': 'out/results.sarif' } })
    expect(bad.outputs['sarif']).toBe(join(pull.workspace, 'out/results.sarif'))
    const sarif = parseJson(readFileSync(bad.outputs['sarif'] ?? '', 'utf8'))
    expect(sarif).toMatchObject({ version: '2.1.0' })
    expect(JSON.stringify(sarif)).toContain('"uri":"web/Dockerfile"')
    const clean = await Scene.open({ [POLICY_PATH]: POLICY, 'api/Dockerfile': MAIN['api/Dockerfile'] ?? '' })
    const good = await clean.judge({ ...clean.pullRequest(GOOD), inputs: { 'sarif-file': 'results.sarif' } })
    expect(parseJson(readFileSync(good.outputs['sarif'] ?? '', 'utf8'))).toMatchObject({ version: '2.1.0', runs: [{ results: [] }] })
    await clean.close()
  })
})
