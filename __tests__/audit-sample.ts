import { takeAudit } from '../src/audit/audit.js'
import { mergeRepositories, withoutReport } from '../src/audit/merge.js'
import { type Audit, type AuditException, type RepositoryAudit, type Use, type UseFinding, type UseVerdict } from '../src/audit/model.js'

/** A number generator that gives the same numbers everywhere (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const IMAGES = [
  ['docker.io', 'library/alpine', 30],
  ['docker.io', 'library/node', 26],
  ['docker.io', 'library/python', 22],
  ['docker.io', 'library/postgres', 16],
  ['docker.io', 'library/nginx', 15],
  ['docker.io', 'library/redis', 12],
  ['docker.io', 'bitnami/kafka', 6],
  ['docker.io', 'grafana/grafana', 5],
  ['ghcr.io', 'acme/base', 20],
  ['ghcr.io', 'acme/mailer', 9],
  ['ghcr.io', 'astral-sh/uv', 8],
  ['quay.io', 'prometheus/node-exporter', 7],
  ['quay.io', 'jaegertracing/all-in-one', 4],
  ['gcr.io', 'distroless/static-debian12', 8],
  ['mcr.microsoft.com', 'dotnet/aspnet', 6],
  ['nvcr.io', 'nvidia/pytorch', 4],
  ['registry.acme.example:5000', 'finance/tax', 5],
  ['111122223333.dkr.ecr.eu-central-1.amazonaws.com', 'shop/payments', 6],
  ['public.ecr.aws', 'lambda/nodejs', 3],
  ['registry.gitlab.com', 'acme/tools/lint', 3],
  ['cgr.dev', 'chainguard/wolfi-base', 2],
] as const

const TEAMS = ['storefront', 'payments', 'search', 'identity', 'ledger', 'warehouse', 'mobile-api', 'reports', 'platform', 'ml-serving']
const PARTS = ['api', 'worker', 'web', 'jobs', 'gateway', 'tools']
const FILES = ['Dockerfile', 'api/Dockerfile', 'worker/Dockerfile', 'compose.yaml', 'deploy/compose.prod.yaml', 'tools/lint.Dockerfile']
const OWNERS = ['@acme/platform', '@acme/data', '@acme/payments']

/** An organisation's audit with so many references, the same at every call. */
export function sampleAudit(references: number, repositories: number): Audit {
  const random = numbers(7)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const weighted = IMAGES.flatMap((image) => new Array<(typeof IMAGES)[number]>(image[2]).fill(image))
  const names = Array.from({ length: repositories }, (_, at) => {
    const team = TEAMS[at % TEAMS.length] ?? ''
    const part = PARTS[Math.floor(at / TEAMS.length) % PARTS.length] ?? ''
    return `acme/${team}-${part}${at < TEAMS.length * PARTS.length ? '' : `-${Math.floor(at / (TEAMS.length * PARTS.length))}`}`
  })
  const audits = names.map((name, at): RepositoryAudit => {
    const count = Math.floor((references * (at + 1)) / repositories) - Math.floor((references * at) / repositories)
    const uses = Array.from({ length: count }, (_, line) => sampleUse(random, pick, weighted, line))
    return { ...sampleRepository(name, uses, random), exceptions: at % 9 === 0 ? [sampleException(pick(OWNERS), at)] : [] }
  })
  const failed =
    repositories > 5
      ? [
          withoutReport('acme/attic', 'failed', 'git fetch: repository not found'),
          withoutReport('acme/secrets', 'missing', 'no report of it came'),
        ]
      : []
  return takeAudit(mergeRepositories([...audits, ...failed]), { title: 'Container images of acme', generated: '2027-03-31T08:00:00Z' })
}

