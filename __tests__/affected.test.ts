import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { affectedFolders } from '../src/affected.js'
import { type Base, check, type CheckOptions } from '../src/check.js'
import { loadWholeReader } from '../src/extract/compose.js'
import { type Files, type NameTest } from '../src/model.js'
import { isDiscovered } from '../src/files/discover.js'
import { createCaches, NAMES_ASKED } from '../src/resolve/inventory.js'
import { survey } from '../src/survey.js'
import { layersOf, TODAY } from './judging.js'
import { memoryFiles } from './memory-files.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }
const OPTIONS: CheckOptions = { paths: [], platforms: PLATFORMS, envFiles: [], today: TODAY }
const POLICY = 'version: 1\npin: tag\nregistries: { docker.io: { namespaces: [library] } }\nfiles: { exclude: ["c/**"] }\n'

type Table = Record<string, string>

interface Sides {
  readonly head: Files
  readonly base: Base & { readonly files: Files }
}

/** Both sides as the overlay gives them: what is the same has the same identity. */
function sides(base: Table, head: Table, renamed: Table = {}): Sides {
  const apart = (path: string): boolean => base[path] !== head[path]
  return {
    head: memoryFiles(head),
    base: {
      files: memoryFiles(base, (path) => (apart(path) ? `base:${path}` : `memory:${path}`)),
      changed: new Set(Object.keys(head).filter(apart)),
      before: new Set(Object.keys(base).filter(apart)),
      renamed: new Map(Object.entries(renamed)),
    },
  }
}

async function folders(before: Table, after: Table): Promise<readonly string[] | undefined> {
  const { head, base } = sides(before, after)
  const affected = affectedFolders(await survey(head, [], OPTIONS, createCaches()), head, base)
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
    [
      'an .env that is gone, which may count above',
      { 'a/b/.env': 'A=b\n', 'c/compose.yaml': web('') },
      { 'a/b/.env': '' },
      ['', 'a', 'a/b'],
    ],
    ['a default file that appears below another one', { 'compose.yaml': web('') }, { 'a/compose.yaml': web('') }, ['', 'a']],
    ['one that changes', { 'compose.yaml': web(''), 'a/compose.yaml': web('') }, { 'a/compose.yaml': web('    tty: true\n') }, ['a']],
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

  test('a file that was moved: the old one and the new one', async () => {
    expect(await folders({ 'a/x': FROM }, { 'b/Dockerfile': FROM })).toEqual(['a', 'b'])
  })

  test('what has another identity, though its path did not change', async () => {
    const head = memoryFiles({ 'a/Dockerfile': FROM, 'b/.env': 'A=b\n', 'c/Dockerfile': FROM })
    const files = { ...head, identity: (path: string) => (path.startsWith('c') ? head.identity(path) : `link:${path}`) }
    const found = await survey(head, [], OPTIONS, createCaches())
    const affected = affectedFolders(found, head, { files, changed: new Set(), before: new Set() })
    expect([...(affected ?? [])].sort()).toEqual(['', 'a', 'b'])
  })

  test('are not told where files take in each other very often', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`${at}/compose.yaml`, `include: [../x/y.yaml]\n${web('')}`]))
    const all = { ...many, 'x/y.yaml': 'services: { b: { image: "c:1" } }\n' }
    expect(await folders(all, all)).toBeUndefined()
  })
})

