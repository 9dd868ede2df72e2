import { compose, type Hostile, LINE, times, upTo } from './attack.js'

/** Attacks in compose files and what they name. */
export const HOSTILE_COMPOSE: readonly Hostile[] = [
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
  {
    id: 'builds-wide',
    unit: 'services that build a Dockerfile of as many stages',
    amount: 1_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    build: { context: ., args: { TAG: "${i}" } }\n`)}`),
      Dockerfile: `ARG TAG=1\n${times(n, (i) => `FROM alpine:$TAG-${i}\n`)}`,
    }),
  },
  {
    id: 'builds-apart',
    unit: 'services, each built in a folder of its own',
    amount: 4_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    build: ./d${i}\n`)}`),
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`d${i}/Dockerfile`, `FROM alpine:${i}\n`])),
    }),
  },
  {
    id: 'platforms',
    unit: 'services that are built for 16 platforms',
    amount: 500,
    tree: (n) => ({
      ...compose(
        `services:\n${times(n, (i) => `  s${i}:\n    build:\n      context: .\n      platforms: [${Array.from({ length: 16 }, (_, p) => `linux/a${p}`).join(', ')}]\n`)}`,
      ),
      Dockerfile: 'FROM alpine:$TARGETARCH\n',
    }),
  },
  {
    id: 'inline',
    unit: 'services with a Dockerfile of their own inside',
    amount: 2_000,
    tree: (n) => compose(`services:\n${times(n, (i) => `  s${i}:\n    build:\n      dockerfile_inline: |\n        FROM alpine:${i}\n`)}`),
  },
  {
    id: 'environments',
    unit: 'services, beside 40 env files',
    amount: 1_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    image: "a:\${T}-${i}"\n`)}`),
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.env`, `T=${i}\n`])),
    }),
  },
  {
    id: 'environment-files',
    unit: 'env files in one folder',
    amount: 16_000,
    tree: (n) => ({
      ...compose('services:\n  web:\n    image: "a:${T}"\n'),
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`${i}.env`, `T=${i}\n`])),
    }),
  },
  {
    id: 'files',
    unit: 'compose files in one folder',
    amount: 1_000,
    tree: (n) => ({
      ...compose('services:\n  web:\n    build: .\n'),
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [`compose.${i}.yaml`, `services:\n  web:\n    build: { args: { A: "${i}" } }\n`]),
      ),
      Dockerfile: 'ARG A=1\nFROM alpine:$A\n',
    }),
  },
  {
    id: 'includes-wide',
    unit: 'files that one includes',
    amount: 450,
    tree: (n) => ({
      ...compose(`include:\n${times(n, (i) => `  - d/compose.${i}.yaml\n`)}`),
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `d/compose.${i}.yaml`,
          `services:\n${times(20, (k) => `  s${i}-${k}:\n    image: a:${k}\n`)}`,
        ]),
      ),
    }),
  },
  {
    id: 'includes-apart',
    unit: 'files in folders with an .env, each including the next',
    amount: 400,
    tree: (n) => ({
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `d${i}/compose.yaml`,
          `include: [../d${i + 1}/compose.yaml]\nservices: { s${i}: { image: "a:\${T}" } }\n`,
        ]),
      ),
      ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`d${i}/.env`, `T=${i}\n`])),
      [`d${n}/compose.yaml`]: 'services: {}\n',
    }),
  },
  {
    id: 'extends-files',
    unit: 'files, each extending the next',
    amount: 400,
    tree: (n) => ({
      ...Object.fromEntries(
        Array.from({ length: n }, (_, i) => [
          `d/compose.${i}.yaml`,
          `services:\n  web:\n    extends: { file: compose.${i + 1}.yaml, service: web }\n`,
        ]),
      ),
      [`d/compose.${n}.yaml`]: 'services:\n  web:\n    image: a:1\n',
    }),
  },
  {
    id: 'extends-one',
    unit: 'services that extend one of many',
    amount: 4_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    extends: { file: base.yml, service: b${i} }\n`)}`),
      'base.yml': `services:\n${times(n, (i) => `  b${i}:\n    image: a:${i}\n`)}`,
    }),
  },
  {
    id: 'resets',
    unit: 'services that an override removes',
    amount: 8_000,
    tree: (n) => ({
      ...compose(`services:\n${times(n, (i) => `  s${i}:\n    image: a:${i}\n`)}`),
      'compose.override.yaml': `services:\n${times(n, (i) => `  s${i}: !reset null\n`)}`,
    }),
  },
  {
    id: 'volumes',
    unit: 'volumes of one service, twice',
    amount: 16_000,
    tree: (n) => ({
      ...compose(`services:\n  web:\n    image: a:1\n    volumes:\n${times(n, (i) => `      - ./a${i}:/b${i}\n`)}`),
      'compose.override.yaml': `services:\n  web:\n    volumes:\n${times(n, (i) => `      - ./c${i}:/b${i}\n`)}`,
    }),
  },
  {
    id: 'profiles',
    unit: 'profiles of one service',
    amount: 30_000,
    tree: (n) => compose(`services:\n  web:\n    image: a:1\n    profiles:\n${times(n, (i) => `      - p${i}\n`)}`),
  },
  {
    id: 'anchors',
    unit: 'services with an anchor each, and an alias of it',
    amount: 8_000,
    tree: (n) => compose(`services:\n${times(n, (i) => `  s${i}: &s${i}\n    image: a:${i}\n  t${i}: *s${i}\n`)}`),
  },
  {
    id: 'scalar-plain',
    unit: 'bytes of a plain scalar over many lines',
    amount: LINE,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\n    command:\n${times(n / 10, () => '      abc\n')}`),
  },
  {
    id: 'scalar-quoted',
    unit: 'bytes of escapes in a quoted scalar',
    amount: LINE,
    tree: (n) => compose(`services:\n  web:\n    image: nginx:1.27\n    command: "${upTo(n, '\\x41')}"\n`),
  },
  {
    id: 'key-long',
    unit: 'bytes of one key',
    amount: LINE,
    tree: (n) => compose(`services:\n  ${'k'.repeat(n)}:\n    image: nginx:1.27\n`),
  },
  {
    id: 'comments',
    unit: 'comments',
    amount: 60_000,
    tree: (n) => compose(`services:\n${times(n, () => '  # image: x\n')}  web:\n    image: nginx:1.27\n`),
  },
]
