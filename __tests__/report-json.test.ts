import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { renderInventory, renderJson } from '../src/report/json.js'
import { summarize } from '../src/report/summary.js'
import { ROOT, expectGolden, FIXTURES } from './golden.js'
import { ATTACKS, CLEAN, EMPTY, SHOP, hostile } from './report-sample.js'

const schema = JSON.parse(readFileSync(join(ROOT, 'report.schema.json'), 'utf8')) as object
const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true }).compile(schema)

/** As much of the document as the tests look at. */
interface Told {
  readonly version: number
  readonly summary: object
  readonly references: readonly { readonly text: string; readonly image?: object; readonly findings: readonly object[] }[]
  readonly problems: readonly { readonly line?: number }[]
  readonly notes: readonly string[]
}

const told = (text: string): Told => JSON.parse(text) as Told

/** The object at the end of a path. */
function within(document: unknown, path: readonly (string | number)[]): object {
  let node = document
  for (const key of path) node = (node as Record<string | number, unknown>)[key]
  return node as object
}

function valid(text: string): void {
  validate(JSON.parse(text))
  expect(validate.errors ?? []).toEqual([])
}

describe('the JSON document', () => {
  test('is the contract, line by line', () => {
    expectGolden(join(FIXTURES, 'report', 'shop.json'), renderJson(SHOP))
  })

  test.each([
    ['a shop', SHOP],
    ['a clean run', CLEAN],
    ['nothing', EMPTY],
  ])('of %s is valid by its schema', (_, report) => {
    valid(renderJson(report))
    valid(renderInventory(report))
  })

  test('has each member that another program relies on', () => {
    const document = told(renderJson(SHOP))
    expect(Object.keys(document)).toEqual([
      'version',
      'summary',
      'files',
      'references',
      'problems',
      'skipped',
      'policies',
      'exceptions',
      'notes',
    ])
    expect(document.version).toBe(1)
    expect(document.references[0]).toMatchObject({
      file: 'api/Dockerfile',
      kind: 'dockerfile',
      role: 'base',
      owner: 'build',
      start: { line: 4, column: 6 },
      end: { line: 4, column: 13 },
      text: '${BASE}',
      resolved: 'bitnami/redis:7.2',
      target: 'image',
      image: { registry: 'docker.io', repository: 'bitnami/redis', tag: '7.2', digest: null, canonical: 'docker.io/bitnami/redis:7.2' },
      variables: [],
      via: [{ file: 'api/Dockerfile', line: 1, column: 10, text: 'ARG BASE=bitnami/redis:7.2' }],
      also: [],
    })
    expect(document.references[0]?.findings[0]).toEqual({
      rule: 'allowed-namespace',
      severity: 'error',
      state: 'new',
      message: 'docker.io/bitnami/redis:7.2 is not allowed',
      advice:
        'docker.io allows library, grafana\nWrite instead, on line 1: redis:7.2\nNot possible? #platform-images. Exceptions live in acme/.github',
      replacement: 'redis:7.2',
      fix: { file: 'api/Dockerfile', start: { line: 1, column: 10 }, end: { line: 1, column: 27 }, text: 'redis:7.2' },
      at: { file: 'api/Dockerfile', start: { line: 1, column: 10 }, end: { line: 1, column: 27 } },
      policy: { path: 'acme/.github:image-policy.yml', revision: '3f2c1ab94d5e60718293a4b5c6d7e8f901234567', line: 12 },
    })
  })

  test('leaves out what has no value, and never says onbuild: false', () => {
    const [first, , trigger] = told(renderJson(SHOP)).references
    expect(first).not.toHaveProperty('onbuild')
    expect(trigger).toMatchObject({ onbuild: true })
    expect(trigger).not.toHaveProperty('owner')
  })

  test.each([
    ['local', 1, { target: 'local', local: 'stage', resolved: 'build' }],
    [
      'unresolved',
      3,
      { target: 'unresolved', resolved: null, variables: ['TAG'], image: { tag: null, canonical: 'quay.io/evilcorp/proxy' } },
    ],
    ['malformed', 6, { target: 'malformed', resolved: 'nginx:-bad', error: expect.stringContaining('invalid reference format') }],
    ['a floating tag', 7, { image: { tag: null, canonical: 'docker.io/library/python:latest' } }],
    [
      'another build',
      8,
      { also: [{ resolved: 'node:21-alpine', target: 'image', image: { tag: '21-alpine' }, findings: [{ rule: 'retired' }] }] },
    ],
  ])('tells %s', (_, index, expected) => {
    expect(told(renderJson(SHOP)).references[index]).toMatchObject(expected)
  })

  test('of an inventory is the same without findings', () => {
    const checked = told(renderJson(SHOP))
    const listed = told(renderInventory(SHOP))
    expect(JSON.stringify(listed)).not.toContain('"rule"')
    expect(listed.references.map(({ text }) => text)).toEqual(checked.references.map(({ text }) => text))
    expect(listed.problems[0]).toMatchObject({ file: 'jobs/Dockerfile', line: 3, column: 1, findings: [] })
    expect(listed.summary).toMatchObject({ references: 10, errors: 0, existing: 0 })
  })

  test.each(ATTACKS)('says %s exactly, and nothing in it acts', (_, text) => {
    const printed = renderJson(hostile(text))
    valid(printed)
    expect(told(printed)).toMatchObject({ notes: [text] })
    expect(told(printed).references[0]?.text).toBe(text)
    expect(printed).not.toMatch(/##\[|^\s*::/m)
    expect(printed.replaceAll('\n', '')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
  })
})

describe('the schema', () => {
  const { references, problems } = told(renderJson(SHOP))
  test.each([
    ['an unknown member', [], { extra: 1 }],
    ['an unknown member of a reference', ['references', 0], { extra: 1 }],
    ['an unknown role', ['references', 0], { role: 'parent' }],
    ['an image without its parts', ['references', 0], { image: undefined }],
    ['a local name with an image', ['references', 1], { image: references[0]?.image }],
    ['onbuild: false', ['references', 0], { onbuild: false }],
    ['a column 0', ['references', 0, 'start'], { column: 0 }],
    ['a line without a column', ['problems', 0], { line: problems[0]?.line, column: undefined }],
    ['a finding without a policy', ['references', 0, 'findings', 0], { policy: undefined }],
    ['another version', [], { version: 2 }],
  ])('refuses %s', (_, path, change) => {
    const document: unknown = JSON.parse(renderJson(SHOP))
    Object.assign(within(document, path), change)
    expect(validate(JSON.parse(JSON.stringify(document)))).toBe(false)
  })

  test('describes every member', () => {
    const undescribed: string[] = []
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, value] of Object.entries(node as Record<string, object>)) {
        const here = `${path}/${key}`
        if (
          path.endsWith('/properties') &&
          !path.includes('/then/') &&
          !path.includes('/if/') &&
          !('description' in value) &&
          !('$ref' in value)
        )
          undescribed.push(here)
        walk(value, here)
      }
    }
    walk(schema, '')
    expect(undescribed).toEqual([])
  })
})

describe('summarize', () => {
  test('counts references by their own target, and new findings wherever they are', () => {
    expect(summarize(SHOP)).toEqual({
      files: 4,
      references: 10,
      images: 6,
      local: 2,
      unresolved: 1,
      malformed: 1,
      errors: 5,
      warnings: 2,
      excepted: 1,
      existing: 1,
      skipped: 2,
    })
  })

  test('of nothing is nothing', () => {
    expect(Object.values(summarize(EMPTY)).every((count) => count === 0)).toBe(true)
  })
})
