import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { takeAudit } from '../src/audit/audit.js'
import { renderAuditCsv } from '../src/audit/csv.js'
import { auditFormats } from '../src/audit/formats.js'
import { renderAuditJson } from '../src/audit/json.js'
import { renderAuditMarkdown } from '../src/audit/markdown.js'
import { mergeRepositories, withoutReport } from '../src/audit/merge.js'
import { type RepositoryAudit } from '../src/audit/model.js'
import { readReports } from '../src/audit/read.js'
import { parseRepositoryList, parseShard, pickShard } from '../src/audit/shard.js'
import { namespaceOf } from '../src/audit/sources.js'
import { sampleAudit } from './audit-sample.js'

const ABOUT = { title: 'Images', generated: '2027-03-31T08:00:00Z' }
const SUMMARY = {
  files: 1,
  references: 4,
  images: 2,
  local: 1,
  unresolved: 1,
  malformed: 0,
  errors: 2,
  warnings: 0,
  excepted: 1,
  existing: 0,
  skipped: 0,
}
const AT = { start: { line: 4, column: 6 }, end: { line: 4, column: 18 } }
const POLICY = { path: 'acme/.github:image-policy.yml', revision: '3f2c1ab', line: 12 }
const ALPINE = {
  registry: 'docker.io',
  repository: 'library/alpine',
  tag: '3.20',
  digest: null,
  canonical: 'docker.io/library/alpine:3.20',
}
const REDIS = { registry: 'docker.io', repository: 'bitnami/redis', tag: '7.2', digest: null, canonical: 'docker.io/bitnami/redis:7.2' }
const REFUSED = {
  rule: 'allowed-namespace',
  severity: 'error',
  state: 'new',
  message: 'docker.io/bitnami/redis:7.2 is not allowed',
  advice: 'Write redis:7.2',
  policy: POLICY,
}
const EXCUSED = {
  ...REFUSED,
  state: 'excepted',
  exception: { owner: '@acme/data', reason: 'moves', expires: '2027-04-15', policy: POLICY },
}

/** A report of `check --format json`, as the schema of reports has it. */
function report(changes: object = {}): string {
  const reference = (text: string, rest: object): object => ({
    file: 'api/Dockerfile',
    kind: 'dockerfile',
    role: 'base',
    ...AT,
    text,
    also: [],
    variables: [],
    via: [],
    findings: [],
    ...rest,
  })
  return JSON.stringify({
    version: 1,
    summary: SUMMARY,
    files: [{ path: 'api/Dockerfile', kind: 'dockerfile' }],
    references: [
      reference('alpine:3.20', { resolved: 'alpine:3.20', target: 'image', image: ALPINE }),
      reference('${BASE}', {
        ...{ resolved: 'bitnami/redis:7.2', target: 'image', image: REDIS, findings: [REFUSED] },
        via: [{ file: 'api/Dockerfile', line: 1, column: 10, text: 'ARG BASE=bitnami/redis:7.2' }],
        also: [{ resolved: 'alpine:3.20', target: 'image', image: ALPINE, variables: [], via: [], findings: [EXCUSED] }],
      }),
      reference('${REGISTRY}/x', {
        resolved: null,
        target: 'unresolved',
        variables: ['REGISTRY'],
        findings: [{ ...REFUSED, rule: 'unresolved' }],
      }),
      reference('build', { resolved: 'build', target: 'local', local: 'stage' }),
    ],
    problems: [{ file: 'old/Dockerfile', line: 3, column: 1, message: 'a heredoc is not closed', findings: [] }],
    skipped: [],
    policies: [{ path: POLICY.path, revision: POLICY.revision, own: false }],
    exceptions: [
      { image: 'docker.io/bitnami/redis', owner: '@acme/data', reason: 'moves', expires: '2027-04-15', uses: 1, policy: POLICY },
    ],
    notes: [],
    ...changes,
  })
}

function read(text: string, name: string): readonly RepositoryAudit[] {
  const result = readReports(text, { name })
  if (result.kind === 'invalid') throw new Error(result.problem)
  return result.repositories
}

