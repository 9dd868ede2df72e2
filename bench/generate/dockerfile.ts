import { windowsPadding, padding } from './dockerfile-padding.js'
import { baseImage, baseName, digestOf, version } from './images.js'
import { type Random, type Some, type Spread } from './random.js'

/** In bytes; as measured on 8,319 Dockerfiles of 160 public repositories. */
export const DOCKERFILE_SIZES: Spread = { median: 947, p99: 10_000 }

/** No generated file is larger; real ones of this size are rare. */
const LARGEST = 48 * 1024

interface Parts {
  readonly head: readonly string[]
  readonly tail: readonly string[]
}

interface Style {
  readonly name: string
  /** How common it is among the files that are large enough for it. */
  readonly weight: number
  /** Bytes that the style takes before any padding, about. */
  readonly least: number
  readonly write: (random: Random) => Parts
  readonly newline?: '\r\n'
  readonly windows?: true
}

/** One generated Dockerfile and the way it is written. */
export interface Generated {
  readonly style: string
  readonly text: string
}

const CMD = ['CMD ["/app/start"]']

const STYLES: Some<Style> = [
  {
    name: 'single',
    weight: 30,
    least: 0,
    write: (random) => ({ head: [`FROM ${baseImage(random)}`], tail: random.chance(0.7) ? CMD : [] }),
  },
  {
    name: 'lower-case',
    weight: 2,
    least: 0,
    write: (random) => ({ head: [`from ${baseImage(random)} as Main`], tail: ['cmd exec /app/start'] }),
  },
  { name: 'crlf', weight: 4, least: 80, newline: '\r\n', write: (random) => ({ head: [`FROM ${baseImage(random)}`], tail: CMD }) },
  {
    name: 'digest',
    weight: 3,
    least: 150,
    write: digestPinned,
  },
  { name: 'arg-default', weight: 14, least: 110, write: argDefault },
  { name: 'arg-chain', weight: 5, least: 200, write: argChain },
  { name: 'arg-unset', weight: 3, least: 110, write: argUnset },
  { name: 'copy-from', weight: 6, least: 190, write: copyFrom },
  { name: 'multi-stage', weight: 20, least: 300, write: multiStage },
  { name: 'stages-on-stages', weight: 6, least: 330, write: stagesOnStages },
  { name: 'platform', weight: 4, least: 360, write: platform },
  { name: 'run-mount', weight: 7, least: 380, write: runMount },
  { name: 'heredoc', weight: 5, least: 330, write: heredoc },
  { name: 'commented', weight: 7, least: 560, write: commented },
  { name: 'onbuild', weight: 2, least: 200, write: onbuild },
  { name: 'escape', weight: 2, least: 260, newline: '\r\n', windows: true, write: escapeBacktick },
]

/** The names of the styles, for a test that each of them occurs. */
export const DOCKERFILE_STYLES: readonly string[] = STYLES.map(({ name }) => name)

/** One Dockerfile; its size follows DOCKERFILE_SIZES. */
export function generateDockerfile(random: Random): Generated {
  const size = Math.min(LARGEST, random.logNormal(DOCKERFILE_SIZES))
  const [first, ...others] = STYLES
  const style = random.weighted([first, ...others.filter(({ least }) => least <= size)])
  const { head, tail } = style.write(random)
  const newline = style.newline ?? '\n'
  const lines = [...head]
  let bytes = length(lines) + length(tail)
  while (bytes < size) {
    const block = style.windows === true ? windowsPadding(random) : padding(random, size - bytes)
    lines.push(...block)
    bytes += length(block)
  }
  return { style: style.name, text: [...lines, ...tail].join(newline) + (random.chance(0.05) ? '' : newline) }
}

function length(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0)
}

function digestPinned(random: Random): Parts {
  const image = `${baseName(random)}:${version(random)}`
  return { head: [`FROM ${image}@${digestOf(image)}`], tail: CMD }
}

function argDefault(random: Random): Parts {
  const name = baseName(random)
  const tag = version(random)
  const [args, from] = random.pick([
    [[`ARG VERSION=${tag}`], `${name}:\${VERSION}`],
    [[`ARG BASE_IMAGE=${name}:${tag}`], '${BASE_IMAGE}'],
    [[`ARG BASE_IMAGE="${name}"`, `ARG BASE_TAG='${tag}'`], '$BASE_IMAGE:$BASE_TAG'],
    [['ARG VERSION'], `${name}:\${VERSION:-${tag}}`],
  ])
  return { head: [...args, `FROM ${from}`], tail: CMD }
}

function argChain(random: Random): Parts {
  const args = [
    'ARG REGISTRY=docker.io/library',
    'ARG NAME=python',
    `ARG VERSION=${version(random)}`,
    'ARG VARIANT=',
    'ARG TAG=${VERSION}${VARIANT:+-${VARIANT}}',
  ]
  return { head: [...args, 'ARG BASE=${REGISTRY}/${NAME}:${TAG}', 'FROM ${BASE} AS base', 'FROM base'], tail: CMD }
}

