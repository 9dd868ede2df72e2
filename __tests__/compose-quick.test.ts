import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { generateFiles } from '../bench/generate/repository.js'
import { loadWholeReader } from '../src/extract/compose.js'
import { placedCompose, quickCompose } from '../src/extract/compose-quick.js'
import { readBlockYaml } from '../src/extract/yaml-block.js'
import { createComposeCache, type Environment, readProjects } from '../src/resolve/projects.js'
import { fixturesIn, FIXTURES, ROOT } from './golden.js'
import { memoryFiles } from './memory-files.js'
import { compareQuick, lookOf, type QuickComparison } from './quick-projects.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }
const COMPOSE = /^(?:.*[._-])?(?:docker-)?compose(?:[._-].*)?\.ya?ml$/

type Table = Readonly<Record<string, string>>

function compare(table: Table, environment: Partial<Environment> = {}, allows?: (path: string) => boolean): QuickComparison {
  const files = memoryFiles(table)
  const sources = files.find((name) => COMPOSE.test(name)).map((path) => ({ path, kind: 'compose' as const }))
  const compared = compareQuick(files, sources, { envFiles: [], platforms: PLATFORMS, ...environment }, allows)
  expect(compared.quick).toEqual(compared.full)
  return compared
}

const namesOf = (text: string): readonly string[] | undefined => quickCompose(text)?.images.map((use) => use.text)

const one = (service: string): string => `services:\n  web:\n    image: nginx:1.27\n${service}`