describe('reading a report of check', () => {
  test('every resolution that names an image is a use, with its worst verdict; stages are counted only', () => {
    const [repository] = read(report(), 'acme/api')
    expect(repository?.references.map(({ text, target, image, verdict, also }) => [text, target, image?.canonical, verdict, also])).toEqual(
      [
        ['alpine:3.20', 'image', 'docker.io/library/alpine:3.20', 'allowed', undefined],
        ['${BASE}', 'image', 'docker.io/bitnami/redis:7.2', 'error', undefined],
        ['${BASE}', 'image', 'docker.io/library/alpine:3.20', 'excepted', true],
        ['${REGISTRY}/x', 'unresolved', undefined, 'error', undefined],
      ],
    )
    expect(repository).toMatchObject({ name: 'acme/api', status: 'judged', counts: SUMMARY })
    expect(repository?.exceptions).toEqual([
      {
        image: 'docker.io/bitnami/redis',
        owner: '@acme/data',
        reason: 'moves',
        expires: '2027-04-15',
        uses: 1,
        policy: POLICY,
        shared: true,
      },
    ])
  })

  test('without a policy nothing is judged, and so nothing is allowed', () => {
    const [repository] = read(report({ policies: [], exceptions: [] }), 'acme/api')
    expect(repository?.status).toBe('listed')
    expect(repository?.references[0]?.verdict).toBe('unjudged')
  })

  test.each([
    ['no JSON', '{', 'not a JSON object'],
    ['a list', '[]', 'not a JSON object'],
    ['another version', '{"version":2}', 'version'],
    ['a number for a text', report({ references: [{ ...AT, file: 5 }] }), 'references[0].file is not a text'],
    ['a negative count', report({ summary: { ...SUMMARY, errors: -1 } }), 'summary.errors is not a whole number'],
    [
      'an unknown target',
      report({ references: [{ file: 'a', kind: 'b', role: 'c', ...AT, text: '', resolved: null, target: 'moon' }] }),
      'target is not one of',
    ],
    [
      'a reference of no repository',
      JSON.stringify({ version: 1, repositories: [], problems: [{ repository: 'x', file: '', message: '' }] }),
      'among its repositories',
    ],
  ])('refuses %s with its place', (_name, text, problem) => {
    expect(readReports(text, { name: 'x' })).toMatchObject({ kind: 'invalid', problem: expect.stringContaining(problem) })
  })

  test('never throws, whatever JSON it is', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.dictionary(fc.constantFrom('version', 'summary', 'references', 'repositories', 'policies', '__proto__'), fc.jsonValue()),
        (text, members) => {
          for (const input of [text, JSON.stringify({ ...members, version: 1 })])
            expect(['invalid', 'repositories']).toContain(readReports(input, { name: 'x' }).kind)
        },
      ),
    )
  })

  test('reads a byte order mark', () => {
    expect(readReports('\ufeff' + report(), { name: 'x' }).kind).toBe('repositories')
  })
})

describe('merging', () => {
  const [api] = read(report(), 'acme/api')
  const [web] = read(report({ policies: [], references: [] }), 'acme/Web')

  test('puts shards together by name, and tells what no report came of', () => {
    const merged = mergeRepositories(
      [web, api].flatMap((one) => one ?? []),
      ['acme/api', 'acme/web', 'acme/gone'],
    )
    expect(merged.map(({ name, status }) => [name, status])).toEqual([
      ['acme/Web', 'listed'],
      ['acme/api', 'judged'],
      ['acme/gone', 'missing'],
    ])
  })

  test('a result replaces a failure, whichever comes first; a failure replaces no result', () => {
    const failed = withoutReport('acme/api', 'failed', 'the network')
    for (const order of [
      [failed, api],
      [api, failed],
    ]) {
      expect(mergeRepositories(order.flatMap((one) => one ?? [])).map(({ status }) => status)).toEqual(['judged'])
    }
  })

  test('an audit that is written and read gives the same audit', () => {
    const audit = sampleAudit(300, 12)
    expect(takeAudit(mergeRepositories(read(renderAuditJson(audit), 'x')), { title: audit.title, generated: audit.generated })).toEqual(
      audit,
    )
  })

  test('merging the halves gives the whole, in either order', () => {
    const whole = sampleAudit(300, 12)
    const half = (rest: number): string =>
      renderAuditJson(
        takeAudit(
          whole.repositories.filter((_, at) => at % 2 === rest),
          ABOUT,
        ),
      )
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const parts = order.flatMap((rest) => read(half(rest), 'x'))
      expect(takeAudit(mergeRepositories(parts), { title: whole.title, generated: whole.generated })).toEqual(whole)
    }
  })
})

