import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Value } from '../src/model.js'
import { interpolate } from '../src/resolve/interpolate.js'
import { ROOT } from './golden.js'
import { processorTime } from './processor-time.js'

interface Case {
  readonly input: string
  readonly result?: string
  readonly error?: string
  readonly warnings: number
}
const { env, cases } = JSON.parse(readFileSync(join(ROOT, '__tests__/data/compose-interpolation.json'), 'utf8')) as {
  env: Record<string, string>
  cases: Case[]
}

const plain = (text: string): Value => ({ text, unset: [], via: [] })
const table =
  (values: Record<string, Value | string>) =>
  (name: string): Value | undefined => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return typeof value === 'string' ? plain(value) : value
  }

describe('every answer of compose-go', () => {
  test.each(cases)('$input', ({ input, result, error, warnings }) => {
    const got = interpolate(input, table(env))
    if (got.kind === 'error') {
      expect(got.problem).toBe(error)
      return
    }
    expect(error).toBeUndefined()
    expect(got.value.text).toBe(result)
    // compose warns of none that only says whether a word is there
    const conditional = /\$\{U:?\+.|\$\{V:\+b/.test(input) ? 1 : 0
    expect(got.value.unset.length).toBe(warnings + conditional)
  })
})

describe('variables without a value', () => {
  test.each([
    ['${R}nginx:${T}', 'nginx:', ['R@0', 'T@6']],
    ['a$X-b$Y', 'a-b', ['X@1', 'Y@3']],
    ['${A:-$X/y}', '/y', ['X@0']],
    ['${A:-}', '', []],
    ['${A-}${B+x}c${C:+x}', 'c', ['B@0', 'C@1']],
    ['${A:+}${B+}', '', []],
    ['x${A:+:$A}${B:+@d}${C:+:1/y}', 'x', ['A@1 tag', 'B@1 tag', 'C@1']],
    ['$$X', '$X', []],
  ])('%s', (template, text, unset) => {
    const got = interpolate(template, () => undefined)
    if (got.kind !== 'value') throw new Error(got.problem)
    expect(got.value.text).toBe(text)
    expect(got.value.unset.map(({ name, at, tag }) => `${name}@${at}${tag === true ? ' tag' : ''}`)).toEqual(unset)
  })

  test('a value that holds blanks hands them on, at their new offsets', () => {
    const inner: Value = { text: 'r/', unset: [{ name: 'NAME', at: 2 }], via: [] }
    const got = interpolate('x/${I}:1', table({ I: inner }))
    expect(got).toMatchObject({ kind: 'value', value: { text: 'x/r/:1', unset: [{ name: 'NAME', at: 4 }] } })
  })

  test.each([
    ['x:${T:?set T}', 'required variable T is missing a value: set T', 'x:', ['T@2']],
    ['${R:?}x${T}', 'required variable R is missing a value', 'x', ['R@0', 'T@1']],
    ['${A?${B:-c}}', 'required variable A is missing a value: c', '', ['A@0']],
  ])('%s is an error that tells what the text is with blanks', (template, problem, text, unset) => {
    const got = interpolate(template, () => undefined)
    if (got.kind !== 'error') throw new Error('no error')
    expect(got.problem).toBe(problem)
    expect(got.blank?.text).toBe(text)
    expect(got.blank?.unset.map(({ name, at }) => `${name}@${at}`)).toEqual(unset)
  })

  test('the first error is told, and a broken template has no text', () => {
    expect(interpolate('${A:?m}${', () => undefined)).toEqual({ kind: 'error', problem: 'required variable A is missing a value: m' })
    expect(interpolate('${A:?${!}}', () => undefined)).toEqual({ kind: 'error', problem: 'Invalid template: "${!}"' })
  })
})

describe('where a value came from', () => {
  const step = (text: string) => ({ file: '.env', span: { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } }, text, value: 'v' })

  test('the steps of the values used, nearest first, and of no other', () => {
    const lookup = table({ A: { text: 'a', unset: [], via: [step('A=a'), step('B=b')] }, C: { text: 'c', unset: [], via: [step('C=c')] } })
    const got = interpolate('${A}${X:-$C}${A:+$$}${U:-u}', lookup)
    expect(got).toMatchObject({ kind: 'value', value: { text: 'ac$u', via: [step('A=a'), step('B=b'), step('C=c')] } })
  })

  test('a default that was used is told with its place in the template', () => {
    const got = interpolate('r/${A:-x:${T-3}}${SET:-no}', table({ SET: 's' }))
    if (got.kind !== 'value') throw new Error(got.problem)
    expect(got.defaults).toEqual([
      { name: 'A', from: 2, start: 7, end: 15 },
      { name: 'T', from: 9, start: 13, end: 14 },
    ])
  })
})

/** Milliseconds of the processor: many times what it takes, and a small part of what it would if the time grew with the square. */
const LINEAR = 4000

describe('hostile templates', () => {
  const within = (template: string, value = 'v'): number => {
    return processorTime(() => {
      interpolate(template, () => plain(value))
      interpolate(template, () => undefined)
    })
  }

  test.each([
    ['nested', `${'${A:-'.repeat(20_000)}${'}'.repeat(20_000)}`],
    ['never balanced', `${'${A:-{x}'.repeat(20_000)}}`],
    ['side by side before a long tail', `${'${A:-x}'.repeat(20_000)}${'x'.repeat(100_000)}`],
    ['side by side in a default', `\${B:-${'${A:-x}'.repeat(20_000)}${'x'.repeat(100_000)}}`],
    ['on many lines', '${A:-x}\n'.repeat(20_000)],
    ['dollars', '$'.repeat(200_000)],
    ['names', '$A'.repeat(100_000)],
  ])('%s: in linear time', (_, template) => {
    expect(within(template)).toBeLessThan(LINEAR)
  })

  test('deep nesting and values that grow are problems', () => {
    expect(interpolate(`${'${A:-'.repeat(60)}x${'}'.repeat(60)}`, () => undefined)).toMatchObject({ kind: 'error' })
    expect(interpolate('$A'.repeat(1000), () => plain('x'.repeat(1000)))).toMatchObject({ kind: 'error' })
  })

  test('arbitrary text: no exception, and without a dollar it stays as it is', () => {
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('$', '{', '}', ':-', '?', '+', 'A', '\n', 'x')).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (template) => {
        const got = interpolate(template, table({ A: 'a$A' }))
        if (!template.includes('$')) expect(got).toMatchObject({ kind: 'value', value: { text: template } })
      }),
      { numRuns: 2000 },
    )
  })
})
