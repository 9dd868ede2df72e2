import { describe, expect, test } from '@jest/globals'
import { check } from '../src/check.js'
import { type RuleId } from '../src/model.js'
import { RULE_FACTS, RULE_IDS } from '../src/policy/rule-facts.js'
import { RULES, ruleOf } from '../src/rules/index.js'
import { Similar } from '../src/rules/similar.js'
import { distance, nearest } from '../src/policy/nearest.js'
import { dayNumber, daysBetween } from '../src/policy/dates.js'
import { layersOf, TODAY } from './judging.js'
import { memoryFiles } from './memory-files.js'

describe('the table of rules', () => {
  test('has every rule that the language knows, in its order', () => expect(RULES.map(({ id }) => id)).toEqual(RULE_IDS))
  test('says in a line what each finds', () => expect(RULES.filter(({ summary }) => !/^[A-Z].*\.$/.test(summary))).toEqual([]))
  test.each(RULE_IDS)('%s has its facts', (id) =>
    expect(ruleOf(id)).toMatchObject({ severity: RULE_FACTS[id].severity, where: RULE_FACTS[id].where }),
  )
})

const DOCKER = 'version: 1\npin: tag\nregistries: { docker.io: { namespaces: [library] } }\n'
const ANY = 'version: 1\npin: tag\nregistries: any\n'
const MIRROR =
  'version: 1\npin: tag\nmirrors: { mirror.test/hub: docker.io }\nregistries: { docker.io: { namespaces: [library], direct: false } }\n'

/** A rule, a policy, a Dockerfile that the rule refuses, and one that no rule does. */
const ROWS: readonly (readonly [rule: RuleId, policy: string, refused: string, allowed: string])[] = [
  ['allowed-registry', DOCKER, 'FROM quay.io/a/b:1', 'FROM nginx:1'],
  ['allowed-namespace', DOCKER, 'FROM a/b:1', 'FROM library/nginx:1'],
  ['denied-image', `${ANY}deny: [{ image: docker.io/library/nginx, tags: ["1"] }]\n`, 'FROM nginx:1', 'FROM nginx:2'],
  ['use-mirror', MIRROR, 'FROM nginx:1', 'FROM mirror.test/hub/library/nginx:1'],
  ['pinned', ANY, 'FROM nginx', 'FROM nginx:1'],
  [
    'allowed-tag',
    'version: 1\npin: tag\nregistries: { docker.io: { namespaces: { library: { tags: ["3*"] } } } }\n',
    'FROM alpine:2',
    'FROM alpine:3',
  ],
  ['unresolved', ANY, 'ARG X\nFROM ${X}nginx:1', 'ARG X=a/\nFROM ${X}nginx:1'],
  ['unresolved-tag', ANY, 'ARG X\nFROM nginx:1${X}', 'ARG X=0\nFROM nginx:1${X}'],
  ['overridable', `${ANY}rules: { overridable: error }\n`, 'ARG X=nginx:1\nFROM $X', 'ARG X=1\nFROM nginx:$X'],
  ['malformed', ANY, 'FROM Nginx:1', 'FROM nginx:1'],
  ['retired', ANY, 'FROM k8s.gcr.io/pause:3.9', 'FROM registry.k8s.io/pause:3.9'],
  ['lookalike', ANY, 'FROM ghrc.io/a/b:1', 'FROM ghcr.io/a/b:1'],
]

describe('each rule refuses one thing and not another', () => {
  test.each(ROWS)('%s', async (rule, policy, refused, allowed) => {
    expect(await broken(policy, refused)).toContain(rule)
    expect(await broken(policy, allowed)).toEqual([])
  })
  test('in the order of the table, with a row for every rule that looks at references', () => {
    expect(ROWS.map(([rule]) => rule)).toEqual(RULES.filter((rule) => rule.check !== undefined).map(({ id }) => id))
  })
})

async function broken(policy: string, dockerfile: string): Promise<RuleId[]> {
  const report = await check(memoryFiles({ Dockerfile: dockerfile }), await layersOf(policy), {
    paths: [],
    platforms: { target: 'linux/amd64', build: 'linux/amd64' },
    envFiles: [],
    today: TODAY,
  })
  return report.verdicts.flatMap(({ findings }) => findings.map(({ rule }) => rule))
}

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