describe('the inventory', () => {
  const audit = takeAudit(
    mergeRepositories([...read(report(), 'acme/api'), ...read(report(), 'acme/web'), withoutReport('acme/x', 'failed', 'gone')]),
    ABOUT,
  )

  test('counts images by registry, namespace, repository and image', () => {
    expect(audit.registries).toEqual([
      {
        registry: 'docker.io',
        uses: 6,
        usedBy: 2,
        images: 2,
        verdicts: { error: 2, warning: 0, existing: 0, excepted: 2, allowed: 2, unjudged: 0 },
      },
    ])
    expect(audit.namespaces.map(({ registry, namespace, uses }) => [registry, namespace, uses])).toEqual([
      ['docker.io', 'library', 4],
      ['docker.io', 'bitnami', 2],
    ])
    expect(audit.images.map(({ canonical, usedBy }) => [canonical, usedBy])).toEqual([
      [ALPINE.canonical, 2],
      [REDIS.canonical, 2],
    ])
    expect(audit.summary).toMatchObject({
      repositories: 3,
      judged: 2,
      failed: 1,
      images: 2,
      registries: 1,
      errors: 4,
      problems: 2,
      exceptions: 1,
      ending: 1,
      ended: 0,
    })
  })

  test('tells a shared exception once, with the repositories', () => {
    expect(audit.exceptions).toMatchObject([{ owner: '@acme/data', uses: 2, repositories: ['acme/api', 'acme/web'], end: 'soon' }])
  })

  test.each([
    ['2027-03-30', 'ended'],
    ['2027-03-31', 'soon'],
    ['2027-04-30', 'soon'],
    ['2027-05-01', 'later'],
  ])('an exception until %s has %s on 31 March', (expires, end) => {
    const exceptions = [{ owner: 'a', reason: 'b', uses: 0, policy: POLICY, expires }]
    expect(takeAudit(read(report({ exceptions }), 'x'), ABOUT).exceptions[0]?.end).toBe(end)
  })

  test.each([
    ['library/nginx', 'library'],
    ['acme/x/y', 'acme'],
    ['tool', ''],
  ])('the namespace of %s is %j', (repository, namespace) => {
    expect(namespaceOf(repository)).toBe(namespace)
  })
})

describe('JSON', () => {
  const schema = JSON.parse(readFileSync('audit.schema.json', 'utf8'))

  test('is what audit.schema.json describes', () => {
    const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
    for (const audit of [sampleAudit(400, 20), takeAudit(read(report(), 'x'), ABOUT), takeAudit([], ABOUT)]) {
      validate(JSON.parse(renderAuditJson(audit)))
      expect(validate.errors).toBeNull()
    }
  })
})

