import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Build,
  type NamedContext,
  type Position,
  type Reference,
  type Resolution,
  type SourceFile,
  type Span,
  type Step,
} from '../src/model.js'
import { loadWholeReader } from '../src/extract/compose.js'
import { type ComposeReading, readProjects } from '../src/resolve/projects.js'
import { canonical } from '../src/resolve/reference.js'
import { expectGolden, FIXTURES, fixturesIn } from './golden.js'
import { memoryFiles } from './memory-files.js'
import { processorTime } from './processor-time.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }
const COMPOSE = /^(?:.*[._-])?(?:(?:docker-)?compose|docker-stack)(?:[._-].*)?\.ya?ml$/

function filesOf(folder: string, prefix = ''): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(folder).map((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? filesOf(path, `${prefix}${name}/`) : { [prefix + name]: readFileSync(path, 'utf8') }
    }),
  ) as Record<string, string>
}

function read(files: Record<string, string>): ComposeReading {
  const table = memoryFiles(files)
  const sources = table.find((name) => COMPOSE.test(name)).map((path): SourceFile => ({ path, kind: 'compose' }))
  return readProjects(table, sources, { envFiles: [], platforms: PLATFORMS })
}

// ---------------------------------------------------------------------------------------------- golden

const at = ({ line, column }: Position): string => `${line}:${column}`
const over = ({ start, end }: Span): string => `${at(start)}-${at(end)}`

function shownTarget({ target, resolved, variables, open }: Resolution): string {
  const blanks = variables.length === 0 ? '' : ` (${open ?? '?'} open: ${variables.join(', ')})`
  if (target.kind === 'image') return `${canonical(target.reference)}${blanks}`
  if (target.kind === 'local') return `${target.as} ${JSON.stringify(resolved)}`
  if (target.kind === 'malformed') return `malformed ${JSON.stringify(resolved)}: ${target.problem}`
  return `unresolved${blanks}${target.reference === undefined ? '' : ` of ${target.reference.registry}/${target.reference.repository}`}`
}

const shownStep = ({ file, span, text, overridable }: Step): string =>
  `    <- ${file}:${over(span)} ${JSON.stringify(text)}${overridable ? ' (overridable)' : ''}\n`

function shownReference({ occurrence, own, also }: Reference): string {
  const { file, span, role, owner, text, pullable, suppressions = [] } = occurrence
  const pulled = pullable === undefined ? '' : pullable ? ' (pullable)' : ' (never pulled)'
  return [
    `${file} ${over(span)} ${role} ${owner ?? '-'} ${JSON.stringify(text)}${pulled}\n`,
    `  = ${shownTarget(own)}\n`,
    ...own.via.map(shownStep),
    ...also.flatMap((one) => [`  also ${shownTarget(one)}\n`, ...one.via.map(shownStep)]),
    ...suppressions.map(({ rules, reason, span: where }) => `  ignored ${rules.join(', ')} at ${over(where)}: ${reason}\n`),
  ].join('')
}

const shownContext = (context: NamedContext): string =>
  context.kind === 'image' ? `image ${context.value.text}` : context.kind === 'service' ? `service ${context.service}` : 'local'

function shownBuild({ service, place, dockerfile, inputs }: Build): string {
  const where =
    dockerfile.kind === 'remote'
      ? dockerfile.url
      : dockerfile.kind === 'inline'
        ? JSON.stringify(dockerfile.text)
        : dockerfile.kind === 'unknown'
          ? '?'
          : dockerfile.path
  const lines = dockerfile.kind === 'inline' ? dockerfile.text.split('\n').filter((line) => line !== '') : []
  const locate = dockerfile.kind === 'inline' ? dockerfile.locate : undefined
  return [
    `${place.file} ${over(place.span)} ${service} builds ${dockerfile.kind} ${where}${inputs.target === undefined ? '' : ` to ${inputs.target}`} for ${inputs.platforms.target}\n`,
    ...lines.map((line, i) => {
      const span = { start: { line: i + 1, column: line.lastIndexOf(' ') + 2 }, end: { line: i + 1, column: line.length + 1 } }
      return `    the last word of line ${i + 1} stands at ${locate === undefined ? '?' : over(locate(span))}\n`
    }),
    ...[...inputs.args].flatMap(([name, { text, via }]) => [`  ${name}=${JSON.stringify(text)}\n`, ...via.map(shownStep)]),
    ...[...inputs.contexts].map(([name, context]) => `  context ${name}: ${shownContext(context)}\n`),
  ].join('')
}

function shown({ references, builds, problems, edges, followed }: ComposeReading): string {
  return [
    ...references.map(shownReference),
    ...builds.map(shownBuild),
    ...problems.map(({ file, span, message }) => `problem ${file}${span === undefined ? '' : ` ${over(span)}`} ${message}\n`),
    ...edges.map(({ from, to }) => `edge ${from} -> ${to}\n`),
    ...followed.map(({ path }) => `followed ${path}\n`),
  ].join('')
}

describe('what is told of a repository', () => {
  test.each(fixturesIn('compose'))('%s', (name) => {
    expectGolden(join(FIXTURES, 'compose', `${name}.out`), shown(read(filesOf(join(FIXTURES, 'compose', name)))))
  })
})

