import { describe, expect, test } from '@jest/globals'
import { loadWholeReader } from '../src/extract/compose.js'
import { createCaches } from '../src/resolve/inventory.js'
import { type Content, type Inventory, type Platforms } from '../src/model.js'
import { survey } from '../src/survey.js'
import { memoryFiles } from './memory-files.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

async function taken(files: Readonly<Record<string, string | Content>>): Promise<Inventory | undefined> {
  const { views } = await survey(memoryFiles({ ...files }), [], { paths: [], platforms: PLATFORMS, envFiles: [] }, createCaches())
  return views[0]?.inventory
}

/** What the references of a repository are, as their own files have them. */
async function kinds(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return ((await taken(files))?.references ?? []).map(({ own }) => own.target.kind)
}

/** What a repository is said to name: the text of each place with all that it is resolved to, `never pulled` where that is said, and the problems. */
async function told(files: Readonly<Record<string, string | Content>>): Promise<readonly string[]> {
  const inventory = await taken(files)
  const references = inventory?.references ?? []
  const places = references.map(({ occurrence, own, also }) => {
    const names = [own, ...also].map(({ resolved, target }) => resolved ?? target.kind)
    return `${occurrence.file} ${names.join(' or ')}${occurrence.pullable === false ? ' never pulled' : ''}`
  })
  return [...places, ...(inventory?.problems ?? []).map(({ file, message }) => `${file}: ${message}`)].sort()
}

const BASE = 'ARG BASE=good\nFROM $BASE\n'

describe('a build that depends on a variable without a value', () => {
  const unknown = (service: string, names: string): string =>
    `compose.yml: what service ${service} is built from depends on ${names} no value here`

  test.each([
    ['a required context', 'build: {context: "${A:?}", args: {BASE: evil}}', ['Dockerfile good', unknown('s', 'A, which has')]],
    ['a required Dockerfile', 'build: {context: ., dockerfile: "${A:?set it}"}', ['Dockerfile good', unknown('s', 'A, which has')]],
    ['an unset context', 'build: {context: "./$A$B", args: {BASE: evil}}', ['Dockerfile good or evil', unknown('s', 'A, B, which have')]],
    ['one that leads to no Dockerfile', 'build: "./$A/x"', ['Dockerfile good', unknown('s', 'A, which has')]],
    ['one that leads out of the repository', 'build: "$A/x"', ['Dockerfile good', unknown('s', 'A, which has')]],
    ['a default', 'build: "${A:-.}"', ['Dockerfile good']],
  ])('%s', async (_, service, expected) => {
    expect(await told({ 'compose.yml': `services: {s: {${service}}}`, Dockerfile: BASE })).toEqual(expected)
  })

  test('is no problem where an env file gives what a blank would be', async () => {
    expect(await told({ 'compose.yml': 'services: {s: {build: "./$A"}}', Dockerfile: BASE, 'prod.env': 'A=.' })).toEqual([
      'Dockerfile good',
    ])
  })

  test('is one also where another file says where that is', async () => {
    const files = {
      'compose.yml': 'services: {s: {build: {context: "./$A", dockerfile: Dockerfile}}}',
      'compose.prod.yml': 'services: {s: {build: a}}',
    }
    expect(await told({ ...files, 'a/Dockerfile': BASE })).toEqual(['a/Dockerfile good', unknown('s', 'A, which has')])
  })

  test('is not tried with an env file in the place of the one that gives it', async () => {
    const files = {
      'compose.yml': 'services: {s: {build: {context: "./$D", args: {BASE: "${T:-evil}"}}}}',
      Dockerfile: BASE,
      'a/Dockerfile': BASE,
    }
    expect(await told({ ...files, '.env': 'D=a', 'prod.env': 'T=worse' })).toEqual([
      'Dockerfile good',
      'a/Dockerfile good or evil or worse',
    ])
  })

  test('is no problem where an env file gives it', async () => {
    const files = { 'compose.yml': 'services: {s: {build: {context: "${A:?}", args: {BASE: evil}}}}', 'a/Dockerfile': BASE }
    expect(await told({ ...files, 'prod.env': 'A=a' })).toEqual(['a/Dockerfile good or evil'])
  })

  test('in a Dockerfile that stands in the compose file, on a line that names an image', async () => {
    const inline = (line: string): string => `services:\n  s:\n    build:\n      dockerfile_inline: |\n        FROM x\n        ${line}\n`
    expect(await told({ 'compose.yml': inline('RUN echo ${A:?} $B') })).toEqual(['compose.yml x'])
    expect(await told({ 'compose.yml': inline('COPY --from=y${A:?}/z:1 a b') })).toEqual([
      'compose.yml x',
      'compose.yml y/z:1',
      unknown('s', 'A, which has'),
    ])
    for (const lines of ['COPY \\\n          --from=y${A:?}/z:1 a b', '${A:?} y/z:1', 'FROM \\\n          y${A:?}/z:1'])
      expect(await told({ 'compose.yml': inline(lines) })).toContain(unknown('s', 'A, which has'))
    expect(await told({ 'compose.yml': inline('FROM y${B}/z:1') })).toEqual([
      'compose.yml x',
      'compose.yml y/z:1',
      unknown('s', 'B, which has'),
    ])
    expect(await told({ 'compose.yml': inline('FROM y${B:?}/z:1'), '.env.prod': 'B=b' })).toEqual(['compose.yml x', 'compose.yml yb/z:1'])
  })
})

