import { type Generated } from './dockerfile.js'
import { baseImage, serviceImage, version } from './images.js'
import { type Random, type Some, type Spread } from './random.js'

/** In bytes; the median as measured on 1,754 compose files of 160 public repositories. */
export const COMPOSE_SIZES: Spread = { median: 305, p99: 5_000 }

/** No generated file is larger. */
const LARGEST = 32 * 1024

/** What a compose file can point at. */
export interface Scene {
  /** A compose file of another folder, relative to this one, if there is one. */
  readonly neighbour?: string
  /** The name of the Dockerfile in the folder. */
  readonly dockerfile: string
}

interface Style {
  readonly name: string
  /** How common it is among the files that are large enough for it. */
  readonly weight: number
  /** Bytes that the style takes before any padding, about. */
  readonly least: number
  readonly write: (random: Random, scene: Scene, size: number) => string
}

const STYLES: Some<Style> = [
  { name: 'block', weight: 48, least: 0, write: (random, _scene, size) => block(random, size) },
  { name: 'block-build', weight: 14, least: 90, write: blockBuild },
  { name: 'interpolated', weight: 10, least: 90, write: interpolated },
  { name: 'versioned', weight: 8, least: 90, write: (random, _scene, size) => `version: '3.${random.below(9)}'\n\n${block(random, size)}` },
  { name: 'quoted', weight: 4, least: 90, write: quoted },
  { name: 'commented', weight: 4, least: 160, write: commented },
  { name: 'crlf', weight: 2, least: 60, write: (random, _scene, size) => block(random, size).replaceAll('\n', '\r\n') },
  { name: 'anchors', weight: 5, least: 260, write: anchors },
  { name: 'merge-keys', weight: 3, least: 300, write: mergeKeys },
  { name: 'flow', weight: 3, least: 90, write: flow },
  {
    name: 'json',
    weight: 1,
    least: 90,
    write: (random) => JSON.stringify({ services: { app: { image: serviceImage(random), ports: ['80:80'] } } }, null, 2) + '\n',
  },
  { name: 'documents', weight: 1, least: 120, write: documents },
  {
    name: 'version-1',
    weight: 2,
    least: 60,
    write: (random) => `web:\n  image: ${serviceImage(random)}\n  links:\n    - db\ndb:\n  image: ${serviceImage(random)}\n`,
  },
  { name: 'block-scalars', weight: 3, least: 260, write: blockScalars },
  { name: 'extends', weight: 2, least: 170, write: extending },
  { name: 'include', weight: 2, least: 90, write: including },
  { name: 'build-long', weight: 3, least: 420, write: buildLong },
  { name: 'inline', weight: 1, least: 200, write: inline },
  { name: 'other-images', weight: 1, least: 260, write: otherImages },
]

/** The names of the styles, for a test that each of them occurs. */
export const COMPOSE_STYLES: readonly string[] = [...STYLES.map(({ name }) => name), 'override']

/** One compose file; its size follows COMPOSE_SIZES. */
export function generateCompose(random: Random, scene: Scene): Generated {
  // Files end with the entry that reaches their size or with the one before: the aim lies a little higher.
  const size = Math.min(LARGEST, 1.15 * random.logNormal(COMPOSE_SIZES))
  const [first, ...others] = STYLES
  const style = random.weighted([first, ...others.filter(({ least }) => least <= size)])
  return { style: style.name, text: style.write(random, scene, size) }
}

/** A file that is merged over another one. */
export function generateOverride(random: Random): Generated {
  const change = random.pick([
    `image: ${serviceImage(random)}`,
    'image: !reset null',
    'build: !override\n      context: .',
    'environment:\n      DEBUG: "1"',
  ])
  return { style: 'override', text: `services:\n  ${NAMES[0]}:\n    ${change}\n` }
}

/** A `.env` beside a compose file that uses its variables. */
export function generateEnvironment(random: Random): string {
  return `# Versions of what we run\nTAG=${version(random)}\nexport REGISTRY=ghcr.io/acme\nDB_IMAGE="postgres:16-alpine" # quoted\nPORT='8080'\nFULL=\${REGISTRY}/api:\${TAG}\n`
}

const NAMES: Some<string> = ['web', 'db', 'cache', 'worker', 'queue', 'proxy', 'api', 'metrics', 'search', 'mail', 'scheduler', 'admin']

