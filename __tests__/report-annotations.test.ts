import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Report } from '../src/model.js'
import { MAX_MESSAGE, annotate, renderGithub } from '../src/report/annotations.js'
import { FIXTURES, expectGolden } from './golden.js'
import { ATTACKS, CLEAN, EMPTY, SHOP, finding, hostile, image, occurrence, span, step, verdict } from './report-sample.js'

/** Findings of these severities, one a line. */
function report(...severities: ('error' | 'warning')[]): Report {
  const verdicts = severities.map((severity, index) =>
    verdict(occurrence('Dockerfile', index + 1, 6, 'base', 'nginx'), image('nginx'), [
      finding('pinned', `${severity} ${index}`, { severity }),
    ]),
  )
  return { ...EMPTY, verdicts }
}

const times = (count: number, severity: 'error' | 'warning') => Array.from({ length: count }, () => severity)

describe('an annotation', () => {
  test('stands at the step that the change altered, with all rules, and says what to do', () => {
    expect(annotate(SHOP).annotations[0]).toEqual({
      level: 'error',
      file: 'api/Dockerfile',
      line: 1,
      endLine: 1,
      column: 10,
      endColumn: 27,
      title: 'Image policy: allowed-namespace, pinned',
      message: [
        'docker.io/bitnami/redis:7.2 is not allowed (allowed-namespace)',
        'docker.io/bitnami/redis:7.2 is pinned to minor, digest is asked (pinned)',
        'api/Dockerfile:4:6: FROM ${BASE} ← ARG BASE=bitnami/redis:7.2 (api/Dockerfile:1:10, changed here)',
        'docker.io allows library, grafana (acme/.github:image-policy.yml@3f2c1ab line 12)',
        'Find its digest: docker buildx imagetools inspect bitnami/redis:7.2 (.github/image-policy.yml line 3)',
        'Write instead: redis:7.2',
        'Not possible? #platform-images. Exceptions live in acme/.github',
        'Not possible? Allow it, or add an exception, in .github/image-policy.yml',
      ].join('\n'),
    })
  })

  test('stands at the occurrence otherwise, and at a problem', () => {
    const places = annotate(SHOP).annotations.map(({ file, line, column, level }) => `${file}:${line}:${column} ${level}`)
    expect(places).toEqual([
      'api/Dockerfile:1:10 error',
      'compose.yaml:4:12 error',
      'compose.yaml:30:12 error',
      'jobs/Dockerfile:3:1 error',
      '.env:2:6 warning',
    ])
  })

  test('is one for one token, though several references take their value from it', () => {
    const arg = step('Dockerfile', 1, 10, 'ARG BASE=quay.io/x', 'quay.io/x')
    const at = { file: 'Dockerfile', span: arg.span }
    const verdicts = [2, 3].map((line) =>
      verdict(occurrence('Dockerfile', line, 6, 'base', '${BASE}'), image('quay.io/x', [arg]), [
        finding('allowed-registry', 'quay.io is not allowed', { at, severity: line === 2 ? 'warning' : 'error' }),
      ]),
    )
    const { annotations } = annotate({ ...EMPTY, verdicts })
    expect(annotations).toHaveLength(1)
    expect(annotations[0]).toMatchObject({ line: 1, level: 'error' })
    expect(annotations[0]?.message.match(/quay\.io is not allowed/g)).toHaveLength(1)
    expect(annotations[0]?.message).toContain('Dockerfile:3:6: FROM ${BASE}')
  })

  test('has no columns on several lines, and the first line for a whole file', () => {
    const long = { start: { line: 2, column: 6 }, end: { line: 3, column: 4 } }
    const verdicts = [
      verdict({ ...occurrence('Dockerfile', 2, 6, 'base', 'nginx'), span: long }, image('nginx'), [finding('pinned', 'floats')]),
    ]
    const problems = [{ file: 'x', message: 'is a folder', findings: [finding('unreadable', 'is a folder')] }]
    const [first, second] = annotate({ ...EMPTY, verdicts, problems }).annotations
    expect(first).toMatchObject({ line: 2, endLine: 3 })
    expect(first).not.toHaveProperty('column')
    expect(second).toMatchObject({ file: 'x', line: 1, endLine: 1 })
  })

  test('is not made of what is excepted or was there before', () => {
    expect(
      annotate({
        ...SHOP,
        problems: [],
        verdicts: SHOP.verdicts.filter(({ findings }) => findings.every(({ state }) => state !== 'new') && findings.length > 0),
      }),
    ).toEqual({ annotations: [], rest: 0 })
  })

  test.each([
    ['what a step keeps', [...times(20, 'warning'), ...times(20, 'error')], 9, 10, 21],
    ['few', [...times(2, 'warning'), ...times(3, 'error')], 3, 2, 0],
    ['warnings alone', times(11, 'warning'), 0, 10, 1],
  ])('is one of at most %s, errors first', (_, severities, errors, warnings, rest) => {
    const annotated = annotate(report(...severities))
    expect(annotated.annotations.map(({ level }) => level)).toEqual([...times(errors, 'error'), ...times(warnings, 'warning')])
    expect(annotated.rest).toBe(rest)
  })

  test('is no longer than the runner keeps, in whole lines', () => {
    const advice = Array.from({ length: 300 }, (_, index) => `${index} ${'long advice '.repeat(20)}`).join('\n')
    const { annotations } = annotate({
      ...EMPTY,
      verdicts: [verdict(occurrence('Dockerfile', 1, 6, 'base', 'nginx'), image('nginx'), [finding('pinned', 'floats', { advice })])],
    })
    const message = annotations[0]?.message ?? ''
    expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE)
    expect(message.length).toBeGreaterThan(MAX_MESSAGE - 400)
    expect(message.endsWith('\n…')).toBe(true)
  })

  test.each(ATTACKS)('holds %s as text alone', (_, text) => {
    for (const { message, title } of annotate(hostile(text), { errors: 99, warnings: 99 }).annotations) {
      expect(message).not.toMatch(/##\[|^\s*::/m)
      expect(`${title}${message.replaceAll('\n', '')}`).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
      expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE)
      expect(message).not.toBe('')
    }
  })
})

