import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { listAt, parseJson, textAt } from '../src/github/json.js'
import { git } from './github/repository.js'
import { annotationsOf, failureOf, payloadOf, pullRequestPayload, warningsOf } from './github/runner.js'
import { BAD, GOOD, LAX, MAIN, type Scene, WORKFLOW_PATH, sceneForEachTest } from './github/scene.js'

jest.setTimeout(60_000)

let scene: Scene
const { reopen } = sceneForEachTest((fresh) => (scene = fresh))

describe('pull_request', () => {
  test('fails on what is new, on the exact token, and lets be what was there', async () => {
    const result = await scene.judge(scene.pullRequest(BAD))
    expect(failureOf(result)).toBe('Image policy: 1 error, 0 warnings (4 references in 3 files, 1 existing)')
    expect(result.code).toBe(1)
    expect(result.outputs).toMatchObject({ result: 'fail', errors: '1', warnings: '0', existing: '1', references: '4' })
    const [annotation, ...more] = annotationsOf(result, 'error')
    expect(more).toEqual([])
    expect(annotation?.properties).toMatchObject({
      file: 'web/Dockerfile',
      line: '2',
      endLine: '2',
      col: '6',
      title: 'Image policy: allowed-namespace',
    })
    expect(annotation?.message).toContain('docker.io/grafana/loki:3.0 is not allowed')
    expect(annotation?.message).toContain('#platform-images')
    expect(result.summary).toMatch(/^### ❌ Image policy: 1 error, 0 warnings in 1 file/)
    expect(result.stderr).toBe('')
  })

  test('writes the report that the command line would write', async () => {
    const result = await scene.judge(scene.pullRequest(BAD))
    const report = parseJson(readFileSync(result.outputs['report'] ?? '', 'utf8'))
    expect(report).toMatchObject({ version: 1, summary: { files: 3, references: 4, errors: 1, existing: 1 } })
    const refused = listAt(report, 'references').find(
      (reference) => textAt(reference, 'file') === 'web/Dockerfile' && listAt(reference, 'findings').length > 0,
    )
    expect(refused).toMatchObject({
      text: 'grafana/loki:3.0',
      start: { line: 2, column: 6 },
      findings: [{ rule: 'allowed-namespace', state: 'new' }],
    })
  })

  test('passes on a change that breaks nothing, within a few seconds and without a comment', async () => {
    const result = await scene.run(scene.pullRequest(GOOD))
    expect(result).toMatchObject({ code: 0, outputs: { result: 'pass', errors: '0', existing: '1' } })
    expect(failureOf(result)).toBeUndefined()
    expect(scene.github.state.comments).toEqual([])
    expect(scene.github.routes()).toEqual(['GET /issues/{issue_number}/comments'])
    expect(result.milliseconds).toBeLessThan(5000)
  })

  test('needs no token: annotations, summary and exit status say it all', async () => {
    const result = await scene.run({ ...scene.pullRequest(BAD), inputs: { 'github-token': '' } })
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error')).toHaveLength(1)
    expect(scene.github.requests).toEqual([])
  })

  test('of a fork: a token that can only read changes nothing but the comment', async () => {
    scene.github.fail(/POST|PATCH/, { status: 403, message: 'Resource not accessible by integration' })
    const result = await scene.run(scene.pullRequest(BAD, { fork: true }))
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error')).toHaveLength(1)
    expect(warningsOf(result)).toEqual([
      'The comment could not be written: 403 Resource not accessible by integration. The token of a pull request from a fork can only read. The verdict stands; annotations and summary say the same.',
    ])
  })

  test('of Dependabot: the same', async () => {
    scene.github.fail(/POST|PATCH/, { status: 403, message: 'Resource not accessible by integration' })
    const result = await scene.run({ ...scene.pullRequest(BAD), env: { GITHUB_ACTOR: 'dependabot[bot]' } })
    expect(result.code).toBe(1)
    expect(warningsOf(result).join()).toContain('The token of a run of Dependabot can only read.')
  })

  test('scope: all judges what was there as well', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), inputs: { scope: 'all' } })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '0' } })
  })

  test.each([
    ['never', 0, 'pass'],
    ['error', 1, 'fail'],
  ])('fail-on: %s', async (failOn, code, verdict) => {
    expect(await scene.judge({ ...scene.pullRequest(BAD), inputs: { 'fail-on': failOn } })).toMatchObject({
      code,
      outputs: { result: verdict, errors: '1' },
    })
  })

  test('fail-on: warning fails on warnings', async () => {
    await reopen({ ...MAIN, '.github/image-policy.yml': 'version: 1\nseverity: warning\npin: digest\nregistries: any\n' })
    const pull = scene.pullRequest(BAD)
    expect(await scene.judge(pull)).toMatchObject({ code: 0, outputs: { result: 'pass', errors: '0' } })
    const strict = await scene.judge({ ...pull, inputs: { 'fail-on': 'warning' } })
    expect(strict).toMatchObject({ code: 1, outputs: { result: 'fail', errors: '0' } })
    expect(annotationsOf(strict, 'warning').length).toBeGreaterThan(0)
  })

  test('a changed .env that alters an untouched line is new', async () => {
    await reopen({ ...MAIN, 'compose.yaml': 'services:\n  db:\n    image: ${DB}\n', '.env': 'DB=postgres:17\n' })
    const result = await scene.judge(scene.pullRequest({ '.env': 'DB=quay.io/evil/postgres:17\n' }))
    expect(result.code).toBe(1)
    expect(annotationsOf(result, 'error')[0]?.properties).toMatchObject({ file: '.env', line: '1' })
  })

  test('a bump of an image that was debt before is no new debt, and two of one are one more', async () => {
    expect(await scene.judge(scene.pullRequest({ 'legacy/Dockerfile': '# bumped\nFROM quay.io/old/thing:2\n' }))).toMatchObject({
      code: 0,
      outputs: { existing: '1' },
    })
    const twice = 'FROM quay.io/old/thing:2\nFROM quay.io/old/thing:3\n'
    expect(await scene.judge(scene.pullRequest({ 'legacy/Dockerfile': twice }))).toMatchObject({
      code: 1,
      outputs: { existing: '1', errors: '1' },
    })
  })

  test('stacked on another branch: the default branch judges, whatever policy the other branch has', async () => {
    const lower = scene.shop.on('lower', 'main', { '.github/image-policy.yml': LAX, ...BAD })
    expect(lower).toBeTruthy()
    const result = await scene.judge(scene.pullRequest({ 'README.md': 'x' }, { from: 'lower', base: 'lower' }))
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1' } })
    expect(result.summary).toContain('judged from main')
  })

  test('to a trusted branch: that branch judges', async () => {
    scene.shop.on('release/1', 'main', { '.github/image-policy.yml': LAX })
    const pull = scene.pullRequest(BAD, { from: 'release/1', base: 'release/1' })
    expect(await scene.judge({ ...pull, inputs: { 'trusted-branches': 'release/*, hotfix' } })).toMatchObject({ code: 0 })
    expect(await scene.judge({ ...pull, inputs: { 'trusted-branches': 'hotfix' } })).toMatchObject({ code: 1 })
  })

  test('a base that is gone from git is read through the API', async () => {
    const pull = scene.pullRequest({ ...BAD, 'legacy/Dockerfile': 'FROM quay.io/old/thing:2\n', 'api/Dockerfile': null })
    const base = scene.shop.id('main')
    for (const path of Object.keys(MAIN)) scene.github.state.contents.set(`acme/shop@${base}:${path}`, String(MAIN[path]))
    scene.github.state.commits.set(`acme/shop@${base}`, base)
    scene.github.state.comparisons.set(`${base}...${pull.commit}`, {
      status: 'ahead',
      mergeBase: base,
      files: [
        { filename: 'web/Dockerfile', status: 'added' },
        { filename: 'legacy/Dockerfile', status: 'modified' },
        { filename: 'api/Dockerfile', status: 'removed' },
      ],
    })
    const result = await scene.judge({ ...pull, env: { GITHUB_SERVER_URL: 'file:///nowhere' } })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1', references: '3' } })
    expect(scene.github.routes()).toContain('GET /compare/{basehead}')
  })

  test('a base whose changes the API cannot tell: everything counts, and the first note says so', async () => {
    const pull = scene.pullRequest(GOOD)
    const base = scene.shop.id('main')
    scene.github.state.contents.set(`acme/shop@${base}:.github/image-policy.yml`, String(MAIN['.github/image-policy.yml']))
    scene.github.state.commits.set(`acme/shop@${base}`, base)
    const files = Array.from({ length: 300 }, (_, index) => ({ filename: `f${index}`, status: 'added' }))
    scene.github.state.comparisons.set(`${base}...${pull.commit}`, { status: 'ahead', mergeBase: base, files })
    const result = await scene.judge({ ...pull, env: { GITHUB_SERVER_URL: 'file:///nowhere' } })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '0' } })
    expect(result.summary).toContain('everything counts as new')
  })

  test('neither git nor the API can give the base: could not check, which is a failure', async () => {
    const result = await scene.judge({ ...scene.pullRequest(GOOD), env: { GITHUB_SERVER_URL: 'file:///nowhere' } })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toMatch(/^The policy of [0-9a-f]{40} could not be read: /)
    expect(result.summary).toContain('could not check')
  })

  test('an empty workspace is a failure that says what is missing, never "0 references"', async () => {
    const pull = scene.pullRequest(GOOD)
    const workspace = mkdtempSync(join(scene.shop.root, 'empty-'))
    const result = await scene.judge({ ...pull, workspace })
    expect(result.code).toBe(1)
    expect(failureOf(result)).toContain('actions/checkout')
  })

  test('a part of the repository, and a checkout in a folder of the workspace', async () => {
    const pull = scene.pullRequest(BAD)
    expect(await scene.judge({ ...pull, inputs: { 'working-directory': 'api' } })).toMatchObject({ code: 0, outputs: { references: '1' } })
    const outer = await scene.judge({ ...pull, workspace: `${pull.workspace}/..`, inputs: { 'working-directory': pull.workspace } })
    expect(outer.code).toBe(1)
    expect(annotationsOf(outer, 'error')[0]?.properties['file']).toBe('web/Dockerfile')
    const away = await scene.judge({ ...pull, inputs: { 'working-directory': '../..' } })
    expect(failureOf(away)).toContain('outside the workspace')
  })

  test('something else checked out, or only a part of it: the notes say so', async () => {
    const pull = scene.pullRequest(BAD)
    git(pull.workspace, 'sparse-checkout', 'set', 'api', '.github')
    expect((await scene.judge(pull)).summary).toContain(
      '1 tracked file is not on disk (deleted, or left out by a sparse checkout), so not judged: legacy/Dockerfile',
    )
    const elsewhere = scene.shop.on('elsewhere', 'main', GOOD)
    const other = await scene.judge({ ...pull, workspace: scene.shop.checkout(elsewhere) })
    expect(other.summary).toContain('is neither the pull request')
  })

  test('an input that is none of its words is a failure', async () => {
    expect(failureOf(await scene.judge({ ...scene.pullRequest(GOOD), inputs: { comment: 'sometimes' } }))).toBe(
      'The input comment is "sometimes"; it can be on-failure, always, never.',
    )
    expect(failureOf(await scene.judge({ ...scene.pullRequest(GOOD), inputs: { 'trusted-branches': '!main' } }))).toContain(
      'cannot be negated',
    )
  })
})

