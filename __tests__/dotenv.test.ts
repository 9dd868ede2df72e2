import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Value } from '../src/model.js'
import { isUsualDotenv, readDotenv } from '../src/resolve/dotenv.js'
import { ROOT } from './golden.js'
import { processorTime } from './processor-time.js'

interface Case {
  readonly input: string
  readonly result?: Record<string, string>
  readonly error?: string
}
const { lookupEnv, cases } = JSON.parse(readFileSync(join(ROOT, '__tests__/data/dotenv.json'), 'utf8')) as {
  lookupEnv: Record<string, string>
  cases: Case[]
}
const environment = (name: string): Value | undefined => {
  const text = Object.hasOwn(lookupEnv, name) ? lookupEnv[name] : undefined
  return text === undefined ? undefined : { text, unset: [], via: [] }
}
const read = (text: string) => readDotenv('.env', text, () => undefined)
const plain = (values: ReadonlyMap<string, Value>) => Object.fromEntries([...values].map(([name, { text }]) => [name, text]))

describe('every answer of compose-go', () => {
  test.each(cases)('$input', ({ input, result, error }) => {
    const got = readDotenv('.env', input, environment)
    expect(got.problem?.message).toBe(error)
    if (error === undefined) expect(plain(got.values)).toEqual(result)
  })
})

describe('escapes', () => {
  test.each([
    ['A="\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\u0007\b\f\n\r\t\v\\"'],
    ['A="\\0101\\0\\012\\0777\\c\\x"', 'A\\\\12\\777\\c\\x'],
    ["A='\\\\\\''", "\\\\'"],
    ['A="\\$B"', '$B'],
  ])('%s', (line, value) => {
    expect(plain(read(line).values)).toEqual({ A: value })
  })
})

describe('where values come from', () => {
  test('the step is the value without its quotes, followed by what it used', () => {
    const { values } = read('\ufeffTAG=3\n export  IMAGE: "x:${TAG}" # c\n')
    expect(values.get('IMAGE')).toEqual({
      text: 'x:3',
      unset: [],
      via: [
        { file: '.env', span: { start: { line: 2, column: 18 }, end: { line: 2, column: 26 } }, text: 'IMAGE=x:${TAG}', value: 'x:${TAG}' },
        { file: '.env', span: { start: { line: 1, column: 5 }, end: { line: 1, column: 6 } }, text: 'TAG=3', value: '3' },
      ],
    })
  })

  test('blanks inside of a value stay known', () => {
    expect(read('IMAGE=x/$NAME').values.get('IMAGE')?.unset).toEqual([{ name: 'NAME', at: 2 }])
  })

  test('a name alone takes what the environment or an earlier file has', () => {
    const earlier = read('B=b').values
    expect(plain(readDotenv('.env', 'OS\nB\nC\n', environment, earlier).values)).toEqual({ OS: 'osval', B: 'b' })
  })
})

test('a problem is told with its line, and what came before it with its values', () => {
  const { problem } = read('A=1\n\nB/C=2\nD=3')
  expect(problem?.line).toBe(3)
  expect(problem?.message).toContain('unexpected character "/"')
  expect(plain(read('A=1\nB=${').values)).toEqual({ A: '1' })
})

/** Milliseconds of the processor: many times what it takes, and a small part of what it would if the time grew with the square. */
const LINEAR = 4000

describe('hostile files', () => {
  test.each([
    ['doubling', `A=xx\n${'A=$A$A\n'.repeat(5_000)}`],
    ['doubling blanks', `${'A=$A$A$U\n'.repeat(5_000)}`],
    ['many lines', 'A=$A\n'.repeat(50_000)],
    ['one long line', `A=${'x #'.repeat(100_000)}`],
    ['comments', '#\n'.repeat(100_000)],
    ['quotes', `A="${'\\"'.repeat(200_000)}`],
  ])('%s: in linear time', (_, text) => {
    expect(processorTime(() => read(text))).toBeLessThan(LINEAR)
  })

  test('arbitrary text: no exception', () => {
    const parts = fc.array(fc.constantFrom('A', '=', ':', '"', "'", '\\', '\n', ' ', '#', '$', '{', '}', 'export ', 'é', '\r', '/'))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          parts.map((all) => all.join('')),
        ),
        (text) => {
          read(text)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('a usual file', () => {
  test.each(['', '# c\n\nA=b\nexport C=d.e:1/f\n', 'A="b c" # d\nB=\'\'\nC=\n', 'A=${B}/c:${D}', 'A=b'])('is %j', (text) => {
    expect(isUsualDotenv(text)).toBe(true)
  })
  test.each([
    'A B=c\n',
    'A\n',
    'A=b\r\n',
    'A="b\n',
    'A=$B\n',
    'A=${B\n',
    'A=${B}${B}${B}\n',
    'A: b\n',
    'A=b c\n',
    `A=${'b'.repeat(2000)}\n`,
    '\ufeffA=b\n',
  ])('is not %j', (text) => {
    expect(isUsualDotenv(text)).toBe(false)
  })
  test('has no problem and no long value', () => {
    const piece = fc.constantFrom(...'AB=\n\n# "\'$\\{}:cé\t', 'export ', '${A}', 'A=', 'B=b', '\nA=${B}${B}')
    let usual = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
        const text = pieces.join('')
        if (!isUsualDotenv(text)) return
        usual++
        const { values, problem } = readDotenv('.env', text, () => undefined)
        expect(problem).toBeUndefined()
        for (const { text: value } of values.values()) expect(value.length).toBeLessThanOrEqual(3 * text.length)
      }),
      { numRuns: 5000 },
    )
    expect(usual).toBeGreaterThan(100)
  })
})
