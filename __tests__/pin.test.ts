import { describe, expect, test } from '@jest/globals'
import { FLOATING, exactness, PIN_LEVELS, pinOf, satisfies, stricter, tagLevel } from '../src/policy/pin.js'
import { processorTime } from './processor-time.js'

/** Forty real tags and how exactly each pins. docs/policy.md shows this table. */
export const FORTY: readonly (readonly [tag: string, level: string])[] = [
  ['latest', 'none'],
  ['latest-dev', 'none'],
  ['stable', 'none'],
  ['stable-slim', 'none'],
  ['lts-alpine3.20', 'none'],
  ['nightly-bookworm-slim', 'none'],
  ['edge', 'none'],
  ['main', 'none'],
  ['bookworm', 'tag'],
  ['noble', 'tag'],
  ['alpine3.20', 'tag'],
  ['slim', 'tag'],
  ['ltsc2022', 'tag'],
  ['nonroot', 'tag'],
  ['jammy-chiseled', 'tag'],
  ['16', 'major'],
  ['22-alpine', 'major'],
  ['v3', 'major'],
  ['17-jdk-jammy', 'major'],
  ['2022-latest', 'major'],
  ['stable-1', 'major'],
  ['8u302', 'major'],
  ['3.20', 'minor'],
  ['3.10', 'minor'],
  ['8.0-cbl-mariner2.0', 'minor'],
  ['24.10-py3', 'minor'],
  ['v2.53', 'minor'],
  ['latest-ubuntu-22.04', 'minor'],
  ['3.13rc1-slim', 'minor'],
  ['1.27.3', 'patch'],
  ['v1.2.3-alpine', 'patch'],
  ['24.0.2_12-jdk-noble', 'patch'],
  ['12.2.2-cudnn8-devel-ubuntu22.04', 'patch'],
  ['2024.1.0', 'patch'],
  ['bookworm-20240211-slim', 'patch'],
  ['20240211.1', 'patch'],
  ['RELEASE.2024-01-16T16-07-38Z', 'patch'],
  ['sha-3f2c1ab', 'patch'],
  ['main-3f2c1ab', 'patch'],
  ['1.17--h50ea8bc_1', 'patch'],
]

test('there are forty', () => expect(new Set(FORTY.map(([tag]) => tag)).size).toBe(40))
test.each(FORTY)('%s is %s', (tag, level) => expect(tagLevel(tag)).toBe(level))

describe('what is no version', () => {
  test.each([
    ['7zip', 'tag'],
    ['20241399', 'major'],
    ['12345678', 'major'],
    ['deadbeef', 'tag'],
    ['ubuntu1.2', 'tag'],
    ['go1.23', 'tag'],
    ['LATEST', 'tag'],
    ['latest--x', 'none'],
    ['x--y', 'tag'],
    ['_', 'tag'],
    ['-', 'tag'],
    ['v', 'tag'],
    ['1.', 'major'],
    ['0', 'major'],
  ])('%s is %s', (tag, level) => expect(tagLevel(tag)).toBe(level))
})

describe('a reference', () => {
  const image = { registry: 'docker.io', repository: 'library/nginx' }
  const digest = `sha256:${'a'.repeat(64)}`
  test.each([
    [{}, 'none'],
    [{ tag: '1.27' }, 'minor'],
    [{ digest }, 'digest'],
    [{ tag: 'latest', digest }, 'tag+digest'],
  ])('%j is %s', (rest, level) => expect(pinOf({ ...image, ...rest }, FLOATING)).toBe(level))
  test('floats by the words of the policy', () => {
    expect([tagLevel('16', ['16']), tagLevel('latest', ['edge']), tagLevel('snapshot7', ['snapshot*'])]).toEqual(['none', 'tag', 'none'])
  })
  test('ranks by its level', () => expect(exactness({ ...image, digest })).toBeGreaterThan(exactness({ ...image, tag: '1.27.3' })))
})

describe('levels', () => {
  test('are ordered', () => {
    for (const [index, level] of PIN_LEVELS.entries())
      for (const other of PIN_LEVELS.slice(0, index + 1)) expect([satisfies(level, other), stricter(other, level)]).toEqual([true, level])
    expect([satisfies('patch', 'digest'), satisfies('digest', 'tag+digest')]).toEqual([false, false])
  })
  test('take linear time for the longest tag', () => {
    for (const tag of ['1'.repeat(128), '1.'.repeat(64), '1-'.repeat(64), 'a'.repeat(128), '2024-'.repeat(25), 'f0'.repeat(64)]) {
      expect(
        processorTime(() => {
          for (let round = 0; round < 100; round++) tagLevel(tag)
        }),
      ).toBeLessThan(1000)
    }
  })
})