test.each(['${A:-}', '${A:+x}', '${A-}${B:-}'])('an image that is empty by default is unresolved: %s', async (image) => {
  expect(await told({ 'compose.prod.yml': `services: {s: {image: "${image}"}}` })).toEqual(['compose.prod.yml unresolved'])
  expect(await told({ 'compose.prod.yml': `services: {s: {image: "${image}", build: .}}`, Dockerfile: BASE })).toEqual(['Dockerfile good'])
})

describe('an image that one service never pulls, and another one does', () => {
  const never = 'services: {a: {build: ., image: x, pull_policy: build}}'
  test.each<[string, Record<string, string>]>([
    [
      'another document',
      { 'compose.yml': `services:\n  a: {build: ., image: x, pull_policy: build}\n---\nservices: {a: {pull_policy: always}}\n` },
    ],
    [
      'a service that extends it',
      { 'compose.yml': 'services: {a: {build: ., image: x, pull_policy: never}, b: {extends: a, pull_policy: always}}' },
    ],
    [
      'a service of another file that extends it',
      { 'compose.yml': 'services: {a: {extends: {file: x.compose.yml, service: a}, pull_policy: always}}', 'x.compose.yml': never },
    ],
    ['an alias', { 'compose.yml': 'services:\n  a: {build: ., image: &x x, pull_policy: build}\n  b: {build: ., image: *x}\n' }],
    ['an override', { 'compose.yml': never, 'compose.override.yml': 'services: {a: {build: !reset null, pull_policy: always}}' }],
    ['a file beside it', { 'compose.yml': never, 'compose.prod.yml': 'services: {a: {pull_policy: always}}' }],
    ['an env file', { 'compose.yml': 'services: {a: {build: ., image: x, pull_policy: "${P:-build}"}}', 'prod.env': 'P=always' }],
  ])('%s', async (_, files) => {
    expect((await told({ ...files, Dockerfile: BASE })).filter((line) => line.includes(' x'))).toEqual([
      expect.not.stringContaining('never'),
    ])
  })

  test('all of them never', async () => {
    expect(await told({ 'compose.yml': never, 'compose.prod.yml': 'services: {a: {pull_policy: never}}', Dockerfile: BASE })).toEqual([
      'Dockerfile good',
      'compose.yml x never pulled',
    ])
  })
})

test('an image that is written as nothing is none', async () => {
  expect(await told({ 'compose.prod.yml': 'services: {s: {image: ""}}' })).toEqual([])
})