// ---------------------------------------------------------------------------------------------- properties

/** What stands at a place. */
function cut(text: string, { start, end }: Span): string {
  const lines = text.replace(/^\ufeff/, '').split('\n')
  const first = lines[start.line - 1] ?? ''
  if (start.line === end.line) return first.slice(start.column - 1, end.column - 1)
  return [
    first.slice(start.column - 1),
    ...lines.slice(start.line, end.line - 1),
    (lines[end.line - 1] ?? '').slice(0, end.column - 1),
  ].join('\n')
}

const WORDS = [
  'services:', 'image:', 'build:', 'x:1', 'a/b:${T}', '${T:-c}', '${', '"', "'", '\n', '\n  ', '\n    ', '\n      ', ' ', '- ', '{', '}', '[', ']', ',', '&a ', '*a', '<<: ',
  'volumes:', 'type: image', 'source: v:1', 'args:', 'additional_contexts:', 'y: docker-image://z:1', 'cache_from:', 'type=registry,ref=r:1', 'extends: a', 'include:', 'compose.yaml',
  '!reset ', '!override ', '---\n', 'a:', 'b:', 'dockerfile_inline: |', 'FROM x', '#', '\u2028', '\r', 'null', '5', 'models:', 'model: m', 'x-bake:', 'tags:', 'sbom: true', 'BUILDKIT_SYNTAX: s:1', 'pre_start:',
] // prettier-ignore
const fragments = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((parts) => parts.join(''))

describe('arbitrary compose files', () => {
  test('are read without an exception; places hold their text; every occurrence ends in one target', () => {
    const texts = fc.oneof(
      fragments,
      fc.string({ unit: 'binary' }),
      fragments.map((text) => `services:\n  a:\n    image: ${text}`),
    )
    fc.assert(
      fc.property(texts, fc.oneof(fc.constant('T=1\n'), fragments), (text, env) => {
        const { references, builds } = read({
          'compose.yaml': text,
          'compose.override.yaml': `services:\n  a: {image: o}\n`,
          '.env': env,
          'x.env': 'T=2',
        })
        for (const { occurrence } of references) {
          if (occurrence.file === 'compose.yaml') expect(cut(text, occurrence.span)).toBe(occurrence.text)
        }
        for (const { dockerfile } of builds) {
          if (dockerfile.kind === 'inline') dockerfile.locate({ start: { line: 99, column: 99 }, end: { line: 99, column: 99 } })
        }
      }),
      { numRuns: 1500 },
    )
  })
})

/** Milliseconds of the processor; several times what it takes on a quiet machine. */
const LIMIT = 10_000

describe('hostile repositories', () => {
  const lines = (count: number, line: (i: number) => string): string => Array.from({ length: count }, (_, i) => line(i)).join('\n')
  const anchor = (count: number): string => `x-v: &v\n${lines(count, (i) => `  - {type: image, source: "v:${i}", target: /${i}}`)}\n`
  test.each<[string, Record<string, string>]>([
    [
      '16,000 services',
      { 'compose.yaml': `services:\n${lines(16_000, (i) => `  s${i}:\n    image: alpine:\${T:-3}`)}`, '.env': 'T=1', 'a.env': 'T=2' },
    ],
    [
      'an extends chain',
      {
        'compose.yaml': `services:\n${lines(2_000, (i) => `  s${i}:\n    extends: s${i + 1}\n    image: a:${i}`)}\n  s2000:\n    image: x`,
      },
    ],
    [
      'volumes of all services',
      { 'compose.yaml': `${anchor(1_000)}services:\n${lines(1_000, (i) => `  s${i}: {image: a, volumes: *v}`)}` },
    ],
    [
      'diamonds of includes',
      Object.fromEntries(
        [...Array(24).keys()].map((i) => [
          `compose.${i}.yml`,
          `include: [compose.${i + 1}.yml, compose.${i + 1}.yml]\nservices: {a: {image: "a:${i}"}}`,
        ]),
      ),
    ],
    [
      'include chains',
      Object.fromEntries(
        [...Array(100).keys()].map((i) => [`compose.${i}.yml`, `include: [compose.${i + 1}.yml]\nservices: {a: {image: "a:${i}"}}`]),
      ),
    ],
    [
      'env files',
      Object.fromEntries([
        ['compose.yaml', 'services: {a: {image: "a:${T}"}}'],
        ...[...Array(500).keys()].map((i) => [`${i}.env`, `T=${i}`]),
      ]) as Record<string, string>,
    ],
    ['one long line', { 'compose.yaml': `services: {a: {image: "${'${A:-x}'.repeat(8_000)}"}}` }],
    ['broken templates', { 'compose.yaml': `services:\n${lines(3_000, (i) => `  s${i}:\n    image: a\n    environment:\n      A: \${`)}` }],
  ])('%s', (_, files) => {
    let found: unknown[] = []
    expect(processorTime(() => (found = [...read(files).references]))).toBeLessThan(LIMIT)
    expect(found.length).toBeGreaterThan(0)
  })
})