/** Services in block style, as three quarters of the real files are written, until the size is reached. */
function block(random: Random, size: number): string {
  let text = 'services:\n'
  for (let index = 0; index === 0 || text.length < size - 20; index++) {
    text += service(serviceName(index), `    image: ${serviceImage(random)}\n`, random, size - text.length)
  }
  return size > 250 && random.chance(0.4) ? `${text}\nvolumes:\n  data:\n\nnetworks:\n  backend:\n    driver: bridge\n` : text
}

function serviceName(index: number): string {
  const name = NAMES[index % NAMES.length] ?? 'app'
  return index < NAMES.length ? name : `${name}-${Math.floor(index / NAMES.length)}`
}

function service(name: string, source: string, random: Random, room: number): string {
  const entries: string[] = [`  ${name}:\n`, source]
  let left = Math.min(room, 80 + random.below(500)) - source.length
  const open = [...EXTRAS]
  while (left > 30 && open.length > 0) {
    const [extra] = open.splice(random.below(open.length), 1)
    const text = extra?.(random) ?? ''
    if (text.length > left + 40) continue
    entries.push(text)
    left -= text.length
  }
  return entries.join('')
}

/** What services say of themselves besides their image; one member a key, since a mapping has each key once. */
const EXTRAS: Some<(random: Random) => string> = [
  () => '    restart: unless-stopped\n',
  (random) =>
    random.chance(0.6)
      ? `    ports:\n      - "${8000 + random.below(1000)}:80"\n`
      : `    ports:\n    - ${8000 + random.below(1000)}:8080\n`,
  (random) =>
    random.chance(0.6)
      ? `    environment:\n      LOG_LEVEL: debug\n      DATABASE_URL: postgres://app:secret@db:5432/app?pool=${random.below(50)}\n      EMPTY:\n`
      : `    environment:\n      - POSTGRES_PASSWORD=secret${random.below(99)}\n      - TZ=\${TZ:-UTC}\n`,
  () => '    volumes:\n      - data:/var/lib/data\n      - ./config:/etc/app:ro\n',
  () => '    depends_on:\n      - db\n',
  (random) =>
    `    healthcheck:\n      test: ${random.chance(0.7) ? '["CMD", "curl", "-f", "http://localhost/health"]' : 'curl -f http://localhost/health || exit 1'}\n      interval: 30s\n      retries: 3\n`,
  () => '    command: --log-level info --port 8080 # as in production\n',
  (random) =>
    `    labels:\n      - "traefik.enable=true"\n      - "traefik.http.routers.app${random.below(99)}.rule=Host(\`app.example.com\`)"\n`,
  () => '    deploy:\n      resources:\n        limits:\n          memory: 512M\n',
  () => '    networks:\n      - backend\n',
  (random) => `    container_name: app-${random.below(1000)}\n`,
]

function blockBuild(random: Random, scene: Scene, size: number): string {
  const long = `    build:\n      context: .\n${dockerfileLine(scene)}`
  const args = `      args:\n        VERSION: ${version(random)}\n        BASE: ${baseImage(random)}\n`
  const short = scene.dockerfile === 'Dockerfile' ? '    build: .\n' : long
  const named = random.chance(0.3) ? `    image: ghcr.io/acme/${random.pick(NAMES)}:dev\n` : ''
  const text = `services:\n${service('app', named + random.pick([short, long, long + args]), random, size)}`
  return text.length < size - 80 ? text + service('db', `    image: ${serviceImage(random)}\n`, random, size - text.length) : text
}

/** Nothing for the name that a build takes anyway. */
function dockerfileLine({ dockerfile }: Scene): string {
  return dockerfile === 'Dockerfile' ? '' : `      dockerfile: ${dockerfile}\n`
}

function interpolated(random: Random, _scene: Scene, size: number): string {
  const image = random.pick([
    `\${REGISTRY:-ghcr.io/acme}/${random.pick(NAMES)}:\${TAG:-${version(random)}}`,
    `postgres:\${TAG}`,
    '"${DB_IMAGE-postgres:15}"',
    'ghcr.io/acme/api:$TAG',
    '${REGISTRY:?set REGISTRY}/api:1.0.0',
  ])
  return `services:\n${service('api', `    image: ${image}\n`, random, size)}`
}

function quoted(random: Random, _scene: Scene, size: number): string {
  return `"services":\n  'web':\n    "image": '${serviceImage(random)}'\n${service('"db"', `    image: "${serviceImage(random)}"\n`, random, size - 60)}`
}

