import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Node } from '../src/policy/yaml.js'
import { readPlainYaml } from '../src/policy/yaml-plain.js'
import { readWholeYaml } from '../src/policy/yaml-whole.js'
import { ROOT } from './golden.js'

/** What the whole reader says: the value, or that something is wrong. */
function whole(text: string): Node | undefined {
  let wrong = false
  const node = readWholeYaml(text, () => (wrong = true))
  return wrong ? undefined : node
}

/** Every YAML text of the repository: fixtures, examples, and what the documentation shows. */
function texts(): string[] {
  const found: string[] = []
  for (const folder of ['__tests__/fixtures', 'examples', 'docs', '.']) {
    const names = readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })
    for (const name of names.filter((one) => /\.(?:ya?ml|md)$/.test(one))) {
      const text = readFileSync(join(ROOT, folder, name), 'utf8')
      if (!name.endsWith('.md')) found.push(text)
      else for (const [, snippet] of text.matchAll(/^```ya?ml[^\n]*\n([^]*?)^```$/gm)) found.push(snippet ?? '')
    }
  }
  return found
}

describe('the reader of plain style', () => {
  test('says what the whole reader says, or nothing, of every YAML text here', () => {
    const all = texts()
    let sure = 0
    for (const text of all) {
      const plain = readPlainYaml(text)
      if (plain === undefined) continue
      sure++
      expect(plain).toEqual(whole(text))
    }
    expect(all.length).toBeGreaterThan(100)
    expect(sure).toBeGreaterThan(all.length / 2)
  })

  test.each([
    'version: 1\nregistries:\n  registry.example:5000:\n  "*.example":\n  ghcr.io:\n    namespaces: [acme, "team-*"] # ours\n  docker.io:\n    repositories:\n      "minio/minio": { pin: tag }\n',
    'version: 1\npin: ~\ncontact: "#images"\nmirrors:\n  a.example:5000/hub: docker.io\ndeny:\n  - image: docker.io/library/centos\n    use: quay.io/x\n  - "image": b\n',
    '# c\n---\na: [3.10, 010, 0o17, 0x1F, 1e3, .5, +1, -0, .inf, -.INF, .nan, 1_000, 0b1, 12e, 1.2.3, True, no, NULL, "1", \'true\', ""]\n',
  ])('reads %j', (text) => {
    expect(readPlainYaml(text)).toBeDefined()
    expect(readPlainYaml(text)).toEqual(whole(text))
  })

  test.each(['', '# c\n', 'a: &x 1\n', 'a: *x\n', 'a: !t x\n', 'a: |\n  b\n', 'a: 1\na: 2\n', 'a: [b\n', '[a]: b\n', 'just words\n'])(
    'leaves %j to the whole reader',
    (text) => expect(readPlainYaml(text)).toBeUndefined(),
  )

  const word = fc.constantFrom(
    ...[
      'version',
      '1',
      'registries',
      'any',
      '"ghcr.io"',
      "'a: b'",
      'x.example:5000',
      '*',
      '"*"',
      'null',
      '~',
      'true',
      '3.10',
      '0x1',
      '-1',
      '.5',
      'a #b',
      'a:',
    ],
    ...[
      '[a, b]',
      '[a, "b"]',
      '{ pin: tag }',
      '{a: 1}',
      '{ "a/b": c, d: [e] }',
      '[',
      '- x',
      '&a b',
      '!x',
      '',
      '"',
      '|',
      'a b',
      'é',
      '\t',
      '<<',
      '[]',
      '{}',
    ],
  )
  const line = fc.tuple(fc.nat(3), fc.constantFrom('', '- ', '# '), word, fc.constantFrom(': ', ':', ''), word)
  const text = fc.array(
    line.map(([indent, mark, key, colon, value]) => `${'  '.repeat(indent)}${mark}${key}${colon}${value}\n`),
    { maxLength: 7 },
  )

  test('never says anything else than the whole reader, on generated texts', () => {
    let sure = 0
    fc.assert(
      fc.property(text, (lines) => {
        const plain = readPlainYaml(lines.join(''))
        if (plain === undefined) return
        sure++
        expect(plain).toEqual(whole(lines.join('')))
      }),
      { numRuns: 6000 },
    )
    expect(sure).toBeGreaterThan(100)
  })
})