describe('a compose file of the usual kind', () => {
  test.each([
    ['services:\n  web:\n    image: nginx:1.27\n', ['nginx:1.27']],
    ['version: "3"\nservices:\n  a:\n    image: "b:1" # c\n  d:\n    image: \'e/f@sha256:1\'\n', ['b:1', 'e/f@sha256:1']],
    ['# c\n---\n\nservices:\r\n  a:\r\n    image: b\r\n\r\nvolumes:\r\n  c:\r\n', ['b']],
    ['"services":\n  \'a\':\n    "image": 1password/connect:1\n', ['1password/connect:1']],
    [one('    image_x: y\n    restart: always\n'), ['nginx:1.27']],
    [one('    command: ["a", b-c, \'d\', e:f]\n    sysctls: {}\n    profiles: []\n'), ['nginx:1.27']],
    [one('    ports:\n    - "80:80"\n    - 8080:8080\n    environment:\n      - A=${B:-c}\n      - D\n'), ['nginx:1.27']],
    [one('    command: |\n      echo "image: x"\n\n      a: b\n    entrypoint: >-\n      sh\n      -c\n'), ['nginx:1.27']],
    [
      one('    volumes:\n      - a:/b\n      - type: bind\n        source: ./c\n        target: /c\n        bind:\n          x: y\n'),
      ['nginx:1.27'],
    ],
    [one('    volumes: [a:/b]\n    deploy:\n      image: x\nx-image:\n  image: y\n'), ['nginx:1.27']],
    ['services:\n  ü:\n    image: x\n', undefined],
    ['services: # ü\n  a:\n    image: x\n    labels:\n      b: "ü"\n', ['x']],
    ['services:\n  a:\n    image: b:${TAG:-1}\n  c:\n    image: "d/e:${TAG-2}-${X:-y}"\n', ['b:1', 'd/e:2-y']],
    ['services:\n  a:\n    image: ${A:-b/c}/d:${TAG:-1}\n', ['b/c/d:1']],
    [one('  db:\n    restart: always\n'), ['nginx:1.27']],
    ['volumes:\n  a:\n', []],
  ])('%j', (text, images) => {
    expect(namesOf(text)).toEqual(images)
  })

  test.each([
    '',
    '# c\n',
    '---\n',
    'services:\n',
    'services: {}\n',
    'services:\n  web:\n',
    'services:\n  web: {image: x}\n',
    'services:\n- web\n',
    'services:\n  web:\n    image:\n',
    'services:\n  web:\n    image: 5\n',
    'services:\n  web:\n    image: null\n',
    'services:\n  web:\n    image: ""\n',
    'services:\n  web:\n    image: a b\n',
    'services:\n  web:\n    image: a:\n',
    'services:\n  web:\n    image: $A\n',
    'services:\n  web:\n    image: a:${B}\n',
    'services:\n  web:\n    image: a:${B:-${C:-d}}\n',
    'services:\n  web:\n    image: |\n      a\n',
    'services:\n  web:\n    image: a\n    image: b\n',
    'services:\n  web:\n    image: a\n  web:\n    image: b\n',
    'services:\n  web:\n    image: a\nservices:\n  b:\n    image: c\n',
    'services:\n  null:\n    image: a\n',
    'services:\n  a/b:\n    image: a\n',
    'web:\n  image: a\n',
    'include:\n  - a.yml\nservices:\n  web:\n    image: a\n',
    'models:\n  a:\n    model: b\n',
    'jobs:\n  a:\n    image: b\n',
    'services:\n  web:\n    image: a\n---\nservices:\n  web:\n    image: b\n',
    'services:\n  web:\n    image: a # image-policy: ignore pinned -- b\n',
    'services:\n  web:\n\timage: a\n',
    '\ufeffservices:\n  web:\n    image: a\n',
    'services: # \u2028\n  web:\n    image: a\n',
    'services: # \u0007\n  web:\n    image: a\n',
    'services: # a\rb\n  web:\n    image: a\n',
    'services:\n  web:\n    image: a\r',
    ...[
      'build:',
      'build: ""',
      'build: 5',
      'build: $A',
      'build: a b',
      'build: https://example.com/a.git',
      'build: { context: . }',
      'build:\n      dockerfile: a',
      'build:\n      context: .\n      target: a',
      'build:\n      args:\n        A: b',
      ...['A:', 'A: 1.20', 'A: $B', 'A: ""', 'A: b c', 'BUILDKIT_SYNTAX: a/b', 'A.B: c', 'A: b\n        A: c', '- A', '- A=', '- A=$B'].map(
        (args) => `build:\n      context: .\n      args:\n        ${args}`,
      ),
      'build:\n      context: .\n      args: [A=b]',
      'build:\n      context: .\n      args:\n        - A=b\n        - A=c',
      'build:\n      context: .\n      args:\n        - A: b',
      'build:\n      context: .\n      args:\n        - BUILDKIT_ATTEST_SBOM=true',
      'build:\n      context: .\n      dockerfile: ${A:-b}',
      'build:\n      context:\n        a: b',
      'build:\n      - context: .',
      'build: .\n    platform: linux/arm64',
      'pull_policy: build\n    build: .',
      'extends: b',
      'provider: b',
      'pre_start: []',
      'volumes: {}',
      'volumes: a',
      'volumes:\n      a: b',
      'volumes:\n      - type: image\n        source: b',
      'volumes:\n      - type: ${A:-image}',
      'volumes:\n      - source: 5',
      'volumes:\n      - source:\n          a: b',
      'a: &b c',
      'a: *b',
      'a: !reset null',
      '<<: *b',
      '<<: c',
      '? a',
      'a: b: c',
      'a: "b',
      'a: "b" c',
      'a: "b\n      c"',
      'a: "\\x24{"',
      'a: "\\$b"',
      'a: b\n      c',
      'a:\n      b',
      'a:\n     - b\n    c:\n      d: e\n     f: g',
      'a:\n      b: c\n     d: e',
      'a:\n      - b\n     - c',
      'a:\n      - b\n      c: d',
      'a:\n      -\n        b: c',
      'a:\n      - - b',
      'a: [b\n      ]',
      'a: [b: c]',
      'a: [b]c',
      'a: {b: c}',
      'a: b\tc',
      'a: @b',
      'a: `b`',
      'a: %b',
      'a: - b',
      'a: |+\n      b',
      'a: |2\n      b',
      'a: |\n    b: c',
      'a: |\n        b\n      c',
      'a: |\n          \n      b',
      'a: ${',
      'a: ${}',
      'a: ${B',
      'a: ${B:}',
      'a: ${B:=c}',
      'a: ${B:-${C}}',
      'a: ${B:-c #d}',
      'a: ${B:-c: d}',
      'a: $\u017fb',
      'a: $B\u017f',
      'a: |\n      ${B',
      'a: |\n      ${B:-\n      }',
      'a: "${B:-\\n}"',
      "a: '${B:-''}'",
      'a: 1\n    "a": 2',
      'a:\n      b: 1\n      b: 2',
      'true: a',
      'Null: a',
      '5: a',
      'a b: c',
    ].map((line) => one(`    ${line}\n`)),
  ])('is not %j', (text) => {
    expect(quickCompose(text)).toBeUndefined()
  })

  test('has no more than so many characters, levels, keys and variables', () => {
    expect(quickCompose(one(`    # ${'x'.repeat(60_000)}\n`))).toBeDefined()
    expect(quickCompose(one(`    # ${'x'.repeat(66_000)}\n`))).toBeUndefined()
    const nested = (depth: number): string =>
      one(Array.from({ length: depth }, (_, level) => `${' '.repeat(level + 4)}a:\n`).join('') + `${' '.repeat(depth + 4)}b: c\n`)
    expect(quickCompose(nested(20))).toBeDefined()
    expect(quickCompose(nested(40))).toBeUndefined()
    const keys = (count: number): string => one(Array.from({ length: count }, (_, index) => `    a${index}: b\n`).join(''))
    expect(quickCompose(keys(900))).toBeDefined()
    expect(quickCompose(keys(2000))).toBeUndefined()
    const variables = (count: number): string => one(`    a: ${'$B '.repeat(count)}c\n`)
    expect(quickCompose(variables(50))).toBeDefined()
    expect(quickCompose(variables(100))).toBeUndefined()
  })
})

