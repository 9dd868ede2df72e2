import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { annotationsOf, failureOf, payloadOf } from './github/runner.js'
import { BAD, GOOD, LAX, MAIN, POLICY, POLICY_PATH, type Scene, sceneForEachTest } from './github/scene.js'

jest.setTimeout(60_000)

let scene: Scene
const { reopen } = sceneForEachTest((fresh) => (scene = fresh))

describe("the repository's own policy", () => {
  test("edited by the change: the base's judges, and both verdicts are shown", async () => {
    const result = await scene.run({ ...scene.pullRequest({ ...BAD, [POLICY_PATH]: LAX }), inputs: { suggestions: 'false' } })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1' } })
    for (const text of [result.summary, scene.github.state.comments[0]?.body]) {
      expect(text).toContain('❌ Image policy: 1 error')
      expect(text).toContain('as edited it gives 0 errors and 0 warnings')
      expect(text).toContain('With the policy as this change makes it: 0 errors, 0 warnings')
    }
  })

  test('made stricter by the change: it passes, and shows what would fail', async () => {
    const result = await scene.judge(scene.pullRequest({ ...GOOD, [POLICY_PATH]: POLICY.replace('pin: tag', 'pin: digest') }))
    expect(result).toMatchObject({ code: 0, outputs: { result: 'pass' } })
    expect(result.summary).toMatch(/With the policy as this change makes it: [1-9]\d* errors?/)
  })

  test('edited in a file that it extends: both verdicts are shown as well', async () => {
    await reopen({
      ...MAIN,
      [POLICY_PATH]: `${POLICY}extends: shared/policy.yml\n`,
      'shared/policy.yml': 'version: 1\nregistries: any\npin: tag\n',
    })
    const result = await scene.judge(scene.pullRequest({ ...GOOD, 'shared/policy.yml': 'version: 1\nregistries: any\npin: digest\n' }))
    expect(result.code).toBe(0)
    expect(result.summary).toContain('This change edits the policy')
  })

  test('the first one: it judges, headed as not yet in force', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const result = await scene.judge(scene.pullRequest({ ...BAD, [POLICY_PATH]: POLICY }))
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
    expect(result.summary).toMatch(/^### ❌ Image policy \(not yet in force\): 1 error/)
  })

  test.each([
    ['removed', { [POLICY_PATH]: null }, 'this change removes the policy .github/image-policy.yml'],
    [
      'moved',
      { [POLICY_PATH]: null, 'image-policy.yml': POLICY },
      'this change moves the policy from .github/image-policy.yml to image-policy.yml',
    ],
  ])("%s by the change: a finding, and the base's judges", async (_name, change, message) => {
    const result = await scene.judge(scene.pullRequest({ ...BAD, ...change }))
    expect(result).toMatchObject({ code: 1, outputs: { errors: '2' } })
    const [removed] = annotationsOf(result, 'error').filter(({ properties }) => properties['title'] === 'Image policy: policy-removed')
    expect(removed?.properties['file']).toBe(POLICY_PATH)
    expect(removed?.message).toContain(message)
  })

  test.each([
    ['in the change', {}, { 'image-policy.yaml': POLICY }],
    ['in the base', { 'image-policy.yaml': POLICY }, {}],
  ])('two files, %s: could not check', async (_name, main, change) => {
    await reopen({ ...MAIN, ...main })
    const result = await scene.judge(scene.pullRequest({ ...GOOD, ...change }))
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toMatch(/^There are two policies, .github\/image-policy.yml and image-policy.yaml/)
    expect(result.outputs['errors']).toBeUndefined()
  })

  test('none anywhere: could not check, with the places that were looked at', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const result = await scene.judge(scene.pullRequest(GOOD))
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toContain('.github/image-policy.yml, .github/image-policy.yaml, image-policy.yml, image-policy.yaml')
  })

  test('broken by the change: every error has its line, and nothing passes', async () => {
    const broken = 'version: 1\nregistrys: any\npin: tagg\n'
    const result = await scene.judge(scene.pullRequest({ ...GOOD, [POLICY_PATH]: broken }))
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    const errors = annotationsOf(result, 'error')
    expect(errors.map(({ properties }) => [properties['file'], properties['line']])).toEqual(
      expect.arrayContaining([
        [POLICY_PATH, '2'],
        [POLICY_PATH, '3'],
      ]),
    )
    expect(failureOf(result)).toMatch(/^The policy has \d+ errors/)
  })

  test('a link that leads out of the repository is no policy', async () => {
    const pull = scene.pullRequest(GOOD)
    const result = await scene.judge({ ...pull, inputs: { policy: '../../../../etc/hostname' } })
    expect(result.code).toBe(1)
  })

  test('push that brings the first policy', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const before = scene.shop.id('main')
    const after = scene.shop.commit({ [POLICY_PATH]: POLICY })
    const payload = { ...payloadOf('push'), ref: 'refs/heads/main', before, after, deleted: false }
    payload.repository.default_branch = 'main'
    const result = await scene.judge({
      event: 'push',
      payload,
      commit: after,
      ref: 'refs/heads/main',
      workspace: scene.shop.checkout(after),
    })
    expect(result).toMatchObject({ code: 0, outputs: { existing: '1' } })
  })
})