test('names are asked for only by the tests that are held against the base', async () => {
  const table = {
    'a/Dockerfile': 'FROM $V\n',
    'a/compose.yaml': `include: [x.yaml]\n${web('    build: ../b\n')}`,
    'a/x.yaml': 'services: { x: { image: "c:${V}" } }\n',
    'a/.env': 'COMPOSE_FILE=compose.yaml\nV=1\n',
    'a/prod.env': 'V=2\n',
    'b/dockerfile': FROM,
  }
  const files = memoryFiles(table)
  const asked = new Set<NameTest>()
  await survey({ ...files, find: (one) => (asked.add(one), files.find(one)) }, [], OPTIONS, createCaches())
  // what is discovered is read, or differs itself
  expect([...asked].filter((one) => one !== isDiscovered && !NAMES_ASKED.includes(one))).toEqual([])
  expect(asked.size).toBe(NAMES_ASKED.length + 1)
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
    place.map((one) => `  v:\n    extends:\n      file: \${INC:-${one}}/x.yaml\n      service: s\n`),
  )
  const include = fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    place.map((one) => `include:\n  - ${one}/x.yaml\n`),
    place.map((one) => `include:\n  - \${INC:-${one}}/x.yaml\n`),
    fc.tuple(place, place).map(([one, two]) => `include:\n  - path: ${one}/x.yaml\n    env_file: ${two}/prod.env\n`),
  )
  const compose = fc
    .tuple(include, fc.uniqueArray(service, { maxLength: 3, selector: (one) => one.slice(0, 4) }))
    .map(([first, services]) => `${first}services:\n${services.join('')}`)
  const dockerfile = fc.tuple(image, image).map(([one, two]) => `ARG BASE=${one}\nARG V\nFROM $BASE\nFROM ${two}\n`)
  const env = fc.constantFrom(
    'V=acme/z\n',
    'V=alpine:3\n',
    'COMPOSE_FILE=compose.yaml\nV=node\n',
    'COMPOSE_FILE=x.yaml\n',
    'INC=../b\nV=node:1\n',
    'INC=/b\n',
    'A B=c\n',
  )
  const textFor = (name: string): fc.Arbitrary<string> => (name.endsWith('.yaml') ? compose : name.endsWith('.env') ? env : dockerfile)
  const file = path.chain((one) => textFor(one).map((text): [string, string] => [one, text]))
  const tree = fc.array(file, { minLength: 2, maxLength: 12 }).map((files): Table => Object.fromEntries(files))

  async function states(before: Table, after: Table, policy = POLICY, renamed: Table = {}): Promise<readonly string[]> {
    const { head, base } = sides(before, after, renamed)
    const { verdicts } = await check(head, await layersOf(policy), { ...OPTIONS, findingsOnly: true, base })
    return verdicts.flatMap(({ occurrence, findings, also }) =>
      [...findings, ...also.flatMap((one) => one.findings)].map(({ state, at }) => `${occurrence.file} ${state}${at ? ` ${at.file}` : ''}`),
    )
  }

  test('also where an .env below a default file is new, or a file that comes between is gone', async () => {
    const compose = 'services: { s: { image: "acme/x:${V:-1}" } }\n'
    const [before, after] = [{ 'compose.yaml': compose }, { 'compose.yaml': compose, 'a/b/.env': 'V=latest\n' }]
    const policy = 'version: 1\nregistries: any\npin: tag\n'
    expect(await states(before, after, policy)).toEqual(['compose.yaml new a/b/.env'])
    const between = { 'a/compose.yaml': 'services: { s: { image: "acme/x:2" } }\n' }
    expect(await states({ ...after, ...between }, after, policy)).toEqual(['compose.yaml new a/b/.env'])
  })

  test('also where the base alone builds what is the same on both sides', async () => {
    const same = { Dockerfile: 'ARG BASE\nFROM $BASE\n' }
    const before = { ...same, 'a/compose.yaml': 'services:\n  t:\n    build:\n      context: ..\n      args:\n        BASE: alpine:3\n' }
    // at the base the build gave the value
    expect(await states(before, same)).toEqual(['Dockerfile new'])
  })

  test('a file that only now is read, for its name or for a build, is no debt', async () => {
    const text = 'FROM alpine:latest\nRUN a\n'
    expect(await states({ 'docs/bad.txt': text }, { Dockerfile: text }, POLICY, { Dockerfile: 'docs/bad.txt' })).toEqual(['Dockerfile new'])
    const build = (file: string): Table => ({
      'compose.yaml': `services:\n  s:\n    build:\n      context: .\n      dockerfile: ${file}\n`,
    })
    const before = { ...build('x.txt'), 'x.txt': 'FROM alpine:3\n', 'docs/bad.txt': text }
    expect(await states(before, { ...before, ...build('docs/bad.txt'), 'docs/bad.txt': `${text}# a\n` })).toEqual(['docs/bad.txt new'])
    expect(await states({ 'docs/bad.txt': text }, { 'docs/bad.txt': `${text}# a\n` })).toEqual(['docs/bad.txt existing'])
  })

  test('also where an env file of the base names files that are gone', async () => {
    const build = 'services:\n  s:\n    build:\n      context: ../app\n      args:\n        TAG: latest\n'
    const policy = 'version: 1\nregistries: any\npin: minor\n'
    const before = {
      'env/prod.env': 'COMPOSE_FILE=a/stack.yml\n',
      'a/stack.yml': build,
      'app/Dockerfile': 'ARG TAG=1.27\nFROM nginx:${TAG}\n',
    }
    const after = { 'env/prod.env': 'COMPOSE_FILE=a/stack.yml\n', 'app/Dockerfile': 'ARG TAG=latest\nFROM nginx:${TAG}\n' }
    expect(await states(before, after, policy)).toEqual(['app/Dockerfile existing'])
  })

  test('also where the policy names a file that is gone', async () => {
    const build = 'services:\n  a:\n    build:\n      context: ../app\n      args:\n        TAG: latest\n'
    const before = { 'misc/stack.conf': build, 'app/Dockerfile': 'ARG TAG=1.27\nFROM nginx:${TAG}\n' }
    const policy = 'version: 1\nregistries: any\npin: minor\nfiles: { compose: ["misc/*.conf"] }\n'
    expect(await states(before, { 'app/Dockerfile': 'ARG TAG=latest\nFROM nginx:${TAG}\n' }, policy)).toEqual(['app/Dockerfile existing'])
  })

  test('also where compose files take in so many that a part of them might take in fewer', async () => {
    const including = (index: number): readonly [string, string] => [
      `app/compose.c${index}.yml`,
      'include: [base.yml, base2.yml]\nservices: { a: { image: "nginx:1.27", hostname: "h${X:-1}" } }\n',
    ]
    const table = {
      'app/base.yml': 'services:\n  s:\n    image: nginx:${TAG:-1.27}\n',
      'app/base2.yml': 'services:\n  s2:\n    image: nginx:${TAG:-1.27}\n',
      ...Object.fromEntries(Array.from({ length: 62 }, (_, index) => including(index))),
      ...Object.fromEntries(Array.from({ length: 32 }, (_, index) => [`app/.env.v${index}`, `TAG=1.${index}\n`])),
      ...Object.fromEntries(
        Array.from({ length: 300 }, (_, index) => [`p${index}/compose.yml`, 'services: { a: { image: "nginx:1.27" } }\n']),
      ),
      'zz/prod.env': 'TAG=latest\n',
      'zz/compose.yml': 'include: [{ path: ../app/base.yml, project_directory: . }]\nservices: { q: { image: "nginx:1.27" } }\n',
    }
    const policy = 'version: 1\nregistries: any\npin: minor\n'
    expect(await states({ ...table, 'README.md': 'a' }, { ...table, 'README.md': 'b' }, policy)).toEqual(['app/base.yml existing'])
  })

  test('also where a file was renamed and another one took its place', async () => {
    const many = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`app/Dockerfile.s${index}`, 'FROM nginx:1.27\n']))
    const before = { ...many, 'app/Dockerfile': 'ARG TAG=1.27\nFROM nginx:${TAG}\n' }
    const after = { ...many, 'app/Dockerfile.dev': 'ARG TAG=latest\nFROM nginx:${TAG}\n', 'app/Dockerfile': 'FROM alpine:3.20\n' }
    const policy = 'version: 1\nregistries: any\npin: minor\n'
    expect(await states(before, after, policy, { 'app/Dockerfile.dev': 'app/Dockerfile' })).toEqual([
      'app/Dockerfile.dev new app/Dockerfile.dev',
    ])
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
          const [old] = gone.map((at) => Object.keys(base)[at % Object.keys(base).length] ?? '')
          if (old !== undefined) Reflect.deleteProperty(head, old)
          const added = written.map(([path]) => path).find((path) => !(path in base))
          const renamed: Table = old !== undefined && added !== undefined ? { [added]: old } : {}
          const { head: files, base: there } = sides(base, head, renamed)
          const layers = await layersOf(...how.policies)
          const report = (of: Files): Promise<unknown> =>
            check(files, layers, { ...OPTIONS, ...more, ...how.options, base: { ...there, files: of } })
          const read: string[] = []
          const told = await report({ ...there.files, read: (one) => (read.push(one), there.files.read(one)) })
          expect(told).toEqual(await report(memoryFiles(base, (one) => `base:${one}`)))
          if (read.length < Object.keys(base).length / 2) parts++
        },
      ),
      { numRuns: 1000 },
    )
    expect(parts).toBeGreaterThan(30)
  })
})