describe('what stands around a file', () => {
  const web = one('')
  const partial = 'services:\n  web:\n    restart: always\n'
  const other = 'services:\n  db:\n    image: a\n'
  const passed = (table: Table, environment: Partial<Environment> = {}): readonly string[] => compare(table, environment).passed

  test.each(['${A:-b}', '${A:-b}/c:1', 'b${A:-c}', 'b:1/${A:-c}', 'localhost:${A:-1}/b'])(
    'a variable may decide the source of %j',
    (image) => {
      const files = memoryFiles({ 'compose.yaml': one(`  db:\n    image: ${image}\n`) })
      const environment = { envFiles: [], platforms: PLATFORMS }
      const passing = (overridable: boolean): readonly string[] =>
        compareQuick(files, [{ path: 'compose.yaml', kind: 'compose' }], environment, undefined, overridable).passed
      expect([passing(false), passing(true)]).toEqual([[], ['compose.yaml']])
    },
  )

  test('a file alone in its folder is not told when all in it is allowed', () => {
    expect(passed({ 'compose.yaml': web })).toEqual(['compose.yaml'])
    expect(compare({ 'compose.yaml': web }, {}, () => false)).toMatchObject({ asked: ['compose.yaml'], passed: [] })
  })

  test.each<[string, Table, Partial<Environment>]>([
    ['an override', { 'compose.yaml': web, 'compose.override.yaml': one('    restart: always\n') }, {}],
    ['an .env that is broken', { 'compose.yaml': web, '.env': 'A B=c\n' }, {}],
    ['an .env that gives the tag', { 'compose.yaml': one('  db:\n    image: a:${TAG:-1}\n'), '.env': 'TAG=2\n' }, {}],
    ['an .env with a long value', { 'compose.yaml': one('    a: $LONG\n'), '.env': `LONG=${'x'.repeat(2000)}\n` }, {}],
    ['another env file', { 'compose.yaml': one('  db:\n    image: a:${TAG:-1}\n'), 'prod.env': 'TAG=2\n' }, {}],
    ['an .env of a folder below', { 'compose.yaml': one('  db:\n    image: a:${TAG:-1}\n'), 'a/.env': 'TAG=2\n' }, {}],
    ['the name of the project', { 'compose.yaml': one('  db:\n    image: a:${COMPOSE_PROJECT_NAME:-1}\n') }, {}],
    ['a name that is no reference', { 'compose.yaml': one('  db:\n    image: A/B\n') }, {}],
    ['the environment', { 'compose.yaml': one('  db:\n    image: a:${TAG:-1}\n') }, { process: new Map([['TAG', '2']]) }],
    [
      'the policy',
      { 'compose.yaml': one('  db:\n    image: a:${TAG:-1}\n') },
      { variables: new Map([['TAG', { text: '2', unset: [], via: [] }]]) },
    ],
    ['--env-file', { 'compose.yaml': web, 'a.env': 'A=b\n' }, { envFiles: ['a.env'] }],
    ['COMPOSE_FILE', { 'compose.yaml': web, '.env': 'COMPOSE_FILE=compose.yaml\n' }, {}],
    ['a COMPOSE_FILE elsewhere', { 'a/compose.yaml': web, '.env': 'COMPOSE_FILE=a/compose.yaml\n' }, {}],
    [
      'a file that includes it',
      { 'a/compose.yaml': web, 'b/compose.yaml': `include:\n  - ../a/compose.yaml\n${web}`, 'b/.env': 'A=b\n' },
      {},
    ],
    [
      'a file that extends it',
      { 'a/compose.yaml': web, 'b/compose.yaml': 'services:\n  a:\n    extends:\n      file: ../a/compose.yaml\n      service: web\n' },
      {},
    ],
    [
      'a file that builds it in another folder',
      {
        'a/compose.yaml': one('    build: .\n'),
        'compose.yaml': `include:\n  - path: a/compose.yaml\n    project_directory: .\n`,
      },
      {},
    ],
    [
      'an env file with which another file includes it',
      { 'a/compose.yaml': web, 'b/compose.yaml': `include: ['\${A:-c}']\n`, 'b/x.env': 'A=../a/compose.yaml\n' },
      {},
    ],
    [
      'a file that says of a service of another one that it is pulled',
      { 'compose.yaml': one('    build: .\n    pull_policy: never\n'), 'compose.dev.yaml': 'services:\n  web:\n    pull_policy: always\n' },
      {},
    ],
    ['a platform', { 'compose.yaml': one('    build: .\n'), '.env': 'DOCKER_DEFAULT_PLATFORM=linux/arm64\n' }, {}],
    ['an env file that names it', { 'a/compose.yaml': one('    hostname: h\n'), 'x.env': 'COMPOSE_FILE=a/compose.yaml\n' }, {}],
    [
      'a file that is included beside it',
      { 'a/compose.yaml': web, 'a/part.yml': web, 'compose.yaml': `include:\n  - a/part.yml\n${web}` },
      {},
    ],
  ])('%s has a say', (_, table, environment) => {
    expect(passed(table, environment)).toEqual([])
  })

  test.each<[string, Table, readonly string[]]>([
    [
      'an .env of other variables',
      { 'compose.yaml': one('    a: ${B:-c}\n  db:\n    image: d:${E:-1}\n'), '.env': 'B=f\n' },
      ['compose.yaml'],
    ],
    ['another env file where nothing is variable', { 'compose.yaml': web, 'prod.env': 'TAG=2\n' }, ['compose.yaml']],
    [
      'files that are told apart',
      { 'compose.yaml': web, 'compose.dev.yaml': 'services:\n  web:\n    restart: no\n' },
      ['compose.dev.yaml', 'compose.yaml'],
    ],
    ['an override alone', { 'compose.override.yaml': 'services:\n  web:\n    restart: no\n' }, ['compose.override.yaml']],
    ['a file that is no usual one', { 'compose.yaml': web, 'compose.dev.yaml': one('    build: { context: . }\n') }, ['compose.yaml']],
    [
      'a default file that is no usual one',
      { 'compose.yaml': one('    build: { context: . }\n'), 'docker-compose.yml': web },
      ['docker-compose.yml'],
    ],
    ['a default file with a build', { 'compose.yaml': one('    build: .\n'), 'compose.dev.yaml': web }, ['compose.dev.yaml']],
    ['a default file without an image that another one has', { 'compose.yaml': partial, 'compose.dev.yaml': web }, ['compose.dev.yaml']],
    ['a default file without an image', { 'compose.yaml': partial, 'compose.dev.yaml': other }, ['compose.dev.yaml']],
    [
      'an override of another file',
      { 'compose.yaml': web, 'compose.override.yml': partial, 'compose.dev.yaml': web },
      ['compose.dev.yaml'],
    ],
    [
      'a default file that includes what has its image',
      { 'compose.yaml': `include:\n  - a.compose.yml\n${partial}`, 'a.compose.yml': web, 'b.compose.yml': other },
      ['b.compose.yml'],
    ],
    [
      'files that are joined beside it',
      {
        'compose.yaml': web,
        'compose.dev.yaml': 'services:\n  app:\n    build: ./app\n',
        'compose.ci.yaml': 'services:\n  app:\n    build:\n      dockerfile: ci.txt\n',
      },
      ['compose.yaml'],
    ],
    ['files of other folders', { 'a/compose.yaml': web, 'b/compose.yaml': one('    build: { context: . }\n') }, ['a/compose.yaml']],
  ])('%s changes nothing', (_, table, files) => {
    expect(passed(table)).toEqual(files)
  })
})