describe('files that are put behind others', () => {
  const dockerfiles = { 'a/Dockerfile': 'ARG BASE=a\nFROM $BASE\n', 'b/Dockerfile': 'ARG BASE=b\nFROM $BASE\n' }

  test('the default file with one that builds elsewhere', async () => {
    const files = {
      'compose.yml': 'services: {s: {build: {context: a, args: {BASE: evil}}}}',
      'compose.prod.yml': 'services: {s: {build: b}}',
    }
    expect(await told({ ...files, ...dockerfiles })).toEqual(['a/Dockerfile a or evil', 'b/Dockerfile b or evil'])
  })

  test('the default file and its override with a third one', async () => {
    const files = {
      'compose.yml': 'services: {s: {image: x}}',
      'compose.override.yml': 'services: {s: {build: a}}',
      'compose.ci.yml': 'services: {s: {build: {args: {BASE: evil}}}}',
    }
    expect(await told({ ...files, ...dockerfiles })).toEqual(['a/Dockerfile a or evil', 'b/Dockerfile b', 'compose.yml x'])
  })

  test('the default file, also without its override', async () => {
    const files = {
      'compose.yml': 'services: {s: {build: a}}',
      'compose.override.yml': 'services: {s: {build: b}}',
      'compose.ci.yml': 'services: {s: {build: {args: {BASE: evil}}}}',
    }
    expect(await told({ ...files, ...dockerfiles })).toEqual(['a/Dockerfile a or evil', 'b/Dockerfile b or evil'])
  })

  test('with another env file', async () => {
    const files = { 'compose.yml': 'services: {s: {build: a}}', 'compose.ci.yml': 'services: {s: {build: {args: {BASE: "${B:-x}"}}}}' }
    expect(await told({ ...files, ...dockerfiles, 'prod.env': 'B=evil' })).toEqual(['a/Dockerfile a or x or evil', 'b/Dockerfile b'])
  })

  test('of what somebody may put together nothing lacks', async () => {
    const files = {
      'compose.yml': 'services: {s: {build: {context: a, dockerfile: dev.Dockerfile, target: dev}}}',
      'compose.prod.yml': 'services: {s: {build: b}}',
      'compose.test.yml': 'services: {s: {build: {context: b, target: test}}}',
      'a/dev.Dockerfile': 'FROM a AS dev\n',
      'b/Dockerfile': 'FROM b AS test\n',
    }
    expect(await told(files)).toEqual(['a/dev.Dockerfile a', 'b/Dockerfile b'])
  })

  test('what adds to the build of an override, also without that', async () => {
    const files = {
      'compose.yml': 'services: {s: {image: x}}',
      'compose.override.yml': 'services: {s: {build: a}}',
      'compose.ci.yml': 'services: {s: {build: {args: {BASE: evil}}}}',
      Dockerfile: BASE,
    }
    expect(await told({ ...files, ...dockerfiles })).toEqual([
      'Dockerfile good or evil',
      'a/Dockerfile a or evil',
      'b/Dockerfile b',
      'compose.yml x',
    ])
  })

  test('one that says nothing of a build is not put behind it', async () => {
    const more = Array.from({ length: 600 }, (_, i) => [`compose.${i}.yml`, 'services: {s: {environment: {A: b}}}'])
    const files = { 'compose.yml': 'services: {s: {build: a}}', ...(Object.fromEntries(more) as Record<string, string>) }
    expect(await told({ ...files, ...dockerfiles })).toEqual(['a/Dockerfile a', 'b/Dockerfile b'])
  })

  test('two without a default file', async () => {
    const files = {
      'docker-compose.base.yml': 'services: {s: {build: a}, t: {image: x}}',
      'docker-compose.prod.yml': 'services: {s: {build: {args: {BASE: evil}}}}',
      'docker-compose.other.yml': 'services: {t: {image: y}}',
    }
    expect(await told({ ...files, ...dockerfiles })).toEqual([
      'a/Dockerfile a or evil',
      'b/Dockerfile b',
      'docker-compose.base.yml x',
      'docker-compose.other.yml y',
    ])
  })

  test('what is too much is told', async () => {
    const services = Array.from({ length: 9000 }, (_, i) => `  s${i}: {image: x}\n`).join('')
    const files = { 'compose.yml': `services:\n  s: {build: a}\n${services}` }
    const more = Array.from({ length: 7 }, (_, i) => [`compose.${i}.yml`, 'services: {s: {build: {args: {BASE: evil}}}}'])
    const lines = await told({ ...files, ...dockerfiles, ...(Object.fromEntries(more) as Record<string, string>) })
    expect(lines.filter((line) => line.includes(': what it makes'))).toEqual([
      'compose.6.yml: what it makes together with the files beside it was not looked at: they are too many, or have too many services',
    ])
  })
})

describe('a key or a tag that is written with escapes', () => {
  test('the name of the project', async () => {
    expect(await told({ 'web/compose.yml': 'services: {s: {image: "${COMPOSE_PROJECT\\x5fNAME}/x"}}' })).toEqual(['web/compose.yml web/x'])
  })

  test('extends', async () => {
    const files = { 'compose.yml': 'services:\n  s:\n    image: x\n    "\\x65xtends": {file: a.inc, service: s}\n' }
    expect(await told({ ...files, 'a.inc': 'services: {s: {pre_start: [{image: evil}]}}' })).toEqual(['a.inc evil', 'compose.yml x'])
  })

  test('args', async () => {
    const files = { 'compose.yml': 'services:\n  s:\n    build:\n      context: .\n      "\\x61rgs": [BASE]\n', 'prod.env': 'BASE=evil' }
    expect(await told({ ...files, Dockerfile: BASE })).toEqual(['Dockerfile good or evil'])
  })

  test.each([
    ['in full', '', '!<!%72eset>'],
    ['with the number of a byte', '', '!%72eset'],
    ['behind a handle', '%TAG !e! !re\n---\n', '!e!set'],
  ])('a tag %s', async (_, head, tag) => {
    const file = `${head}services:\n  s:\n    build:\n      context: .\n      dockerfile: ${tag} no\n      args: {BASE: evil}\n`
    expect(await told({ 'compose.yml': file, Dockerfile: BASE })).toEqual(['Dockerfile good or evil'])
  })
})