function argUnset(random: Random): Parts {
  const [args, from] = random.pick([
    [['ARG BASE'], '${BASE}'],
    [['ARG TAG'], `${baseName(random)}:\${TAG}`],
    [['ARG REGISTRY'], '${REGISTRY}/acme/base:1.4.0'],
  ])
  return { head: [...args, `FROM ${from}`], tail: CMD }
}

function copyFrom(random: Random): Parts {
  return {
    head: [
      `FROM ${baseImage(random)}`,
      `COPY --from=ghcr.io/astral-sh/uv:0.4.18 /uv /bin/uv`,
      `COPY --link --from=${baseImage(random)} --chown=1000:1000 /opt/tool/ /opt/tool/`,
    ],
    tail: CMD,
  }
}

function multiStage(random: Random): Parts {
  const by = random.pick(['build', 'build', 'BUILD', '0'])
  return {
    head: [
      `FROM ${baseImage(random)} AS build`,
      'WORKDIR /src',
      'COPY package.json package-lock.json ./',
      'RUN npm ci --no-audit --no-fund',
      'COPY . .',
      'RUN npm run build',
      '',
      `FROM ${baseImage(random)}`,
      `COPY --from=${by} /src/dist /app`,
    ],
    tail: ['USER 10001', ...CMD],
  }
}

function stagesOnStages(random: Random): Parts {
  return {
    head: [
      `FROM ${baseImage(random)} AS base`,
      'RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates',
      'FROM base AS dev',
      'RUN make deps-dev',
      'FROM base AS deps',
      'RUN make deps',
      'FROM scratch AS export',
      'COPY --from=deps /out /',
      'FROM base AS final',
      'COPY --from=deps /venv /venv',
    ],
    tail: CMD,
  }
}

function platform(random: Random): Parts {
  return {
    head: [
      `FROM --platform=$BUILDPLATFORM ${baseImage(random)} AS builder`,
      'ARG TARGETOS TARGETARCH',
      'WORKDIR /src',
      'COPY . .',
      'RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app ./cmd/app',
      'FROM gcr.io/distroless/static-debian12:nonroot',
      'COPY --from=builder /out/app /app',
    ],
    tail: ['ENTRYPOINT ["/app"]'],
  }
}

function runMount(random: Random): Parts {
  return {
    head: [
      `# syntax=docker/dockerfile:${random.pick(['1', '1.7', '1.4-labs'])}`,
      `FROM ${baseImage(random)} AS build`,
      'RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt',
      `RUN --mount=type=bind,from=${baseImage(random)},source=/usr/share,target=/mnt/share \\`,
      '    --mount=type=secret,id=token \\',
      '    cp -r /mnt/share/data /opt/data',
      `FROM ${baseImage(random)}`,
      'RUN --mount=type=bind,from=build,source=/opt/data,target=/data install /data/* /usr/local/share/',
    ],
    tail: CMD,
  }
}

function heredoc(random: Random): Parts {
  return {
    head: [
      '# syntax=docker/dockerfile:1',
      `FROM ${baseImage(random)}`,
      'RUN <<EOF',
      'set -eu',
      'echo "FROM nothing-to-see-here" > /etc/motd',
      'apt-get update',
      'EOF',
      "COPY <<-'CONF' /etc/app/config.ini",
      '\t[server]',
      '\tFROM = also-not-an-image',
      '\tCONF',
    ],
    tail: CMD,
  }
}

function commented(random: Random): Parts {
  const licence = [
    'Copyright The Acme Authors.',
    'Licensed under the Apache License, Version 2.0 (the "License");',
    'you may not use this file except in compliance with the License.',
  ]
  return {
    head: [
      ...licence.map((line) => `# ${line}`),
      '#',
      '# Build:  docker build -t acme/app .',
      '# FROM alpine:3.5 was used until the move to glibc',
      `FROM ${baseImage(random)}`,
      'RUN apt-get update && apt-get install -y \\',
      '    # needed for TLS',
      '    ca-certificates \\',
      '',
      '    # needed by the health check',
      '    curl \\',
      ' && rm -rf /var/lib/apt/lists/*',
      '#COPY --from=nginx:1.13 /etc/nginx /etc/nginx',
    ],
    tail: CMD,
  }
}

function onbuild(random: Random): Parts {
  return {
    head: [
      `FROM ${baseImage(random)}`,
      'ONBUILD ARG NODE_ENV',
      `ONBUILD COPY --from=${baseImage(random)} /etc/ssl /etc/ssl`,
      'ONBUILD RUN npm ci',
    ],
    tail: CMD,
  }
}

function escapeBacktick(random: Random): Parts {
  return {
    head: [
      '# escape=`',
      `ARG WINDOWS=${random.pick(['ltsc2019', 'ltsc2022'])}`,
      'FROM mcr.microsoft.com/windows/servercore:$WINDOWS AS base',
      'SHELL ["powershell", "-Command"]',
      'RUN Invoke-WebRequest https://example.com/tool.zip -OutFile C:\\tool.zip; `',
      '    Expand-Archive C:\\tool.zip -DestinationPath C:\\tool\\',
      'WORKDIR C:\\app\\',
    ],
    tail: ['ENTRYPOINT ["C:\\\\app\\\\app.exe"]'],
  }
}
