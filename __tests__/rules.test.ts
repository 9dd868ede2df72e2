import { describe, expect, test } from '@jest/globals'
import { RULE_FACTS, RULE_IDS } from '../src/policy/rule-facts.js'
import { RULES, ruleOf } from '../src/rules/index.js'
import { Similar } from '../src/rules/similar.js'
import { distance, nearest } from '../src/policy/nearest.js'
import { dayNumber, daysBetween } from '../src/policy/dates.js'

describe('the table of rules', () => {
  test('has every rule that the language knows, in its order', () => expect(RULES.map(({ id }) => id)).toEqual(RULE_IDS))
  test('says in a line what each finds', () => expect(RULES.filter(({ summary }) => !/^[A-Z].*\.$/.test(summary))).toEqual([]))
  test.each(RULE_IDS)('%s has its facts', (id) =>
    expect(ruleOf(id)).toMatchObject({ severity: RULE_FACTS[id].severity, where: RULE_FACTS[id].where }),
  )
  test('knows which are about where images come from', () => {
    expect(RULES.filter(({ where }) => where).map(({ id }) => id)).toEqual([
      'allowed-registry',
      'allowed-namespace',
      'denied-image',
      'use-mirror',
      'unresolved',
      'malformed',
      'unreadable',
    ])
  })
  test('has the defaults of the documentation', () => {
    expect(RULES.filter(({ severity }) => severity !== 'error').map(({ id, severity }) => [id, severity])).toEqual([
      ['overridable', 'off'],
      ['retired', 'warning'],
      ['lookalike', 'warning'],
      ['exception-unused', 'warning'],
    ])
  })
})

describe('one slip', () => {
  const names = new Similar(['nginx', 'redis', 'ghcr.io', 'node'])
  test.each([
    ['ngnix', 'nginx'],
    ['ngin', 'nginx'],
    ['nginxx', 'nginx'],
    ['nginz', 'nginx'],
    ['ghrc.io', 'ghcr.io'],
    ['edon', undefined],
    ['nginx', undefined],
    ['nxign', undefined],
    ['', undefined],
  ])('%s is %s', (word, meant) => expect(names.to(word)).toBe(meant))
  test('of a hostile word costs nothing', () => expect(names.to('x'.repeat(100_000))).toBeUndefined())
})

describe('the nearest word', () => {
  const words = ['registries', 'pin', 'namespaces', 'warning']
  test.each([
    ['registry', 'registries'],
    ['pins', 'pin'],
    ['warn', 'warning'],
    ['NAMESPACE', 'namespaces'],
    ['semver', undefined],
    ['', undefined],
  ])('to %s is %s', (word, meant) => expect(nearest(word, words)).toBe(meant))
  test('is counted in insertions, deletions, replacements and swaps', () =>
    expect([distance('ab', 'ba'), distance('abc', 'ac'), distance('a', 'xyz'), distance('', 'ab'), distance('x'.repeat(99), 'y')]).toEqual([
      1,
      1,
      3,
      2,
      Infinity,
    ]))
})

describe('a day', () => {
  test.each([
    ['2027-02-28', true],
    ['2028-02-29', true],
    ['2027-02-29', false],
    ['2027-02-30', false],
    ['2027-13-01', false],
    ['27-01-01', false],
    ['2027-1-1', false],
    ['', false],
  ])('%j exists: %s', (text, exists) => expect(dayNumber(text) !== undefined).toBe(exists))
  test('is so far from another', () =>
    expect([daysBetween('2026-11-21', '2026-12-21'), daysBetween('2026-12-21', '2026-11-21')]).toEqual([30, -30]))
})
