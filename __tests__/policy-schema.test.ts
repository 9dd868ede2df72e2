import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { parseDocument } from 'yaml'
import { policySchema } from '../src/policy/language.js'
import { parsePolicy } from '../src/policy/parse.js'
import { expectGolden, FIXTURES, fixturesIn, ROOT } from './golden.js'

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
addFormats.default(ajv)
const validate = ajv.compile(policySchema())

function bySchema(text: string): boolean {
  const document = parseDocument(text, { logLevel: 'error' })
  if (document.errors.length > 0 || document.warnings.length > 0) return false
  try {
    return validate(document.toJS({ maxAliasCount: 100 }))
  } catch {
    return false // an alias of nothing
  }
}

async function byParser(text: string): Promise<boolean> {
  return (await parsePolicy({ path: 'image-policy.yml', text, own: true, base: '' }, '2026-11-21')).kind === 'policy'
}

const read = (folder: string, name: string): string => readFileSync(join(FIXTURES, folder, name), 'utf8')

test('image-policy.schema.json is what the language says', () => {
  expectGolden(join(ROOT, 'image-policy.schema.json'), `${JSON.stringify(policySchema(), null, 2)}\n`)
})

describe('the schema and the parser agree', () => {
  for (const name of fixturesIn('policy/ok'))
    test(`that ${name} is good`, async () =>
      expect([bySchema(read('policy/ok', name)), await byParser(read('policy/ok', name))]).toEqual([true, true]))
  for (const name of fixturesIn('policy/err'))
    test(`that ${name} is bad`, async () =>
      expect([bySchema(read('policy/err', name)), await byParser(read('policy/err', name))]).toEqual([false, false]))
})

describe('only the parser sees what the meaning shows', () => {
  for (const name of fixturesIn('policy/err-semantic')) {
    test(name, async () =>
      expect([bySchema(read('policy/err-semantic', name)), await byParser(read('policy/err-semantic', name))]).toEqual([true, false]),
    )
  }
})

describe('policy.example.yml', () => {
  const text = readFileSync(join(ROOT, 'policy.example.yml'), 'utf8')
  test('names its schema for editors', () => expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./image-policy.schema.json'))
  test('is good', async () => expect([bySchema(text), await byParser(text)]).toEqual([true, true]))
  test('shows every key', () => {
    const missing = [...keysOf(policySchema())].filter((key) => !new RegExp(`(^|[\\s{,])${key}:`, 'm').test(text))
    // Rules are many: some are shown.
    const { properties } = policySchema() as { properties: { rules: { properties: object } } }
    const rules = Object.keys(properties.rules.properties)
    expect(missing.filter((key) => !rules.includes(key))).toEqual([])
  })
})

/** Every property name of a schema, at any depth. */
function* keysOf(schema: unknown): Generator<string> {
  if (Array.isArray(schema)) for (const item of schema) yield* keysOf(item)
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return
  for (const [key, value] of Object.entries(schema as Record<string, unknown>)) {
    if (key === 'properties' && typeof value === 'object' && value !== null) yield* Object.keys(value)
    yield* keysOf(value)
  }
}