/** RFC 4180, read by its grammar. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    let value = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        value += text[at]
        if (text[at] === '"') at++
      }
      at++
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') value += text[at++]
    }
    row.push(value)
    if (text[at] === '\r') {
      rows.push(row)
      row = []
      at += 2
    } else at++
  }
  return rows
}

describe('CSV', () => {
  test('has a row for each use, problem and failure, under one header', () => {
    const rows = parseCsv(
      renderAuditCsv(takeAudit([...read(report(), 'acme/api'), withoutReport('acme/x', 'failed', 'gone, "really"')], ABOUT)),
    )
    expect(rows.every((row) => row.length === rows[0]?.length)).toBe(true)
    expect(rows.map(([record, repository]) => [record, repository])).toEqual([
      ['record', 'repository'],
      ...[1, 2, 3, 4].map(() => ['reference', 'acme/api']),
      ['problem', 'acme/api'],
      ['failed', 'acme/x'],
    ])
    expect(rows.at(-1)).toContain('gone, "really"')
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '=HYPERLINK("http://x","y")'])('%j is no formula', (text) => {
    const parts = read(
      report({
        references: [{ file: text, kind: 'dockerfile', role: 'base', ...AT, text, resolved: text, target: 'malformed', error: text }],
      }),
      text,
    )
    for (const row of parseCsv(renderAuditCsv(takeAudit(parts, ABOUT)))) for (const cell of row) expect(cell).not.toMatch(/^\s*[=+\-@＝]/)
  })

  test('holds any text in one cell of one row', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const csv = renderAuditCsv(takeAudit([withoutReport(text, 'failed', text)], ABOUT))
        expect(parseCsv(csv).map((row) => row.length)).toEqual([23, 23])
        expect(csv).not.toMatch(/[\u0000-\u0009\u000b\u000c\u000e-\u001f\u202e]/)
      }),
    )
  })
})

describe('markdown', () => {
  test('tells the numbers, what could not be checked, debt, ends and what is unresolved', () => {
    const text = renderAuditMarkdown(
      takeAudit(mergeRepositories([...read(report(), 'acme/api'), withoutReport('acme/x', 'failed', 'gone')]), ABOUT),
    )
    expect(text).toContain('**2 errors** in 1 repository; **1 could not be checked**.')
    expect(text).toContain('| `acme/x` | `gone` |')
    expect(text).toContain('| `docker.io` | 2 | 3 | 1 | 1 | 0 |')
    expect(text).toContain('| `acme/api` | 2 | 0 | 0 | 1 |')
    expect(text).toContain('| `2027-04-15` | `docker.io/bitnami/redis` | `@acme/data` | `acme/api` |')
    expect(text).toContain('| `acme/api` | `api/Dockerfile:4` | `${REGISTRY}/x` | `REGISTRY` |')
  })

  test('stays far below the limit of a job summary, and says what it leaves out', () => {
    const text = renderAuditMarkdown(sampleAudit(3000, 400))
    expect(Buffer.byteLength(text)).toBeLessThan(100_000)
    expect(text).toMatch(/… and \d+ more\./)
  })

  test('escapes what strangers wrote', () => {
    const evil = '|`<!-- @acme\n## x --><img src=x>`|'
    const text = renderAuditMarkdown(takeAudit([withoutReport(evil, 'failed', evil)], { ...ABOUT, title: evil }))
    expect(text).not.toContain('<!--')
    expect(text).not.toMatch(/^## x/m)
    expect(text.split('\n')[0]).not.toContain('<img')
  })
})

describe('shards', () => {
  test.each([
    ['1/1', 1, 1],
    ['2/8', 2, 8],
    ['256/256', 256, 256],
  ])('%s', (text, index, of) => {
    expect(parseShard(text)).toEqual({ index, of })
  })

  test.each(['', '0/8', '9/8', '1/257', '1', '1/0', 'a/b', '-1/8', '1/8/9', '01e1/20'])('%j is none', (text) => {
    expect(parseShard(text)).toBeUndefined()
  })

  test('together they hold every name once', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 256 }), (names, of) => {
        const parts = Array.from({ length: of }, (_, at) => pickShard(names, { index: at + 1, of }))
        expect(parts.flat().sort()).toEqual([...names].sort())
        const lengths = parts.map((part) => part.length)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('a list of repositories has comments and names each once', () => {
    expect(parseRepositoryList('acme/api # ours\r\n\n# none\nAcme/API\nacme/.github\n')).toEqual({
      kind: 'names',
      names: ['acme/api', 'acme/.github'],
    })
  })

  test.each(['acme', '--upload-pack=x/y', 'acme/..', 'acme/.', 'a/b/c', 'https://github.com/a/b', 'acme/a b', '../x', 'acme/x;y'])(
    '%j is no repository',
    (name) => {
      expect(parseRepositoryList(`acme/api\n${name}`)).toMatchObject({ kind: 'invalid', line: 2 })
    },
  )
})

test('every format renders an empty audit and a large one', async () => {
  for (const load of Object.values(auditFormats)) {
    const render = await load()
    for (const audit of [takeAudit([], ABOUT), sampleAudit(500, 30)]) expect(render(audit).length).toBeGreaterThan(100)
  }
})