describe('what BuildKit reads byte by byte', () => {
  test.each([
    ['an escape saves one byte of a character', 'COPY --chown=\\\u0420--from=evil a b', ['evil', 'x']],
    ['of another one', 'COPY --exclude=\\\u00e0--from=evil a b', ['evil', 'x']],
    ['in a mount', 'RUN --mount=type=cache,target=/\\\u00e0--mount=from=evil,target=/y z', ['evil', 'x']],
    ['a byte within a character ends the flags', 'COPY --chown=\\\u5167 --from=i a b', ['x']],
    ['no byte within quotes does', "COPY --chown='\\\u0420'--from=i a b", ['x']],
    ['a character of four bytes', 'COPY --chown=\\\u{1f600} --from=i a b', ['i', 'x']],
    ['a name is compared as bytes', 'COPY --from=\u212a a b', ['x', '\u00e2\u0084\u00aa']],
  ])('%s', async (_, line, expected) => {
    const lines = await told({ Dockerfile: `FROM x AS k\n${line}\n` })
    expect(lines).toEqual(expected.map((name) => `Dockerfile ${name}`))
  })
})

test.each(['RUN --mount=target=/\u00e9\u{1f600},from=evil:1 x', 'RUN --mount="target=/\u{1f600}\u{1f600}",from=evil:1 x'])(
  'an image behind characters of several bytes stands where it is written: %s',
  async (line) => {
    const [, mount] = (await taken({ Dockerfile: `FROM x\n${line}\n` }))?.references ?? []
    expect(mount?.occurrence).toMatchObject({
      text: 'evil:1',
      span: { start: { line: 2, column: line.indexOf('evil') + 1 }, end: { line: 2, column: line.indexOf('evil') + 7 } },
    })
  },
)

test('a comment that is not UTF-8 is no matter to BuildKit, and one to compose', async () => {
  const odd = (text: string): Content => ({ kind: 'unreadable', problem: 'it is not UTF-8', text: `# \ufffd\n${text}` })
  const files = memoryFiles({ Dockerfile: odd('FROM x\n'), 'compose.yml': odd('services: {s: {image: y}}\n') })
  const { views } = await survey(files, [], { paths: [], platforms: PLATFORMS, envFiles: [] }, createCaches())
  const inventory = views[0]?.inventory
  expect(inventory?.references.map(({ own }) => own.resolved)).toEqual(['x'])
  expect(inventory?.problems).toEqual([{ file: 'compose.yml', message: 'it is not UTF-8' }])
})

describe('the argument that is a time', () => {
  test.each([
    ['01', 'x:1'],
    ['+7', 'x:7'],
    ['-0', 'x:0'],
    ['9223372036854775807', 'x:9223372036854775807'],
    ['context', 'x:'],
    ['s', 'x:'],
  ])('%s', async (value, expected) => {
    const inventory = await taken({ Dockerfile: `ARG SOURCE_DATE_EPOCH=${value}\nFROM x:$SOURCE_DATE_EPOCH\nFROM scratch AS s\n` })
    expect([inventory?.references[0]?.own.resolved ?? 'x:', inventory?.problems]).toEqual([expected, []])
  })
  test.each(['v1', '1.5', '9223372036854775808'])('%s is refused', async (value) => {
    const lines = await told({ Dockerfile: `ARG SOURCE_DATE_EPOCH=${value}\nFROM x\n` })
    expect(lines).toEqual(['Dockerfile x', `Dockerfile: invalid SOURCE_DATE_EPOCH: ${value}`])
  })
  test('what was made of it before keeps it as it was', async () => {
    expect(await told({ Dockerfile: 'ARG SOURCE_DATE_EPOCH=01\nARG T=$SOURCE_DATE_EPOCH\nFROM x:$T\n' })).toEqual(['Dockerfile x:01'])
  })
})

describe('the directive of the checks', () => {
  const failed = (reason: string): string => `Dockerfile: failed to parse check options: ${reason}`
  test.each([
    ['# check=skip=A,B;error=true', []],
    ['# check=skip=all;experimental=all', []],
    ['# check = skip=all', []],
    ['# check=skip=A; error=true', [failed('invalid check option ""')]],
    ['# check=true', [failed('invalid check option "true"')]],
    ['# check = skip = all', [failed('invalid check option "skip"')]],
    ['# check=errors=true', [failed('invalid check option "errors"')]],
    ['# check=error=yes', [failed('failed to parse check option "error=yes": strconv.ParseBool: parsing "yes": invalid syntax')]],
    ['#!/bin/sh\n# check=true', [failed('invalid check option "true"')]],
    ['# a comment\n# check=true', []],
  ])('%j', async (head, problems) => {
    expect(await told({ Dockerfile: `${head}\nFROM x\n` })).toEqual(['Dockerfile x', ...problems])
  })
})

describe('a trigger that runs in the stage that it names', () => {
  test.each([
    ['by its number', 'FROM x AS a\nONBUILD COPY --from=1 q /\nFROM a\n'],
    ['by its name', 'FROM x AS a\nONBUILD COPY --from=c q /\nFROM a AS c\n'],
    ['in a mount', 'FROM x AS a\nONBUILD RUN --mount=from=c,target=/t y\nFROM a AS c\n'],
  ])('%s', async (_, text) => expect(await kinds({ Dockerfile: text })).toEqual(['image', 'local', 'local']))
})

