import { dockerfile, type Hostile, LINE, times, upTo } from './attack.js'

/** Attacks in a Dockerfile. */
export const HOSTILE_DOCKERFILES: readonly Hostile[] = [
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
    id: 'onbuild',
    unit: 'triggers of a stage',
    amount: 16_000,
    tree: (n) => dockerfile(`FROM alpine:3.20\n${times(n, (i) => `ONBUILD COPY --from=ghcr.io/acme/tool:${i} /a /b\n`)}`),
  },
  {
    id: 'heredocs',
    unit: 'heredocs that end',
    amount: 8_000,
    tree: (n) => dockerfile(`FROM alpine:3.20\n${times(n, (i) => `RUN <<E${i}\nFROM x\nE${i}\n`)}`),
  },
  {
    id: 'heredocs-open',
    unit: 'heredocs that never end, in a template',
    amount: 8_000,
    tree: (n) => ({ 'Dockerfile.j2': `FROM {{ base }}\n${times(n, (i) => `RUN <<E${i}\n`)}` }),
  },
  {
    id: 'circles',
    unit: 'stages, each copied into the one before',
    amount: 8_000,
    tree: (n) => dockerfile(times(n, (i) => `FROM alpine AS s${i}\nCOPY --from=s${i + 1} /a /b\n`)),
  },
]