describe('pull_request_target', () => {
  test('judges the head from git objects; nothing of it gets onto the disk', async () => {
    const pull = scene.pullRequest(BAD, { fork: true })
    const base = scene.shop.id('main')
    const workspace = scene.shop.checkout(base)
    const run = { ...pull, event: 'pull_request_target', commit: base, ref: 'refs/heads/main', workspace }
    const result = await scene.judge(run)
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
    expect(annotationsOf(result, 'error')[0]?.properties).toMatchObject({ file: 'web/Dockerfile', line: '2' })
    expect(git(workspace, 'status', '--porcelain')).toBe('')
    expect(git(workspace, 'rev-parse', 'HEAD')).toBe(base)
  })

  test('needs no checkout', async () => {
    const pull = scene.pullRequest(BAD, { fork: true })
    const workspace = mkdtempSync(join(scene.shop.root, 'empty-'))
    const result = await scene.judge({
      ...pull,
      event: 'pull_request_target',
      commit: scene.shop.id('main'),
      ref: 'refs/heads/main',
      workspace,
    })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
  })

  test('a head that cannot be had is a failure', async () => {
    const pull = scene.pullRequest(GOOD)
    const base = scene.shop.id('main')
    const payload = pullRequestPayload({ head: 'a'.repeat(40), base })
    const result = await scene.judge({ ...pull, payload, event: 'pull_request_target', commit: base, workspace: scene.shop.checkout(base) })
    expect(failureOf(result)).toContain('could not be fetched')
    expect(result.code).toBe(1)
  })
})