describe('the name of a project', () => {
  const image = (name: string, service = 'w'): string => `services: {${service}: {image: "${name}/\${COMPOSE_PROJECT_NAME:-none}"}}`
  test.each([
    ['in what is included', { 'b/compose.yaml': 'include: [sub/p.yml]', 'b/sub/p.yml': image('x') }, ['b/sub/p.yml x/sub or x/b']],
    [
      'in what is extended',
      { 'b/compose.yaml': 'services: {w: {extends: {file: sub/p.yml, service: w}}}', 'b/sub/p.yml': image('x') },
      ['b/sub/p.yml x/sub or x/b'],
    ],
    [
      'in what an override extends',
      {
        'b/compose.yaml': 'services: {w: {image: a}}',
        'b/compose.override.yaml': 'services: {v: {extends: {file: sub/p.yml, service: w}}}',
        'b/sub/p.yml': image('x'),
      },
      ['b/compose.yaml a', 'b/sub/p.yml x/sub or x/b'],
    ],
    [
      'of an override',
      { 'b/compose.yaml': image('x'), 'b/compose.override.yaml': 'name: mine\nservices: {v: {image: y}}' },
      ['b/compose.override.yaml y', 'b/compose.yaml x/b or x/mine'],
    ],
    [
      'of two files, the last one',
      { 'b/compose.yaml': `name: one\n${image('x')}`, 'b/compose.override.yaml': `name: two\n${image('y', 'v')}` },
      ['b/compose.override.yaml y/two', 'b/compose.yaml x/one or x/two'],
    ],
    [
      'of the first file in the second one',
      { 'b/compose.yaml': 'name: base\nservices: {w: {image: a}}', 'b/compose.override.yaml': image('y', 'v') },
      ['b/compose.override.yaml y/b or y/base', 'b/compose.yaml a'],
    ],
    ['that is empty in the env file', { 'b/compose.yaml': image('x'), 'b/.env': 'COMPOSE_PROJECT_NAME=' }, ['b/compose.yaml x/b']],
    ['in the env file', { 'b/compose.yaml': `name: y\n${image('x')}`, 'b/.env': 'COMPOSE_PROJECT_NAME=z' }, ['b/compose.yaml x/z']],
    ['in small letters', { 'b/compose.yaml': `name: _My.App\n${image('x')}` }, ['b/compose.yaml x/myapp']],
    ['that is a default', { 'b/compose.yaml': `name: "\${N:-Def_}"\n${image('x')}` }, ['b/compose.yaml x/def_']],
    [
      'of an earlier document',
      { 'b/compose.yaml': `name: one\n${image('x')}\n---\nname: ""\n${image('y', 'v')}` },
      ['b/compose.yaml x/one', 'b/compose.yaml y/one'],
    ],
    [
      'of files that an env file names',
      { 'b/.env': 'COMPOSE_FILE=a.yml:c.yml', 'b/a.yml': 'services: {v: {image: a}}', 'b/c.yml': `name: last\n${image('x')}` },
      ['b/a.yml a', 'b/c.yml x/last'],
    ],
  ])('%s', async (_, files, expected) => expect(await told(files as Record<string, string>)).toEqual(expected))
  test('of a folder that looks like a place', async () => {
    const files = { 'b/compose.yaml': `name: acme\n${image('x')}`, 'b/compose.yaml:6/compose.yaml': image('y') }
    expect(await told(files)).toEqual(['b/compose.yaml x/acme', 'b/compose.yaml:6/compose.yaml y/composeyaml6'])
  })
  test('that is none is a problem', async () => {
    expect(await told({ 'b/compose.yaml': `name: "_"\n${image('x')}` })).toContainEqual('b/compose.yaml: project name must not be empty')
    expect(await told({ 'b/compose.yaml': `name: "$X"\n${image('x')}` })).not.toContainEqual(expect.stringContaining('must not be empty'))
  })
  test('in what is built', async () => {
    const files = {
      'b/compose.yaml': 'include: [sub/p.yml]',
      'b/sub/p.yml': 'services: {p: {build: {context: ., args: {BASE: "$COMPOSE_PROJECT_NAME"}}}}',
    }
    expect(await told({ ...files, 'b/sub/Dockerfile': BASE })).toEqual(['b/sub/Dockerfile good or b'])
  })
})

