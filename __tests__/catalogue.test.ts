import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { registriesPage } from '../scripts/registries-doc.js'
import { catalogueEntry, catalogueIds, hostFit, isShared, ownerOf, registryOf, takesOwners } from '../src/policy/catalogue.js'
import { maintainedImages, retiredImages } from '../src/policy/official-images.js'
import { overlap, hostPattern } from '../src/policy/pattern.js'
import { REGISTRIES } from '../src/policy/registries.js'
import { expectGolden, ROOT } from './golden.js'
import { judgeOf, told } from './judging.js'

interface Row {
  readonly id: string
  /** The entry of a policy, by name. */
  readonly entry: string
  readonly hosts: readonly string[]
  readonly lookalikes: readonly string[]
  /** Images that the entry allows, and that it refuses. */
  readonly allowed: readonly string[]
  readonly refused: readonly string[]
}

const TABLE: readonly Row[] = [
  {
    id: 'docker-hub',
    entry: 'docker-hub: { namespaces: [library, grafana] }',
    hosts: ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'],
    lookalikes: [
      'DOCKER.IO',
      'docker.io:443',
      'docker.io.evil.com',
      'hub.docker.com',
      'docker.com',
      'evildocker.io',
      'docker.oi',
      'localhost',
    ],
    allowed: ['nginx:1', 'docker.io/library/nginx:1', 'index.docker.io/nginx:1', 'grafana/loki:3', 'registry-1.docker.io/library/nginx:1'],
    refused: [
      'bitnami/redis:1',
      'grafana-evil/loki:1',
      'DOCKER.IO/library/nginx:1',
      'docker.io.evil.com/library/nginx:1',
      'ghcr.io/library/nginx:1',
    ],
  },
  {
    id: 'docker-official',
    entry: 'docker-official:',
    hosts: ['docker.io'],
    lookalikes: ['registry-1.docker.io', 'DOCKER.IO', 'docker.io.evil.com'],
    allowed: ['nginx:1', 'docker.io/library/nginx:1', 'arm64v8/nginx:1', 's390x/alpine:3'],
    refused: ['bitnami/redis:1', 'library-evil/x:1', 'arm64v9/nginx:1', 'quay.io/library/nginx:1'],
  },
  {
    id: 'ecr',
    entry: 'ecr: { owners: ["111122223333"] }',
    hosts: [
      '123456789012.dkr.ecr.us-east-1.amazonaws.com',
      '123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com',
      '123456789012.dkr-ecr.us-west-2.on.aws',
      '123456789012.dkr-ecr-fips.us-gov-east-1.on.aws',
      '210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn',
      '210987654321.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn',
      '123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu',
      '210987654321.dkr.ecr.us-iso-east-1.c2s.ic.gov',
      '123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov',
      '123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk',
      '123456789012.dkr.ecr.us-isof-east-1.csp.hci.ic.gov',
    ],
    lookalikes: [
      '123456789012.dkr.ecr.us-west-2.amazonaws.com.evil.example',
      '123.dkr.ecr.us-east-1.amazonaws.com',
      'x123456789012.dkr.ecr.us-east-1.amazonaws.com',
      '.dkr.ecr.not-real.amazonaws.com',
      '123456789012.dkr.ecr.us.east.amazonaws.com',
      '123456789012.dkr.ecr.us-east-1.amazonaws.com:443',
    ],
    allowed: [
      '111122223333.dkr.ecr.us-east-1.amazonaws.com/a/b:1',
      '111122223333.dkr-ecr.us-west-2.on.aws/a:1',
      '111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/a:1',
    ],
    refused: [
      '444455556666.dkr.ecr.us-east-1.amazonaws.com/a/b:1',
      '111122223333.dkr.ecr.us-east-1.amazonaws.com.evil.example/a:1',
      'public.ecr.aws/111122223333/a:1',
    ],
  },
  {
    id: 'ecr-public',
    entry: 'ecr-public: { namespaces: [lambda, docker/library] }',
    hosts: ['public.ecr.aws', 'ecr-public.aws.com'],
    lookalikes: ['gallery.ecr.aws', 'public.ecr.aws.evil.com', 'xpublic.ecr.aws'],
    allowed: ['public.ecr.aws/lambda/python:3', 'public.ecr.aws/docker/library/nginx:1', 'ecr-public.aws.com/lambda/python:3'],
    refused: ['public.ecr.aws/lambda-evil/python:3', 'public.ecr.aws/docker/other:1', 'public.ecr.aws.evil.com/lambda/python:3'],
  },
  {
    id: 'gcr',
    entry: 'gcr: { owners: [distroless, example.com/acme] }',
    hosts: ['gcr.io', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io', 'marketplace.gcr.io', 'l.gcr.io'],
    lookalikes: ['gcr.io.evil.com', 'evilgcr.io', 'k8s.gcr.io', 'mirror.gcr.io', 'a.b.gcr.io', 'gcr.oi'],
    allowed: ['gcr.io/distroless/static:1', 'eu.gcr.io/distroless/static:1', 'gcr.io/example.com/acme/api:1'],
    refused: [
      'gcr.io/distroless-evil/static:1',
      'gcr.io/example.com/evil/api:1',
      'gcr.io.evil.com/distroless/static:1',
      'mirror.gcr.io/distroless/static:1',
      'gcr.io/distroless:1',
    ],
  },
  {
    id: 'artifact-registry',
    entry: 'artifact-registry: { owners: [acme-prod] }',
    hosts: ['us-docker.pkg.dev', 'europe-west3-docker.pkg.dev', 'docker.europe-west3.rep.pkg.dev', 'u-france-east1-docker.s3nsregistry.fr'],
    lookalikes: ['us-npm.pkg.dev', 'us-docker.pkg.dev.evil.com', 'docker.pkg.dev', '-docker.pkg.dev'],
    allowed: ['us-docker.pkg.dev/acme-prod/repo/api:1', 'docker.europe-west3.rep.pkg.dev/acme-prod/repo/api:1'],
    refused: [
      'us-docker.pkg.dev/acme-prod-evil/repo/api:1',
      'us-npm.pkg.dev/acme-prod/repo/api:1',
      'us-docker.pkg.dev.evil.com/acme-prod/repo/api:1',
    ],
  },
  {
    id: 'acr',
    entry: 'acr: { owners: [acme] }',
    hosts: [
      'myregistry.azurecr.io',
      'myregistry.eastus.geo.azurecr.io',
      'myregistry.azurecr.cn',
      'myregistry.azurecr.us',
      'myregistry.azurecr.de',
      'name-1a2b3c.azurecr.io',
    ],
    lookalikes: [
      'evilazurecr.io',
      'azurecr.io',
      'a.b.azurecr.io',
      'myregistry.eastus.data.azurecr.io',
      'myregistry.azurecr.io.evil.com',
      'my_registry.azurecr.io',
    ],
    allowed: ['acme.azurecr.io/a/b:1', 'acme.westeurope.geo.azurecr.io/a:1', 'ACME.azurecr.io/a:1'],
    refused: ['acme-evil.azurecr.io/a:1', 'evilazurecr.io/acme/a:1', 'acme.azurecr.io.evil.com/a:1', 'acme.eastus.data.azurecr.io/a:1'],
  },
  {
    id: 'mcr',
    entry: 'mcr:',
    hosts: ['mcr.microsoft.com', 'mcr.azure.cn'],
    lookalikes: ['mcr.microsoft.com.evil.com', 'eastus.data.mcr.microsoft.com', 'mcr.micros0ft.com'],
    allowed: ['mcr.microsoft.com/dotnet/sdk:8.0', 'mcr.azure.cn/dotnet/sdk:8.0'],
    refused: ['mcr.micros0ft.com/dotnet/sdk:8.0', 'microsoft/dotnet:2'],
  },
  {
    id: 'ngc',
    entry: 'ngc: { namespaces: [nvidia, nvidia-hpcvis, hpc] }',
    hosts: ['nvcr.io'],
    lookalikes: ['nvcr.io.evil.com', 'ncvr.io', 'catalog.ngc.nvidia.com', 'xnvcr.io'],
    allowed: ['nvcr.io/nvidia/pytorch:24.10-py3', 'nvcr.io/nvidia/k8s/dcgm:3', 'nvcr.io/nvidia-hpcvis/index:1', 'nvcr.io/hpc/gromacs:2023'],
    refused: ['nvcr.io/nvidia-evil/x:1', 'nvcr.io/nim/meta/llama:1', 'nvcr.io/0123456789/x:1', 'nvidia/cuda:12', 'nvcr.io/nvidia:1'],
  },
  {
    id: 'ghcr',
    entry: 'ghcr: { namespaces: [acme] }',
    hosts: ['ghcr.io', 'GHCR.IO', 'containers.acme.ghe.com'],
    lookalikes: ['ghrc.io', 'ghcr.com', 'ghcr.io.evil.com', 'docker.pkg.github.com', 'ghcr.io:443'],
    allowed: ['ghcr.io/acme/x:1', 'ghcr.io/acme/x/y:1', 'GHCR.IO/acme/x:1'],
    refused: ['ghcr.io/acme-evil/x:1', 'ghcr.io/acme:1', 'ghrc.io/acme/x:1', 'acme/x:1', 'ghcr/acme/x:1', 'ghcr.io:443/acme/x:1'],
  },
  {
    id: 'github-docker-legacy',
    entry: 'github-docker-legacy: { namespaces: [acme] }',
    hosts: ['docker.pkg.github.com'],
    lookalikes: ['ghcr.io', 'docker.pkg.github.com.evil.com', 'docker.github.com'],
    allowed: [],
    refused: ['ghcr.io/acme/x:1', 'docker.pkg.github.com/evil/r/x:1'],
  },
  {
    id: 'gitlab',
    entry: 'gitlab: { namespaces: [acme/deep/group, acme/project] }',
    hosts: ['registry.gitlab.com'],
    lookalikes: ['gitlab.com', 'registry.gitlb.com', 'registry.gitlab.com.evil.com', 'registry.gitlab.com:5050'],
    allowed: [
      'registry.gitlab.com/acme/deep/group/project:1',
      'registry.gitlab.com/acme/deep/group/project/worker:1',
      'registry.gitlab.com/acme/project:1',
    ],
    refused: ['registry.gitlab.com/acme/other:1', 'registry.gitlab.com/acme/deep:1', 'registry.gitlab.com/acme/project-evil:1'],
  },
  {
    id: 'quay',
    entry: 'quay: { namespaces: [prometheus] }',
    hosts: ['quay.io'],
    lookalikes: ['qauy.io', 'quay.io.evil.com', 'xquay.io', 'cdn.quay.io'],
    allowed: ['quay.io/prometheus/node-exporter:v1'],
    refused: ['quay.io/prometheus-evil/node-exporter:v1', 'qauy.io/prometheus/node-exporter:v1', 'prometheus/node-exporter:v1'],
  },
  {
    id: 'biocontainers',
    entry: 'biocontainers:',
    hosts: ['quay.io', 'docker.io'],
    lookalikes: ['depot.galaxyproject.org', 'quay.io.evil.com', 'DOCKER.IO'],
    allowed: ['quay.io/biocontainers/samtools:1.21--h50ea8bc_0', 'biocontainers/blast:2.2.31'],
    refused: [
      'quay.io/biocontainers-evil/samtools:1',
      'quay.io/bioconda/base:1',
      'ghcr.io/biocontainers/samtools:1',
      'quay.io/biocontainers:1',
    ],
  },
]

describe.each(TABLE)('$id', ({ id, entry, hosts, lookalikes, allowed, refused }) => {
  const registry = catalogueEntry(id)
  test.each(hosts)('is at %s', (host) => expect(registry && hostFit(registry, host, registryOf(host))).toBeDefined())
  test.each(lookalikes)('is not at %s', (host) => expect(registry && hostFit(registry, host, registryOf(host))).toBeUndefined())
  test('is told apart by an entry of that name', async () => {
    const judge = await judgeOf(`version: 1\nregistries:\n  ${entry}\n`)
    expect(allowed.map((image) => `${image} ${told(judge, image)}`)).toEqual(allowed.map((image) => `${image} `))
    for (const image of refused) expect(`${image} ${told(judge, image)}`).toContain('allowed-')
  })
})

test('a private registry is its host with its port', async () => {
  const judge = await judgeOf('version: 1\nregistries:\n  container-registry-website.com:6000:\n')
  const images = [
    'container-registry-website.com:6000/mycontainers/container1:v1.0',
    'container-registry-website.com/mycontainers/container1:v1.0',
    'container-registry-website.com:60000/x/y:1',
  ]
  expect(images.map((image) => told(judge, image))).toEqual(['', 'allowed-registry', 'allowed-registry'])
})

describe('the catalogue', () => {
  test('has each id once, and no id is a host', () => {
    const ids = [...catalogueIds()]
    expect([ids.length, ids.filter((id) => id.includes('.') || id.includes(':'))]).toEqual([REGISTRIES.length, []])
  })
  test('has no host that two ids claim', () => {
    const hosts = REGISTRIES.filter(({ scopes }) => scopes === undefined).flatMap(({ id, hosts: all }) => all.map((host) => ({ id, host })))
    const twice = hosts.filter(({ id, host }) =>
      hosts.some(
        (other) => other.id < id && overlap(hostPattern(host), hostPattern(other.host)) && host.includes('*') === other.host.includes('*'),
      ),
    )
    expect(twice).toEqual([])
  })
  test.each([
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com', 'a/b', '111122223333'],
    ['Acme.azurecr.io', 'a/b', 'acme'],
    ['acme.jfrog.io', 'docker/a', 'acme'],
    ['us-docker.pkg.dev', 'acme/repo/a', 'acme'],
    ['gcr.io', 'example.com/acme/a', 'example.com/acme'],
    ['ghcr.io', 'acme/a/b', 'acme'],
    ['registry.k8s.io', 'pause', undefined],
    ['registry.acme.example', 'a/b', undefined],
  ])('says who an image of %s/%s belongs to', (host, repository, owner) => expect(ownerOf(host, repository)).toBe(owner))
  test.each([
    ['docker.io', true],
    ['ghcr.io:443', true],
    ['ghcr.io', true],
    ['111122223333.dkr.ecr.us-east-1.amazonaws.com', false],
    ['111122223333.dkr.ecr.*.amazonaws.com', false],
    ['*.dkr.ecr.us-east-1.amazonaws.com', true],
    ['acme.azurecr.io', false],
    ['*.azurecr.io', true],
    ['*.gcr.io', true],
    ['*-docker.pkg.dev', true],
    ['mcr.microsoft.com', false],
    ['registry.acme.example', false],
    ['*.acme.example', false],
  ])('%s serves everybody: %s', (host, shared) => expect(isShared(host)).toBe(shared))
  test('takes owners where the name carries them', () => {
    expect(
      REGISTRIES.filter(takesOwners)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['acr', 'artifact-registry', 'ecr', 'gcr', 'jfrog-cloud', 'ovh'])
  })
  test('knows official images, each maintained or retired', () => {
    expect([maintainedImages().size, [...maintainedImages()].filter((name) => retiredImages().has(name))]).toEqual([137, []])
    expect([maintainedImages().has('nginx'), retiredImages().has('centos'), retiredImages().has('mongo-express')]).toEqual([
      true,
      true,
      true,
    ])
  })
})

describe('docs/registries.md', () => {
  const path = join(ROOT, 'docs/registries.md')
  test('is what the catalogue says', () => expectGolden(path, registriesPage()))
  test('has a section for each name', () => {
    const page = readFileSync(path, 'utf8')
    expect([...catalogueIds()].filter((id) => !page.includes(`\n## ${id}\n`))).toEqual([])
  })
})