describe('what a usual file builds', () => {
  const LONG = '    build:\n      context: a\n      dockerfile: b.docker # c\n'

  test.each<[string, Table, readonly (string | undefined)[]]>([
    ['a folder', { 'compose.yaml': one('    build: .\n') }, ['Dockerfile']],
    ['a folder of another one', { 'a/compose.yaml': one("    build: '../b/'\n") }, ['b/Dockerfile']],
    ['a context and a Dockerfile', { 'compose.yaml': one(LONG) }, ['a/b.docker']],
    ['a Dockerfile and a context', { 'compose.yaml': one('    build:\n      dockerfile: "../b"\n      context: ./a\n') }, ['b']],
    ['a service without an image', { 'compose.yaml': 'services:\n  web:\n    build: .\n  db:\n    image: a\n' }, ['Dockerfile']],
    ['a name that only buildx takes', { 'compose.yaml': one('    build: a\n'), 'a/dockerfile': 'FROM b\n' }, ['a/dockerfile']],
    ['a folder outside', { 'compose.yaml': one('    build: ..\n') }, [undefined]],
    ['another repository', { 'compose.yaml': one('    build: github.com/a/b\n') }, [undefined]],
    [
      'what another service runs',
      { 'compose.yaml': one('    build: .\n  two:\n    image: nginx:1.27\n  three:\n    image: a\n') },
      ['Dockerfile'],
    ],
    [
      'arguments',
      { 'compose.yaml': one('    build:\n      args:\n        A: b/c:1.2 # d\n        "E": \'1.20\'\n      context: a\n') },
      ['a/Dockerfile'],
    ],
    [
      'arguments in a list',
      { 'compose.yaml': one('    build:\n      context: a\n      args:\n      - A=b/c:1.2\n      - "E=1.20"\n    restart: no\n') },
      ['a/Dockerfile'],
    ],
    ['no arguments', { 'compose.yaml': one('    build:\n      context: a\n      args:\n') }, ['a/Dockerfile']],
    [
      'arguments beside env files',
      { 'compose.yaml': one('    build:\n      context: a\n      args:\n        A: b\n'), 'x.env': 'A=c\n' },
      ['a/Dockerfile'],
    ],
    ['two services', { 'compose.yaml': `${one('    build: .\n')}  two:\n${LONG}` }, ['Dockerfile', 'a/b.docker']],
  ])('%s: the same is told of it', (_, table, paths) => {
    const compose = Object.keys(table).filter((path) => path.endsWith('.yaml'))
    expect(compare(table).passed).toEqual(compose)
    expect(compare(table, {}, () => false)).toMatchObject({ asked: compose, passed: [] })
    const files = memoryFiles(table)
    const sources = compose.map((path) => ({ path, kind: 'compose' as const }))
    const { builds } = readProjects(
      files,
      sources,
      { envFiles: [], platforms: PLATFORMS },
      undefined,
      lookOf(() => true),
    )
    expect(builds.map(({ dockerfile }) => (dockerfile.kind === 'file' ? dockerfile.path : undefined))).toEqual(paths)
  })
})