describe('a tag within what is tagged !override means nothing', () => {
  test.each([
    ['below the services', 'services: !override\n  w:\n    image: ok\n    pre_start:\n      - image: !reset evil\n', ['evil', 'ok']],
    ['of a service', 'services: !override\n  w:\n    image: !reset evil\n', ['evil']],
    ['of a model', 'models: !override\n  m:\n    model: !reset evil\nservices: {w: {image: ok}}\n', ['evil', 'ok']],
    ['beside a merge', 'x-f: &f {image: ok}\nservices:\n  w: !override\n    <<: *f\n    image: !reset evil\n', ['evil']],
    ['in what is merged', 'x-a: &a !override {image: !reset evil}\nservices:\n  w:\n    <<: *a\n    command: x\n', ['evil']],
    ['behind an alias', 'x-s: &s !override\n  w: {image: !reset evil}\nservices: *s\n', ['evil']],
    ['of the whole file', '!override\nservices:\n  w:\n    image: !reset evil\n', ['evil']],
    ['in flow style', 'services: {w: !override {image: !reset evil}, v: {image: ok}}\n', ['evil', 'ok']],
    [
      'and behind it it does',
      'services:\n  w: !override\n    image: !reset evil\n  v:\n    image: ok\n    build: !reset\n',
      ['evil', 'ok'],
    ],
  ])('%s', async (_, text, expected) => {
    const lines = expected.map((name) => `compose.yml ${name}`)
    expect(await told({ 'compose.yml': text })).toEqual(lines)
    // a key in quotes with an escape is for the whole reader
    expect(await told({ 'compose.yml': text.replace('image:', '"\\x69mage":') })).toEqual(lines)
  })
  test('of an argument', async () => {
    const file = 'services: !override\n  w:\n    build:\n      context: .\n      args: {BASE: !reset evil}\n'
    expect(await told({ 'compose.yml': file, Dockerfile: BASE })).toEqual(['Dockerfile good or evil'])
  })
})

test('an escape in single quotes within a pattern, which versions of BuildKit read in two ways', async () => {
  expect(await kinds({ Dockerfile: "ARG A=x/y\nFROM r/${A//'\\/'/-}\n" })).toEqual(['malformed'])
})

describe('what a variable without a value only switches on', () => {
  const open = async (files: Readonly<Record<string, string>>): Promise<readonly (string | undefined)[]> =>
    ((await taken(files))?.references ?? []).map(({ own }) => own.open)
  test.each([
    ['a registry', '${CI:+evil.example/}nginx:1.2', 'source'],
    ['with one operator alone', '${CI+evil.example/}nginx:1.2', 'source'],
    ['the end of a name', 'nginx${CI:+-evil}', 'source'],
    ['a port and a path', 'evil.example${CI:+:443/nginx}', 'source'],
    ['a tag', 'nginx${CI:+:$CI}', 'tag'],
    ['a digest', 'nginx:1${CI:+@sha256:0}', 'tag'],
    ['nothing', '${CI:+}nginx', undefined],
  ])('%s', async (_, text, expected) => {
    expect(await open({ Dockerfile: `ARG CI\nFROM ${text}\n` })).toEqual([expected])
    expect(await open({ 'compose.yml': `services: {s: {image: "${text}"}}` })).toEqual([expected])
  })
  test('a tag, of an image that is a part of a value', async () => {
    const cache = 'services: {s: {build: {context: ., cache_from: ["type=registry,ref=a/cache${CI:+:$CI}"]}}}'
    expect(await open({ 'compose.yml': cache, Dockerfile: 'FROM scratch' })).toEqual(['tag'])
    const syntax = 'services: {s: {build: {context: ., args: {BUILDKIT_SYNTAX: " docker/dockerfile${CI:+:$CI} x=$Y"}}}}'
    const files = { 'compose.yml': syntax, Dockerfile: '# syntax=docker/dockerfile:1\nFROM scratch' }
    const references = (await taken(files))?.references ?? []
    expect(references.map(({ own, also }) => [own.resolved, own.open, ...also.map((one) => one.open)])).toEqual([
      ['docker/dockerfile', 'tag'],
      ['docker/dockerfile:1', undefined, 'tag'],
      ['scratch', undefined],
    ])
  })
  test('a value that is written decides', async () => {
    expect(await told({ Dockerfile: 'ARG CI=1\nFROM ${CI:+good/}nginx\n' })).toEqual(['Dockerfile good/nginx'])
    expect(await open({ 'compose.yml': 'services: {s: {image: "${CI:+good/}nginx"}}', '.env': 'CI=' })).toEqual([undefined])
  })
})

test('the platform of a build that the environment names', async () => {
  const files = { Dockerfile: 'ARG TARGETARCH\nFROM x-$TARGETARCH\n', '.env': 'DOCKER_DEFAULT_PLATFORM=linux/s390x' }
  expect(await told({ ...files, 'compose.yml': 'services: {s: {build: .}}' })).toEqual(['Dockerfile x-amd64 or x-s390x'])
  expect(await told({ ...files, 'compose.yml': 'services: {s: {build: ., platform: linux/arm/v7}}' })).toEqual([
    'Dockerfile x-amd64 or x-arm',
  ])
})

