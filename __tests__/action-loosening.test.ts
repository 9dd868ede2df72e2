import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { git, type Tree } from './github/repository.js'
import { annotationsOf, failureOf, payloadOf, warningsOf } from './github/runner.js'
import { BAD, GOOD, LAX, MAIN, POLICY, POLICY_PATH, type Scene, sceneForEachTest } from './github/scene.js'

jest.setTimeout(60_000)

const EVIL = { 'web/Dockerfile': 'FROM quay.io/evil/x:1\n' }

let scene: Scene
const { reopen } = sceneForEachTest((fresh) => (scene = fresh))

describe('a change does not loosen the policy that judges it', () => {
  test('by editing a file that the workflow names by its full path', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: LAX, 'pol/a.yml': POLICY })
    const pull = scene.pullRequest({ ...EVIL, 'pol/a.yml': LAX })
    for (const path of ['pol/a.yml', join(pull.workspace, 'pol/a.yml'), `${pull.workspace}//pol/./a.yml`])
      expect(await scene.judge({ ...pull, inputs: { policy: path } })).toMatchObject({ code: 1, outputs: { errors: '1' } })
  })

  test.each([
    [
      'variables',
      'accept-variables: true\n',
      { 'web/Dockerfile': 'ARG REG=quay.io/evil\nFROM ${REG}/alpine:3.20\n' },
      'variables: { REG: docker.io/library }\n',
    ],
    [
      'exceptions',
      'delegate: { rules: [pinned] }\n',
      { 'web/Dockerfile': 'FROM alpine:latest\n' },
      'exceptions:\n  - { rules: [pinned], paths: ["**"], owner: me, reason: mine, expires: 2026-12-31 }\n',
    ],
  ])('by bringing a first policy with %s', async (_, lets, change, brings) => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const inputs = { 'policy-inline': POLICY + lets }
    expect(await scene.judge({ ...scene.pullRequest(change), inputs })).toMatchObject({ code: 1, outputs: { errors: '1' } })
    const loose = { ...change, [POLICY_PATH]: LAX + brings }
    expect(await scene.judge({ ...scene.pullRequest(loose), inputs })).toMatchObject({ code: 1, outputs: { errors: '1' } })
    const pull = scene.pullRequest({ ...change, 'pol/x.yml': LAX + brings })
    expect(await scene.judge({ ...pull, inputs: { ...inputs, policy: 'pol/x.yml' } })).toMatchObject({ code: 1, outputs: { errors: '1' } })
  })

  test.each([
    ['a file that the workflow names', { policy: 'pol/in.yml' }],
    ['the workflow itself', { 'policy-inline': 'version: 1\nregistries: any\npin: none\nextends: pol/org.yml\n' }],
  ])('by editing what %s extends, beside a first policy', async (_, inputs) => {
    const main = { ...MAIN, [POLICY_PATH]: null, 'pol/in.yml': `${LAX}extends: org.yml\n`.replace('org.yml', 'pol/org.yml') }
    await reopen({ ...main, 'pol/org.yml': POLICY })
    const first = { ...EVIL, [POLICY_PATH]: LAX, 'pol/org.yml': LAX }
    for (const fork of [false, true])
      expect(await scene.judge({ ...scene.pullRequest(first, { fork }), inputs })).toMatchObject({ code: 1, outputs: { errors: '1' } })
    await reopen({ ...main, 'pol/org.yml': `${POLICY}accept-variables: true\n` })
    const spoken = {
      'web/Dockerfile': 'ARG REG=quay.io/evil\nFROM ${REG}/alpine:3.20\n',
      [POLICY_PATH]: `${LAX}variables: { REG: docker.io/library }\n`,
    }
    expect(await scene.judge({ ...scene.pullRequest(spoken), inputs })).toMatchObject({ code: 1, outputs: { errors: '1' } })
  })

  test('a first policy alone is judged as it will be', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const first = `${POLICY}variables: { TAG: "3.20" }\n`
    const change = { [POLICY_PATH]: first, 'web/Dockerfile': 'ARG TAG\nFROM alpine:${TAG}\n' }
    expect(await scene.judge(scene.pullRequest(change))).toMatchObject({ code: 0 })
  })

  test('by removing a file that the workflow names: that is a finding', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: LAX, 'pol/strict.yml': POLICY })
    const result = await scene.judge({ ...scene.pullRequest({ 'pol/strict.yml': null }), inputs: { policy: 'pol/strict.yml' } })
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error').map(({ message }) => message)).toEqual([
      expect.stringContaining('this change removes the policy pol/strict.yml'),
    ])
  })

  test.each<Tree>([{}, { [POLICY_PATH]: null }])('and editing one shows both verdicts', async (own) => {
    await reopen({ ...MAIN, ...own, 'pol/strict.yml': POLICY })
    const pull = scene.pullRequest({ ...GOOD, 'pol/strict.yml': POLICY.replace('pin: tag', 'pin: digest') })
    const result = await scene.judge({ ...pull, inputs: { policy: 'pol/strict.yml' } })
    expect(result.summary).toContain('This change edits the policy')
  })
})

