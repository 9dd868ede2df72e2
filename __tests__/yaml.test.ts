import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { extractCompose, loadWholeReader } from '../src/extract/compose.js'
import { readYaml, type YamlNode } from '../src/extract/yaml.js'
import { typeOfPlain } from '../src/extract/yaml-scalars.js'
import { processorTime } from './processor-time.js'

await loadWholeReader()

/** A node as plain data; what is not a string shows its type. */
function plain(node: YamlNode): unknown {
  if (node.kind === 'list') return node.items.map(plain)
  if (node.kind === 'map') return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]))
  return node.type === 'string' ? node.text : `${node.type}(${node.text})`
}
const read = (text: string) => readYaml(text).documents.map(plain)
const messages = (text: string) => readYaml(text).problems.map(({ message }) => message)

describe('the types of go-yaml', () => {
  test.each([
    ['yes', 'string', 'yes'],
    ['true', 'bool', 'true'],
    ['TRUE', 'bool', 'true'],
    ['~', 'null', ''],
    ['0755', 'int', '493'],
    ['08', 'float', '8'],
    ['0x1F', 'int', '31'],
    ['0o17', 'int', '15'],
    ['1_000', 'int', '1000'],
    ['18446744073709551615', 'int', '18446744073709551615'],
    ['18446744073709551616', 'float', '1.8446744073709552e+19'],
    ['1.10', 'float', '1.1'],
    ['1e3', 'float', '1000'],
    ['1234567.8', 'float', '1.2345678e+06'],
    ['.00001', 'float', '1e-05'],
    ['.5', 'float', '0.5'],
    ['-0', 'float', '-0'],
    ['.inf', 'float', '+Inf'],
    ['1e999', 'string', '1e999'],
    ['2024-01-01', 'time', '2024-01-01 00:00:00 +0000 UTC'],
    ['2024-2-3 4:05:6.70', 'time', '2024-02-03 04:05:06.7 +0000 UTC'],
    ['2024-01-01T01:02:03+02:00', 'time', '2024-01-01 01:02:03 +0200 +0200'],
    ['2024-02-30', 'string', '2024-02-30'],
    ['2023-02-29', 'string', '2023-02-29'],
    ['1.2.3', 'string', '1.2.3'],
    ['-', 'string', '-'],
    ['.', 'string', '.'],
  ])('%s is a %s', (text, type, value) => {
    expect(typeOfPlain(text)).toEqual({ type, text: value })
  })

  test('tags decide, and an unknown one makes a string', () => {
    expect(read('[!!str 5, !foo 5, "5", ! 5, !!int "5", !!float 5, !!binary ZXZpbC5pby94]')).toEqual([
      ['5', '5', '5', 'int(5)', 'int(5)', 'float(5)', 'evil.io/x'],
    ])
    expect(messages('a: !!int x')).toEqual(['failed to parse: yaml: cannot construct "x" as a !!int'])
    expect(messages('a: !!binary "?"')).toHaveLength(1)
  })
})

describe('merge keys and aliases', () => {
  test.each([
    [
      'own keys win, wherever the merge stands',
      'a: &a {i: 1, j: 2}\nb: {<<: *a, i: own}\nc:\n  i: own\n  <<: *a',
      [{ a: { i: 'int(1)', j: 'int(2)' }, b: { i: 'own', j: 'int(2)' }, c: { i: 'own', j: 'int(2)' } }],
    ],
    [
      'the first of several maps wins',
      'a: &a {i: a}\nb: &b {i: b, j: b}\nc: {<<: [*a, *b]}',
      [{ a: { i: 'a' }, b: { i: 'b', j: 'b' }, c: { i: 'a', j: 'b' } }],
    ],
    [
      '`!!merge` is one as well, a quoted `<<` is not',
      'a: &a {i: a}\nb: {!!merge x: *a}\nc: {"<<": x}',
      [{ a: { i: 'a' }, b: { i: 'a' }, c: { '<<': 'x' } }],
    ],
    ['an alias as a key', 'a: &k image\nb: {*k : evil}', [{ a: 'image', b: { image: 'evil' } }]],
    ['anchors outlive their document', 'a: &a x\n---\nb: *a', [{ a: 'x' }, { b: 'x' }]],
    ['a later anchor of the same name', 'a: &a x\nb: *a\nc: &a y\nd: *a', [{ a: 'x', b: 'x', c: 'y', d: 'y' }]],
  ])('%s', (_, text, wanted) => {
    expect(messages(text)).toEqual([])
    expect(read(text)).toEqual(wanted)
  })

  test('an alias is the node itself', () => {
    const [root] = readYaml('a: &a {i: x}\nb: *a').documents
    if (root?.kind !== 'map') throw new Error('no map')
    expect(root.entries.get('a')?.value).toBe(root.entries.get('b')?.value)
  })

  test.each([
    ['a: *x', "failed to parse: yaml: unknown anchor 'x' referenced"],
    ['a: &a [*a]', "failed to parse: yaml: anchor 'a' value contains itself"],
    ['a: {<<: 5}', 'failed to parse: yaml: map merge requires map or sequence of maps as the value'],
    ['a: 1\na: 2', 'mapping key "a" already defined'],
    ['[a]: 1', 'failed to parse: yaml: the key of a mapping must be a scalar'],
  ])('%s is refused', (text, message) => {
    expect(messages(text)).toEqual([message])
  })
})

