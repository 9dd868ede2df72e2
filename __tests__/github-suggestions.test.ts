import { getOctokit } from '@actions/github'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { type Api, openApi } from '../src/github/api.js'
import { linesOfPatch, type Review, suggest, type Suggestion, suggestionsFor } from '../src/github/suggestions.js'
import { type Files, type Finding, type Report, type Verdict } from '../src/model.js'
import { LoopbackGitHub } from './github/loopback.js'

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

const review: Review = { owner: 'acme', repo: 'shop', number: 7, head: '2'.repeat(40) }

function filesOf(texts: Readonly<Record<string, string>>): Files {
  return {
    find: () => Object.keys(texts),
    settled: () => Promise.resolve(),
    read: (path) => (texts[path] === undefined ? { kind: 'missing' } : { kind: 'text', text: texts[path] }),
    isFolder: () => false,
    identity: (path) => path,
  }
}

interface Wanted {
  readonly file?: string
  readonly line: number
  readonly from: number
  readonly to: number
  readonly text: string
  readonly state?: Finding['state']
}

function reportOf(...wanted: Wanted[]): Report {
  const verdicts = wanted.map(({ file = 'Dockerfile', line, from, to, text, state = 'new' }): Verdict => {
    const span = { start: { line, column: from }, end: { line, column: to } }
    const finding: Finding = {
      rule: 'denied-image',
      severity: 'error',
      state,
      message: `${text} it should be`,
      advice: '',
      fix: { file, span, text },
      policy: { path: 'image-policy.yml', line: 1 },
      scope: 'new',
    }
    const resolution = { resolved: 'x', target: { kind: 'local', as: 'scratch' }, variables: [], via: [] } as const
    return { occurrence: { file, kind: 'dockerfile', role: 'base', span, text: 'x' }, resolution, findings: [finding], also: [] }
  })
  return { files: [], verdicts, problems: [], skipped: [], layers: [], exceptions: [], notes: [] }
}

describe('what to suggest', () => {
  test('replaces exactly the token, and several tokens of a line at once', () => {
    const files = filesOf({ Dockerfile: '\ufeffFROM centos:7 AS a # keep\nCOPY --from=old/a --link x y\n' })
    const report = reportOf(
      { line: 1, from: 6, to: 14, text: 'quay.io/rockylinux/rockylinux:9' },
      { line: 2, from: 13, to: 18, text: 'new/a' },
    )
    expect(suggestionsFor(report, files).map(({ line, before, after }) => [line, before, after])).toEqual([
      [1, 'FROM centos:7 AS a # keep', 'FROM quay.io/rockylinux/rockylinux:9 AS a # keep'],
      [2, 'COPY --from=old/a --link x y', 'COPY --from=new/a --link x y'],
    ])
    const both = reportOf(
      { line: 1, from: 1, to: 2, text: 'A' },
      { line: 1, from: 3, to: 4, text: 'C' },
      { line: 1, from: 3, to: 4, text: 'C' },
    )
    expect(suggestionsFor(both, filesOf({ Dockerfile: 'a b' }))).toMatchObject([
      { after: 'A C', messages: ['A it should be', 'C it should be'] },
    ])
  })

  test.each([
    ['existing debt', 'FROM a', { state: 'existing' as const }],
    ['what an exception excuses', 'FROM a', { state: 'excepted' as const }],
    ['a line with a carriage return', 'FROM a\r\n', {}],
    ['a line with characters that nobody sees', 'FROM a #\u202e', {}],
    ['a replacement with characters that nobody sees', 'FROM a', { text: 'b\u200b' }],
    ['a place beyond the line', 'FROM a', { to: 70 }],
    ['a line that is not there', '', {}],
    ['a line too long to show', `FROM a ${'x'.repeat(5000)}`, {}],
  ])('nothing for %s', (_name, text, more) => {
    expect(suggestionsFor(reportOf({ line: 1, from: 6, to: 7, text: 'b', ...more }), filesOf({ Dockerfile: text }))).toEqual([])
  })
})

test('the lines of a patch are those of the new side', () => {
  const patch = '@@ -1,3 +10,4 @@ FROM x\n a\n-b\n+c\n+@@ -1 +99 @@\n d\n\\ No newline at end of file\n@@ -50 +60,1 @@\n+e'
  expect([...linesOfPatch(patch)]).toEqual([
    [10, 'a'],
    [11, 'c'],
    [12, '@@ -1 +99 @@'],
    [13, 'd'],
    [60, 'e'],
  ])
})

