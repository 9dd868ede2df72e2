import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { affectedFolders } from '../src/affected.js'
import { check, type CheckOptions } from '../src/check.js'
import { loadWholeReader } from '../src/extract/compose.js'
import { type Files } from '../src/model.js'
import { createCaches } from '../src/resolve/inventory.js'
import { survey } from '../src/survey.js'
import { layersOf, TODAY } from './judging.js'
import { memoryFiles } from './memory-files.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }
const OPTIONS: CheckOptions = { paths: [], platforms: PLATFORMS, envFiles: [], today: TODAY }
const POLICY = 'version: 1\npin: tag\nregistries: { docker.io: { namespaces: [library] } }\nfiles: { exclude: ["c/**"] }\n'

type Table = Record<string, string>

/** Both sides as the overlay gives them: what is the same has the same identity. */
function sides(base: Table, head: Table): { readonly head: Files; readonly base: Files; readonly changed: ReadonlySet<string> } {
  const apart = (path: string): boolean => base[path] !== head[path]
  return {
    head: memoryFiles(head),
    base: memoryFiles(base, (path) => (apart(path) ? `base:${path}` : `memory:${path}`)),
    changed: new Set(Object.keys(head).filter(apart)),
  }
}

async function folders(base: Table, head: Table, renamed: Table = {}): Promise<readonly string[] | undefined> {
  const both = sides(base, head)
  const found = await survey(both.head, [], OPTIONS, createCaches())
  const compared = { files: both.base, changed: both.changed, renamed: new Map(Object.entries(renamed)) }
  const affected = affectedFolders(found, both.head, compared)
  return affected && [...affected].sort()
}

const FROM = 'FROM alpine\n'
const web = (more: string): string => `services:\n  web:\n    image: acme/web:1\n${more}`

describe('the folders in which a base may say something else', () => {
  test.each<[string, Table, Table, readonly string[]]>([
    ['nothing changed', { 'a/Dockerfile': FROM, 'b/Dockerfile': FROM }, {}, []],
    ['a changed file', { 'a/Dockerfile': FROM, 'b/Dockerfile': FROM }, { 'a/Dockerfile': 'FROM node\n' }, ['a']],
    ['a new file', { 'a/Dockerfile': FROM }, { 'b/c/Dockerfile': FROM }, ['b/c']],
    ['a file that is gone', { 'a/Dockerfile': FROM, 'b/dockerfile': FROM }, { 'b/dockerfile': '' }, ['b']],
    ['an .env that is gone', { 'a/compose.yaml': web(''), 'a/.env': 'A=b\n' }, { 'a/.env': '' }, ['a']],
    ['who builds it', { 'a/Dockerfile': FROM, 'compose.yaml': web('    build: a\n') }, { 'a/Dockerfile': 'FROM node\n' }, ['', 'a']],
    [
      'what it builds',
      { 'a/Dockerfile': FROM, 'compose.yaml': web('    build: a\n') },
      { 'compose.yaml': web('    build: ./a\n') },
      ['', 'a'],
    ],
    [
      'over two steps',
      {
        'a/Dockerfile': FROM,
        'b/compose.yaml': web('    build: ../a\n'),
        'c/compose.yaml': web('    build: ../a\n'),
        'd/compose.yaml': web(''),
      },
      { 'b/compose.yaml': web('    build: ../a/\n') },
      ['a', 'b', 'c'],
    ],
    ['where something is not read', { 'a/compose.yaml': web('    build: gone\n'), 'b/compose.yaml': web('') }, {}, ['a', 'a/gone']],
    [
      'where one takes in another',
      {
        'a/compose.yaml': `include: [../b/x.yaml]\n${web('')}`,
        'b/x.yaml': 'services: { b: { image: "c:1" } }\n',
        'd/compose.yaml': web(''),
      },
      {},
      ['a', 'b'],
    ],
  ])('%s', async (_, base, changes, expected) => {
    const head = Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, text]) => text !== ''))
    expect(await folders(base, head)).toEqual(expected)
  })

  test('a renamed file: the old one and the new one', async () => {
    expect(await folders({ 'a/x': FROM }, { 'b/Dockerfile': FROM }, { 'b/Dockerfile': 'a/x' })).toEqual(['a', 'b'])
  })

  test('are not told where files take in each other very often', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`${at}/compose.yaml`, `include: [../x/y.yaml]\n${web('')}`]))
    const all = { ...many, 'x/y.yaml': 'services: { b: { image: "c:1" } }\n' }
    expect(await folders(all, all)).toBeUndefined()
  })
})

