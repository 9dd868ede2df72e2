/** An input that somebody writes to keep the check busy. */
export interface Hostile {
  readonly id: string
  /** What `amount` counts. */
  readonly unit: string
  readonly amount: number
  /** A small tree, path → text, that holds the attack at a size. */
  readonly tree: (amount: number) => Readonly<Record<string, string>>
}

const times = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('')

const dockerfile = (text: string): Readonly<Record<string, string>> => ({ Dockerfile: text })

const compose = (text: string): Readonly<Record<string, string>> => ({ 'compose.yaml': text })

/** Repeats a text to about a number of bytes, no more. */
const upTo = (bytes: number, text: string): string => text.repeat(Math.max(1, Math.floor(bytes / text.length)))

const LINE = 65_000

/** The attacks that the targets name, and those that a scanner of this kind is known to fall for. */
export const HOSTILE: readonly Hostile[] = [
  { id: 'line', unit: 'bytes in one RUN line', amount: LINE, tree: (n) => dockerfile(`FROM alpine:3.20\nRUN echo ${upTo(n, 'x && ')}\n`) },
  { id: 'line-from', unit: 'bytes in one FROM line', amount: LINE, tree: (n) => dockerfile(`FROM ${upTo(n, 'a/')}a:1\n`) },
  {
    id: 'line-dollars',
    unit: 'bytes of $ in one ARG line',
    amount: LINE,
    tree: (n) => dockerfile(`ARG A=${upTo(n, '$A')}\nFROM alpine:$A\n`),
  },
  {
    id: 'line-braces',
    unit: 'bytes of nested defaults',
    amount: LINE,
    tree: (n) => dockerfile(`FROM ${'${A:-'.repeat(n / 6)}x${'}'.repeat(n / 6)}\n`),
  },
  {
    id: 'line-heredocs',
    unit: 'bytes of << in one RUN line',
    amount: LINE,
    tree: (n) => dockerfile(`FROM alpine:3.20\nRUN cat ${upTo(n, '<<A ')}\n${upTo(n, 'x\nA\n')}`),
  },
  {
    id: 'line-mount',
    unit: 'bytes in one --mount',
    amount: LINE,
    tree: (n) => dockerfile(`FROM alpine:3.20\nRUN --mount=type=bind,${upTo(n, 'from=a,')}target=/x ls\n`),
  },
  {
    id: 'pattern',
    unit: 'bytes of a value cut by a pattern',
    amount: LINE,
    tree: (n) => dockerfile(`ARG A=${'a'.repeat(n)}\nARG B=\${A##*a*a*a*b}\nFROM alpine:3\${B:+}\n`),
  },
  {
    id: 'continuations',
    unit: 'continued lines',
    amount: 16_000,
    tree: (n) => dockerfile(`FROM alpine:3.20\nRUN true \\\n${times(n, (i) => `  && echo ${i} \\\n`)}  && true\n`),
  },
  {
    id: 'continued-comments',
    unit: 'comments inside one instruction',
    amount: 16_000,
    tree: (n) => dockerfile(`FROM \\\n${times(n, () => ' # no\n\n')} alpine:3.20\n`),
  },
  {
    id: 'stages',
    unit: 'stages, each on the one before',
    amount: 16_000,
    tree: (n) => dockerfile(`FROM alpine:3.20 AS s0\n${times(n, (i) => `FROM s${i} AS s${i + 1}\n`)}`),
  },
  {
    id: 'copies',
    unit: 'COPY --from',
    amount: 16_000,
    tree: (n) => dockerfile(`FROM alpine:3.20\n${times(n, (i) => `COPY --from=ghcr.io/acme/tool:${i} /a /b\n`)}`),
  },
  {
    id: 'arguments',
    unit: 'ARGs, each with the one before',
    amount: 16_000,
    tree: (n) => dockerfile(`ARG A0=3\n${times(n, (i) => `ARG A${i + 1}=$A${i}\n`)}FROM alpine:$A${n}\n`),
  },
  {
    id: 'doubling',
    unit: 'ARGs, each twice the one before',
    amount: 4_000,
    tree: (n) => dockerfile(`ARG A0=xxxx\n${times(n, (i) => `ARG A${i + 1}=$A${i}$A${i}\n`)}FROM alpine:$A${n}\n`),
  },
  {
    id: 'services',
    unit: 'services',
    amount: 16_000,
    tree: (n) => compose(`services:\n${times(n, (i) => `  s${i}:\n    image: ghcr.io/acme/app:${i}\n`)}`),
  },
  {
    id: 'services-flow',
    unit: 'services in one flow mapping',
    amount: 16_000,
    tree: (n) => compose(`services: {${times(n, (i) => `s${i}: {image: "ghcr.io/acme/app:${i}"},`)}}\n`),
  },
  {
    id: 'builds',
    unit: 'services that build one Dockerfile',
    amount: 2_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    build: { context: ., args: { TAG: "${i}" } }\n`)}`),
      Dockerfile: 'ARG TAG=1\nFROM alpine:$TAG\n',
    }),
  },
  {
    id: 'keys',
    unit: 'keys of one mapping',
    amount: 200_000,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-keys:\n${times(n, (i) => `  k${i}: ${i}\n`)}`),
  },
  {
    id: 'keys-quoted',
    unit: 'quoted keys of one mapping',
    amount: 100_000,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-keys:\n${times(n, (i) => `  "k${i}": &a${i} ${i}\n`)}`),
  },
  {
    id: 'deep-flow',
    unit: 'nested brackets',
    amount: 40_000,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-deep: ${'['.repeat(n)}${']'.repeat(n)}\n`),
  },
  {
    id: 'deep-open',
    unit: 'brackets that never close',
    amount: 40_000,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-deep: ${'{a: ['.repeat(n / 5)}\n`),
  },
  {
    id: 'deep-block',
    unit: 'nested block mappings',
    amount: 800,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-deep:\n${times(n, (i) => `${' '.repeat(i + 1)}k:\n`)}`),
  },
  {
    id: 'deep-sequence',
    unit: 'nested sequences in one line',
    amount: 20_000,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\nx-deep:\n  ${'- '.repeat(n)}x\n`),
  },
  {
    id: 'alias-bomb',
    unit: 'levels of nine aliases',
    amount: 40,
    tree: (n) =>
      compose(
        `x-0: &a0 [x]\n${times(n, (i) => `x-${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`)}services:\n  web:\n    image: nginx:1.27\n    environment: *a${n}\n`,
      ),
  },
  {
    id: 'merge-bomb',
    unit: 'levels of merged mappings',
    amount: 40,
    tree: (n) =>
      compose(
        `x-0: &a0 { k0: { image: x } }\n${times(n, (i) => `x-${i + 1}: &a${i + 1} { <<: [*a${i}, *a${i}], k${i + 1}: *a${i} }\n`)}services: { <<: *a${n}, web: { image: "nginx:1.27" } }\n`,
      ),
  },
  {
    id: 'merge-chain',
    unit: 'services, each merged into the next',
    amount: 2_000,
    tree: (n) =>
      compose(
        `services:\n  s0: &s0\n    image: nginx:1.27\n${times(n, (i) => `  s${i + 1}: &s${i + 1}\n    <<: *s${i}\n    x-${i}: 1\n`)}`,
      ),
  },
  {
    id: 'aliases',
    unit: 'services that alias one',
    amount: 16_000,
    tree: (n) => compose(`services:\n  s: &s\n    image: nginx:1.27\n${times(n, (i) => `  s${i}: *s\n`)}`),
  },
  {
    id: 'extends',
    unit: 'services, each extending the next',
    amount: 2_000,
    tree: (n) => compose(`services:\n${times(n, (i) => `  s${i}:\n    extends: s${i + 1}\n`)}  s${n}:\n    image: nginx:1.27\n`),
  },
  {
    id: 'interpolation',
    unit: 'bytes of nested defaults in a value',
    amount: LINE,
    tree: (n) => compose(`services:\n  web:\n    image: ${'${A:-'.repeat(n / 6)}x${'}'.repeat(n / 6)}\n`),
  },
  {
    id: 'interpolation-open',
    unit: 'bytes of openings in a value',
    amount: LINE,
    tree: (n) => compose(`services:\n  web:\n    image: "x${upTo(n, '${A:-')}}"\n`),
  },
  {
    id: 'environment-doubling',
    unit: 'lines of a .env, each twice the one before',
    amount: 1_000,
    tree: (n) => ({
      ...compose('services:\n  web:\n    image: x:${A9}\n'),
      '.env': `A0=xxxx\n${times(n, (i) => `A${i + 1}=\${A${i}}\${A${i}}\n`)}`,
    }),
  },
  {
    id: 'includes',
    unit: 'files, each including the next',
    amount: 400,
    tree: (n) => ({
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `d/compose.${i}.yaml`,
          `include: [compose.${i + 1}.yaml]\nservices: { s${i}: { image: "a:${i}" } }\n`,
        ]),
      ),
      [`d/compose.${n}.yaml`]: 'services: {}\n',
    }),
  },
  {
    id: 'documents',
    unit: 'documents in one file',
    amount: 8_000,
    tree: (n) => compose(times(n, (i) => `---\nservices: { s${i}: { image: "a:${i}" } }\n`)),
  },
]
