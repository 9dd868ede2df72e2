import { describe, expect, test } from '@jest/globals'
import { check, list, type CheckOptions } from '../src/check.js'
import { type Content, type Files, type Report } from '../src/model.js'
import { loadLayers, type PolicyLayer } from '../src/policy/layers.js'
import { memoryFiles } from './memory-files.js'

const OPTIONS: CheckOptions = { paths: [], platforms: { target: 'linux/amd64', build: 'linux/amd64' }, envFiles: [], today: '2026-11-21' }

async function layersOf(...texts: string[]): Promise<readonly PolicyLayer[]> {
  const sources = texts.map((text, index) => ({
    path: index === 0 ? 'image-policy.yml' : `org-${index}.yml`,
    text,
    own: index === 0,
    base: '',
  }))
  const loaded = await loadLayers(sources, () => Promise.resolve({ kind: 'failed', problem: 'no network in this test' }))
  if (loaded.kind === 'errors') throw new Error(JSON.stringify(loaded.errors))
  return loaded.layers
}

/** What a report says, a line a finding: `file:line rule state`. */
function told({ verdicts, problems }: Report): string[] {
  return [
    ...verdicts.flatMap(({ occurrence, findings, also }) =>
      [...findings, ...also.flatMap((other) => other.findings)].map(
        ({ rule, state }) => `${occurrence.file}:${occurrence.span.start.line} ${rule} ${state}`,
      ),
    ),
    ...problems.flatMap(({ file, span, findings }) =>
      findings.map(({ rule, state }) => `${file}:${span?.start.line ?? 0} ${rule} ${state}`),
    ),
  ]
}

type Table = Record<string, string | Content>

async function checked(table: Table, policies: string | string[], options: Partial<CheckOptions> = {}): Promise<string[]> {
  return told(await check(memoryFiles(table), await layersOf(...[policies].flat()), { ...OPTIONS, ...options }))
}

/** The base as the overlay gives it: what is the same has the same identity. */
function since(base: Table, head: Table, renamed: Record<string, string> = {}): Partial<CheckOptions> {
  const changed = new Set(
    [...Object.keys(base), ...Object.keys(head)].filter((path) => JSON.stringify(base[path]) !== JSON.stringify(head[path])),
  )
  const files: Files = memoryFiles(base, (path) => (changed.has(path) ? `base:${path}` : `memory:${path}`))
  const before = new Set([...changed].filter((path) => path in base))
  return { base: { files, changed, before, renamed: new Map(Object.entries(renamed)) } }
}

const POLICY = `version: 1
pin: tag
registries:
  docker.io: { namespaces: [library] }
  ghcr.io: { namespaces: [acme] }
`

describe('a tree', () => {
  test('is judged file by file, and what is clean says nothing', async () => {
    expect(await checked({ Dockerfile: 'FROM alpine:3.20\n', 'a/Dockerfile': 'FROM evil/x:1\nFROM quay.io/x/y:1\n' }, POLICY)).toEqual([
      'a/Dockerfile:1 allowed-namespace new',
      'a/Dockerfile:2 allowed-registry new',
    ])
  })
  test('without any reference is told as such', async () => {
    const report = await check(memoryFiles({ 'README.md': '# x' }), await layersOf(POLICY), OPTIONS)
    expect([report.files, report.verdicts, report.problems]).toEqual([[], [], []])
  })
  test('is listed without a policy', async () => {
    const report = await list(
      memoryFiles({ Dockerfile: 'FROM alpine:3.20\n', 'compose.yaml': 'services:\n  a:\n    image: redis\n' }),
      OPTIONS,
    )
    expect(report.verdicts.map(({ resolution }) => resolution.resolved)).toEqual(['alpine:3.20', 'redis'])
  })
  test('outside of the paths is read only where what lies under them reaches it', async () => {
    const table = {
      'a/compose.yaml': 'include: [../shared/more.yaml]\nservices:\n  a:\n    image: evil/a:1\n',
      'shared/more.yaml': 'services:\n  s:\n    image: evil/s:1\n',
      'b/Dockerfile': 'FROM evil/b:1\n',
      'c/.env': 'COMPOSE_FILE=stack.yml\n',
      'c/stack.yml': 'services:\n  c:\n    image: evil/c:1\n',
    }
    expect(await checked(table, POLICY, { paths: ['a'] })).toEqual([
      'a/compose.yaml:4 allowed-namespace new',
      'shared/more.yaml:3 allowed-namespace new',
    ])
    const named = { 'd/compose.yaml': 'services:\n  d:\n    image: ${IMAGE}\n', 'd/.env': 'IMAGE=alpine:3\n' }
    expect(await checked(named, POLICY, { paths: ['d/compose.yaml'] })).toEqual([])
    expect(await checked(table, POLICY, { paths: ['c'] })).toEqual(['c/stack.yml:3 allowed-namespace new'])
  })
  test('has a finding for what cannot be read', async () => {
    expect(
      await checked({ Dockerfile: { kind: 'unreadable', problem: 'is a folder' }, 'b/Dockerfile': 'FROM alpine:3\n' }, POLICY),
    ).toEqual(['Dockerfile:0 unreadable new'])
  })
})

