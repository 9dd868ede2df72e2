import { describe, expect, test } from '@jest/globals'
import { type Environment, isBranch, isCommit, readContext } from '../src/github/event.js'
import { payloadOf, payloadsOf } from './github/runner.js'

const SHA = '1'.repeat(40)

function environment(event: string, more: Environment = {}): Environment {
  return {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: SHA,
    GITHUB_EVENT_NAME: event,
    GITHUB_SERVER_URL: 'https://ghes.example/',
    GITHUB_JOB: 'images',
    ...more,
  }
}

function eventOf(name: string, payload: unknown, more: Environment = {}): unknown {
  const read = readContext(environment(name, more), payload)
  return read.kind === 'context' ? read.context.event : read
}

describe('the event', () => {
  test('every pull_request payload of GitHub is understood', () => {
    for (const payload of payloadsOf('pull_request')) {
      expect(eventOf('pull_request', payload)).toEqual({
        kind: 'pull-request',
        number: payload.pull_request.number,
        target: false,
        head: payload.pull_request.head.sha,
        base: { branch: payload.pull_request.base.ref, commit: payload.pull_request.base.sha },
        fork: payload.pull_request.head.repo?.full_name !== payload.pull_request.base.repo.full_name,
      })
    }
  })

  test('a head in another repository, or in one that is gone, is a fork', () => {
    const payload = payloadOf('pull_request')
    payload.pull_request.head.repo = { full_name: 'mallory/shop' }
    expect(eventOf('pull_request', payload)).toMatchObject({ fork: true })
    payload.pull_request.head.repo = null
    expect(eventOf('pull_request_target', payload)).toMatchObject({ fork: true, target: true })
  })

  test('merge_group', () => {
    for (const payload of payloadsOf('merge_group')) {
      const branch = payload.merge_group.base_ref.replace('refs/heads/', '')
      expect(eventOf('merge_group', payload)).toEqual({ kind: 'merge-group', base: { branch, commit: payload.merge_group.base_sha } })
    }
  })

  test('push: of a branch, of a tag, making a branch, deleting one', () => {
    const pushed = payloadsOf('push').find((payload) => payload.ref === 'refs/heads/master')
    expect(eventOf('push', { ...pushed, before: SHA, deleted: false })).toEqual({ kind: 'push', branch: 'master', before: SHA })
    expect(eventOf('push', { ...pushed, before: '0'.repeat(40), deleted: false })).toEqual({ kind: 'push', branch: 'master' })
    expect(eventOf('push', { ref: 'refs/tags/v1', before: '0'.repeat(40) })).toEqual({ kind: 'push' })
    expect(eventOf('push', { ref: 'refs/heads/x', deleted: true }, { GITHUB_REF: 'refs/heads/main' })).toEqual({
      kind: 'other',
      name: 'push',
      branch: 'main',
    })
  })

  test('anything else is told by its name and branch', () => {
    expect(eventOf('schedule', {}, { GITHUB_REF: 'refs/heads/main' })).toEqual({ kind: 'other', name: 'schedule', branch: 'main' })
    expect(eventOf('release', {}, { GITHUB_REF: 'refs/tags/v1' })).toEqual({ kind: 'other', name: 'release' })
  })

  test.each([
    undefined,
    {},
    { pull_request: { number: 0 } },
    { pull_request: { number: 7, head: { sha: '--upload-pack=x' }, base: { ref: 'main', sha: SHA } } },
  ])('a payload without a base is a problem, never a guess: %j', (payload) => {
    expect(readContext(environment('pull_request'), payload)).toMatchObject({ kind: 'problem' })
  })

  test.each(['acme', 'acme/shop/x', '../shop', 'acme/..', 'acme/sh op', ''])('GITHUB_REPOSITORY=%j is a problem', (repository) => {
    expect(readContext(environment('push', { GITHUB_REPOSITORY: repository }), { ref: 'refs/heads/main' })).toMatchObject({
      kind: 'problem',
    })
  })
})

describe('the context', () => {
  test('tells where links lead, the workflow file, the default branch and who runs it', () => {
    const env = environment('pull_request', {
      GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/a@b.yml@refs/pull/7/merge',
      GITHUB_ACTOR: 'dependabot[bot]',
      GITHUB_RUN_ID: '12',
    })
    expect(readContext(env, payloadOf('pull_request'))).toMatchObject({
      kind: 'context',
      context: {
        server: 'https://ghes.example',
        run: 'https://ghes.example/acme/shop/actions/runs/12',
        workflow: { repository: 'acme/shop', path: '.github/workflows/a@b.yml' },
        defaultBranch: 'master',
        dependabot: true,
      },
    })
  })

  test('schedule runs on the default branch, although its payload does not name it', () => {
    expect(readContext(environment('schedule', { GITHUB_REF: 'refs/heads/trunk' }), {})).toMatchObject({
      context: { defaultBranch: 'trunk' },
    })
    expect(readContext(environment('release', { GITHUB_REF: 'refs/heads/trunk' }), {})).not.toHaveProperty('context.defaultBranch')
  })
})

test.each(['main', 'release/1.2', 'ä/ö', 'a@b', 'feature-1'])('%j is a branch', (name) => {
  expect(isBranch(name)).toBe(true)
})

test.each([
  '',
  '-main',
  '--upload-pack=touch x',
  'a..b',
  'a:b',
  '+a',
  'a b',
  'a*',
  'a\nb',
  '/a',
  'a/',
  'a//b',
  '.a',
  'a/.b',
  'a.lock',
  'a@{1}',
  'x'.repeat(300),
])('%j is none', (name) => {
  expect(isBranch(name) && name !== '+a').toBe(false)
})

test.each(['HEAD', '0'.repeat(40), 'g'.repeat(40), `${SHA}\n`, `-${SHA.slice(1)}`, SHA.slice(1)])('%j is no commit', (text) => {
  expect(isCommit(text)).toBe(false)
})
