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

describe('the reader of the usual styles', () => {
  test.each([
    'services:\n  web:\n    image: nginx:1.27\n    ports:\n      - "80:80"\n      - 443:443\n',
    '# c\n---\nversion: "3.8"\n\nservices:\n  db: # the database\n    image: postgres:${V:-16} # c\n    environment:\n    - A=b\n    - C: d\n      E: f\n',
    'a:\n  b:\nc: ~\nd: 0755\ne: 2024-01-01\nf: 1.10\ng: yes\nh: true\n',
    "x-a: 'one # two'\ny: plain#hash\nz: a  b   # c\n",
    'a: http://x/y:z\nb: -1\nc: --flag\nd: ./x\n',
    'list:\n  - name: a\n    image: b\n  -   name: c\n      image: d\n  -\n    e: f\n  - - g\n    - h\n',
    'services:\n  a:\n    image: ümlaut/x:1 # 🐳\n',
    'a: [b, "c: d", \'e\', 80:80] # f\nb: []\nc: {}\nd: { e: f, g: [h, { i: "${J}" }] }\n',
    'a:\n  - [x, y]\n  - { k: v }\n  - test: ["CMD", curl, -f, http://x/y]\n',
    'a: [ # c\n    b,\n\n    c, # d\n  ]\nd: {\n  e: f,\n  "g": h }\n',
    '{"services": {"a": {"image":"b:1","ports":[80]}}}\n',
    'x: &x\n  a: $b\n  c: &y "$d"\ny:\n  <<: *x\n  a: e\nz: { <<: [*x], f: *y, g: [*y, &z i] }\n',
    'l: &l\n- a\n- &m\n  b: c\n- *m\nn: *l\n',
    'a: !reset null\nb: !override [c]\nd: !override\n  e: f\ng: !reset\n  - h\ni: &j !reset k\nl: !!str 5\nm: {n: !reset $o}\n',
    'x: &x\n  a: b\n  c: d\ny:\n  a: !reset null\n  <<: *x\n',
    'a: |\n  b\n    $c\n\n  # d\n\ne: >-\n  f\n  g\n\n   h\n  i\n\n\n  j\n# k\nl: >\n\n    m\n  # n\no:\n  - |\n    p',
    'a: "b\\n\\"c\\"\\t"\nd: "e\n  f\n\n  g \\\n  h"\ni: \'it\'\'s\'\nj: \'k\n\n  l  \'\n',
    'a: b\n  c\n\n\n  d # e\nf:\n  g h\n  i\nj:\n  "k"\nl:\n  [m]\n',
    '"a": b\n\'c d\': e\nf g: h\n${I}: j\nk:l: m\n- n: o\n'.replace('- n: o\n', ''),
    'a: 1\r\nb:\r\n  - "c\r\n    d"\r\ne: |\r\n  f\r\n  g\r\n',
    '\ufeffa: b\n',
    '---\na: &b 1\n--- # c\nd: *b\n',
    'a: b # c\td\n#\te\nf: "g\th"\n',
  ])('reads %j as the full reader does', (text) => {
    const block = readBlockYaml(text)
    if (block === undefined) throw new Error('gave up on a usual style')
    expect(seen(block)).toEqual(seen(readYaml(text)))
  })

  test.each([
    'a: [b: c]\n',
    'a: {b}\n',
    'a: {b:c}\n',
    'a: [b] c\n',
    'a: [b]#c\n',
    'a: [*b]\n',
    'a: [\nb]\n',
    'a: [b\n#c\n  ]\n',
    'a: [[[[[[[[[[b]]]]]]]]]]\n',
    'a: [b:, c]\n',
    'a: [b\n',
    'a: {b: 1, b: 2}\n',
    'a: { <<: x }\n',
    'a: &b\n  <<: *b\n',
    'a: *b\n',
    'a: !b c\n',
    'a: !!int 5\n',
    'a: &b\nc: d\n',
    'a: &b\n  &c\n  d: e\n',
    '&a b: c\n',
    '*a : b\n',
    'a: |+\n  b\n',
    'a: |2\n  b\n',
    'a: |\nb: c\n',
    'a: |\n   b\n  c\n',
    'a: "b\\x41"\n',
    'a: "b\nc"\n',
    'a: b\n  c: d\n',
    'a: b # c\n  d\n',
    'a:\n# b\n  c\n',
    'a:\n\tb: c\n',
    'a: b\tc\n',
    'a: 1\rb: 2\n',
    '\ufeff- a\n',
    'a: 1\na: 2\n',
    '<<: x\n',
    '? a\n: b\n',
    'a: b: c\n',
    '- \n',
    'a:\n    b: 1\n  c: 2\n',
    'a: # hi\u2028  b: c\n',
    '',
    '# only a comment\n',
    'plain\n',
    '---\n---\na: b\n',
    'a: b\n---\n',
    '%YAML 1.2\n---\na: b\n',
    'a: "b" c\n',
    'a: @b\n',
    '...\n',
  ])('gives up on %j', (text) => {
    expect(readBlockYaml(text)).toBeUndefined()
  })

  const key = fc.constantFrom('services', 'web', 'image', 'build', 'x-a', 'on', 'null', '1', 'a.b', 'ports')
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
      '*b',
      '"a\\"b"',
      "'it''s'",
      '&b',
      '&b !reset c',
      '!override\n          k: v',
      '!!str 5',
      '|\n          a\n            b\n\n          c',
      '>-\n          a\n          b\n\n\n          c',
      '"a\n          b \\\n\n          c"',
      "'a \n\n          b'",
      'a\n          b\n\n          c',
      '[\n          a, # b\n          "c",\n          ]',
      '{ <<: *a, "b": [*b], c: !reset d }',
      '',
    ),
    fc.string({ maxLength: 8 }),
  )
  const line = fc.oneof(
    fc.tuple(fc.nat(4), key, value).map(([indent, name, text]) => `${'  '.repeat(indent)}${name}: ${text}`),
    fc.tuple(fc.nat(4), value).map(([indent, text]) => `${'  '.repeat(indent)}- ${text}`),
    fc.tuple(fc.nat(4), key, value).map(([indent, name, text]) => `${'  '.repeat(indent)}- ${name}: ${text}`),
    fc.tuple(fc.nat(4), key).map(([indent, name]) => `${'  '.repeat(indent)}${name}:`),
    fc.constantFrom('', '# c', '  # c', '---', '...', '   ', '-', '<<: *b', 'x: &a\n  y: z', '\t'),
  )
  const breaks = fc.constantFrom('\n', '\n', '\n', '\r\n')
  test('never says anything else than the full reader, on generated files', () => {
    let sure = 0
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), breaks, fc.boolean(), (lines, lineBreak, closed) => {
        const text = `${lines.join('\n')}${closed ? '\n' : ''}`.replaceAll('\n', lineBreak)
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
    expect(sure.length).toBeGreaterThan(texts.length * 0.95)
  })

  test('never says anything else than the full reader, on usual texts of which a part was changed', () => {
    const usual = readFileSync(new URL('fixtures/yaml-styles.yaml', import.meta.url), 'utf8')
    const piece = fc.oneof(value, fc.constantFrom(...'[]{}"\'#&*!|>:-,\\\n\t\r $', '  ', '\n---\n', ': ', ' #'))
    let sure = 0
    fc.assert(
      fc.property(fc.nat(usual.length), fc.nat(6), piece, (at, removed, added) => {
        const text = usual.slice(0, at) + added + usual.slice(at + removed)
        const block = readBlockYaml(text)
        if (block === undefined) return
        sure++
        expect(seen(block)).toEqual(seen(readYaml(text)))
      }),
      { numRuns: 1500 },
    )
    expect(sure).toBeGreaterThan(100)
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
