import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Extract } from '../src/extract/extraction.js'
import { KINDS } from '../src/extract/kinds.js'
import { resolveValue } from '../src/resolve/resolution.js'
import { canonical } from '../src/resolve/reference.js'
import { FIXTURES, expectGolden, fixturesIn } from './golden.js'

/** The fixtures of a kind are named after it: `kind-what-it-shows`. */
const isOf = (name: string, kind: string): boolean => name.startsWith(`${kind}-`)

function tell(text: string, extract: Extract): string {
  const { occurrences, problems } = extract(text)
  const places = occurrences.map(({ span: { start, end }, role, owner, text }) => {
    const { target } = resolveValue({ text, unset: [], via: [] })
    const meaning =
      target.kind === 'image' ? canonical(target.reference) : target.kind === 'malformed' ? `malformed: ${target.problem}` : ''
    return `${start.line}:${start.column}-${end.line}:${end.column} ${role}${owner ? ` of ${owner}` : ''} ${text}\n  = ${meaning}`
  })
  const refusals = problems.map(({ span, message }) => `${span ? `${span.start.line}:${span.start.column} ` : ''}problem ${message}`)
  return [...places, ...refusals, ''].join('\n')
}

describe('kinds that know nothing of other files', () => {
  for (const [kind, way] of Object.entries(KINDS)) {
    if (typeof way !== 'function') continue
    const fixtures = fixturesIn('extract').filter((name) => isOf(name, kind))
    test(`${kind} has fixtures`, () => expect(fixtures).not.toEqual([]))
    for (const name of fixtures)
      test(name, () =>
        expectGolden(join(FIXTURES, 'extract', `${name}.out`), tell(readFileSync(join(FIXTURES, 'extract', name), 'utf8'), way)),
      )
  }

  test('every fixture belongs to a kind', () => {
    expect(fixturesIn('extract').filter((name) => !Object.keys(KINDS).some((kind) => isOf(name, kind)))).toEqual([])
  })
})