describe('a base that depends on the platform', () => {
  test.each([
    ['what is built', 'FROM x-$TARGETARCH', ['Dockerfile x-amd64 or x-arm64']],
    ['what builds', 'FROM x-$BUILDARCH', ['Dockerfile x-amd64 or x-arm64']],
    ['both', 'FROM x-$BUILDARCH-$TARGETARCH', ['Dockerfile x-amd64-amd64 or x-amd64-arm64 or x-arm64-arm64 or x-arm64-amd64']],
    ['the default of an argument', 'ARG A=${TARGETPLATFORM#linux/}\nFROM $A/x', ['Dockerfile amd64/x or arm64/x']],
    ['a stage on one of them', 'FROM x AS b-amd64\nFROM b-$TARGETARCH', ['Dockerfile b-amd64', 'Dockerfile x']],
    ['what is none on the other one', 'FROM x:${TARGETARCH/arm64/?}', ['Dockerfile x:amd64']],
    ['what has no value here', 'ARG R\nFROM ${R}x-$TARGETARCH', ['Dockerfile x-amd64']],
    ['what has none on the other one', 'ARG R\nARG P=${TARGETARCH#arm64}\nFROM ${P:-$R}x', ['Dockerfile amd64x']],
    ['what has one on the other one only', 'ARG R\nARG P=${TARGETARCH#amd64}\nFROM ${P:-$R}x', ['Dockerfile x']],
    ['its platform alone', 'FROM --platform=$BUILDPLATFORM x', ['Dockerfile x']],
    ['the system alone', 'FROM x-$TARGETOS', ['Dockerfile x-linux']],
  ])('%s', async (_, text, expected) => {
    expect(await told({ Dockerfile: `${text}\n` })).toEqual(expected)
  })

  test('with the arguments that a build passes', async () => {
    const files = { 'compose.yml': 'services: {s: {build: {context: ., args: {N: y}}}}', Dockerfile: 'ARG N=x\nFROM $N-$TARGETARCH\n' }
    expect(await told(files)).toEqual(['Dockerfile x-amd64 or y-amd64 or x-arm64 or y-arm64'])
  })

  test('within a compose file', async () => {
    const file = 'services:\n  s:\n    build:\n      dockerfile_inline: |\n        FROM x-$$TARGETARCH\n'
    expect(await told({ 'compose.yml': file })).toEqual(['compose.yml x-amd64 or x-arm64'])
  })

  test('what is wrong on another one only is no problem', async () => {
    const text = 'FROM --platform=${TARGETARCH/arm64/?} x-$TARGETARCH\n'
    expect(await told({ Dockerfile: text })).toEqual(['Dockerfile x-amd64 or x-arm64'])
  })

  test('of a build that gives what lacks', async () => {
    const files = { 'compose.yml': 'services: {s: {build: {context: ., args: {R: r/}}}}', Dockerfile: 'ARG R\nFROM ${R}x-$TARGETARCH\n' }
    expect(await told(files)).toEqual(['Dockerfile x-amd64 or r/x-amd64 or r/x-arm64'])
  })

  test.each(['platform: linux/amd64', 'build: {context: ., platforms: [linux/amd64]}'])(
    'of builds that are for one alone: %s',
    async (more) => {
      const files = { 'compose.yml': `services:\n  s:\n    ${more}\n${more.startsWith('b') ? '' : '    build: .\n'}` }
      expect(await told({ ...files, Dockerfile: 'FROM x-$TARGETARCH\n' })).toEqual(['Dockerfile x-amd64'])
    },
  )

  test('one that somebody asks for is the only one', async () => {
    const named = async (platforms: Platforms): Promise<readonly unknown[]> => {
      const files = memoryFiles({ Dockerfile: 'FROM x-$TARGETARCH\n' })
      const { views } = await survey(files, [], { paths: [], platforms, envFiles: [] }, createCaches())
      return views.flatMap(({ inventory }) => inventory.references.map(({ own, also }) => [own.resolved, also.length]))
    }
    expect(await named({ target: 'linux/s390x', build: 'linux/amd64' })).toEqual([['x-s390x', 0]])
    expect(await named({ target: 'linux/amd64', build: 'linux/arm64' })).toEqual([['x-amd64', 0]])
    expect(await named({ target: 'linux/amd64', build: 'linux/amd64', only: true })).toEqual([['x-amd64', 0]])
  })

  test('builds that are too many on all of them are told', async () => {
    const args = Array.from({ length: 1200 }, (_, i) => `  s${i}: {build: {context: ., args: {N: y${i}}}}\n`).join('')
    const lines = await told({ 'compose.yml': `services:\n${args}`, Dockerfile: 'ARG N=x\nARG M\nARG O\nFROM $N-$TARGETARCH\n' })
    expect(lines.filter((line) => line.includes(' ways: '))).toEqual([
      'Dockerfile: the repository builds this file in 1200 ways: only the first 1000 were looked at',
    ])
  })
})