describe('a Dockerfile that a compose file builds', () => {
  const compose = (args: string) => `services:\n  app:\n    build:\n      context: app\n      args:\n        BASE: ${args}\n`
  test('is judged with the arguments as well as with its defaults', async () => {
    expect(await checked({ 'app/Dockerfile': 'ARG BASE=alpine:3\nFROM $BASE\n', 'compose.yaml': compose('evil/x:1') }, POLICY)).toEqual([
      'app/Dockerfile:2 allowed-namespace new',
    ])
  })
  test('lacks no value if a build gives every one', async () => {
    expect(await checked({ 'app/Dockerfile': 'ARG BASE\nFROM $BASE\n', 'compose.yaml': compose('alpine:3.20') }, POLICY)).toEqual([])
    expect(await checked({ 'app/Dockerfile': 'ARG BASE\nFROM $BASE\n' }, POLICY)).toEqual(['app/Dockerfile:2 unresolved new'])
  })
  test('is read whatever its name', async () => {
    const named = 'services:\n  app:\n    build:\n      context: .\n      dockerfile: build/image.txt\n'
    expect(await checked({ 'build/image.txt': 'FROM evil/x:1\n', 'compose.yaml': named }, POLICY)).toEqual([
      'build/image.txt:1 allowed-namespace new',
    ])
  })
  test('is missed if it is not there', async () => {
    expect(await checked({ 'compose.yaml': 'services:\n  app:\n    build: ./gone\n' }, POLICY)).toEqual(['compose.yaml:3 unreadable new'])
  })
  test('inline names its images in the compose file', async () => {
    const inline =
      'services:\n  app:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM alpine:3.20\n        COPY --from=evil/x:1 /a /a\n'
    expect(await checked({ 'compose.yaml': inline }, POLICY)).toEqual(['compose.yaml:7 allowed-namespace new'])
  })
  test('frees no name elsewhere: what compose builds is not what FROM takes', async () => {
    const table = {
      'compose.yaml': 'services:\n  app:\n    build: .\n    image: evil/x\n    pull_policy: build\n',
      Dockerfile: 'FROM evil/x\n',
    }
    expect(await checked(table, POLICY)).toContain('Dockerfile:1 allowed-namespace new')
  })
})

describe('an excluded file', () => {
  const policy = `${POLICY}files:\n  exclude: ["excluded/**"]\n`
  test('is skipped, and counted', async () => {
    const report = await check(memoryFiles({ 'excluded/Dockerfile': 'FROM evil/x:1\n' }), await layersOf(policy), OPTIONS)
    expect([told(report), report.skipped]).toEqual([[], [{ file: 'excluded/Dockerfile', reason: 'excluded' }]])
  })
  test('launders nothing that a file outside of it reaches', async () => {
    const build = 'services:\n  a:\n    build: ./excluded\n'
    expect(await checked({ 'excluded/Dockerfile': 'FROM evil/x:1\n', 'compose.yaml': build }, policy)).toEqual([
      'excluded/Dockerfile:1 allowed-namespace new',
    ])
    const include = 'include: [excluded/more.yaml]\n'
    expect(await checked({ 'excluded/more.yaml': 'services:\n  a:\n    image: evil/x:1\n', 'compose.yaml': include }, policy)).toEqual([
      'excluded/more.yaml:3 allowed-namespace new',
    ])
  })
  test('begins no project: a COMPOSE_FILE in an excluded folder is not followed', async () => {
    const table = { 'excluded/.env': 'COMPOSE_FILE=stack.txt\n', 'excluded/stack.txt': 'services:\n  a:\n    image: evil/x:1\n' }
    const report = await check(memoryFiles(table), await layersOf(policy), OPTIONS)
    expect([report.verdicts, report.problems, report.files]).toEqual([[], [], []])
  })
  test('is judged by a layer that does not exclude it', async () => {
    expect(await checked({ 'excluded/Dockerfile': 'FROM evil/x:1\n' }, [policy, POLICY])).toEqual([
      'excluded/Dockerfile:1 allowed-namespace new',
    ])
  })
})

