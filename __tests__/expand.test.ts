import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { plain } from '../src/extract/values.js'
import { type Lookup } from '../src/model.js'
import { expandWord } from '../src/resolve/expand.js'
import { ROOT } from './golden.js'

interface Cases {
  env: Record<string, string>
  cases: { input: string; escape: '\\' | '`'; result?: string; error?: string }[]
}

const { env, cases }: Cases = JSON.parse(readFileSync(join(ROOT, '__tests__/data/dockerfile-expand.json'), 'utf8'))
const values = new Map(Object.entries(env).map(([name, text]) => [name, plain(text)]))
const lookup: Lookup = (name) => values.get(name)

describe('as BuildKit expands', () => {
  test.each(cases.map((c) => [c.escape, c.input, c] as const))('%s %j', (escape, input, want) => {
    const got = expandWord(input, escape, lookup)
    expect(got.kind === 'error' ? { error: got.problem } : { result: got.value.text }).toEqual(
      want.error === undefined ? { result: want.result } : { error: want.error },
    )
  })
})

describe('what an expansion is made of', () => {
  const step = { file: 'Dockerfile', span: { start: { line: 1, column: 5 }, end: { line: 1, column: 6 } }, text: 'ARG A=a', value: 'a' }
  const known = new Map([
    ['A', { text: 'ab', unset: [], via: [step] }],
    ['HALF', { text: 'x-y', unset: [{ name: 'U', at: 2 }], via: [] }],
    ['EMPTY', plain('')],
  ])
  const value = (word: string) => {
    const expanded = expandWord(word, '\\', (name) => known.get(name))
    if (expanded.kind === 'error') throw new Error(expanded.problem)
    return expanded.value
  }

  test.each([
    ['alpine:$V', 'alpine:', [['V', 7]]],
    [
      '${V}nginx${W}',
      'nginx',
      [
        ['V', 0],
        ['W', 5],
      ],
    ],
    ['a"$V"b$V', 'ab', [['V', 1]]],
    ['1${HALF}2', '1x-y2', [['U', 3]]],
    ['z${HALF#x}', 'z-y', [['U', 1]]],
    ['z${V#x}', 'z', [['V', 1]]],
    ['z${V/x/y}', 'z', [['V', 1]]],
    ['z${A/$V/y}', 'zyab', [['V', 1]]],
    ['${V:-w}${V-w}', 'ww', []],
    [
      'a${V:+w}${W+w}',
      'a',
      [
        ['V', 1],
        ['W', 1],
      ],
    ],
    ['${V:+}${EMPTY:+w}${A:+w}', 'w', []],
    ['a${V:-b$W}', 'ab', [['W', 2]]],
    ['${A:-$W}', 'ab', []],
    ['${EMPTY:-$W}c', 'c', [['W', 0]]],
    ['$EMPTY${EMPTY-$W}', '', []],
    ["'$V'\\$V", '$V$V', []],
  ] as const)('%s', (word, text, unset) => {
    const got = value(word)
    expect([got.text, got.unset.map(({ name, at }) => [name, at])]).toEqual([text, unset])
  })

  test('the steps of what was used, each once', () => {
    expect(value('$A').via).toEqual([step])
    expect(value('${A%b}-$A').via).toEqual([step])
    expect(value('${A:+x}').via).toEqual([step])
    expect(value('${V:-$A}').via).toEqual([step])
    expect(value('${A:-$V}x').via).toEqual([step])
    expect(value('${V:+$A}x').via).toEqual([])
  })

  test('a demand for a variable tells its name, and what is there without it', () => {
    const asked = expandWord('alpine:${TAG:?which}', '\\', () => undefined)
    expect(asked).toMatchObject({ kind: 'error', variable: 'TAG', blank: { text: 'alpine:', unset: [{ name: 'TAG', at: 7 }] } })
    expect(expandWord('${E:?x}', '\\', lookup)).not.toHaveProperty('variable')
  })

  test.each([
    ['${'.repeat(30_000), 'unsupported modifier ({)'],
    ['${a:-'.repeat(20_000), 'nested deeper'],
    ['"$'.repeat(20_001), 'double-quote'],
    [`\${a:-`.repeat(5_000) + '}'.repeat(5_000), 'nested deeper'],
    ['$A'.repeat(40_000), 'more than 65536 characters'],
  ])('a hostile word is refused', (word, problem) => {
    const got = expandWord(word, '\\', (name) => known.get(name))
    expect(got.kind === 'error' && got.problem).toContain(problem)
    expect(got.kind === 'error' && got.problem.length).toBeLessThan(2_000)
  })

  test('a pattern that would take long is refused', () => {
    const long = plain('a'.repeat(60_000))
    const got = expandWord('${L//*a*a*a*b/x}', '\\', () => long)
    expect(got.kind === 'error' && got.problem).toContain('too long')
  })
})
