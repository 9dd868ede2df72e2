import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { plain } from '../src/extract/values.js'
import { type BuildInputs, type Step } from '../src/model.js'
import { DEFAULT_INPUTS, resolveDockerfile } from '../src/resolve/stages.js'
import { processorTime } from './processor-time.js'

function resolve(text: string, inputs: Partial<BuildInputs> = {}, template = false) {
  const dockerfile = extractDockerfile(text, { template })
  return { dockerfile, ...resolveDockerfile(dockerfile, 'api/Dockerfile', { ...DEFAULT_INPUTS, ...inputs }) }
}

const args = (values: Record<string, string>, via: readonly Step[] = []) =>
  new Map(Object.entries(values).map(([name, text]) => [name, { text, unset: [], via }]))

describe('the chain of a value', () => {
  test('an ARG is a step that a build can override', () => {
    const { resolutions } = resolve('ARG TAG=3\nARG BASE="alpine:${TAG}"\nFROM $BASE')
    expect(resolutions[0]?.via).toEqual([
      {
        file: 'api/Dockerfile',
        span: { start: { line: 2, column: 11 }, end: { line: 2, column: 24 } },
        text: 'ARG BASE="alpine:${TAG}"',
        value: 'alpine:${TAG}',
        overridable: true,
      },
      {
        file: 'api/Dockerfile',
        span: { start: { line: 1, column: 9 }, end: { line: 1, column: 10 } },
        text: 'ARG TAG=3',
        value: '3',
        overridable: true,
      },
    ])
  })

  test('a build argument brings its own steps', () => {
    const step: Step = {
      file: 'compose.yaml',
      span: { start: { line: 9, column: 13 }, end: { line: 9, column: 19 } },
      text: 'build.args.BASE=debian',
      value: 'debian',
    }
    expect(resolve('ARG BASE=alpine\nFROM $BASE', { args: args({ BASE: 'debian' }, [step]) }).resolutions[0]).toMatchObject({
      resolved: 'debian',
      via: [step],
    })
  })

  test('a bare ARG whose default stands at the place can be given too', () => {
    const [resolution] = resolve('ARG BASE\nFROM ${BASE:-alpine}').resolutions
    expect(resolution).toMatchObject({ resolved: 'alpine', variables: [], via: [{ text: 'ARG BASE', overridable: true }] })
    expect(resolve('FROM ${BASE:-alpine}').resolutions[0]?.via).toEqual([])
  })

  test('a platform argument stands where it is used', () => {
    const [resolution] = resolve('FROM x:$TARGETARCH', { platforms: { target: 'linux/arm/v7', build: 'linux/amd64' } }).resolutions
    expect(resolution).toMatchObject({
      resolved: 'x:arm',
      via: [{ text: 'TARGETARCH=arm', value: 'arm', overridable: true, span: { start: { line: 1, column: 6 } } }],
    })
  })

  test('a long chain is cut', () => {
    const text = `ARG A0=alpine\n${Array.from({ length: 1000 }, (_, i) => `ARG A${i + 1}=$A${i}\n`).join('')}FROM $A1000`
    const [resolution] = resolve(text).resolutions
    expect(resolution?.resolved).toBe('alpine')
    expect(resolution?.via.length).toBeLessThan(20)
  })
})

