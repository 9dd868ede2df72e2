import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { generateDockerfile } from '../bench/generate/dockerfile.js'
import { createRandom, type Random } from '../bench/generate/random.js'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { quickDockerfile } from '../src/extract/dockerfile-quick.js'
import { type QuickUses } from '../src/extract/quick-uses.js'
import { type Span } from '../src/model.js'
import { resolveBuild } from '../src/resolve/dockerfiles.js'
import { DEFAULT_INPUTS } from '../src/resolve/stages.js'
import { FIXTURES, ROOT } from './golden.js'

/** What the whole reader and the resolver make of a file; undefined if anything is wrong with it, or open. */
function whole(text: string): QuickUses | undefined {
  const location = { file: 'Dockerfile', kind: 'dockerfile', locate: (span: Span) => span } as const
  const { references, problems } = resolveBuild(extractDockerfile(text), location, DEFAULT_INPUTS)
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

/** Texts that the quick way answers otherwise than the whole way does. */
function differing(texts: Iterable<string>): string[] {
  const wrong: string[] = []
  for (const text of texts) {
    const quick = quickDockerfile(text)
    if (quick !== undefined && JSON.stringify(quick) !== JSON.stringify(whole(text))) wrong.push(text)
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
