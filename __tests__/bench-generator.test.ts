import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { COMPOSE_SIZES, COMPOSE_STYLES } from '../bench/generate/compose.js'
import { DOCKERFILE_SIZES, DOCKERFILE_STYLES } from '../bench/generate/dockerfile.js'
import { POLICY_PATTERNS, generatePolicy } from '../bench/generate/policy.js'
import { CHANGED_FILES, generateFiles, generateFilling, type GeneratedFile } from '../bench/generate/repository.js'
import { createRandom } from '../bench/generate/random.js'
import { exponent, median } from '../bench/measure.js'
import { asText, withTable } from '../bench/print.js'
import { kindOf } from '../src/files/discover.js'

const EXTENT = { files: 6_000, others: 6_000 }

const files = [...generateFiles(1, EXTENT)]

const isDockerfile = ({ path }: GeneratedFile): boolean => kindOf(path)?.kind === 'dockerfile'

const isCompose = ({ path }: GeneratedFile): boolean => kindOf(path)?.kind === 'compose'

const sizesOf = (list: readonly GeneratedFile[]): number[] => list.map(({ text }) => Buffer.byteLength(text)).sort((a, b) => a - b)

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN

const digestOf = (list: readonly GeneratedFile[]): string => createHash('sha256').update(JSON.stringify(list)).digest('hex')

describe('the repositories that the bench measures', () => {
  test('a seed gives the same bytes each time, another seed others', () => {
    const small = { files: 300, others: 0 }
    expect(digestOf([...generateFiles(7, small)])).toBe(digestOf([...generateFiles(7, small)]))
    expect(digestOf([...generateFiles(7, small)])).not.toBe(digestOf([...generateFiles(8, small)]))
  })

  test('a larger repository begins with the files of a smaller one', () => {
    const dockerfiles = (count: number): string[] =>
      [...generateFiles(1, { files: count, others: 0 })].filter(isDockerfile).map(({ path, before, text }) => path + (before ?? text))
    expect(dockerfiles(600).slice(0, 200)).toEqual(dockerfiles(300).slice(0, 200))
  })

  test('two of three files are Dockerfiles, and no other is taken for one', () => {
    expect(files.filter(isDockerfile)).toHaveLength(4_000)
    expect(files.filter(isCompose)).toHaveLength(2_000)
    expect(files.filter((file) => isDockerfile(file) || isCompose(file)).every(({ style }) => style !== undefined)).toBe(true)
    expect([...generateFilling(EXTENT)].filter(({ path }) => kindOf(path) !== undefined)).toEqual([])
  })

  test('no path is written twice', () => {
    const paths = [...files.map(({ path }) => path), ...[...generateFilling(EXTENT)].map(({ path }) => path)]
    expect(new Set(paths).size).toBe(paths.length)
  })

  test('every style occurs', () => {
    const seen = new Set(files.flatMap(({ style }) => style ?? []))
    expect([...DOCKERFILE_STYLES, ...COMPOSE_STYLES].filter((style) => !seen.has(style))).toEqual([])
  })

  test('most compose files are written in plain block style', () => {
    const plain = new Set(['block', 'block-build', 'interpolated', 'versioned', 'commented', 'crlf'])
    const compose = files.filter(isCompose)
    const share = compose.filter(({ style }) => plain.has(style ?? '')).length / compose.length
    expect(share).toBeGreaterThan(0.7)
    expect(share).toBeLessThan(0.9)
  })

  test('compose files are YAML without duplicate keys', () => {
    const tag = (name: string) => ({ tag: name, resolve: (value: unknown) => value })
    const customTags = ['!reset', '!override'].map(tag)
    const broken = files
      .filter(isCompose)
      .filter(({ text }) =>
        parseAllDocuments(text, { customTags, logLevel: 'silent' }).some((document) => 'errors' in document && document.errors.length > 0),
      )
    expect(broken).toEqual([])
  })

  test('Dockerfiles begin with an ARG or a FROM', () => {
    const first = /^(?:\s*(?:#.*)?\r?\n)*(?:ARG [^\n]*\r?\n)*(?:FROM|from) /
    expect(files.filter(isDockerfile).filter(({ text }) => !first.test(text))).toEqual([])
  })

  test('sizes are spread like those of real files', () => {
    const [dockerfiles, compose] = [sizesOf(files.filter(isDockerfile)), sizesOf(files.filter(isCompose))]
    expect(Math.abs(at(dockerfiles, 0.5) / DOCKERFILE_SIZES.median - 1)).toBeLessThan(0.1)
    expect(Math.abs(at(dockerfiles, 0.99) / DOCKERFILE_SIZES.p99 - 1)).toBeLessThan(0.25)
    expect(Math.abs(at(compose, 0.5) / COMPOSE_SIZES.median - 1)).toBeLessThan(0.15)
  })

  test('the last commit changes a fixed number of files', () => {
    for (const count of [10, 1_000, 6_000]) {
      const changed = [...generateFiles(1, { files: count, others: 0 })].filter(({ before }) => before !== undefined)
      expect(changed).toHaveLength(count === 10 ? 7 : CHANGED_FILES)
    }
  })

  test('the policy holds the patterns that it says', () => {
    const lists = [...generatePolicy().matchAll(/^ {4}(?:namespaces|owners): \[(.*)\]$/gm)].reduce(
      (sum, match) => sum + (match[1]?.split(', ').length ?? 0),
      0,
    )
    const repositories = generatePolicy().match(/^ {6}".*": \{ pin: tag \}$/gm)?.length ?? 0
    const hosts = generatePolicy().match(/^ {2}\S+:$\n(?! {4})/gm)?.length ?? 0
    expect(lists + repositories + hosts).toBe(POLICY_PATTERNS)
  })
})

describe('what the bench computes', () => {
  test('the exponent of a power is that power', () => {
    const points = [10, 20, 40, 80].map((x) => ({ x, y: 3 * x ** 1.7 }))
    expect(exponent(points)).toBeCloseTo(1.7, 9)
  })

  test('the median of an even number of values lies between the middle two', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  test('a spread keeps its median and its 99th percentile', () => {
    const random = createRandom(3, 'spread')
    const values = Array.from({ length: 20_000 }, () => random.logNormal({ median: 100, p99: 1_000 })).sort((a, b) => a - b)
    expect(Math.abs(at(values, 0.5) - 100)).toBeLessThan(4)
    expect(Math.abs(at(values, 0.99) - 1_000)).toBeLessThan(120)
  })

  test('the table replaces what stands between its marks, and nothing else', () => {
    const document = 'before\n<!-- bench: begin -->\nold\n<!-- bench: end -->\nafter\n'
    expect(withTable(document, 'new\n')).toBe('before\n<!-- bench: begin -->\nnew\n<!-- bench: end -->\nafter\n')
    expect(withTable('no marks', 'new\n')).toBeUndefined()
  })

  test('a row says whether it passed, or that it has no target', () => {
    const row = { id: 'a', title: 'A', target: '≤ 1 s', measured: '2 s', value: 2, samples: {} }
    expect(asText([{ ...row, passed: false }])).toBe('FAIL  a  ≤ 1 s  2 s\n')
    expect(asText([{ ...row, target: '' }])).toBe('note  a  –  2 s\n')
  })
})
