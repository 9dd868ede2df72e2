import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { type ActionResult, annotationsOf } from './github/runner.js'
import { POLICY_PATH, Scene } from './github/scene.js'
import { ROOT } from './golden.js'
import { type Snippet, snippetsOf } from './snippets.js'

jest.setTimeout(60_000)

/*
 * docs/getting-started.md from its fourth step on, with the policy and the workflow that stand there, by the bundle as a runner starts it.
 */

const snippets = snippetsOf('', readFileSync(join(ROOT, 'docs', 'getting-started.md'), 'utf8'))
const policies = snippets.filter(({ kind }) => kind === 'policy').map(({ text }) => text)
const [workflow] = snippets.filter(({ kind }) => kind === 'workflow')

/** What the workflow gives to the action. */
function inputsOf(snippet: Snippet | undefined): Record<string, string> {
  const { jobs } = parse(snippet?.text ?? '') as { jobs: Record<string, { steps: { uses: string; with?: Record<string, string> }[] }> }
  const step = Object.values(jobs)
    .flatMap(({ steps }) => steps)
    .find(({ uses }) => uses.startsWith('image-policy/'))
  if (step === undefined) throw new Error('the workflow has no step of this action')
  return step.with ?? {}
}

describe('the first pull requests', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await Scene.open({ Dockerfile: 'FROM quay.io/old/debt:1\n' })
  })
  afterAll(async () => {
    expect(scene.github.breaches).toEqual([])
    await scene.close()
  })

  const run = (change: Record<string, string>, from = 'main'): Promise<ActionResult> =>
    scene.run({ ...scene.pullRequest(change, { from }), inputs: inputsOf(workflow) })
  const comments = (): readonly string[] => scene.github.state.comments.map(({ body }) => body)

  test('the one that brings policy and workflow: not yet in force, and the old debt fails nothing', async () => {
    const result = await run({ [POLICY_PATH]: policies[0] ?? '', '.github/workflows/image-policy.yml': workflow?.text ?? '' })
    expect(result.summary).toContain('not yet in force')
    expect(result.outputs).toMatchObject({ result: 'pass', existing: '1' })
    scene.shop.commit({ [POLICY_PATH]: policies[0] ?? '', '.github/workflows/image-policy.yml': workflow?.text ?? '' })
  })

  test('a refusal: an annotation on the line, a comment that says what is allowed, a red check', async () => {
    const result = await run({ 'api/Dockerfile': 'FROM bitnami/redis:latest\n' })
    expect([result.code, result.outputs['result'], result.outputs['existing']]).toEqual([1, 'fail', '1'])
    const [annotation] = annotationsOf(result, 'error')
    expect(annotation?.properties).toMatchObject({ file: 'api/Dockerfile', line: '1' })
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('redis is allowed, with a tag that does not float')
    expect(comments()[0]).toContain('platform-images')
  })

  test('what is written instead: the comment says that all is resolved', async () => {
    const result = await run({ 'api/Dockerfile': 'FROM redis:7.4\n' })
    expect(result.code).toBe(0)
    expect(comments()).toHaveLength(1)
    expect(comments()[0]).toContain('all earlier findings are resolved')
  })

  test.each([
    ['2027-06-30', 0],
    ['2020-06-30', 1],
  ])('an end to old debt on %s', async (until, code) => {
    scene.shop.commit({ [POLICY_PATH]: (policies[1] ?? '').replace('2027-06-30', until) })
    expect((await run({ 'README.md': until })).code).toBe(code)
  })
})