describe('the places of a usual file', () => {
  const placesOf = (text: string): unknown =>
    placedCompose(text)?.map(({ role, owner, span: { start, end }, text: image }) => [
      role,
      owner,
      `${start.line}:${start.column}-${end.column}`,
      image,
    ])

  test('are those of the names, without their quotes', () => {
    expect(placesOf('services:\r\n  \'a\':\r\n    image: "b:1"  # c\r\n\r\n  d: # ü\n    image:   e\n')).toEqual([
      ['service', 'a', '3:13-16', 'b:1'],
      ['service', 'd', '6:14-15', 'e'],
    ])
    expect(placesOf('services:\n  a:\n    build: .\n    image: b\n  c:\n    image: b\n  d:\n    image: e\n')).toEqual([
      ['build-output', 'a', '4:12-13', 'b'],
      ['build-output', 'c', '6:12-13', 'b'],
      ['service', 'd', '8:12-13', 'e'],
    ])
  })

  test('are not told where a variable has a default, or a file is not usual', () => {
    expect(quickCompose(one('  db:\n    image: a:${B:-c}\n'))).toBeDefined()
    expect(placesOf(one('  db:\n    image: a:${B:-c}\n'))).toBeUndefined()
    expect(placesOf(one('    extends: b\n'))).toBeUndefined()
  })
})

