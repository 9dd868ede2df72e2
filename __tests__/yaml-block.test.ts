import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readBlockYaml } from '../src/extract/yaml-block.js'
import { readYaml, type YamlFile, type YamlNode } from '../src/extract/yaml.js'

/** Everything that a reader of the nodes can see: types, texts, order, places of scalars, where maps and lists begin. */
function seen(file: YamlFile): unknown {
  const node = (value: YamlNode): unknown => {
    if (value.kind === 'scalar') return [value.type, value.text, value.start, value.end, value.block, value.tag]
    if (value.kind === 'list') return ['list', value.start, value.tag, value.items.map(node)]
    return ['map', value.start, value.tag, [...value.entries].map(([name, entry]) => [name, node(entry.key), node(entry.value)])]
  }
  return [file.documents.map(node), file.problems, file.templates.map(node)]
}

describe('the reader of plain block style', () => {
  test.each([
    'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "80:80"\n      - 443:443\n',
    '# c\n---\nversion: "3.8"\n\nservices:\n  db: # the database\n    image: postgres:${V:-16} # c\n    environment:\n    - A=b\n    - C: d\n      E: f\n',
    'a:\n  b:\nc: ~\nd: 0755\ne: 2024-01-01\nf: 1.10\ng: yes\nh: true\n',
    "x-a: 'one # two'\ny: plain#hash\nz: a  b   # c\n",
    'a: http://x/y:z\nb: -1\nc: --flag\nd: ./x\n',
    'list:\n  - name: a\n    image: b\n  -   name: c\n      image: d\n',
    'services:\n  a:\n    image: ümlaut/x:1\n',
    'a: [b, "c: d", \'e\', 80:80] # f\nb: []\nc: {}\nd: { e: f, g: [h, { i: "${J}" }] }\n',
    '"a": b\n"c: d":\n  \'e # f\': g\nh.example:5000:\n  i:j: k\n',
    'a: { "b": c, d:e: f }\n- "g": h\n'.replace('- ', 'l:\n- '),
    'a:\n  - [x, y]\n  - { k: v }\n  - test: ["CMD", curl, -f, http://x/y]\n',
  ])('reads %j as the full reader does', (text) => {
    const block = readBlockYaml(text)
    if (block === undefined) throw new Error('gave up on plain style')
    expect(seen(block)).toEqual(seen(readYaml(text)))
  })

  test.each([
    'a: [b\n  , c]\n',
    'a: [b,]\n',
    'a: [b: c]\n',
    'a: {b}\n',
    'a: {"b":c}\n',
    '"a":b\n',
    `${'k'.repeat(1001)}: a\n`,
    'a: {b:c}\n',
    'a: [b] c\n',
    'a: [b]#c\n',
    'a: [*b]\n',
    'a: [[[[[[[[[[b]]]]]]]]]]\n',
    'a: [b:, c]\n',
    'a: [b\n',
    'a: {b: 1, b: 2}\n',
    'a: { <<: x }\n',
    'a: &x b\nc: *x\n',
    'a: !reset null\n',
    'a: |\n  b\n',
    'a: b\n  c\n',
    'a: "b\\n"\n',
    "a: 'it''s'\n",
    'a:\n\tb: c\n',
    'a: 1\r\nb: 2\r\n',
    'a: 1\n---\nb: 2\n',
    'a: 1\na: 2\n',
    '<<: x\n',
    '? a\n: b\n',
    'a: b: c\n',
    '- - a\n',
    'a:\n    b: 1\n  c: 2\n',
    'a: # hi\u2028  b: c\n',
    '',
    '# only a comment\n',
    'a: "b" c\n',
    'a: @b\n',
    '...\n',
  ])('gives up on %j', (text) => {
    expect(readBlockYaml(text)).toBeUndefined()
  })

  const key = fc.constantFrom(
    'services',
    'web',
    'image',
    'build',
    'x-a',
    'on',
    'null',
    '1',
    'a.b',
    'ports',
    '"q"',
    "'q r'",
    'h:1',
    '"<<"',
    '"a: b"',
    'a:',
  )
  const value = fc.oneof(
    fc.constantFrom(
      'nginx:1.27',
      '"80:80"',
      "'a # b'",
      '${X:-y}',
      '$X',
      '0755',
      '2024-01-01',
      'yes',
      'null',
      '~',
      'a b',
      'a #b',
      'a#b',
      '-1',
      '- x',
      '[a]',
      '&a b',
      'x: y',
      '!t x',
      '*a',
      '"a\\"b"',
      '',
    ),
    fc.string({ maxLength: 8 }),
  )
  const line = fc.oneof(
    fc.tuple(fc.nat(4), key, value).map(([indent, name, text]) => `${'  '.repeat(indent)}${name}: ${text}`),
    fc.tuple(fc.nat(4), value).map(([indent, text]) => `${'  '.repeat(indent)}- ${text}`),
    fc.tuple(fc.nat(4), key, value).map(([indent, name, text]) => `${'  '.repeat(indent)}- ${name}: ${text}`),
    fc.tuple(fc.nat(4), key).map(([indent, name]) => `${'  '.repeat(indent)}${name}:`),
    fc.constantFrom('', '# c', '  # c', '---', '...', '   '),
  )
  test('never says anything else than the full reader, on generated files', () => {
    let sure = 0
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = `${lines.join('\n')}\n`
        const block = readBlockYaml(text)
        if (block === undefined) return
        sure++
        expect(seen(block)).toEqual(seen(readYaml(text)))
      }),
      { numRuns: 4000 },
    )
    expect(sure).toBeGreaterThan(100)
  })

  test('never says anything else than the full reader, on the projects of the conformance data', () => {
    const projects = JSON.parse(readFileSync(new URL('data/compose-projects.json', import.meta.url), 'utf8')) as {
      input: { files: Record<string, string> }
    }[]
    const texts = projects.flatMap(({ input }) =>
      Object.entries(input.files).flatMap(([path, text]) => (/ya?ml$/.test(path) ? [text] : [])),
    )
    const sure = texts.flatMap((text) => (readBlockYaml(text) === undefined ? [] : [text]))
    for (const text of sure)
      expect(seen(readBlockYaml(text) ?? { documents: [], problems: [], templates: [] })).toEqual(seen(readYaml(text)))
    expect(sure.length).toBeGreaterThan(texts.length / 4)
  })

  test('reads every compose fixture alike', () => {
    const folder = new URL('fixtures/extract/', import.meta.url)
    for (const name of readdirSync(folder).filter((one) => one.startsWith('compose') && !one.endsWith('.out'))) {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const block = readBlockYaml(text)
      if (block !== undefined) expect([name, seen(block)]).toEqual([name, seen(readYaml(text))])
    }
  })
})