function sampleUse(
  random: () => number,
  pick: <Item>(items: readonly Item[]) => Item,
  weighted: readonly (typeof IMAGES)[number][],
  at: number,
): Use {
  const [registry, repository] = pick(weighted)
  const version = `${1 + Math.floor(random() * 5)}.${Math.floor(random() * 24)}`
  const luck = random()
  const digest =
    luck > 0.9
      ? `sha256:${Math.floor(random() * 2 ** 32)
          .toString(16)
          .padStart(8, '0')
          .repeat(8)}`
      : null
  const tag = luck > 0.9 ? null : luck < 0.06 ? 'latest' : version
  const short = registry === 'docker.io' ? repository.replace('library/', '') : `${registry}/${repository}`
  const text = digest === null ? `${short}:${tag}` : `${short}@${digest}`
  const place = { file: pick(FILES), line: 1 + at * 3, column: 6 }
  const kind = place.file.includes('compose') ? 'compose' : 'dockerfile'
  const role = kind === 'compose' ? 'service' : pick(['base', 'base', 'copy-from', 'mount-from'])
  if (random() < 0.015) {
    const findings = [finding('unresolved', 'new', 'BASE has no value')]
    return {
      ...place,
      kind,
      role,
      text: '${BASE}',
      resolved: null,
      target: 'unresolved',
      variables: ['BASE'],
      via: [],
      verdict: 'error',
      findings,
    }
  }
  const [verdict, findings] = sampleVerdict(random(), registry, repository, tag)
  const via = random() < 0.2 ? [{ file: place.file, line: 1, text: `ARG BASE=${text}` }] : []
  const image = { registry, repository, tag, digest, canonical: `${registry}/${repository}${digest === null ? `:${tag}` : `@${digest}`}` }
  return {
    ...place,
    kind,
    role,
    text: via.length > 0 ? '${BASE}' : text,
    resolved: text,
    target: 'image',
    image,
    variables: [],
    via,
    verdict,
    findings,
  }
}

function sampleVerdict(luck: number, registry: string, repository: string, tag: string | null): [UseVerdict, UseFinding[]] {
  if (repository.startsWith('bitnami')) return ['existing', [finding('allowed-namespace', 'existing', 'docker.io/bitnami is not allowed')]]
  if (registry === 'registry.gitlab.com' || registry === 'cgr.dev')
    return ['error', [finding('allowed-registry', 'new', `${registry} is not an allowed registry`)]]
  if (tag === 'latest')
    return luck < 0.5
      ? ['error', [finding('pinned', 'new', 'latest floats')]]
      : ['existing', [finding('pinned', 'existing', 'latest floats')]]
  if (luck < 0.03) return ['warning', [{ ...finding('retired', 'new', 'the registry was frozen'), severity: 'warning' }]]
  if (luck < 0.06)
    return [
      'excepted',
      [
        {
          ...finding('pinned', 'excepted', 'a tag floats'),
          exception: { owner: '@acme/platform', reason: 'PLAT-812', expires: '2027-06-30' },
        },
      ],
    ]
  return ['allowed', []]
}

function finding(rule: string, state: UseFinding['state'], message: string): UseFinding {
  const policy = { path: 'acme/.github:image-policy.yml', revision: '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4', line: 12 }
  return { rule, severity: 'error', state, message, advice: 'Write an allowed image instead.\nNot possible? #platform-images', policy }
}

function sampleException(owner: string, at: number): AuditException {
  const expires = ['2027-02-28', '2027-04-15', '2027-09-30', '2027-12-31'][at % 4]
  return {
    image: 'docker.io/bitnami/kafka',
    owner,
    reason: 'Moves with the broker migration, PLAT-812.',
    ...(expires !== undefined && { expires }),
    uses: at,
    policy: { path: '.github/image-policy.yml', line: 20 },
  }
}

function sampleRepository(name: string, uses: readonly Use[], random: () => number): RepositoryAudit {
  const has = (verdict: UseVerdict): number => uses.filter((use) => use.verdict === verdict).length
  const to = (target: Use['target']): number => uses.filter((use) => use.target === target).length
  return {
    name,
    status: 'judged',
    revision: '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4',
    url: `https://github.com/${name}`,
    counts: {
      ...{ files: 4, references: uses.length, images: to('image'), local: 0, unresolved: to('unresolved'), malformed: 0 },
      ...{ errors: has('error'), warnings: has('warning'), excepted: has('excepted'), existing: has('existing'), skipped: 0 },
    },
    policies: [{ path: 'acme/.github:image-policy.yml', revision: '3f2c1ab9d0e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4', own: false }],
    notes: [],
    references: uses,
    problems:
      random() < 0.08
        ? [
            {
              file: 'old/Dockerfile',
              line: 3,
              message: 'a heredoc is not closed',
              findings: [finding('unreadable', 'new', 'a heredoc is not closed')],
            },
          ]
        : [],
    exceptions: [],
  }
}
