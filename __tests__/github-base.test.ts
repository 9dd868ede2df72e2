import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { openHistory } from '../src/files/history.js'
import { type Answer, type Api } from '../src/github/api.js'
import { chooseBase, type Choice } from '../src/github/base.js'
import { type Context, type Event } from '../src/github/event.js'
import { git, Shop } from './github/repository.js'

jest.setTimeout(30_000)

let shop: Shop
beforeEach(() => {
  shop = new Shop({ 'README.md': 'shop' })
})
afterEach(() => {
  shop.remove()
})

interface Options {
  readonly folder: string
  readonly commit: string
  readonly trusted?: readonly string[]
  readonly api?: Api
  readonly defaultBranch?: string
}

function choose(event: Event, { folder, commit, trusted = [], api, defaultBranch = 'main' }: Options): Promise<Choice> {
  const context: Context = {
    event,
    repository: { owner: 'acme', name: 'shop' },
    commit,
    ...(defaultBranch !== '' && { defaultBranch }),
    server: shop.server,
    job: 'images',
    dependabot: false,
  }
  const history = openHistory(folder, { url: `${shop.server}/acme/shop`, token: 't' }, process.env)
  return chooseBase({ context, history, trusted: (branch) => trusted.includes(branch), ...(api && { api }) })
}

function pullRequest(head: string, branch: string, commit: string, target = false): Event {
  return { kind: 'pull-request', number: 7, target, head, base: { branch, commit }, fork: false }
}

/** Answers comparisons, and nothing else. */
function comparing(answers: Readonly<Record<string, unknown>>): Api & { asked: string[] } {
  const asked: string[] = []
  const failure: Answer = { kind: 'failure', status: 404, problem: '404 Not Found' }
  return {
    asked,
    request: (_route, { basehead }) => {
      asked.push(String(basehead))
      const data = answers[String(basehead)]
      return Promise.resolve(data === undefined ? failure : { kind: 'answer', data, more: false })
    },
    graphql: () => Promise.resolve(failure),
  }
}