describe('a part of the base is looked at, and the report is the one of a look at all of it', () => {
  const names = ['', 'a/', 'b/', 'c/', 'a/d/']
  const path = fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom('Dockerfile', 'dockerfile', 'compose.yaml', 'compose.override.yaml', 'x.yaml', '.env', 'prod.env'),
    )
    .map(([folder, name]) => folder + name)
  const image = fc.constantFrom('alpine', 'acme/x:1', 'node:20', '${V}', '${V:-acme/y}')
  const place = fc.constantFrom('.', '..', '../a', '../b', 'a', 'a/d', '../c')
  const service = fc.oneof(
    image.map((one) => `  s:\n    image: ${one}\n`),
    place.map((one) => `  s:\n    build: ${one}\n`),
    fc.tuple(place, image).map(([one, two]) => `  t:\n    build:\n      context: ${one}\n      args:\n        BASE: ${two}\n`),
    fc
      .tuple(place, image)
      .map(([one, two]) => `  u:\n    image: ${two}\n    build:\n      context: ${one}\n      dockerfile: dockerfile\n`),
    place.map((one) => `  v:\n    extends:\n      file: ${one}/x.yaml\n      service: s\n`),
  )
  const include = fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    place.map((one) => `include:\n  - ${one}/x.yaml\n`),
    fc.tuple(place, place).map(([one, two]) => `include:\n  - path: ${one}/x.yaml\n    env_file: ${two}/prod.env\n`),
  )
  const compose = fc
    .tuple(include, fc.uniqueArray(service, { maxLength: 3, selector: (one) => one.slice(0, 4) }))
    .map(([first, services]) => `${first}services:\n${services.join('')}`)
  const dockerfile = fc.tuple(image, image).map(([one, two]) => `ARG BASE=${one}\nARG V\nFROM $BASE\nFROM ${two}\n`)
  const env = fc.constantFrom('V=acme/z\n', 'V=alpine:3\n', 'COMPOSE_FILE=compose.yaml\nV=node\n', 'COMPOSE_FILE=x.yaml\n', 'A B=c\n')
  const textFor = (name: string): fc.Arbitrary<string> => (name.endsWith('.yaml') ? compose : name.endsWith('.env') ? env : dockerfile)
  const file = path.chain((one) => textFor(one).map((text): [string, string] => [one, text]))
  const tree = fc.array(file, { minLength: 2, maxLength: 12 }).map((files): Table => Object.fromEntries(files))

  test('also where the base alone builds what is the same on both sides', async () => {
    const same = { Dockerfile: 'ARG BASE\nFROM $BASE\n' }
    const before = { ...same, 'a/compose.yaml': 'services:\n  t:\n    build:\n      context: ..\n      args:\n        BASE: alpine:3\n' }
    const { head, base, changed } = sides(before, same)
    const { verdicts } = await check(head, await layersOf(POLICY), { ...OPTIONS, base: { files: base, changed, renamed: new Map() } })
    // at the base the build gave the value
    expect(verdicts.flatMap(({ findings }) => findings.map(({ rule, state }) => [rule, state]))).toEqual([['unresolved', 'new']])
  })

  const plain = { policies: [POLICY], options: {} }
  const setup = fc.constantFrom<{ policies: readonly string[]; options: Partial<CheckOptions> }>(
    plain,
    plain,
    plain,
    { ...plain, options: { envFiles: ['prod.env'] } },
    { ...plain, options: { process: new Map([['COMPOSE_FILE', 'x.yaml']]) } },
    { ...plain, options: { process: new Map([['V', 'acme/p:1']]) } },
    { ...plain, options: { paths: ['a'] } },
    { ...plain, options: { paths: ['compose.yaml', 'b/x.yaml'] } },
    { ...plain, policies: [`${POLICY}variables: { V: acme/q }\n`] },
    {
      ...plain,
      policies: [POLICY, 'version: 1\nregistries: any\npin: tag\nvariables: { V: node }\nfiles: { dockerfiles: ["**/x.yaml"] }\n'],
    },
  )

  test.each([{}, { findingsOnly: true }] as const)('with %j', async (more) => {
    let parts = 0
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.array(file, { maxLength: 2 }),
        fc.array(fc.nat(), { maxLength: 1 }),
        setup,
        async (base, written, gone, how) => {
          const head: Table = { ...base, ...Object.fromEntries(written) }
          for (const at of gone) Reflect.deleteProperty(head, Object.keys(base)[at % Object.keys(base).length] ?? '')
          const { head: files, base: part, changed } = sides(base, head)
          const layers = await layersOf(...how.policies)
          const report = (there: Files): Promise<unknown> =>
            check(files, layers, { ...OPTIONS, ...more, ...how.options, base: { files: there, changed, renamed: new Map() } })
          const read: string[] = []
          const told = await report({ ...part, find: (test) => part.find(test), read: (one) => (read.push(one), part.read(one)) })
          expect(told).toEqual(await report(memoryFiles(base, (one) => `base:${one}`)))
          if (read.length < Object.keys(base).length / 2) parts++
        },
      ),
      { numRuns: 1000 },
    )
    expect(parts).toBeGreaterThan(30)
  })
})