test('an env file in a folder of its own names files from above', async () => {
  const files = { 'env/prod.env': 'COMPOSE_FILE=services/stack.yaml', 'services/stack.yaml': 'services: {s: {image: x}}' }
  expect(await told(files)).toEqual(['services/stack.yaml x'])
})

describe('whoever calls compose in a folder below a default file, with the .env of that folder', () => {
  const web = 'services: {a: {image: "${R:-ghcr.io}/x:${T:-1}"}}'
  const both = ['compose.yaml ghcr.io/x:1 or evil.io/x:1']

  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['right below', { 'compose.yaml': web, 'web/.env': 'R=evil.io' }, both],
    ['far below', { 'compose.yaml': web, 'web/a/b/.env': 'R=evil.io' }, both],
    [
      'not at the root',
      { 'apps/docker-compose.yml': web, 'apps/web/.env': 'R=evil.io' },
      ['apps/docker-compose.yml ghcr.io/x:1 or evil.io/x:1'],
    ],
    [
      'before its own .env, which says the rest',
      { 'compose.yaml': web, '.env': 'R=b.io\nT=2', 'web/.env': 'R=evil.io' },
      ['compose.yaml b.io/x:2 or evil.io/x:2'],
    ],
    [
      'with the override',
      { 'compose.yaml': 'services: {a: {image: x}}', 'compose.override.yml': 'services: {a: {image: "${I:-y}"}}', 'web/.env': 'I=evil' },
      ['compose.override.yml y or evil', 'compose.yaml x'],
    ],
    [
      'as an argument',
      { 'compose.yaml': 'services: {a: {build: {context: ., args: [BASE]}}}', Dockerfile: BASE, 'web/.env': 'BASE=evil' },
      ['Dockerfile good or evil'],
    ],
  ])('counts: %s', async (_, files, expected) => expect(await told(files)).toEqual(expected))

  test.each<[string, Readonly<Record<string, string>>]>([
    ['a file lies between', { 'compose.yaml': web, 'web/compose.yml': 'services: {a: {image: y}}', 'web/a/.env': 'R=evil.io' }],
    ['the file has no name that compose finds', { 'compose.prod.yaml': web, 'web/.env': 'R=evil.io' }],
    ['it names other files itself', { 'compose.yaml': web, 'web/.env': 'R=evil.io\nCOMPOSE_FILE=none.yml' }],
    ['it is another env file', { 'compose.yaml': web, 'web/prod.env': 'R=evil.io' }],
    ['it lies above', { 'a/compose.yaml': web, '.env': 'R=evil.io' }],
  ])('does not where %s', async (_, files) => {
    expect((await told(files)).join()).not.toContain('evil')
  })

  test('is tried only where it gives what the file asks for', async () => {
    const others = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`p${index}/.env`, 'PORT=1']))
    expect(await told({ 'compose.yaml': web, ...others, 'web/.env': 'R=evil.io' })).toEqual(both)
  })

  test('is told where there are too many', async () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}/.env`, `T=${index}`]))
    expect((await told({ 'compose.yaml': web, ...many(1_000) })).join()).not.toContain('the others were not tried')
    expect(await told({ 'compose.yaml': web, ...many(1_001) })).toContain(
      'compose.yaml: more than 1000 folders below have a .env with variables of this file: the others were not tried',
    )
  })

  test('is told where the .env cannot be read', async () => {
    const files = { 'compose.yaml': web, 'web/.env': { kind: 'unreadable', problem: 'is not UTF-8' } as const }
    expect(await told(files)).toEqual(['compose.yaml ghcr.io/x:1', 'web/.env: is not UTF-8'])
  })
})

describe('the frontend that a build argument names', () => {
  const files = (value: string): Record<string, string> => ({
    'compose.yml': `services: {s: {build: {context: ., args: {BUILDKIT_SYNTAX: "${value}"}}}}`,
    Dockerfile: '# syntax=docker/dockerfile:1\nFROM scratch\n',
  })
  test('is the first word of it', async () => {
    expect(await told(files(' x/y:2 z=1'))).toEqual(['Dockerfile docker/dockerfile:1 or x/y:2', 'Dockerfile scratch', 'compose.yml x/y:2'])
    expect(await told(files('${S:-x/y:2 z}'))).toEqual([
      'Dockerfile docker/dockerfile:1 or x/y:2',
      'Dockerfile scratch',
      'compose.yml x/y:2',
    ])
  })
  test('is unknown behind a variable without a value', async () => {
    const [argument, syntax] = (await taken(files('${S} x/y:2')))?.references ?? []
    expect([argument?.own.open, ...(syntax?.also ?? []).map((one) => one.open)]).toEqual(['source', 'source'])
  })
  test('is no image where it is the one that is built in', async () =>
    expect(await told(files('dockerfile.v0'))).toEqual(['Dockerfile docker/dockerfile:1', 'Dockerfile scratch']))
})