describe('layers', () => {
  test('each hold: the stricter one cannot be weakened', async () => {
    const org = POLICY.replace('pin: tag', 'pin: digest')
    expect(await checked({ Dockerfile: 'FROM alpine:3.20\n' }, [POLICY.replace('pin: tag', 'pin: none'), org])).toEqual([
      'Dockerfile:1 pinned new',
    ])
  })
  test("see each its own variables: one layer's values answer no other layer", async () => {
    const own = `${POLICY}variables: { REG: ghcr.io/acme }\n`
    const table = { Dockerfile: 'ARG REG\nFROM ${REG}/node:22\n' }
    expect(await checked(table, own)).toEqual([])
    expect(await checked(table, [own, POLICY])).toEqual(['Dockerfile:2 unresolved new'])
    expect(await checked(table, [own, `${POLICY}accept-variables: true\n`])).toEqual([])
  })
})

describe('since a base', () => {
  const debt = 'FROM evil/x:1\n'
  test('what it has is existing, what is added is new', async () => {
    const [base, head] = [{ Dockerfile: debt }, { Dockerfile: debt, 'b/Dockerfile': debt }]
    expect(await checked(head, POLICY, since(base, head))).toEqual([
      'Dockerfile:1 allowed-namespace existing',
      'b/Dockerfile:1 allowed-namespace new',
    ])
  })
  test('a changed .env makes an untouched line new', async () => {
    const compose = 'services:\n  a:\n    image: ${IMAGE}\n'
    const [base, head] = [
      { 'compose.yaml': compose, '.env': 'IMAGE=alpine:3\n' },
      { 'compose.yaml': compose, '.env': 'IMAGE=evil/x:1\n' },
    ]
    const report = await check(memoryFiles(head), await layersOf(POLICY), { ...OPTIONS, ...since(base, head) })
    expect(told(report)).toEqual(['compose.yaml:3 allowed-namespace new'])
    expect(report.verdicts[0]?.findings[0]?.at).toEqual({
      file: '.env',
      span: { start: { line: 1, column: 7 }, end: { line: 1, column: 15 } },
    })
  })
  test('a changed ARG points to itself', async () => {
    const [base, head] = [{ Dockerfile: 'ARG B=alpine:3\nFROM $B\n' }, { Dockerfile: 'ARG B=evil/x:1\nFROM $B\n' }]
    const report = await check(memoryFiles(head), await layersOf(POLICY), { ...OPTIONS, ...since(base, head) })
    expect(report.verdicts[0]?.findings[0]?.at?.span.start).toEqual({ line: 1, column: 7 })
  })
  test('a bump of what was debt before is not new', async () => {
    const [base, head] = [{ Dockerfile: debt }, { Dockerfile: 'FROM evil/x:2\n' }]
    expect(await checked(head, POLICY, since(base, head))).toEqual(['Dockerfile:1 allowed-namespace existing'])
  })
  test('a denied image is always new', async () => {
    const policy = `${POLICY}deny:\n  - image: docker.io/library/centos\n    reason: End of life.\n`
    const table = { Dockerfile: 'FROM centos:7\n' }
    expect(await checked(table, policy, since(table, table))).toContain('Dockerfile:1 denied-image new')
  })
  test('a rename keeps its debt where the same is asked, and only there', async () => {
    const policy = `${POLICY}overrides:\n  - paths: ["soft/**"]\n    severity: warning\n`
    const moved = (to: string, from: string) => checked({ [to]: debt }, policy, since({ [from]: debt }, { [to]: debt }, { [to]: from }))
    expect(await moved('b/Dockerfile', 'a/Dockerfile')).toEqual(['b/Dockerfile:1 allowed-namespace existing'])
    expect(await moved('b/Dockerfile', 'soft/Dockerfile')).toEqual(['b/Dockerfile:1 allowed-namespace new'])
  })
  test('a changed file of any name is looked into', async () => {
    const [base, head] = [{}, { 'build/image': 'FROM evil/x:1\n', 'deploy/stack.yml': 'services:\n  a:\n    image: evil/y:1\n' }]
    expect(await checked(head, POLICY, since(base, head))).toEqual([
      'build/image:1 allowed-namespace new',
      'deploy/stack.yml:3 allowed-namespace new',
    ])
  })
})

test('a base that cannot be had while the head is read is told where it is waited for', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  try {
    const files: Files = {
      ...memoryFiles({ Dockerfile: 'FROM alpine:3.20\n' }),
      settled: () => new Promise((resolve) => setTimeout(resolve, 50)),
    }
    const base = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no such tree')), 5))
    await expect(check(files, await layersOf(POLICY), { ...OPTIONS, base })).rejects.toThrow('no such tree')
    expect(unhandled).toEqual([])
  } finally {
    process.off('unhandledRejection', listen)
  }
})

test('without a base after all, everything counts', async () => {
  const base = Promise.resolve(undefined)
  expect(await checked({ Dockerfile: 'FROM evil.example/x:1\n' }, POLICY, { base })).toEqual(['Dockerfile:1 allowed-registry new'])
})
