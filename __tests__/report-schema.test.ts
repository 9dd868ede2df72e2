import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { KINDS } from '../src/extract/kinds.js'
import { RULES } from '../src/rules/index.js'
import { DOCUMENTS } from '../src/version.js'
import { expectGolden, ROOT } from './golden.js'

interface Schema {
  readonly $defs: { kind: { enum: string[] }; finding: { properties: { rule: { enum: string[] } } } }
}

test('report.schema.json names every kind of file and every rule', () => {
  const path = join(ROOT, 'report.schema.json')
  const schema = JSON.parse(readFileSync(path, 'utf8')) as Schema
  schema.$defs.kind.enum = Object.keys(KINDS)
  schema.$defs.finding.properties.rule.enum = RULES.map(({ id }) => id)
  expectGolden(path, `${JSON.stringify(schema, null, 2)}\n`)
})

test('links to the documents lead to the repository of the package', () => {
  const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { repository: { url: string } }
  expect(`git+${DOCUMENTS.replace('/blob/HEAD', '.git')}`).toBe(repository.url)
})