describe('policy-inline', () => {
  test('holds beside the own one, also on a fork', async () => {
    const run = { ...scene.pullRequest(GOOD, { fork: true }), inputs: { 'policy-inline': 'version: 1\nregistries: any\npin: digest\n' } }
    const result = await scene.judge(run)
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error').every(({ properties }) => properties['title'] === 'Image policy: pinned')).toBe(true)
  })

  test('is enough where the repository has none', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    expect(await scene.judge({ ...scene.pullRequest(BAD), inputs: { 'policy-inline': POLICY } })).toMatchObject({
      code: 1,
      outputs: { errors: '1' },
    })
  })

  test('with an error: could not check', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), inputs: { 'policy-inline': 'version: 2\n' } })
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('policy-inline:1:10: 2 is not version 1')
    expect(result.summary).toContain('2 is not version 1')
  })
})

describe('policy', () => {
  const shared = { policy: 'acme/.github:policies/images.yml@v3' }
  const COMMIT = '3f2c1ab'.padEnd(40, '0')

  function publish(text: string): void {
    scene.github.state.commits.set('acme/.github@v3', COMMIT)
    scene.github.state.contents.set(`acme/.github@${COMMIT}:policies/images.yml`, text)
  }

  test('of another repository holds beside the own one, and is named with its commit', async () => {
    publish('version: 1\ncontact: "#security"\nregistries: any\npin: digest\n')
    const result = await scene.judge({ ...scene.pullRequest(GOOD), inputs: shared })
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error')[0]?.message).toContain('acme/.github:policies/images.yml@3f2c1ab')
    expect(annotationsOf(result, 'error')[0]?.message).toContain('#security')
  })

  test('is read with policy-token, the base and the comment with github-token', async () => {
    publish(POLICY)
    const result = await scene.judge({
      ...scene.pullRequest(GOOD),
      inputs: { ...shared, 'policy-token': scene.github.token, 'github-token': 'ghs_other' },
    })
    expect(result.code).toBe(0)
    expect(result.stdout).toContain(`::add-mask::${scene.github.token}`)
    expect(scene.github.requests.map(({ headers }) => headers['authorization'])).toEqual([
      `token ${scene.github.token}`,
      `token ${scene.github.token}`,
    ])
  })

  test.each([
    ['not found', () => {}, '404 Not Found'],
    [
      'a file that is not there',
      () => scene.github.state.commits.set('acme/.github@v3', COMMIT),
      'acme/.github has no file policies/images.yml at v3',
    ],
    [
      'forbidden',
      () => scene.github.fail(/commits/, { status: 403, message: 'Resource not accessible by personal access token' }),
      '403 Resource not accessible',
    ],
    ['down', () => scene.github.fail(/commits/, { status: 503, message: 'Service unavailable' }), '503 Service unavailable'],
    ['cut off in the middle', () => (publish(POLICY), scene.github.fail(/contents/, { cut: 'within' })), 'The answer ended too early'],
  ])('%s: could not check, which is a failure with a clear text', async (_name, arrange, text) => {
    arrange()
    const result = await scene.judge({ ...scene.pullRequest(GOOD), inputs: shared })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toContain('The policy acme/.github:policies/images.yml@v3 could not be read')
    expect(failureOf(result)).toContain(text)
    expect(result.outputs['errors']).toBeUndefined()
  })

  test('a connection that breaks once does not matter', async () => {
    publish(POLICY)
    scene.github.fail(/contents/, { cut: 'within' }, 1)
    expect(await scene.judge({ ...scene.pullRequest(GOOD), inputs: shared })).toMatchObject({ code: 0 })
  })

  test('without any token it is not readable', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), inputs: { ...shared, 'github-token': '' } })
    expect(failureOf(result)).toContain('give policy-token or github-token')
  })

  test('a path: as the base has it', async () => {
    await reopen({ ...MAIN, 'policies/extra.yml': 'version: 1\nregistries: any\npin: digest\n' })
    const inputs = { policy: 'policies/extra.yml' }
    expect(await scene.judge({ ...scene.pullRequest({ ...GOOD, 'policies/extra.yml': LAX }), inputs })).toMatchObject({ code: 1 })
  })

  test('a path that an earlier step of the workflow put there', async () => {
    const pull = scene.pullRequest(GOOD)
    writeFileSync(join(pull.workspace, 'central.yml'), 'version: 1\nregistries: any\npin: digest\n')
    expect(await scene.judge({ ...pull, inputs: { policy: 'central.yml' } })).toMatchObject({ code: 1 })
    expect(await scene.judge({ ...pull, inputs: { policy: join(pull.workspace, 'central.yml') } })).toMatchObject({ code: 1 })
    expect(failureOf(await scene.judge({ ...pull, inputs: { policy: 'nowhere.yml' } }))).toBe('The policy "nowhere.yml" is not there.')
  })

  test('extends reaches a shared policy, and a fork cannot make us read another one', async () => {
    publish('version: 1\nregistries: any\npin: digest\n')
    const extending = (target: string): string => `${POLICY}extends: ${target}\n`
    await reopen({ ...MAIN, [POLICY_PATH]: extending('acme/.github:policies/images.yml@v3') })
    publish('version: 1\nregistries: any\npin: digest\n')
    expect(await scene.judge(scene.pullRequest(GOOD))).toMatchObject({ code: 1 })
    scene.github.state.commits.set('acme/secrets@main', COMMIT)
    scene.github.state.contents.set(`acme/secrets@${COMMIT}:keys.yml`, 'hunter2: true\n')
    const leak = { ...GOOD, [POLICY_PATH]: extending('acme/secrets:keys.yml@main') }
    const result = await scene.judge(scene.pullRequest(leak, { fork: true }))
    expect(result.code).toBe(1)
    expect(result.stdout).not.toContain('hunter2')
    expect(scene.github.requests.some(({ url }) => url.includes('secrets'))).toBe(false)
  })
})