test('`!reset` and `!override` are told, and a merge takes the place of what is reset', () => {
  const [root] = readYaml('a: &a {i: x}\nb: !reset null\nc: !override [x]\nd: {i: !reset null, <<: *a}').documents
  if (root?.kind !== 'map') throw new Error('no map')
  expect([root.entries.get('b')?.value.tag, root.entries.get('c')?.value.tag]).toEqual(['reset', 'override'])
  const d = root.entries.get('d')?.value
  expect(d?.kind === 'map' && d.entries.get('i')?.value).toMatchObject({ text: 'x', tag: 'override' })
})

describe('places', () => {
  test.each([
    ['plain', 'a: x:1 # c', 'x:1'],
    ['double quotes', 'a: "x:1"', 'x:1'],
    ['escapes', 'a: "x\\x3a1"', 'x\\x3a1'],
    ['single quotes', "a: 'x:1'", 'x:1'],
    ['tag and anchor', 'a: &n !!str x:1', 'x:1'],
    ['flow', '{"a":"x:1"}', 'x:1'],
    ['literal', 'a: |\n\n   x:1\n\n', 'x:1'],
    ['folded', 'a: >-\n  x:\n  1\n', 'x:\n  1'],
    ['after a byte order mark', '\ufeffa: x:1', 'x:1'],
    ['CRLF', 'a: x:1\r\n', 'x:1'],
  ])('%s', (_, text, written) => {
    const [root] = readYaml(text).documents
    const value = root?.kind === 'map' ? root.entries.get('a')?.value : undefined
    expect(text.slice(value?.start, value?.end)).toBe(written)
  })
})

describe('characters that end a line for go-yaml alone', () => {
  test.each([
    ['NEL', '\u0085'],
    ['LS', '\u2028'],
    ['PS', '\u2029'],
    ['CR', '\r'],
  ])('%s', (_, end) => {
    const file = extractCompose(`services:\n  a: # hi${end}    image: evil.io/x\n`)
    expect(file.problems.map(({ message }) => message)).toEqual([expect.stringContaining('ends a line for compose')])
    expect(file.documents.map(plain)).toEqual([{ services: { a: { image: 'evil.io/x' } } }])
  })
})

/** Milliseconds of the processor; five times what it takes on a quiet machine. */
const LIMIT = 6_000

describe('hostile files are read in bounded time, or refused', () => {
  const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n')
  test.each([
    ['16,000 services', `services:\n${lines(16_000, (i) => `  s${i}:\n    image: alpine:3`)}`],
    ['200,000 keys', lines(200_000, (i) => `k${i}: v`)],
    ['200,000 keys in a flow', `{${lines(200_000, (i) => `k${i}: v,`)}}`],
    ['deep flow', '['.repeat(100_000)],
    ['deep lists', '- '.repeat(50_000)],
    ['deep keys', '? '.repeat(50_000)],
    ['closing brackets', ']'.repeat(120_000)],
    ['quotes', "'a' ".repeat(30_000)],
    ['aliases', `a: &a [x]\n${lines(10_000, (i) => `k${i}: *a`)}`],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
        .map(
          (c, i) =>
            `${c}: &${c} [${Array(9)
              .fill(`*${'abcdefghi'[i] ?? ''}`)
              .join(',')}]`,
        )
        .join('\n')}`,
    ],
    ['merges', `a: &a\n${lines(2_000, (i) => `  k${i}: v`)}\n${lines(3_000, (i) => `m${i}: {<<: *a}`)}`],
    ['documents', '---\na: b\n'.repeat(10_000)],
  ])('%s', (_, text) => {
    expect(processorTime(() => extractCompose(text))).toBeLessThan(LIMIT)
  })

  test('limits are told', () => {
    expect(messages('x'.repeat(200_000))).toEqual([expect.stringContaining('longer than')])
    expect(messages('['.repeat(20_000)).length).toBeGreaterThan(0)
    expect(extractCompose(lines(200_000, (i) => `k${i}: v`)).problems.map(({ message }) => message)).toContain(
      'compose file exceeds maximum node visit limit (100000): what follows was not read',
    )
    expect(messages(']'.repeat(1000)).length).toBeGreaterThan(0)
    expect(
      messages(
        `a: &a {${Array(2_000)
          .fill('k')
          .map((k, i) => `${k}${i}: v`)
          .join()}}\n${lines(200, (i) => `m${i}: {<<: *a}`)}`,
      ),
    ).toContain('merge keys bring more than 20000 entries')
  })
})

test('arbitrary text: no exception', () => {
  const parts = fc.array(
    fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '&a ',
      '*a',
      '<<',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '#',
      '|',
      '>',
      '!reset ',
      '!!binary ',
      '? ',
      '---\n',
      '\t',
      '\r',
      '%',
      '@',
      '0',
    ),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        parts.map((all) => all.join('')),
      ),
      (text) => {
        extractCompose(text)
      },
    ),
    { numRuns: 1000 },
  )
})