describe('what is judged', () => {
  test('with the scope all, files that changed are read whatever their names, as they are without it', async () => {
    const pull = scene.pullRequest({
      'build.docker': 'FROM quay.io/evil/x:1\n',
      'stack.yml': 'services: { a: { image: "quay.io/evil/y:1" } }\n',
    })
    expect(await scene.judge(pull)).toMatchObject({ outputs: { errors: '2' } })
    // the third one was there before
    expect(await scene.judge({ ...pull, inputs: { scope: 'all' } })).toMatchObject({ code: 1, outputs: { errors: '3', existing: '0' } })
  })

  test('what a sparse checkout leaves out of the change is judged', async () => {
    const pull = scene.pullRequest(EVIL)
    git(pull.workspace, 'sparse-checkout', 'set', 'api')
    const result = await scene.judge(pull)
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1' } })
    // nor does a policy seem to be gone that was left out
    expect(annotationsOf(result, 'error').map(({ properties }) => properties['file'])).toEqual(['web/Dockerfile'])
    expect(result.stdout).toMatch(/1 tracked file is not on disk .* legacy\/Dockerfile/)
  })

  test('the base instead of the change is not', async () => {
    const pull = scene.pullRequest(EVIL)
    const result = await scene.judge({ ...pull, workspace: scene.shop.checkout(scene.shop.id('main')) })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toContain('is the base of the pull request, not what it brings')
  })
})

describe('a change that began before the base got its policy', () => {
  function pushOf(head: string): Parameters<Scene['judge']>[0] {
    const payload = { ...payloadOf('push'), ref: 'refs/heads/topic', before: '0'.repeat(40), after: head, deleted: false }
    payload.repository.default_branch = 'main'
    return { event: 'push', payload, commit: head, ref: 'refs/heads/topic', workspace: scene.shop.checkout(head, 0) }
  }

  test('does not remove it', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: null })
    const started = scene.shop.id('main')
    scene.shop.commit({ [POLICY_PATH]: POLICY })
    const head = scene.shop.on('topic', started, GOOD)
    const result = await scene.judge(pushOf(head))
    expect(result).toMatchObject({ code: 0, outputs: { errors: '0' } })
    expect(result.summary).not.toContain('removes')
  })

  test('nor edits it', async () => {
    const started = scene.shop.id('main')
    scene.shop.commit({ [POLICY_PATH]: POLICY.replace('pin: tag', 'pin: digest') })
    const head = scene.shop.on('topic', started, { 'web/Dockerfile': 'FROM alpine@sha256:' + 'a'.repeat(64) + '\n' })
    const result = await scene.judge(pushOf(head))
    expect(result).toMatchObject({ code: 0 })
    expect(result.summary).not.toContain('This change edits the policy')
  })
})

describe('where nothing can be judged', () => {
  const quiet = { suggestions: 'false' }
  const bodies = (): string[] => scene.github.state.comments.map(({ body }) => body)

  test('an earlier comment says so, and none is made', async () => {
    const broken = { ...EVIL, [POLICY_PATH]: 'version: 1\nregistrys: any\n' }
    await scene.run({ ...scene.pullRequest(broken), inputs: quiet })
    expect(bodies()).toEqual([])
    await scene.run({ ...scene.pullRequest(BAD), inputs: quiet })
    await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })
    expect(bodies()[0]).toContain('all earlier findings are resolved')
    await scene.run({ ...scene.pullRequest(broken), inputs: quiet })
    expect(bodies()).toEqual([expect.stringContaining('❌ Image policy: could not check')])
    await scene.run({ ...scene.pullRequest(GOOD), inputs: quiet })
    expect(bodies()[0]).toContain('✅')
  })

  test('since the policy of the base is broken, a change that edits it is told who can merge it', async () => {
    await reopen({ ...MAIN, [POLICY_PATH]: 'version: 1\nregistrys: any\n' })
    expect(failureOf(await scene.judge(scene.pullRequest({ ...GOOD, [POLICY_PATH]: POLICY })))).toContain('may bypass this check')
    expect(failureOf(await scene.judge(scene.pullRequest(GOOD)))).not.toContain('bypass')
  })

  test('a runner without a file for outputs changes no verdict', async () => {
    const env = { GITHUB_OUTPUT: join(scene.shop.root, 'nowhere') }
    const bad = await scene.judge({ ...scene.pullRequest(BAD), env })
    expect(bad.code).toBe(1)
    expect(annotationsOf(bad, 'error').map(({ properties }) => properties['file'])).toContain('web/Dockerfile')
    const good = await scene.judge({ ...scene.pullRequest(GOOD), env })
    expect(good.code).toBe(0)
    expect(warningsOf(good).join()).toContain('nowhere')
    expect(good.stdout + good.stderr).not.toMatch(/^\s+at /m)
  })
})

describe('the comment', () => {
  test('of a step with another policy is another one', async () => {
    await reopen({ ...MAIN, 'pol/a.yml': POLICY, 'pol/b.yml': LAX, [POLICY_PATH]: null })
    const pull = scene.pullRequest(BAD)
    const step = (policy: string) => scene.run({ ...pull, inputs: { suggestions: 'false', policy } })
    await step('pol/a.yml')
    await step('pol/b.yml')
    expect(scene.github.state.comments.map(({ body }) => body.includes('❌'))).toEqual([true])
  })

  test('on a locked conversation: no advice about permissions', async () => {
    scene.github.fail(/POST/, { status: 403, message: 'Unable to create comment because issue is locked.' })
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: { suggestions: 'false' } })
    expect(warningsOf(result).join()).toContain('issue is locked. The verdict stands')
  })
})

test('a sparse checkout is no change', async () => {
  const pull = scene.pullRequest(GOOD)
  rmSync(join(pull.workspace, 'legacy'), { recursive: true })
  expect(await scene.judge(pull)).toMatchObject({ code: 0 })
})
