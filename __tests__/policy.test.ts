import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parsePolicy, type PolicyError } from '../src/policy/parse.js'
import { expectGolden, FIXTURES, fixturesIn, ROOT } from './golden.js'

const TODAY = '2026-11-21'

async function errorsOf(text: string): Promise<readonly PolicyError[]> {
  const parsed = await parsePolicy({ path: 'image-policy.yml', text, own: true, base: '' }, TODAY)
  return parsed.kind === 'errors' ? parsed.errors : []
}

function told(errors: readonly PolicyError[]): string {
  return errors.map(({ line, column, message, advice }) => `${line}:${column} ${message}\n    ${advice}\n`).join('')
}

describe('a good policy has no errors', () => {
  for (const name of fixturesIn('policy/ok')) {
    test(name, async () => expect(told(await errorsOf(readFileSync(join(FIXTURES, 'policy/ok', name), 'utf8')))).toBe(''))
  }
  test('policy.example.yml', async () => expect(told(await errorsOf(readFileSync(join(ROOT, 'policy.example.yml'), 'utf8')))).toBe(''))
})

for (const folder of ['policy/err', 'policy/err-semantic']) {
  describe(`every mistake has a place, a message and advice: ${folder}`, () => {
    for (const name of fixturesIn(folder)) {
      test(name, async () => {
        const path = join(FIXTURES, folder, name)
        const errors = await errorsOf(readFileSync(path, 'utf8'))
        expect(errors).not.toEqual([])
        expectGolden(`${path}.out`, told(errors))
      })
    }
  })
}

describe('a hostile policy', () => {
  const base = 'version: 1\nregistries: any\n'
  test('of more than 1 MiB is refused, one just below is read', async () => {
    expect(told(await errorsOf(`${base}# ${'x'.repeat(1024 * 1024)}\n`))).toContain('1:1 the policy is larger than 1 MiB')
    const names = Array.from({ length: 20_000 }, (_, index) => `team-${index}`).join(', ')
    const started = performance.now()
    expect(await errorsOf(`version: 1\nregistries:\n  ghcr.io: { namespaces: [${names}] }\n`)).toEqual([])
    expect(performance.now() - started).toBeLessThan(10_000)
  })
  test('with an alias bomb is refused', async () => {
    const names = Array.from({ length: 500 }, (_, index) => `n${index}`).join(', ')
    const hosts = Array.from({ length: 500 }, (_, index) => `  h${index}.example: *bomb\n`).join('')
    expect(told(await errorsOf(`version: 1\nregistries:\n  a.example: &bomb { namespaces: [${names}] }\n${hosts}`))).toContain(
      'aliases repeat more than 20000 values',
    )
    const lists = Array.from({ length: 20 }, (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index}, `.repeat(9)}]\n`).join('')
    expect(told(await errorsOf(`${base}l0: &l0 [x]\n${lists}`))).toContain('aliases repeat more than 20000 values')
  })
  test('with an alias of itself is refused', async () => {
    expect(told(await errorsOf('version: 1\nregistries: &a { ghcr.io: *a }\n'))).toContain('2:27 *a is an alias of nothing')
  })
  test('that nests deeply is refused', async () => {
    expect(told(await errorsOf(`${base}contact: ${'['.repeat(5000)}`))).toContain('nested too deeply')
    expect(told(await errorsOf(`${base}contact: ${'['.repeat(100)}${']'.repeat(100)}`))).toContain('nested too deeply')
  })
  test('with keys of an object is only wrong, never dangerous', async () => {
    expect(told(await errorsOf(`${base}__proto__: { x: 1 }\nconstructor: x\n`))).toContain('unknown key "__proto__"')
  })
  test('with a thousand errors tells the first 200', async () => {
    expect(await errorsOf(base + Array.from({ length: 1000 }, (_, index) => `k${index}: 1\n`).join(''))).toHaveLength(200)
  })
  test('with too many patterns is refused: each is compared with the others', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `"n${index}-*"`).join(', ')
    expect(told(await errorsOf(`version: 1\nregistries:\n  quay.io: { namespaces: [${names}] }\n`))).toContain('more than 1000 patterns')
  })
  test('of arbitrary bytes is an error, never an exception', async () => {
    let seed = 7
    const next = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff)
    const alphabet = 'version: 1\nregistries:\n  docker.io*&!|>@`{}[]",\'-?:#%\t\u0000\uFEFF\uD800'
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: 80 }, () => alphabet.charAt(next() % alphabet.length)).join('')
      await parsePolicy({ path: 'p', text, own: true, base: '' }, TODAY)
    }
  })
})

describe('a place', () => {
  test('counts no byte order mark', async () => expect(told(await errorsOf('\uFEFFpin: x\n'))).toContain('1:6 "x" is not a pin level'))
  test('is right behind Windows line ends', async () =>
    expect(told(await errorsOf('version: 1\r\nregistries: any\r\npin: x\r\n'))).toContain('3:6 "x"'))
  test('carries the commit the file was read at', async () => {
    const parsed = await parsePolicy({ path: 'p.yml', revision: 'abc', text: 'x: 1', own: false, base: '' }, TODAY)
    expect(parsed.kind === 'errors' && parsed.errors[0]).toMatchObject({ path: 'p.yml', revision: 'abc', line: 1, column: 1 })
  })
})
