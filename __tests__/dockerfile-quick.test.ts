import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { generateDockerfile } from '../bench/generate/dockerfile.js'
import { createRandom, type Random } from '../bench/generate/random.js'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { placedDockerfile, quickDockerfile } from '../src/extract/dockerfile-quick.js'
import { type QuickUses } from '../src/extract/quick-uses.js'
import { type Reference, type Span } from '../src/model.js'
import { resolveBuild } from '../src/resolve/dockerfiles.js'
import { referencesOf } from '../src/resolve/placed.js'
import { DEFAULT_INPUTS } from '../src/resolve/stages.js'
import { FIXTURES, ROOT } from './golden.js'
import { processorTime } from './processor-time.js'

const SOURCE = { path: 'Dockerfile', kind: 'dockerfile' } as const

function resolved(text: string): ReturnType<typeof resolveBuild> {
  const location = { file: SOURCE.path, kind: SOURCE.kind, locate: (span: Span) => span }
  return resolveBuild(extractDockerfile(text), location, DEFAULT_INPUTS)
}

/** What the whole reader and the resolver make of a file; undefined if anything is wrong with it, or open. */
function whole(text: string): QuickUses | undefined {
  const { references, problems } = resolved(text)
  const sure = references.every(
    ({ occurrence, own }) =>
      (own.target.kind === 'image' || own.target.kind === 'local') && own.variables.length === 0 && occurrence.suppressions === undefined,
  )
  if (problems.length > 0 || !sure) return undefined
  const images = references.flatMap(({ occurrence, own }) =>
    own.target.kind === 'image' && own.resolved !== null ? [{ role: occurrence.role, text: own.resolved }] : [],
  )
  return { images, local: references.length - images.length }
}

/** All of references, whatever the order of their properties. */
function told(references: readonly Reference[]): string {
  return JSON.stringify(references, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  )
}

/** Texts that the quick way answers otherwise than the whole way does. */
function differing(texts: Iterable<string>): string[] {
  const wrong: string[] = []
  for (const text of texts) {
    const quick = quickDockerfile(text)
    const placed = placedDockerfile(text)
    if (quick !== undefined && JSON.stringify(quick) !== JSON.stringify(whole(text))) wrong.push(text)
    else if (placed !== undefined && told(referencesOf(SOURCE, placed)) !== told(resolved(text).references)) wrong.push(text)
    else if (placed !== undefined && quick === undefined) wrong.push(text)
  }
  return wrong
}

const FIXED: readonly string[] = [
  ...readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /dockerfile/i.test(path) && !path.endsWith('.out'))
    .flatMap((path) => readIfFile(join(FIXTURES, path))),
  ...(JSON.parse(readFileSync(join(ROOT, '__tests__/data/dockerfile.json'), 'utf8')) as { dockerfile: string }[]).map(
    ({ dockerfile }) => dockerfile,
  ),
]

function readIfFile(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8')]
  } catch {
    return []
  }
}

const GENERATED: readonly string[] = Array.from({ length: 2_000 }, (_, index) => generateDockerfile(createRandom(5, `quick ${index}`)).text)

/** One of each way to write an instruction, so that mutations meet it often. */
const SAMPLE = `# syntax=docker/dockerfile:1
# A comment
ARG VERSION=22
ARG NAME="node" 
ARG SUFFIX='-slim'
ARG TAG=\${VERSION}\${SUFFIX:+-alpine}
ARG EMPTY
FROM --platform=$BUILDPLATFORM \${NAME}:\${TAG} AS build
WORKDIR /src
ARG TARGETOS TARGETARCH=amd64
ENV A=b C="d e" \\
    # between
    E='f'
ENV LEGACY a value
LABEL org.example.title="A \\"title\\"" other=x
COPY --chown=1000:1000 package.json ./
COPY ["a b", "/c/"]
RUN --mount=type=cache,target=/root/.npm \\
    --mount=type=bind,from=ghcr.io/acme/tool:1,target=/t \\
    npm ci && \\

    # another
    npm run build
RUN <<EOF
FROM nothing
EOF
COPY <<-"CONF" /etc/conf
	x=1
	CONF
ONBUILD COPY --from=alpine:3 /a /b
FROM node:\${VERSION:-20} as Other
RUN --mount=from=build,target=/x ls
FROM scratch
COPY --link --from=build /src/out /app
COPY --from=0 --chown=app /a /b
COPY --from=Other /x \\
# between
     /y
COPY --from=busybox:1.36 /bin/busybox /bin/
ADD --chmod=755 https://example.com/x /x
SHELL ["/bin/sh", "-c"]
VOLUME ["/data"]
EXPOSE 80/tcp
HEALTHCHECK --interval=30s --timeout=3s \\
  CMD curl -f http://localhost/ || exit 1
STOPSIGNAL SIGTERM
USER app
ENTRYPOINT ["/app", "--serve"]
CMD serve`