describe('a build', () => {
  test.each([
    ['linux/arm64/v8', 'linux/arm64 arm64  '],
    ['linux/aarch64', 'linux/arm64 arm64  '],
    ['linux/arm', 'linux/arm/v7 arm v7 '],
    ['windows(10.0.17763)/amd64', 'windows(10.0.17763)/amd64 amd64  10.0.17763'],
    ['wasi/wasm', 'wasi/wasm wasm  '],
  ])('for %s', (target, want) => {
    const text = 'ARG P="$TARGETPLATFORM $TARGETARCH $TARGETVARIANT $TARGETOSVERSION"\nFROM $P'
    expect(resolve(text, { platforms: { target, build: 'linux/amd64' } }).resolutions[0]?.resolved).toBe(want)
  })

  test('TARGETSTAGE is the target, the last stage, or default', () => {
    expect(resolve('FROM a AS one\nFROM x:$TARGETSTAGE AS two').resolutions[1]?.resolved).toBe('x:two')
    expect(resolve('FROM a AS one\nFROM x:$TARGETSTAGE AS two', { target: 'one' }).resolutions[1]?.resolved).toBe('x:one')
    expect(resolve('FROM x:$TARGETSTAGE').resolutions[0]?.resolved).toBe('x:default')
  })

  test('a target is found without case, and must be there', () => {
    expect(resolve('FROM a AS One', { target: 'ONE' }).problems).toEqual([])
    expect(resolve('FROM a AS One', { target: '0' }).problems).toEqual([{ message: 'target stage "0" could not be found' }])
  })

  test('BUILDKIT_SYNTAX comes before the file', () => {
    const text = '# syntax=docker/dockerfile:1\nFROM a'
    expect(resolve(text, { args: args({ BUILDKIT_SYNTAX: ' acme/df:2 x' }) }).resolutions[0]).toMatchObject({
      resolved: 'acme/df:2',
      target: { kind: 'image' },
    })
    expect(resolve(text, { args: args({ BUILDKIT_SYNTAX: 'dockerfile.v0' }) }).resolutions[0]?.resolved).toBe('docker/dockerfile:1')
  })

  test('a default that cannot be expanded is refused, unless the build gives the value', () => {
    const text = 'ARG A=${B^}\nFROM alpine:${A:-3}'
    expect(resolve(text).problems).toEqual([
      {
        message: 'failed to process "${B^}": unsupported modifier (^) in substitution',
        span: { start: { line: 1, column: 7 }, end: { line: 1, column: 12 } },
      },
    ])
    expect(resolve(text, { args: args({ A: '9' }) })).toMatchObject({ problems: [], resolutions: [{ resolved: 'alpine:9' }] })
  })

  test.each([
    ['FROM --platform=foo a', 'failed to parse platform foo: "foo": unknown operating system or architecture: invalid argument'],
    ['FROM --platform=linux/ a', 'failed to parse platform linux/: "" is an invalid component of "linux/"'],
    ['FROM --platform=$X a', 'empty platform value from expression $X'],
    ['FROM a AS b..c', 'invalid context name b..c: invalid reference format'],
  ])('%s is refused', (text, message) => {
    expect(resolve(text).problems[0]?.message).toContain(message)
  })

  test('a context replaces a stage with its FROM, an image by its familiar name, and the syntax image', () => {
    const contexts = new Map([
      ['base', { kind: 'image', value: plain('acme/base:1') }],
      ['docker/dockerfile:1', { kind: 'image', value: plain('mirror.example/df:1') }],
      ['src', { kind: 'service', service: 'api' }],
    ] as const)
    const { resolutions } = resolve('# syntax=docker/dockerfile:1\nFROM busybox AS base\nFROM base\nFROM src\nFROM ${U}src', { contexts })
    expect(resolutions.map(({ target, resolved }) => [resolved, target.kind === 'local' ? target.as : target.kind])).toEqual([
      ['mirror.example/df:1', 'image'],
      ['acme/base:1', 'image'],
      ['base', 'stage'],
      ['src', 'context'],
      ['src', 'context'],
    ])
    expect(resolutions[4]).toMatchObject({ variables: ['U'], open: 'source' })
  })
})

describe('stages that come later', () => {
  const text = (last: string) => `FROM a AS x\nCOPY --from=y b c\nRUN --mount=from=y,target=/t d\nFROM e AS y\nFROM ${last}`
  const problems = (last: string) =>
    resolve(text(last)).resolutions.flatMap(({ target }) => (target.kind === 'malformed' ? [target.problem] : []))

  test('are refused where the build gets there', () => {
    expect(problems('x')).toEqual([
      'cannot copy from stage "y", it needs to be defined before current stage "x"',
      'cannot mount from stage "y" to "/t", stage needs to be defined before current command',
    ])
    expect(problems('scratch')).toEqual([])
  })

  test('circles are refused wherever they are', () => {
    const { resolutions } = resolve('FROM a AS x\nCOPY --from=y b c\nFROM d AS y\nCOPY --from=x b c\nFROM scratch')
    expect(resolutions.map(({ target }) => target.kind)).toEqual(['image', 'malformed', 'image', 'local', 'local'])
  })
})