test('with a cache, a content is read once, and answers alike each time', () => {
  const table = {
    'a/compose.yaml': one(''),
    'b/compose.yaml': one('    build: { context: . }\n'),
    'c/compose.yaml': one('  db:\n    image: a\n'),
  }
  const files = memoryFiles(table)
  const read: string[] = []
  const counting = { ...files, read: (path: string) => (read.push(path), files.read(path)) }
  const sources = Object.keys(table).map((path) => ({ path, kind: 'compose' as const }))
  const cache = createComposeCache()
  const environment = { envFiles: [], platforms: PLATFORMS }
  const asked = [1, 2].map(() => {
    const paths: string[] = []
    const test = (source: { readonly path: string }): boolean => paths.push(source.path) > 0
    const { references } = readProjects(counting, sources, environment, cache, lookOf(test))
    return [paths, references.map(({ occurrence }) => occurrence.file)]
  })
  expect(asked).toEqual([asked[0], asked[0]])
  expect(asked[0]).toEqual([['a/compose.yaml', 'c/compose.yaml'], ['b/compose.yaml']])
  expect(read.sort()).toEqual(Object.keys(table))
  const { references } = readProjects(
    files,
    sources,
    environment,
    cache,
    lookOf(() => false),
  )
  const all = references.map((reference) => JSON.stringify(reference)).sort()
  expect(all).toEqual(readProjects(files, sources, environment).references.map((reference) => JSON.stringify(reference)))
})

test('a refused file is read once', () => {
  const files = memoryFiles({ 'compose.yaml': one('') })
  let reads = 0
  const counting = { ...files, read: (path: string) => (reads++, files.read(path)) }
  const environment = { envFiles: [], platforms: PLATFORMS }
  const { references } = readProjects(
    counting,
    [{ path: 'compose.yaml', kind: 'compose' }],
    environment,
    undefined,
    lookOf(() => false),
  )
  expect([references.length, reads]).toEqual([1, 1])
})

const texts: string[] = []

function treeOf(root: string): Table {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(root, path)).isFile())
  return Object.fromEntries(paths.map((path) => [path.split('\\').join('/'), readFileSync(join(root, path), 'utf8')]))
}