describe('the github format', () => {
  test('of a shop', () => {
    expectGolden(join(FIXTURES, 'report', 'shop.github'), renderGithub(SHOP))
  })

  test('of a clean run is one line', () => {
    expect(renderGithub(CLEAN)).toBe(
      '4 references in 4 files · 2 images · 2 local · 0 unresolved · 0 malformed · 0 errors · 0 warnings · 0 skipped\n',
    )
  })

  test('puts what a step does not keep on plain lines', () => {
    const lines = renderGithub(report(...times(12, 'error'))).split('\n')
    expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10)
    expect(lines.slice(10, 13)).toEqual([
      '2 more places, beyond the annotations that a step keeps:',
      'Dockerfile:11:6  error  error 10 (pinned)',
      'Dockerfile:12:6  error  error 11 (pinned)',
    ])
  })

  test('escapes properties and data as the runner reads them', () => {
    const verdicts = [
      verdict(occurrence('a,b:c%\n.txt', 1, 6, 'base', 'nginx'), image('nginx'), [finding('pinned', '100% a:b,c', { advice: 'one\ntwo' })]),
    ]
    expect(renderGithub({ ...EMPTY, verdicts }).split('\n')[0]).toMatch(
      /^::error file=a%2Cb%3Ac%25\\u\{a\}\.txt,line=1,.*::100%25 a:b,c \(pinned\)%0A.*one .*%0Atwo$/,
    )
  })

  test('tells a problem that no rule speaks of', () => {
    expect(renderGithub({ ...EMPTY, problems: [{ file: 'x', span: span(2, 1, 1), message: 'is a folder', findings: [] }] })).toContain(
      'x:2:1  problem  is a folder\n',
    )
  })

  test.each(ATTACKS)('obeys only itself: %s', (_, text) => {
    for (const line of renderGithub(hostile(text)).split('\n')) {
      if (line.startsWith('::'))
        expect(line).toMatch(/^::(?:error|warning) file=[^:,]*,line=\d+,endLine=\d+(?:,col=\d+,endColumn=\d+)?,title=[^:]*::/)
      else expect(line).not.toMatch(/^\s*::/)
      expect(line).not.toContain('##[')
      expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
    }
  })
})