const PIECES = [
  ...['\\', '\\\n', '`', '"', "'", '$', '${', '}', '<', '<<', '<<EOF', '-', '--', '--from=', '--mount=', ',from=', '=', ' ', '\t', '\n'],
  ...['\r', '\r\n', '#', '[', ']', '["a"]', '\u00a0', '\u000b', '\ufeff', '\u0130', '\u212a', '\u2028', '\0', ',', ':', '@', '/', '0', 'é'],
  ...['$A', '${VERSION}', '${A:-b}', 'FROM ', ' AS x', 'ARG A=b\n', 'ARG A\n', 'ONBUILD ', 'RUN ', 'COPY ', 'ENV ', 'SHELL ', 'EXPOSE '],
  ...['HEALTHCHECK CMD ', 'HEALTHCHECK NONE', '# escape=`\n', '# syntax=a/b\n', '# syntax=docker/dockerfile:1\n', '#!x\n', 'scratch'],
  ...['base', 'build', '\\ ', '\\\n# c\n', '\\\n\n', '\nEOF\n', 'X=', '=X', ' = ', '--platform=$BUILDPLATFORM ', '--platform=', '{{'],
  ...[
    '# image-policy: ignore pinned -- why\n',
    '--chown=a ',
    '--link ',
    '\n ',
    '$TARGETARCH',
    'FROM x AS build\n',
    'COPY --from=late / /\n',
  ],
] as const

/** One to three changes such as people, editors and attackers make. */
function mutate(random: Random, text: string): string {
  let changed = text
  for (let times = 1 + random.below(3); times > 0; times--) changed = mutateOnce(random, changed)
  return changed
}

function mutateOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const lines = text.split('\n')
  const [line, other] = [random.below(lines.length), random.below(lines.length)]
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + random.below(3))
    case 1:
      return lines.toSpliced(line, 1).join('\n')
    case 2:
      return lines.toSpliced(other, 0, lines[line] ?? '').join('\n')
    case 3:
      return lines
        .with(line, lines[other] ?? '')
        .with(other, lines[line] ?? '')
        .join('\n')
    case 4: {
      const part = text.slice(at, at + 12)
      return text.slice(0, at) + (random.chance(0.5) ? part.toUpperCase() : part.toLowerCase()) + text.slice(at + 12)
    }
    default:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(at + random.below(3))
  }
}

function* mutations(random: Random, texts: readonly string[], count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield mutate(random, texts[random.below(texts.length)] ?? '')
}

describe('as the whole way', () => {
  test('on every Dockerfile of the fixtures and of the conformance data', () => {
    expect(FIXED.length).toBeGreaterThan(250)
    expect(differing(FIXED)).toEqual([])
  })

  test('on generated files, of which it takes most', () => {
    expect(differing(GENERATED)).toEqual([])
    const clean = GENERATED.filter((text) => whole(text) !== undefined)
    expect(clean.filter((text) => quickDockerfile(text) !== undefined).length / clean.length).toBeGreaterThan(0.98)
  })

  test.each([
    ['the sample', [SAMPLE], 20_000],
    ['fixed files', FIXED, 20_000],
    ['generated files', GENERATED.filter((text) => text.length < 2_000), 10_000],
  ] as const)('on mutations of %s', (name, texts, count) => {
    expect(differing(mutations(createRandom(1, name), texts, count))).toEqual([])
  })

  test('the sample is taken, and most of its lines can be left out', () => {
    expect(quickDockerfile(SAMPLE)).toEqual(whole(SAMPLE))
    expect(quickDockerfile(SAMPLE)).toBeDefined()
    const lines = SAMPLE.split('\n')
    const taken = lines.filter((_, at) => quickDockerfile(lines.toSpliced(at, 1).join('\n')) !== undefined)
    expect(taken.length).toBeGreaterThan(lines.length * 0.6)
  })
})