describe('the base of a pull request', () => {
  test('is the first parent of the merge commit that GitHub made, also where only that commit was fetched', async () => {
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const { head, base, merge } = shop.pull(7, 'main', 'topic')
    for (const depth of [1, 2, 0]) {
      const choice = await choose(pullRequest(head, 'main', base), { folder: shop.checkout(merge, depth), commit: merge })
      expect(choice).toEqual({ kind: 'commits', policy: base, files: base, notes: [] })
    }
  })

  test('is the first parent although the payload names an older tip, if that parent is on the base branch', async () => {
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const old = shop.id('main')
    const moved = shop.commit({ 'README.md': 'moved on' })
    const { head, merge } = shop.pull(7, 'main', 'topic')
    for (const depth of [1, 0]) {
      const choice = await choose(pullRequest(head, 'main', old), { folder: shop.checkout(merge, depth), commit: merge })
      expect(choice).toMatchObject({ policy: moved, files: moved })
    }
  })

  test('stays the first parent where the branch has moved on since, as the comparison tells at depth 1', async () => {
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const old = shop.id('main')
    const moved = shop.commit({ 'README.md': 'moved on' })
    const { head, merge } = shop.pull(7, 'main', 'topic')
    const tip = shop.commit({ 'README.md': 'moved on again' })
    const api = comparing({ [`${tip}...${moved}`]: { status: 'behind' } })
    expect(await choose(pullRequest(head, 'main', old), { folder: shop.checkout(merge), commit: merge, api })).toMatchObject({
      policy: moved,
      files: moved,
    })
    expect(await choose(pullRequest(head, 'main', old), { folder: shop.checkout(merge, 0), commit: merge })).toMatchObject({
      policy: moved,
      files: moved,
    })
  })

  test('is not a parent of a forged merge commit: the head itself merges a branch with a laxer policy', async () => {
    shop.on('lax', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    git(shop.remote, 'checkout', '-q', '-b', 'topic', 'lax')
    git(shop.remote, 'commit', '-q', '--allow-empty', '-m', 'second parent')
    const second = shop.id('HEAD')
    git(shop.remote, 'checkout', '-q', 'lax')
    const forged = git(shop.remote, 'commit-tree', '-p', shop.id('lax'), '-p', second, '-m', 'Merge', shop.id('topic') + '^{tree}')
    git(shop.remote, 'update-ref', 'refs/heads/topic', forged)
    git(shop.remote, 'checkout', '-q', 'main')
    const { head, base, merge } = shop.pull(7, 'main', 'topic')
    expect(head).toBe(forged)
    // `ref: ${{ github.event.pull_request.head.sha }}`: what is checked out is the forged commit, whose parents the author chose.
    const choice = await choose(pullRequest(head, 'main', base), { folder: shop.checkout(head), commit: merge })
    expect(choice).toMatchObject({ policy: base, files: base })
  })

  test('is not a parent if the commit that runs is checked out but its second parent is not the head', async () => {
    const lax = shop.on('lax', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const { merge } = shop.pull(7, 'lax', 'topic')
    const base = shop.id('main')
    const choice = await choose(pullRequest(shop.id('main'), 'main', base), { folder: shop.checkout(merge), commit: merge })
    expect(choice).toMatchObject({ policy: base })
    expect(choice).not.toMatchObject({ policy: lax })
  })

  test('retargeted a moment ago: a merge commit that GitHub made for the former base does not count', async () => {
    const lax = shop.on('lax', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const { head, merge } = shop.pull(7, 'lax', 'topic')
    const base = shop.id('main')
    const api = comparing({ [`${base}...${lax}`]: { status: 'ahead', merge_base_commit: { sha: base } } })
    for (const depth of [1, 0]) {
      const choice = await choose(pullRequest(head, 'main', base), { folder: shop.checkout(merge, depth), commit: merge, api })
      expect(choice).toMatchObject({ policy: base, files: base })
    }
    expect(api.asked).toContain(`${base}...${lax}`)
  })

  test('stacked on another branch: the default branch is the base, and the report says so', async () => {
    shop.on('lower', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    shop.on('upper', 'lower', { Dockerfile: 'FROM evil.example/x\n' })
    const base = shop.id('main')
    const tip = shop.commit({ 'README.md': 'moved on' })
    const { head, merge } = shop.pull(7, 'lower', 'upper')
    const told = [expect.stringContaining('A pull request to lower is judged from main')]
    const shallow = await choose(pullRequest(head, 'lower', shop.id('lower')), { folder: shop.checkout(merge), commit: merge })
    expect(shallow).toEqual({ kind: 'commits', policy: tip, files: tip, notes: told })
    const full = await choose(pullRequest(head, 'lower', shop.id('lower')), { folder: shop.checkout(merge, 0), commit: merge })
    expect(full).toEqual({ kind: 'commits', policy: tip, files: base, notes: told })
    const api = comparing({ [`${tip}...${merge}`]: { merge_base_commit: { sha: base } } })
    const asked = await choose(pullRequest(head, 'lower', shop.id('lower')), { folder: shop.checkout(merge), commit: merge, api })
    expect(asked).toMatchObject({ policy: tip, files: base })
  })

  test('a trusted branch is its own base', async () => {
    const release = shop.on('release/1', 'main', { 'image-policy.yml': 'version: 1\n' })
    shop.on('topic', 'release/1', { Dockerfile: 'FROM alpine:3\n' })
    const { head, merge } = shop.pull(7, 'release/1', 'topic')
    const choice = await choose(pullRequest(head, 'release/1', release), {
      folder: shop.checkout(merge),
      commit: merge,
      trusted: ['release/1'],
    })
    expect(choice).toEqual({ kind: 'commits', policy: release, files: release, notes: [] })
  })

  test('pull_request_target: the workspace is the base, so its parents say nothing', async () => {
    shop.commit({ 'README.md': 'two' })
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const { head, base } = shop.pull(7, 'main', 'topic')
    const choice = await choose(pullRequest(head, 'main', base, true), { folder: shop.checkout(base), commit: base })
    expect(choice).toMatchObject({ policy: base, files: base })
  })

  test('without the default branch there is no base, and no verdict', async () => {
    shop.on('lower', 'main', {})
    shop.on('upper', 'lower', { Dockerfile: 'FROM alpine:3\n' })
    const { head, merge } = shop.pull(7, 'lower', 'upper')
    const folder = shop.checkout(merge)
    git(shop.remote, 'checkout', '-q', '--detach')
    git(shop.remote, 'branch', '-D', 'main')
    const choice = await choose(pullRequest(head, 'lower', shop.id('lower')), { folder, commit: merge })
    expect(choice).toMatchObject({ kind: 'unknown', problem: expect.stringContaining('The branch main could not be read') })
  })
})

describe('the base of other events', () => {
  test('merge_group: what the queue names, if it is the queue of a trusted branch', async () => {
    const base = shop.id('main')
    shop.on('topic', 'main', { Dockerfile: 'FROM alpine:3\n' })
    const { merge } = shop.pull(7, 'main', 'topic')
    const options = { folder: shop.checkout(merge), commit: merge }
    expect(await choose({ kind: 'merge-group', base: { branch: 'main', commit: base } }, options)).toMatchObject({
      policy: base,
      files: base,
    })
    const other = await choose({ kind: 'merge-group', base: { branch: 'lower', commit: merge } }, options)
    expect(other).toMatchObject({ policy: base, notes: [expect.stringContaining('The merge queue of lower is judged from main')] })
  })

  test('push to the default branch: the commit before, fetched if need be', async () => {
    const before = shop.id('main')
    const after = shop.commit({ Dockerfile: 'FROM alpine:3\n' })
    const choice = await choose({ kind: 'push', branch: 'main', before }, { folder: shop.checkout(after), commit: after })
    expect(choice).toEqual({ kind: 'commits', policy: before, files: before, notes: [] })
  })

  test('push to the default branch whose former commit is gone: everything counts, and the report says so', async () => {
    const after = shop.id('main')
    const choice = await choose({ kind: 'push', branch: 'main', before: 'a'.repeat(40) }, { folder: shop.checkout(after), commit: after })
    expect(choice).toMatchObject({ kind: 'head', notes: [expect.stringContaining('everything counts as new')] })
  })

  test('push of another branch, or of a tag: where it left the default branch', async () => {
    const base = shop.id('main')
    const after = shop.on('topic', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    const tip = shop.commit({ 'README.md': 'moved on' })
    const choice = await choose({ kind: 'push', branch: 'topic', before: after }, { folder: shop.checkout(after, 0), commit: after })
    expect(choice).toMatchObject({ policy: tip, files: base, notes: [expect.stringContaining('A push to topic is judged from main')] })
    expect(await choose({ kind: 'push' }, { folder: shop.checkout(after), commit: after })).toMatchObject({ policy: tip, files: tip })
  })

  test('schedule on the default branch: its own policy, nothing to compare with', async () => {
    const commit = shop.id('main')
    expect(await choose({ kind: 'other', name: 'schedule', branch: 'main' }, { folder: shop.checkout(commit), commit })).toEqual({
      kind: 'head',
      notes: [],
    })
  })

  test('workflow_dispatch on another branch, or with something else checked out: the policy of the default branch', async () => {
    const commit = shop.on('topic', 'main', { 'image-policy.yml': 'version: 1\nregistries: any\n' })
    const main = shop.id('main')
    const folder = shop.checkout(commit)
    expect(await choose({ kind: 'other', name: 'workflow_dispatch', branch: 'topic' }, { folder, commit })).toMatchObject({ policy: main })
    expect(await choose({ kind: 'other', name: 'workflow_run', branch: 'main' }, { folder, commit: main })).toMatchObject({ policy: main })
  })

  test('the default branch is asked for where the payload does not tell it', async () => {
    const commit = shop.id('main')
    const choice = await choose(
      { kind: 'other', name: 'workflow_dispatch', branch: 'main' },
      { folder: shop.checkout(commit), commit, defaultBranch: '' },
    )
    expect(choice).toEqual({ kind: 'head', notes: [] })
  })
})