describe('other events', () => {
  test('merge_group: against what the queue names; no comment', async () => {
    const pull = scene.pullRequest(BAD)
    const payload = payloadOf('merge_group')
    Object.assign(payload.merge_group, { base_sha: scene.shop.id('main'), base_ref: 'refs/heads/main', head_sha: pull.commit })
    payload.repository.default_branch = 'main'
    const result = await scene.run({ ...pull, event: 'merge_group', payload, ref: 'refs/heads/gh-readonly-queue/main/pr-7' })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
    expect(scene.github.requests).toEqual([])
  })

  test('push to the default branch: against the commit before', async () => {
    const before = scene.shop.id('main')
    const after = scene.shop.commit(BAD)
    const payload = { ...payloadOf('push'), ref: 'refs/heads/main', before, after, deleted: false }
    payload.repository.default_branch = 'main'
    const run = { event: 'push', payload, commit: after, ref: 'refs/heads/main', workspace: scene.shop.checkout(after) }
    expect(await scene.judge(run)).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
    const gone = await scene.judge({ ...run, payload: { ...payload, before: 'b'.repeat(40) } })
    expect(gone).toMatchObject({ code: 1, outputs: { errors: '2', existing: '0' } })
    expect(gone.summary).toContain('everything counts as new')
  })

  test('schedule: everything', async () => {
    const commit = scene.shop.id('main')
    const run = {
      event: 'schedule',
      payload: { schedule: '0 0 * * *' },
      commit,
      ref: 'refs/heads/main',
      workspace: scene.shop.checkout(commit),
    }
    expect(await scene.judge(run)).toMatchObject({ code: 1, outputs: { errors: '1', existing: '0', references: '2' } })
  })

  test('workflow_dispatch on another branch: everything, under the policy of the default branch', async () => {
    const commit = scene.shop.on('topic', 'main', { '.github/image-policy.yml': LAX, ...BAD })
    const payload = { repository: { default_branch: 'main' } }
    const run = { event: 'workflow_dispatch', payload, commit, ref: 'refs/heads/topic', workspace: scene.shop.checkout(commit) }
    expect(await scene.judge(run)).toMatchObject({ code: 1, outputs: { errors: '2', existing: '0' } })
  })

  test('a payload that lacks its base is a failure', async () => {
    const pull = scene.pullRequest(GOOD)
    expect(await scene.judge({ ...pull, payload: {} })).toMatchObject({ code: 1, outputs: { result: 'fail' } })
  })
})

test("a run that the workflow file started says so where that file is not the base's", async () => {
  const result = await scene.judge(scene.pullRequest({ ...GOOD, [WORKFLOW_PATH]: 'on: pull_request # weaker\n' }))
  expect(result.code).toBe(0)
  expect(result.summary.split('\n')[0]).toContain('is not the base’s'.replace('’', "'"))
  expect(warningsOf(result)).toEqual([`The workflow that runs this check, ${WORKFLOW_PATH}, is not the base's.`])
})