describe('what is usual', () => {
  test.each([
    ['FROM alpine:3', ['base alpine:3'], 0],
    ['\ufeff# c\r\n\r\nfrom alpine:3 as Main\r\nRUN a \\\r\n  # c\r\n\r\n  b\r\n', ['base alpine:3'], 0],
    ['# syntax=docker/dockerfile:1.7\nFROM scratch\n', ['syntax docker/dockerfile:1.7'], 1],
    ['# escape=`\nFROM a\nWORKDIR C:\\x\\\nRUN a `\n  b\nFROM b\nCOPY --from=0 a b', ['base a', 'base b'], 1],
    [
      'ARG V=3\nARG T="$V-x"\nARG E=\nFROM alpine:${T}\nFROM alpine:$V$E\nFROM a:${U:-1}\n',
      ['base alpine:3-x', 'base alpine:3', 'base a:1'],
      0,
    ],
    ["ARG V='$x'\nARG W=${V:+y}\nFROM a:$W\n", ['base a:y'], 0],
    ['FROM --platform=$TARGETPLATFORM a:1\nFROM --platform=linux/${TARGETARCH} b:1', ['base a:1', 'base b:1'], 0],
    [
      'FROM a AS x\nFROM x AS y\nCOPY --from=X /a /b\nCOPY --from=0 --chown=a:b /a /b\nCOPY --from=reg.io:5000/a/b:1 /a /b',
      ['base a', 'copy-from reg.io:5000/a/b:1'],
      3,
    ],
    ['FROM a\nRUN --mount=type=cache,target=/x \\\n  --mount=from=b:1,target=/y make', ['base a', 'mount-from b:1'], 0],
    ['FROM a\nRUN --mount=from=b:1,target=/y <<EOF\nFROM x\nEOF\nCOPY <<-"E" /x\n\tE\nFROM c', ['base a', 'mount-from b:1', 'base c'], 0],
    ['FROM a\nONBUILD COPY --from=b:1 /x /y\nONBUILD RUN x', ['base a', 'copy-from b:1'], 0],
    [
      'FROM a\nHEALTHCHECK --interval=5s --retries=3 \\\n  CMD ["a", "-b"]\nHEALTHCHECK NONE\nCMD ["a", "b \\"c\\""]\nENV A=b \\\n  C="d e"\nENV X y z',
      ['base a'],
      0,
    ],
  ])('%j names %j and %i local ones', (text, images, local) => {
    const quick = quickDockerfile(text)
    expect(quick?.images.map((use) => `${use.role} ${use.text}`)).toEqual(images)
    expect(quick?.local).toBe(local)
    expect(quick).toEqual(whole(text))
  })

  test('one text is one object, so that it can be looked up by itself', () => {
    const [first] = quickDockerfile('FROM registry.example.com/a/b:1\n')?.images ?? []
    expect(first).toBeDefined()
    expect(quickDockerfile('FROM x\nFROM registry.example.com/a/b:1')?.images[1]).toBe(first)
  })
})

describe('the places', () => {
  const placesOf = (text: string): unknown =>
    placedDockerfile(text)?.map(({ role, owner, span: { start, end }, text: image, local }) => [
      role,
      owner,
      `${start.line}:${start.column}-${end.column}`,
      image,
      local,
    ])

  test('are those of the names', () => {
    const text =
      '\ufeff# syntax = docker/dockerfile:1\nFROM  --platform=$BUILDPLATFORM a:1 AS B # c\n'.replace(' # c', '') +
      'ARG X=y\nFROM b\nCOPY --link --from=B /x /y\nONBUILD COPY --from=c:2 / /\nFROM scratch'
    expect(placesOf(text)).toEqual([
      ['syntax', undefined, '1:12-31', 'docker/dockerfile:1', undefined],
      ['base', 'b', '2:33-36', 'a:1', undefined],
      ['base', undefined, '4:6-7', 'b', 'stage'],
      ['copy-from', undefined, '5:20-21', 'B', 'stage'],
      ['copy-from', undefined, '6:21-24', 'c:2', undefined],
      ['base', undefined, '7:6-13', 'scratch', 'scratch'],
    ])
  })

  test('are not told where a name takes a value from a variable, or a mount has a source', () => {
    for (const text of ['ARG A=b\nFROM $A\n', 'FROM a\nRUN --mount=from=b,target=/c d\n', 'FROM a\nFOO b\n'])
      expect(placesOf(text)).toBeUndefined()
    expect(placesOf('FROM a\nRUN --mount=type=cache,target=/c d\n')).toHaveLength(1)
  })

  test('of generated files are told of most that the quick way takes', () => {
    const quick = GENERATED.filter((text) => quickDockerfile(text) !== undefined)
    const placed = quick.filter((text) => placedDockerfile(text) !== undefined)
    expect(placed.length / quick.length).toBeGreaterThan(0.7)
  })
})