function commented(random: Random, _scene: Scene, size: number): string {
  return `# Local stack. Start it with:\n#   docker compose up\n---\n${block(random, size - 70)}\n#  old:\n#    image: nginx:1.13\n`
}

function anchors(random: Random, _scene: Scene, size: number): string {
  const head = `x-image: &image ${serviceImage(random)}\nx-environment: &environment\n  LOG_LEVEL: info\n\nservices:\n`
  const one = (name: string): string => `  ${name}:\n    image: *image\n    environment: *environment\n`
  let text = head + one('scheduler') + one('webserver')
  for (let index = 0; text.length < size; index++)
    text += service(`extra-${index}`, `    image: ${serviceImage(random)}\n`, random, size - text.length)
  return text
}

function mergeKeys(random: Random, _scene: Scene, size: number): string {
  const head = `x-common: &common\n  image: ${serviceImage(random)}\n  restart: always\n\nx-logging: &logging\n  logging:\n    driver: json-file\n\nservices:\n`
  let text = `${head}  first:\n    <<: *common\n  second:\n    <<: [*common, *logging]\n    image: ${serviceImage(random)}\n`
  for (let index = 0; text.length < size; index++) text += `  more-${index}:\n    <<: *common\n    command: run ${index}\n`
  return text
}

function flow(random: Random): string {
  return random.pick([
    `services: {web: {image: "${serviceImage(random)}", ports: ["80:80"]}, db: {image: ${serviceImage(random)}}}\n`,
    `services:\n  web: { image: ${serviceImage(random)}, restart: always }\n  db:\n    { image: ${serviceImage(random)}, environment: { A: 1 } }\n`,
  ])
}

function documents(random: Random): string {
  return `services:\n  web:\n    image: ${serviceImage(random)}\n---\nservices:\n  web:\n    image: ${serviceImage(random)}\n  db:\n    image: ${serviceImage(random)}\n`
}

function blockScalars(random: Random, _scene: Scene, size: number): string {
  const head = `services:\n  setup:\n    image: ${serviceImage(random)}\n    command: |\n      set -e\n      echo "services:"\n      echo "    image: not-an-image:1"\n    entrypoint: >-\n      sh\n      -c\n`
  return head + service('web', `    image: ${serviceImage(random)}\n`, random, size - head.length)
}

function extending(random: Random, scene: Scene): string {
  const far =
    scene.neighbour === undefined || random.chance(0.7) ? '' : `  far:\n    extends:\n      file: ${scene.neighbour}\n      service: web\n`
  return `services:\n  base:\n    image: ${serviceImage(random)}\n    profiles: [never]\n  web:\n    extends: base\n  api:\n    extends:\n      service: base\n    image: ${serviceImage(random)}\n${far}`
}

function including(random: Random, scene: Scene): string {
  const include = scene.neighbour === undefined ? '' : `include:\n  - ${scene.neighbour}\n\n`
  return `${include}services:\n  front:\n    image: ${serviceImage(random)}\n`
}

function buildLong(random: Random, scene: Scene): string {
  return [
    'services:\n  app:\n    image: ghcr.io/acme/app:${TAG:-dev}\n    pull_policy: build\n    build:\n      context: .\n',
    dockerfileLine(scene),
    `      args:\n        - VERSION=${version(random)}\n        - REGISTRY\n        - BASE=${baseImage(random)}\n`,
    `      additional_contexts:\n        alpine: docker-image://${baseImage(random)}\n        shared: ../shared\n`,
    '      cache_from:\n        - ghcr.io/acme/app:cache\n        - type=registry,ref=ghcr.io/acme/app:buildcache\n',
    '      cache_to:\n        - type=inline\n      tags:\n        - ghcr.io/acme/app:latest\n',
    `  db:\n    image: ${serviceImage(random)}\n`,
  ].join('')
}

function inline(random: Random): string {
  return `services:\n  tool:\n    build:\n      dockerfile_inline: |\n        ARG VERSION=${version(random)}\n        FROM alpine:$\${VERSION} AS base\n        RUN apk add --no-cache curl\n        FROM ${baseImage(random)}\n        COPY --from=base /usr/bin/curl /usr/bin/curl\n`
}

function otherImages(random: Random): string {
  return `services:\n  web:\n    image: ${serviceImage(random)}\n    volumes:\n      - type: image\n        source: ${serviceImage(random)}\n        target: /data\n    pre_start:\n      - image: ${serviceImage(random)}\n        command: migrate\nmodels:\n  llm:\n    model: ai/smollm2\n`
}
