import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { withFlowsJoined } from '../src/extract/yaml-flow.js'
import { readYaml, type YamlNode } from '../src/extract/yaml.js'

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.text
  if (node.kind === 'list') return node.items.map(plain)
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]))
}

function read(text: string): unknown {
  const { documents, problems } = readYaml(text)
  return problems.length > 0 ? problems.map(({ message }) => message) : documents.map(plain)
}

describe('brackets whose lines are indented less than what they belong to', () => {
  test.each([
    ['an item', 'a:\n  b:\n    c: ["x",\n"y"]\n    d: z\n', [{ a: { b: { c: ['x', 'y'], d: 'z' } } }]],
    ['the end', 'a:\n  b:\n    c: [\n      x\n  ]\n    d: z\n', [{ a: { b: { c: ['x'], d: 'z' } } }]],
    ['a map', 'a: {\nb: {c: x},\nd: {c: y}}\n', [{ a: { b: { c: 'x' }, d: { c: 'y' } } }]],
    ['with comments', 'a:\n  b: [ # one, "two"\n# ] three\nx]\n  c: y\n', [{ a: { b: ['x'], c: 'y' } }]],
    ['with CRLF', 'a:\r\n  b: [\r\nx]\r\n  c: y\r\n', [{ a: { b: ['x'], c: 'y' } }]],
    ['with brackets in quotes', "a:\n  b: [\"]\",\n'it''s ]']\n  c: y\n", [{ a: { b: [']', "it's ]"], c: 'y' } }]],
    ['with quotes within words', "a:\n  b: [it's,\nx]\n  c: [y's,\nz]\n", [{ a: { b: ["it's", 'x'], c: ["y's", 'z'] } }]],
    ['twice', 'a:\n  b: [\nx]\n  c: {\nd: y}\n  e: z\n', [{ a: { b: ['x'], c: { d: 'y' }, e: 'z' } }]],
  ])('%s', (_, text, expected) => expect(read(text)).toEqual(expected))

  test('one that nobody closes is a problem still', () => {
    expect(read('a:\n  b: [\nx\n  c: y\n')).toContainEqual(expect.stringContaining('Flow sequence'))
  })

  test('what else is wrong is told', () => {
    const { problems } = readYaml('a:\n  b: [\nx]\n  c: "y\n')
    expect(problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('Missing closing'))
  })

  test('places stay where they are', () => {
    const text = 'a:\n  b: [ # x\n"y"]\n  c: z\n'
    const [root] = readYaml(text).documents
    const c = root?.kind === 'map' ? root.entries.get('a')?.value : undefined
    const z = c?.kind === 'map' ? c.entries.get('c')?.value : undefined
    expect([z?.start, z?.end]).toEqual([text.indexOf('z'), text.indexOf('z') + 1])
  })

  test('the text keeps its length', () => {
    const texts = fc.array(fc.constantFrom('[', ']', '{', '}', '"', "'", '#', ' ', '\n', '\r\n', 'x', ':', ',', '\\'), { maxLength: 60 })
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('')
        const starts = [...text].flatMap((letter, at) => (letter === '[' || letter === '{' ? [at] : []))
        const joined = withFlowsJoined(text, starts)
        expect(joined === undefined || (joined.length === text.length && [...joined].every((c, i) => c === text[i] || c === ' '))).toBe(
          true,
        )
      }),
    )
  })
})