describe('the quick way says what the full way says', () => {
  const every = (table: Table, environment: Partial<Environment> = {}): number => {
    for (const [path, text] of Object.entries(table)) if (COMPOSE.test(path.slice(path.lastIndexOf('/') + 1))) texts.push(text)
    let refused = false
    compare(table, environment, () => (refused = !refused))
    return compare(table, environment).passed.length
  }

  test('on the fixtures', () => {
    for (const kind of ['compose', 'projects']) {
      for (const name of fixturesIn(kind)) {
        const path = join(FIXTURES, kind, name)
        every(statSync(path).isDirectory() ? treeOf(path) : { 'compose.yaml': readFileSync(path, 'utf8') })
      }
    }
  })

  test('on the projects of the conformance data', () => {
    const projects = JSON.parse(readFileSync(join(ROOT, '__tests__/data/compose-projects.json'), 'utf8')) as {
      input: { files: Record<string, string>; env?: Record<string, string> }
    }[]
    for (const { input } of projects) every(input.files, { process: new Map(Object.entries(input.env ?? {})) })
  })

  test('on a generated repository', () => {
    const files = [...generateFiles(3, { files: 1500, others: 0 })].map(({ path, text }): [string, string] => [path, text])
    expect(every(Object.fromEntries(files))).toBeGreaterThan(250)
  })

  test('on files of which a part was changed, alone and beside each other', () => {
    const usual = texts.filter((text) => text.length < 4000 && quickCompose(text) !== undefined)
    const piece = fc.constantFrom(
      ...'[]{}"\'#&*!|>:-,\\\n\t\r $@%`?0A/',
      ...[
        '  ',
        ' #',
        ': ',
        '- ',
        '\n---\n',
        '\u2028',
        '\ufeff',
        '\u007f',
        'ü',
        '${A:-b}',
        '${A',
        '$$',
        ':${TAG:-1}',
        '<<: *a\n',
        '!reset ',
      ],
      ...[
        'null',
        'image: x\n',
        'image:',
        '    image: A\n',
        '    build: .\n',
        '    extends: web\n',
        'include:\n  - a.yml\n',
        'include: ["${A:-a.yml}"]\n',
        '  web:\n',
      ],
      ...['      args:\n', '        A: b\n', '        - A=b\n', '      - C=d\n', '      args:\n        V: x/y:1\n'],
      ...[
        '    build:\n',
        '      context: a\n',
        '      dockerfile: b\n',
        '    build: ../x\n',
        '    platform: a\n',
        '    pull_policy: never\n',
      ],
      ...['    volumes:\n', '      - type: image\n        source: b\n', '    a: |\n      b\n', '[a, "b"]', '{}', 'services:\n', 'x-a:\n'],
    )
    const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(6), piece)
    const changed = fc.tuple(fc.constantFrom(...usual), fc.array(change, { maxLength: 2 })).map(([text, changes]) =>
      changes.reduce((now, [share, removed, added]) => {
        const at = Math.floor(share * now.length)
        return now.slice(0, at) + added + now.slice(at + removed)
      }, text),
    )
    const moved = fc.tuple(fc.constantFrom(...usual), fc.nat(), fc.nat(), fc.constantFrom(0, 1)).map(([text, from, to, removed]) => {
      const lines = text.split('\n')
      lines.splice(to % lines.length, removed, lines[from % lines.length] ?? '')
      return lines.join('\n')
    })
    const name = fc.constantFrom('compose.yaml', 'docker-compose.yml', 'compose.override.yaml', 'docker-compose.dev.yml')
    const env = fc.constantFrom<Table>(
      {},
      {},
      { '.env': 'TAG=2\nA=b\n' },
      { 'prod.env': 'TAG=2\n' },
      { 'prod.env': 'A=docker-compose.dev.yml\n' },
      { 'prod.env': 'COMPOSE_FILE=docker-compose.dev.yml:compose.yaml\nTAG=3\n', 'a.env': 'COMPOSE_FILE=/x\n' },
      { '.env': 'COMPOSE_FILE=compose.yaml\n' },
      { 'below/.env': 'TAG=2\nA=b\n' },
      { '.env': 'B=c\n', 'far/below/.env': 'TAG=3\nCOMPOSE_FILE=x\n', 'far/.env': 'TAG=4\n' },
      { dockerfile: 'FROM a\n' },
    )
    const folder = fc.dictionary(name, fc.oneof(changed, moved), { minKeys: 1, maxKeys: 2 })
    let sure = 0
    fc.assert(
      fc.property(folder, env, fc.boolean(), (table, beside, second) => {
        const files = { ...table, ...beside }
        sure += compare(files, {}, (path) => second || path.length > 12).passed.length
        for (const text of Object.values(table)) if (quickCompose(text) !== undefined) expect(readBlockYaml(text)).toBeDefined()
      }),
      { numRuns: 2500 },
    )
    expect(sure).toBeGreaterThan(100)
  })
})