describe('what it leaves to the whole way', () => {
  test.each([
    ['', 'nothing is built'],
    ['RUN x\nFROM a', 'no stage'],
    ['FROM a\n# image-policy: ignore pinned -- why\nFROM b', 'an inline exception'],
    ['FROM a:$TAG', 'a variable without a value'],
    ['ARG A\nARG B=$A\nFROM a:1$B', 'one behind another'],
    ['FROM a:$TARGETARCH', 'the platform decides'],
    ['FROM --platform=$OTHER a', 'no platform'],
    ['FROM a AS x\nFROM b AS X', 'two stages of one name'],
    ['FROM a\nCOPY --from=x / /\nFROM b AS x', 'a stage that comes later'],
    ['FROM a AS x\nCOPY --from=x / /', 'the same stage'],
    ['FROM a\nCOPY --from=1 / /', 'no such stage'],
    ['FROM a AS x\nONBUILD COPY --from=b / /\nFROM x', 'a trigger that runs here'],
    ['FROM A', 'no reference'],
    [`FROM ${'a'.repeat(64)}`, 'an identifier'],
    ['FROM a b', 'no stage name'],
    ['FROM a\nFOO b', 'an unknown instruction'],
    ['FROM a\nCOPY b', 'one argument'],
    ['FROM a\nCOPY a \\\n# b\n', 'a comment is no argument'],
    ['FROM a\nCOPY ["a,b"]', 'one string'],
    ['FROM a\nCOPY a <<b', 'a heredoc as a destination'],
    ['FROM a\nRUN <<EOF\nx', 'a heredoc that does not end'],
    ['FROM a\nRUN x <\\\n<EOF\nx', 'a heredoc over two lines'],
    ['FROM a\nENV b', 'no value'],
    ['FROM a\nENV b=c d', 'a pair without a value'],
    ['FROM a\nRUN --mount=from=$x true', 'a variable in a mount'],
    ['FROM a\nRUN --mount=from=b,from=c true', 'two sources'],
    ['FROM a\nRUN --mount=type=a \\\n#--mount=from=b\n true', 'a comment between flags, if a source stands there'],
    ['FROM a\nSHELL x', 'no JSON'],
    ['FROM a\nCMD ["a", 1]', 'not strings alone'],
    ['# escape=x\nFROM a', 'a wrong directive'],
    ['# syntax=acme/frontend\nFROM a', 'a frontend that is not known'],
    ['# syntax=docker/dockerfile:1.2\nFROM a\nRUN <<E\nE', 'a frontend without heredocs'],
    [`FROM a\nRUN ${'x'.repeat(22_000)}`, 'a line that may be too long'],
  ])('%j: %s', (text) => expect(quickDockerfile(text)).toBeUndefined())

  test('values that double with each line, stages and sources without end', () => {
    const doubled = Array.from({ length: 400 }, (_, i) => `ARG A${i + 1}=$A${i}$A${i}\n`).join('')
    expect(quickDockerfile(`ARG A0=x\n${doubled}FROM a:$A400`)).toBeUndefined()
    expect(quickDockerfile(Array.from({ length: 60 }, (_, i) => `FROM a AS s${i}\n`).join(''))).toBeUndefined()
    expect(quickDockerfile(`FROM a\n${'COPY --from=b / /\n'.repeat(300)}`)).toBeUndefined()
  })
})

describe('the whole reader, which passes instructions by the same expressions', () => {
  // with an inline exception in a file every instruction is taken apart; a JSON text would be none with it
  const apart = '\n# image-policy: ignore pinned -- why'

  function read(text: string): string {
    const { escape, occurrences, problems, readings } = extractDockerfile(text)
    const args = readings.flatMap((reading) => reading.args.map(({ name, value, span }) => [name, value, span]))
    return JSON.stringify([escape, occurrences, problems, args, readings.map(({ stages, places }) => [stages, places])])
  }

  const same = (text: string): boolean => read(text) === read(text + apart)

  test('finds the same as one that takes each apart', () => {
    const texts = [SAMPLE, ...FIXED, ...GENERATED.slice(0, 500)]
    const mutated = [...mutations(createRandom(2, 'apart'), [SAMPLE], 3_000), ...mutations(createRandom(2, 'fixed'), FIXED, 6_000)]
    expect([...texts, ...mutated].filter((text) => !/image-policy:|^\s*\{/.test(text) && !same(text))).toEqual([])
  })
})

describe('a text that was written to keep it busy', () => {
  const PIECES = [
    'RUN a',
    'RUN ',
    '\\\n',
    '# c\n',
    '\n',
    ' ',
    '"a",',
    '[',
    'ENV a=',
    'a="b" ',
    '--mount=type=x,from=a ',
    'ONBUILD ',
    'ARG x=',
    '<',
    '--link ',
    'x',
  ]
  const BEFORE = ['', 'FROM a\n', 'FROM a\nRUN ', 'FROM a\nCMD ["a"', 'FROM a\nENV ', 'FROM a\nHEALTHCHECK ']

  test.each(BEFORE)('takes milliseconds: %j', (before) => {
    for (const first of PIECES) {
      for (const second of PIECES) {
        const text = (before + (first + second).repeat(11_000)).slice(0, 21_000)
        // most take less than one millisecond; what goes back and forth would take minutes
        expect(processorTime(() => quickDockerfile(`${text}\n\0`))).toBeLessThan(2_000)
      }
    }
  })
})