describe('a template', () => {
  test('its marks hide no FROM', () => {
    const { resolutions, dockerfile } = resolve(
      'FROM node:20{% else %}FROM evil.example/x\n{{ if a }}FROM alpine{{ end }}\nBOGUS',
      {},
      true,
    )
    expect(dockerfile.problems).toEqual([])
    expect(resolutions.map(({ target, open }) => [target.kind, open])).toEqual([
      ['unresolved', 'source'],
      ['unresolved', 'source'],
    ])
  })

  test('without marks it is a Dockerfile', () => {
    expect(resolve('FROM alpine\nBOGUS', {}, true).dockerfile.problems).toHaveLength(1)
  })
})

describe('frontends', () => {
  const body = 'FROM alpine\nRUN <<E\nFROM evil.example/x\nE\n'
  test.each([
    ['', 1],
    ['# syntax=docker/dockerfile:1\n', 1],
    ['# syntax=docker.io/docker/dockerfile:1.4\n', 1],
    ['# syntax=docker/dockerfile:1.10-labs\n', 1],
    ['# syntax=docker/dockerfile-upstream:master\n', 1],
    ['# syntax=docker/dockerfile\n', 1],
    ['# syntax=docker/dockerfile:1.3\n', 2],
    ['# syntax=docker/dockerfile:1.0-experimental\n', 2],
    ['# syntax=docker/dockerfile:experimental\n', 2],
    [`# syntax=docker/dockerfile@sha256:${'a'.repeat(64)}\n`, 2],
    ['# syntax=acme/frontend:9\n', 2],
  ])('%j', (head, stages) => {
    expect(extractDockerfile(head + body).occurrences.filter(({ role }) => role === 'base')).toHaveLength(stages)
  })

  test('what one reading finds in the file and another pulls is an image', () => {
    // before heredocs, the line that ends this one continued into the FROM
    const text =
      '# syntax=docker/dockerfile:1.3\nFROM alpine\nRUN <<"true \\\\"\nx\ntrue \\\nFROM acme/x AS nginx\nFROM alpine\nCOPY --from=nginx a b'
    const { dockerfile, resolutions } = resolve(text)
    const copied = dockerfile.occurrences.findIndex(({ role }) => role === 'copy-from')
    expect(resolutions[copied]).toMatchObject({ resolved: 'nginx', target: { kind: 'image' } })
  })
})

