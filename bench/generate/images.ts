import { createRandom, type Random, type Some } from './random.js'

interface Source {
  readonly weight: number
  readonly prefix: Some<string>
  readonly names: Some<string>
  readonly tags: Some<string>
}

const VERSIONS: Some<string> = ['1.2.3', '2.0', '2.14.1', '3.9.0', '4.1', '0.17.2', '7.2.4', '10.5', '12', 'v1.9.3', 'v2.48.0', '2024.06.1']

const RUNTIMES: Source = {
  weight: 40,
  prefix: ['', '', '', '', '', '', 'docker.io/library/', 'library/', 'docker.io/'],
  names: ['node', 'python', 'golang', 'alpine', 'debian', 'ubuntu', 'eclipse-temurin', 'rust', 'php', 'ruby', 'maven', 'gradle', 'busybox'],
  tags: [
    '20-alpine',
    '3.12-slim',
    '1.22',
    '3.20',
    'bookworm-slim',
    '24.04',
    '21-jre',
    '1.79-slim-bookworm',
    '8.3-fpm',
    '3.3',
    '3.9-eclipse-temurin-21',
    '1.36',
  ],
}

const SERVERS: Source = {
  weight: 40,
  prefix: ['', '', '', '', '', '', 'docker.io/library/', 'library/', 'index.docker.io/library/'],
  names: [
    'postgres',
    'redis',
    'nginx',
    'mysql',
    'mariadb',
    'rabbitmq',
    'mongo',
    'memcached',
    'traefik',
    'httpd',
    'haproxy',
    'adminer',
    'registry',
  ],
  tags: ['16-alpine', '7.2', '1.27-alpine', '8.4', '11.4', '3.13-management', '7.0', '1.6', 'v3.1', '2.4', '3.0', '4.8.1', '2'],
}

const OWN: Source = {
  weight: 18,
  prefix: [
    'ghcr.io/acme/',
    'registry.acme.example:5000/platform/',
    '111122223333.dkr.ecr.eu-west-1.amazonaws.com/services/',
    'eu.gcr.io/acme-prod/',
  ],
  names: ['api', 'worker', 'gateway', 'billing', 'search', 'web', 'scheduler', 'ingest', 'auth', 'mailer', 'reports', 'toolchain'],
  tags: VERSIONS,
}

const PUBLIC: Source = {
  weight: 17,
  prefix: [''],
  names: [
    'mcr.microsoft.com/dotnet/sdk',
    'mcr.microsoft.com/dotnet/aspnet',
    'gcr.io/distroless/static-debian12',
    'gcr.io/distroless/java21-debian12',
    'quay.io/prometheus/prometheus',
    'quay.io/keycloak/keycloak',
    'ghcr.io/astral-sh/uv',
    'docker.elastic.co/elasticsearch/elasticsearch',
    'public.ecr.aws/docker/library/python',
    'nvcr.io/nvidia/cuda',
    'grafana/grafana',
    'confluentinc/cp-kafka',
    'minio/minio',
    'hashicorp/vault',
    'k8s.gcr.io/pause',
  ],
  tags: VERSIONS,
}

const REFUSED: Source = {
  weight: 3,
  prefix: [''],
  names: [
    'bitnami/redis',
    'someone/handy-tool',
    'quay.io/unknown/thing',
    'ghcr.io/stranger/app',
    'registry.hub.example/mirror/nginx',
    'centos',
  ],
  tags: VERSIONS,
}

const BASES: Some<Source> = [RUNTIMES, OWN, PUBLIC, REFUSED]
const SERVICES: Some<Source> = [SERVERS, OWN, PUBLIC, REFUSED]

/** What a Dockerfile builds on: repository without tag. */
export function baseName(random: Random): string {
  return name(random, random.weighted(BASES))
}

/** What a Dockerfile builds on: mostly a tag, sometimes a digest, now and then neither. */
export function baseImage(random: Random): string {
  return image(random, random.weighted(BASES))
}

/** What a compose service runs. */
export function serviceImage(random: Random): string {
  return image(random, random.weighted(SERVICES))
}

/** A tag of the kind that people put into an ARG. */
export function version(random: Random): string {
  return random.pick(VERSIONS)
}

/** A well-formed sha256 digest; as in a real repository, the same image has the same digest wherever it is named. */
export function digestOf(image: string): string {
  const random = createRandom(0, image)
  let hex = ''
  for (let part = 0; part < 8; part++)
    hex += Math.floor(random.next() * 4294967296)
      .toString(16)
      .padStart(8, '0')
  return `sha256:${hex}`
}

function name(random: Random, source: Source): string {
  return random.pick(source.prefix) + random.pick(source.names)
}

function image(random: Random, source: Source): string {
  const base = name(random, source)
  const kind = random.next()
  if (kind < 0.03) return base
  if (kind < 0.05) return `${base}:latest`
  if (kind < 0.07) return `${base}@${digestOf(base)}`
  const tagged = `${base}:${random.pick(source.tags)}`
  return kind < 0.13 ? `${tagged}@${digestOf(tagged)}` : tagged
}