describe('suggesting', () => {
  const one: Suggestion = { file: 'Dockerfile', line: 2, before: 'FROM a', after: 'FROM b', messages: ['a is not allowed'] }

  test('is one review on lines of the diff, and is not repeated', async () => {
    github.state.files = [{ filename: 'Dockerfile', status: 'modified', patch: '@@ -1,2 +1,2 @@\n x\n-FROM z\n+FROM a' }]
    expect(await suggest(api, review, [one])).toEqual({ kind: 'suggested', count: 1 })
    expect(github.state.reviews).toMatchObject([
      { event: 'COMMENT', commit_id: review.head, comments: [{ path: 'Dockerfile', line: 2, side: 'RIGHT' }] },
    ])
    expect(github.state.reviews[0]?.comments[0]?.body ?? '').toMatch(
      /^<!-- image-policy:suggestion:[0-9a-f]{16} -->\na is not allowed\n\n```suggestion\nFROM b\n```\n$/,
    )
    expect(await suggest(api, review, [one])).toEqual({ kind: 'suggested', count: 0 })
    expect(github.state.reviews).toHaveLength(1)
  })

  test('a marker that somebody else planted does not silence it', async () => {
    github.state.files = [{ filename: 'Dockerfile', status: 'modified', patch: '@@ -1,2 +1,2 @@\n x\n+FROM a' }]
    await suggest(api, review, [one])
    const [made] = github.state.reviewComments
    if (made === undefined) throw new Error('no comment was made')
    github.state.reviewComments = [{ ...made, user: { login: 'mallory', id: 6, type: 'User' } }]
    expect(await suggest(api, review, [one])).toEqual({ kind: 'suggested', count: 1 })
  })

  test.each([
    ['a line that the diff does not show', '@@ -1 +1 @@\n x'],
    ['another line under the same number, behind a merge', '@@ -1,2 +1,2 @@\n x\n+FROM q'],
    ['a file without a patch', undefined],
  ])('nothing on %s', async (_name, patch) => {
    github.state.files = [{ filename: 'Dockerfile', status: 'modified', ...(patch !== undefined && { patch }) }]
    expect(await suggest(api, review, [one])).toEqual({ kind: 'suggested', count: 0 })
    expect(github.routes()).toEqual(['GET /pulls/{pull_number}/files'])
  })

  test('a pull request with thousands of files is read page by page, until all that is wanted was seen', async () => {
    github.state.files = Array.from({ length: 3000 }, (_, index) => ({ filename: `f${index}`, status: 'modified' }))
    github.state.files.splice(150, 0, { filename: 'Dockerfile', status: 'modified', patch: '@@ -1,2 +1,2 @@\n x\n+FROM a' })
    expect(await suggest(api, review, [one])).toEqual({ kind: 'suggested', count: 1 })
    expect(github.routes().filter((route) => route.endsWith('/files'))).toHaveLength(2)
    expect(await suggest(api, review, [{ ...one, file: 'not in the list' }])).toEqual({ kind: 'suggested', count: 0 })
    expect(github.routes().filter((route) => route.endsWith('/files'))).toHaveLength(32)
  })

  test('at most twenty at a time', async () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...one, line: index + 1 }))
    github.state.files = [{ filename: 'Dockerfile', status: 'added', patch: `@@ -0,0 +1,30 @@\n${'+FROM a\n'.repeat(30)}` }]
    expect(
      await suggest(
        api,
        review,
        many.map((each, index) => ({ ...each, after: `FROM b${index}` })),
      ),
    ).toEqual({ kind: 'suggested', count: 20 })
  })

  test('backticks in the line cannot end the suggestion, and a message cannot mark up or mention', async () => {
    const before = 'FROM a # ``` ```` @octocat'
    github.state.files = [{ filename: 'Dockerfile', status: 'modified', patch: `@@ -1,2 +1,2 @@\n x\n+${before}` }]
    await suggest(api, review, [
      { ...one, before, after: before.replace('a', 'b'), messages: ['<img src=x> @octocat #1 <!-- image-policy:x -->'] },
    ])
    const body = github.state.reviews[0]?.comments[0]?.body ?? ''
    expect(body).toContain('\n`````suggestion\nFROM b # ``` ```` @octocat\n`````\n')
    expect(body.split('`````')[0]).not.toMatch(/<img|@octocat|#1|\n<!--/)
  })

  test('a refusal is a failure with its status', async () => {
    github.state.files = [{ filename: 'Dockerfile', status: 'modified', patch: '@@ -1,2 +1,2 @@\n x\n+FROM a' }]
    github.fail(/reviews/, { status: 422, message: 'Unprocessable Entity' })
    expect(await suggest(api, review, [one])).toEqual({ kind: 'failure', status: 422, problem: '422 Unprocessable Entity' })
  })
})