describe('any text', () => {
  const word = fc.constantFrom(
    ...[
      'FROM ',
      'COPY ',
      'RUN ',
      'ARG ',
      'ONBUILD ',
      'ENV ',
      ' AS ',
      'alpine',
      'x',
      'nginx:1',
      '--from=',
      '--mount=',
      '--platform=',
      'from=',
      'target=/t',
      ',',
    ],
    ...[
      '"',
      "'",
      '\\',
      '`',
      '$',
      '${',
      '}',
      '$A',
      '${A:-x}',
      'A=',
      '=',
      '<<E',
      '<<-E',
      'E',
      '\n',
      '\n',
      '\n',
      '\\\n',
      '\r\n',
      ' ',
      '\t',
      '#',
      '# escape=`\n',
    ],
    ...['# syntax=docker/dockerfile:1.2\n', '# syntax=', '{{', '}}', '{%', '\ufeff', '\u0085', 'é', '\u{1F600}', '\0', '[', ']', '1', '-'],
  )
  const texts = fc.oneof(
    fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )

  test('one resolution for each place, which holds its text', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, template) => {
        const { dockerfile, resolutions } = resolve(text, {}, template)
        expect(resolutions).toHaveLength(dockerfile.occurrences.length)
        expect(resolutions.every(({ target }) => ['image', 'local', 'unresolved', 'malformed'].includes(target.kind))).toBe(true)
        const lines = text.replace(/^\ufeff/, '').split('\n')
        const places = new Set<string>()
        for (const { span, text: told, role } of dockerfile.occurrences) {
          expect(cut(lines, span.start, span.end)).toBe(told)
          places.add(`${role} ${span.start.line}:${span.start.column}`)
        }
        expect(places.size).toBe(dockerfile.occurrences.length)
        for (const { span } of dockerfile.problems) if (span) expect(span.start.line).toBeLessThanOrEqual(lines.length)
      }),
      { numRuns: 1500 },
    )
  })

  test('bytes in any order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const { dockerfile, resolutions } = resolve(new TextDecoder().decode(bytes))
        expect(resolutions).toHaveLength(dockerfile.occurrences.length)
      }),
      { numRuns: 500 },
    )
  })

  /** The stretch of the file, its line continuations removed as BuildKit removes them. */
  function cut(lines: readonly string[], start: { line: number; column: number }, end: { line: number; column: number }): string {
    let held = ''
    for (let line = start.line; line <= end.line; line++) {
      const from = line === start.line ? start.column - 1 : 0
      const whole = lines[line - 1] ?? ''
      if (line === end.line) return held + whole.slice(from, end.column - 1)
      if (line > start.line && /^[\s\u0085]*(?:#.*)?$/s.test(whole)) continue
      held += whole
        .slice(from)
        .replace(/\r*$/, '')
        .replace(/[\\`][ \t]*$/, '')
    }
    return held
  }
})

describe('hostile files take linear time', () => {
  test.each([
    ['a line of 64 kB', `FROM alpine\nRUN ${'x'.repeat(65_000)}\n`],
    ['a line beyond', `FROM alpine\nRUN ${'x'.repeat(70_000)}\n`],
    ['16,000 continuations', `FROM alpine\nRUN x ${'\\\n --mount=from=a '.repeat(16_000)}\n`],
    ['16,000 mounts over as many lines', `FROM alpine\nRUN ${'\\\n --mount=from=a,target=/t '.repeat(16_000)} x\n`],
    [
      '16,000 stages',
      Array.from(
        { length: 16_000 },
        (_, i) => `FROM ${i > 0 ? `s${i - 1}` : 'a'} AS s${i}\nCOPY --from=s${Math.min(i + 1, 15_999)} a b\n`,
      ).join(''),
    ],
    ['100,000 ARGs', `${Array.from({ length: 100_000 }, (_, i) => `ARG A${i}=$A${i - 1}x\n`).join('')}FROM $A99999`],
    ['ARGs that double', `ARG A=xx\n${'ARG A=$A$A\n'.repeat(50_000)}FROM $A`],
    ['ARGs with patterns', `ARG A=${'a'.repeat(60_000)}\n${'ARG B=${A//*a*a*b/x}\n'.repeat(5_000)}FROM $B`],
    [
      'many names without value',
      `ARG A=${Array.from({ length: 9_000 }, (_, i) => `$v${i}`).join('')}\n${'ARG A=$A$A\n'.repeat(5_000)}FROM $A`,
    ],
    ['nested expansions', `FROM ${'${a:-'.repeat(12_000)}\n`],
    ['heredocs', `FROM a\nRUN ${'<<E '.repeat(10_000)}\n${'E\n'.repeat(10_000)}`],
    ['onbuilds', `FROM a\n${'ONBUILD '.repeat(8_000)}\n`],
    ['marks', `{{ ${'{{ x }} {{'.repeat(5_000)}`],
  ])('%s', (_, text) => {
    // 300 ms on an idle machine; what is not linear takes minutes
    expect(processorTime(() => resolve(text))).toBeLessThan(10_000)
  })

  test('a line beyond what BuildKit reads is told', () => {
    expect(resolve(`FROM alpine\nRUN ${'é'.repeat(33_000)}\nFROM b`).dockerfile.problems).toEqual([
      {
        message: 'dockerfile line greater than max allowed size of 65535',
        span: { start: { line: 2, column: 1 }, end: { line: 2, column: 1 } },
      },
    ])
  })
})
