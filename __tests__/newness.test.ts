import { describe, expect, test } from '@jest/globals'
import { type Finding, type RuleId, type Step, type Verdict } from '../src/model.js'
import { markExisting, type Comparison } from '../src/rules/newness.js'

const span = (line: number) => ({ start: { line, column: 6 }, end: { line, column: 18 } })

interface Case {
  file?: string
  line?: number
  repository?: string
  tag?: string
  rule?: RuleId
  scope?: 'new' | 'all'
  text?: string
  via?: readonly Step[]
}

function verdict({
  file = 'Dockerfile',
  line = 1,
  repository = 'bitnami/redis',
  tag = '7.2',
  rule = 'allowed-namespace',
  scope = 'new',
  text,
  via = [],
}: Case): Verdict {
  const finding: Finding = {
    rule,
    severity: 'error',
    state: 'new',
    message: 'm',
    advice: 'a',
    policy: { path: 'image-policy.yml', line: 3 },
    scope,
  }
  return {
    occurrence: { file, kind: 'dockerfile', role: 'base', span: span(line), text: text ?? `${repository}:${tag}` },
    resolution: {
      resolved: `${repository}:${tag}`,
      target: { kind: 'image', reference: { registry: 'docker.io', repository, tag } },
      variables: [],
      via,
    },
    findings: [finding],
    also: [],
  }
}

const LEVELS: Record<string, number> = { latest: 0, '7': 2, '7.2': 3, '7.2.4': 4 }
const comparison: Comparison = {
  basePath: (file) => file,
  unchanged: () => true,
  exactness: ({ target }) => (target.kind === 'image' ? (LEVELS[target.reference.tag ?? 'latest'] ?? 0) : 0),
}

function states(head: Case[], base: Case[], other: Partial<Comparison> = {}): string[] {
  const marked = markExisting(
    { verdicts: head.map(verdict), problems: [] },
    { verdicts: base.map(verdict), problems: [] },
    { ...comparison, ...other },
  )
  return marked.verdicts.map((one) => one.findings[0]?.state ?? 'none')
}

describe('what the base has already', () => {
  test('is existing, whatever its line and tag', () => {
    expect(states([{ line: 9, tag: '7' }], [{ line: 1, tag: '7.2' }])).toEqual(['existing'])
  })
  test('is new in another file, under another role, from another source, or by another rule', () => {
    expect(states([{ file: 'b/Dockerfile' }], [{}])).toEqual(['new'])
    expect(states([{ repository: 'bitnami/kafka' }], [{}])).toEqual(['new'])
    expect(states([{ rule: 'allowed-registry' }], [{}])).toEqual(['new'])
  })
  test('covers as many as it has: of three where two were, one is new', () => {
    expect(states([{ line: 1 }, { line: 2 }, { line: 3 }], [{}, { line: 5 }])).toEqual(['existing', 'existing', 'new'])
  })
  test('never covers what has scope all', () => {
    expect(states([{ scope: 'all' }], [{ scope: 'all' }])).toEqual(['new'])
  })
  test('covers a pin that is as exact or more, not one that is less', () => {
    expect(states([{ rule: 'pinned', tag: '7.2' }], [{ rule: 'pinned', tag: '7' }])).toEqual(['existing'])
    expect(states([{ rule: 'pinned', tag: '7' }], [{ rule: 'pinned', tag: '7.2' }])).toEqual(['new'])
  })
  test('covers the same tag only where tags are listed', () => {
    expect(states([{ rule: 'allowed-tag', tag: '7' }], [{ rule: 'allowed-tag', tag: '7' }])).toEqual(['existing'])
    expect(states([{ rule: 'allowed-tag', tag: '7.2' }], [{ rule: 'allowed-tag', tag: '7' }])).toEqual(['new'])
  })
  test('follows a rename only where the caller says that the settings are the same', () => {
    const moved = (path: string) => ({ basePath: () => path })
    expect(states([{ file: 'new/Dockerfile' }], [{ file: 'old/Dockerfile' }], moved('old/Dockerfile'))).toEqual(['existing'])
    expect(states([{ file: 'new/Dockerfile' }], [{ file: 'old/Dockerfile' }], moved('new/Dockerfile'))).toEqual(['new'])
  })
})

describe('a problem', () => {
  const problem = (message: string) => ({ file: 'x/Dockerfile', message, findings: verdict({ rule: 'unreadable' }).findings })
  const state = (unchanged: boolean, base: string) =>
    markExisting(
      { verdicts: [], problems: [problem('broken')] },
      { verdicts: [], problems: [problem(base)] },
      { ...comparison, unchanged: () => unchanged },
    ).problems[0]?.findings[0]?.state
  test('is existing only while the file is the same', () => {
    expect(state(true, 'broken')).toBe('existing')
    expect(state(false, 'broken')).toBe('new')
    expect(state(true, 'something else')).toBe('new')
  })
})

describe('the place of a new finding', () => {
  const step = (value: string): Step => ({ file: 'Dockerfile', span: span(1), text: `ARG BASE=${value}`, value })
  const at = (head: Case, base: Case) =>
    markExisting({ verdicts: [verdict(head)], problems: [] }, { verdicts: [verdict(base)], problems: [] }, comparison).verdicts[0]
      ?.findings[0]?.at

  test('is the step that changed, where the occurrence itself did not', () => {
    const head = { line: 4, text: '${BASE}', via: [step('bitnami/redis:7.2')] }
    expect(at(head, { line: 4, text: '${BASE}', repository: 'library/redis', via: [step('redis:7.2')] })).toEqual({
      file: 'Dockerfile',
      span: span(1),
    })
  })
  test('is the occurrence, where that is new', () => {
    expect(at({ text: '${BASE}', via: [step('bitnami/redis:7.2')] }, { text: 'redis:7.2', repository: 'library/redis' })).toBeUndefined()
  })
})
