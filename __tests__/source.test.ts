import { describe, expect, test } from '@jest/globals'
import { decide } from '../src/policy/decide.js'
import { parseReference } from '../src/resolve/reference.js'
import { findings, judgeOf, layersOf, told } from './judging.js'

const HEAD = 'version: 1\nregistries:\n'

/** What a policy says of each image: the rules it breaks. */
async function table(policy: string, images: readonly string[], at = {}): Promise<string[]> {
  const judge = await judgeOf(policy)
  return images.map((image) => `${image} ${told(judge, image, at)}`.trim())
}

describe('no look-alike slips through docker.io library and ghcr.io acme', () => {
  const policy = `${HEAD}  docker.io: { namespaces: [library] }\n  ghcr.io: { namespaces: [acme] }\n`
  test.each([
    ['nginx:1', ''],
    ['library/nginx:1', ''],
    ['docker.io/nginx:1', ''],
    ['index.docker.io/library/nginx:1', ''],
    ['ghcr.io/acme/x:1', ''],
    ['ghcr.io/acme/x/y:1', ''],
    ['evilcorp.com/x:1', 'allowed-registry'],
    ['docker.io.evil.com/library/nginx:1', 'allowed-registry'],
    ['localhost:5000/library/nginx:1', 'allowed-registry'],
    ['localhost/library/nginx:1', 'allowed-registry'],
    ['registry-1.docker.io/library/nginx:1', 'allowed-registry'],
    ['registry.hub.docker.com/library/nginx:1', 'allowed-registry'],
    ['hub.docker.com/library/nginx:1', 'allowed-registry'],
    ['DOCKER.IO/library/nginx:1', 'allowed-registry'],
    ['Docker.io/library/nginx:1', 'allowed-registry'],
    ['docker.io:443/library/nginx:1', 'allowed-registry'],
    ['Library/nginx:1', 'allowed-registry'],
    ['library/nginx@sha256:bad', 'malformed'],
    [`library/nginx@sha256:${'g'.repeat(64)}`, 'malformed'],
    [`library/nginx@sha256:${'a'.repeat(63)}`, 'malformed'],
    ['library.evil/nginx:1', 'allowed-registry'],
    ['library-evil/nginx:1', 'allowed-namespace'],
    ['ghcr.io/acme-evil/x:1', 'allowed-namespace'],
    ['ghcr.io/acme:1', 'allowed-namespace'],
    ['ghcr.io/acmee/x:1', 'allowed-namespace'],
    ['ghcr.io/x/acme/y:1', 'allowed-namespace'],
    ['acme/x:1', 'allowed-namespace'],
    ['ghcr.io.evil.com/acme/x:1', 'allowed-registry'],
    ['evil.ghcr.io/acme/x:1', 'allowed-registry'],
    ['xghcr.io/acme/x:1', 'allowed-registry'],
    ['ghcr.io:5000/acme/x:1', 'allowed-registry'],
    ['GHCR.io/acme/x:1', ''],
    ['host_name.com/library/nginx:1', 'allowed-registry'],
    ['[::1]:5000/library/nginx:1', 'allowed-registry'],
  ])('%s: %s', async (image, rules) => expect(await table(policy, [image])).toEqual([`${image} ${rules}`.trim()]))
})

describe('a namespace', () => {
  test('covers whole components; one of two or more also the repository of that very name', async () => {
    expect(
      await table(`${HEAD}  quay.io: { namespaces: [a, b/c] }\n`, [
        'quay.io/a/x:1',
        'quay.io/a/x/y:1',
        'quay.io/a:1',
        'quay.io/ab/x:1',
        'quay.io/b/c:1',
        'quay.io/b/c/d:1',
        'quay.io/b/cd:1',
        'quay.io/b/x:1',
      ]),
    ).toEqual([
      'quay.io/a/x:1',
      'quay.io/a/x/y:1',
      'quay.io/a:1 allowed-namespace',
      'quay.io/ab/x:1 allowed-namespace',
      'quay.io/b/c:1',
      'quay.io/b/c/d:1',
      'quay.io/b/cd:1 allowed-namespace',
      'quay.io/b/x:1 allowed-namespace',
    ])
  })
  test('may be a domain', async () => {
    expect(await table(`${HEAD}  cgr.dev: { namespaces: [acme.com] }\n`, ['cgr.dev/acme.com/x:1', 'cgr.dev/acme.co/x:1'])).toEqual([
      'cgr.dev/acme.com/x:1',
      'cgr.dev/acme.co/x:1 allowed-namespace',
    ])
  })
  test('with a star stays within its component', async () => {
    expect(
      await table(`${HEAD}  quay.io: { namespaces: ["acme-*"] }\n`, [
        'quay.io/acme-x/y:1',
        'quay.io/acme-x:1',
        'quay.io/acme/x:1',
        'quay.io/xacme-x/y:1',
      ]),
    ).toEqual([
      'quay.io/acme-x/y:1',
      'quay.io/acme-x:1 allowed-namespace',
      'quay.io/acme/x:1 allowed-namespace',
      'quay.io/xacme-x/y:1 allowed-namespace',
    ])
  })
})

test('a repository is exact', async () => {
  expect(
    await table(`${HEAD}  quay.io: { repositories: [a/b, "c/d-*"] }\n`, [
      'quay.io/a/b:1',
      'quay.io/a/b/c:1',
      'quay.io/a/bc:1',
      'quay.io/c/d-1:1',
      'quay.io/c/d-1/x:1',
    ]),
  ).toEqual([
    'quay.io/a/b:1',
    'quay.io/a/b/c:1 allowed-namespace',
    'quay.io/a/bc:1 allowed-namespace',
    'quay.io/c/d-1:1',
    'quay.io/c/d-1/x:1 allowed-namespace',
  ])
})

test('an entry without lists covers the whole registry of one owner; anyone does so for a shared one', async () => {
  const policy = `${HEAD}  registry.acme.example:\n  quay.io: { anyone: true, namespaces: { strict: { pin: digest } } }\n`
  expect(await table(policy, ['registry.acme.example/x:1', 'quay.io/anyone/x:1', 'quay.io/strict/x:1'])).toEqual([
    'registry.acme.example/x:1',
    'quay.io/anyone/x:1',
    'quay.io/strict/x:1 pinned',
  ])
})

describe('the most specific entry decides', () => {
  test.each([
    [
      'a literal host before a pattern',
      '  "*.acme.example": { pin: none }\n  r.acme.example: { pin: digest }\n',
      'r.acme.example/x',
      'digest',
    ],
    [
      'a written pattern before the catalogue',
      '  acr: { owners: [acme], pin: digest }\n  "acme.*.geo.azurecr.io": { pin: none }\n',
      'acme.eastus.geo.azurecr.io/x',
      'none',
    ],
    [
      'a repository before a namespace',
      '  quay.io: { namespaces: { a/b: { pin: none } }, repositories: { a/b: { pin: digest } } }\n',
      'quay.io/a/b',
      'digest',
    ],
    ['longer before shorter', '  quay.io: { namespaces: { a: { pin: digest }, a/b: { pin: none } } }\n', 'quay.io/a/b/c', 'none'],
    ['literal before a star', '  quay.io: { namespaces: { "a*": { pin: none }, ab: { pin: digest } } }\n', 'quay.io/ab/x', 'digest'],
    ['the longer pattern', '  quay.io: { namespaces: { "a*": { pin: none }, "ab*": { pin: digest } } }\n', 'quay.io/abc/x', 'digest'],
    [
      'a longer pattern of hosts',
      '  "*.acme.example": { pin: none }\n  "r-*.acme.example": { pin: digest }\n',
      'r-1.acme.example/x',
      'digest',
    ],
    [
      'one that names the owner',
      '  gcr: { owners: [acme], pin: digest }\n  gcr.io: { anyone: true, pin: none }\n',
      'gcr.io/acme/x',
      'digest',
    ],
    [
      'a name of the catalogue beside its host',
      '  biocontainers: { pin: patch }\n  quay.io: { anyone: true }\n',
      'quay.io/biocontainers/x',
      'patch',
    ],
  ])('%s', async (_, entries, image, level) => {
    const [layer] = await layersOf(`version: 1\npin: tag\nregistries:\n${entries}`)
    const parsed = parseReference(image)
    expect(layer && parsed.kind === 'image' && decide(layer, parsed.reference, 'base', 'Dockerfile').pin.asked.value).toBe(level)
  })
})

test('settings flow down, each from the nearest level that makes it', async () => {
  const [layer] = await layersOf(`version: 1
pin: tag
registries:
  quay.io:
    pin: major
    severity: warning
    namespaces:
      a: { pin: minor, tags: ["1.*"] }
      a/b: { pin: patch }
    repositories:
      a/b/c: { tags: ["2.*"] }
`)
  const parsed = parseReference('quay.io/a/b/c:1')
  const settings = layer && parsed.kind === 'image' ? decide(layer, parsed.reference, 'base', 'Dockerfile').settings : {}
  expect([
    settings.pin?.value,
    settings.pin?.place.line,
    settings.tags?.value,
    settings.tags?.place.line,
    settings.severity?.value,
    settings.severity?.place.line,
  ]).toEqual(['patch', 9, ['2.*'], 11, 'warning', 6])
})

describe('an entry whose roles or paths do not fit does not cover', () => {
  const policy = `${HEAD}  quay.io:\n    namespaces:\n      a: { paths: ["ml/**"] }\n      b: { roles: [service, base] }\n      b/strict: { roles: [syntax] }\n`
  test('paths', async () => {
    expect([await table(policy, ['quay.io/a/x:1'], { path: 'ml/Dockerfile' }), await table(policy, ['quay.io/a/x:1'])]).toEqual([
      ['quay.io/a/x:1'],
      ['quay.io/a/x:1 allowed-namespace'],
    ])
    expect(findings(await judgeOf(policy), 'quay.io/a/x:1')[0]?.advice).toContain('a is allowed under ml/**')
    expect(findings(await judgeOf(policy), 'quay.io/a/x:1')[0]?.policy.line).toBe(5)
  })
  test('roles, and a less specific entry then does', async () => {
    expect([
      await table(policy, ['quay.io/b/x:1', 'quay.io/b/strict:1']),
      await table(policy, ['quay.io/b/x:1'], { role: 'copy-from' }),
    ]).toEqual([['quay.io/b/x:1', 'quay.io/b/strict:1'], ['quay.io/b/x:1 allowed-namespace']])
    expect(findings(await judgeOf(policy), 'quay.io/b/x:1', { role: 'copy-from' })[0]?.advice).toContain('b is allowed as service, base')
  })
})

describe('mirrors', () => {
  const policy = `${HEAD}  docker.io: { namespaces: [library], direct: false }
  ghcr.io: { namespaces: [acme] }
  registry.acme.example:5000:
mirrors:
  registry.acme.example:5000/dockerhub: docker.io
  registry.acme.example:5000/dockerhub/special: ghcr.io/acme
  "*.mirror.acme.example": docker.io
  "r.mirror.acme.example/gh": ghcr.io
deny:
  - image: docker.io/library/centos
  - image: registry.acme.example:5000/dockerhub/library/old
`
  test('judge the left name as the right one', async () => {
    expect(
      await table(policy, [
        'registry.acme.example:5000/dockerhub/nginx:1',
        'registry.acme.example:5000/dockerhub/library/nginx:1',
        'registry.acme.example:5000/dockerhub/bitnami/redis:1',
        'registry.acme.example:5000/dockerhub-evil/x:1',
        'registry.acme.example:5000/own/x:1',
        'registry.acme.example/dockerhub/nginx:1',
        'registry.acme.example:5000/dockerhub/special/x:1',
        'a.mirror.acme.example/nginx:1',
        'r.mirror.acme.example/gh/acme/x:1',
        'r.mirror.acme.example/gh/evil/x:1',
      ]),
    ).toEqual([
      'registry.acme.example:5000/dockerhub/nginx:1',
      'registry.acme.example:5000/dockerhub/library/nginx:1',
      'registry.acme.example:5000/dockerhub/bitnami/redis:1 allowed-namespace, retired (warning)',
      'registry.acme.example:5000/dockerhub-evil/x:1',
      'registry.acme.example:5000/own/x:1',
      'registry.acme.example/dockerhub/nginx:1 allowed-registry',
      'registry.acme.example:5000/dockerhub/special/x:1',
      'a.mirror.acme.example/nginx:1',
      'r.mirror.acme.example/gh/acme/x:1',
      'r.mirror.acme.example/gh/evil/x:1 allowed-namespace',
    ])
  })
  test('refuse the direct name, with the mirrored one as replacement', async () => {
    const digest = `@sha256:${'a'.repeat(64)}`
    expect(findings(await judgeOf(policy), `nginx:1.27${digest}`)).toMatchObject([
      { rule: 'use-mirror', replacement: `registry.acme.example:5000/dockerhub/library/nginx:1.27${digest}`, policy: { line: 3 } },
    ])
  })
  test('are denied by the written and by the upstream name', async () => {
    expect(
      await table(policy, [
        'registry.acme.example:5000/dockerhub/centos:7',
        'registry.acme.example:5000/dockerhub/library/old:1',
        'centos:7',
        'a.mirror.acme.example:443/centos:7',
        'a.mirror.acme.example:00443/centos:7',
      ]),
    ).toEqual([
      'registry.acme.example:5000/dockerhub/centos:7 denied-image',
      'registry.acme.example:5000/dockerhub/library/old:1 denied-image',
      'centos:7 denied-image, use-mirror',
      'a.mirror.acme.example:443/centos:7 allowed-registry, denied-image',
      'a.mirror.acme.example:00443/centos:7 allowed-registry, denied-image',
    ])
  })
  test('stand for a whole registry below their name, and not at it', async () => {
    const whole = `${HEAD}  docker.io: { namespaces: [library] }\nmirrors: { hub.example/d: docker.io, hub.example/n: docker.io/library }\n`
    expect(await table(whole, ['hub.example/d:1', 'hub.example/d/nginx:1', 'hub.example/n/nginx:1'])).toEqual([
      'hub.example/d:1 allowed-registry',
      'hub.example/d/nginx:1',
      'hub.example/n/nginx:1',
    ])
  })
})

describe('deny', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const policy = `version: 1
registries: any
deny:
  - { image: ttl.sh }
  - { image: docker.io/evil, reason: Not ours. }
  - { image: docker.io/library/node, tags: ["16*", latest], digests: ["${digest}"] }
  - { image: "*.evil.example/x" }
  - { image: ghcr.io/old/tool, use: ghcr.io/new/tool }
  - { image: ghcr.io/old/app, use: "ghcr.io/new/other:2" }
`
  test('covers everything under it, whatever the host is called', async () => {
    const denied = [
      'ttl.sh/x:1',
      'TTL.sh/x:1',
      'ttl.sh:443/x:1',
      'ttl.sh:0443/x:1',
      'evil/x:1',
      'registry-1.docker.io/evil/x:1',
      'docker.io:443/evil/x:1',
      'a.evil.example/x/y:1',
    ]
    expect(await table(policy, denied)).toEqual(denied.map((image) => `${image} denied-image`))
    expect(await table(policy, ['evil-not/x:1', 'a.evil.example/y:1', 'a.b.evil.example/x:1'])).toEqual([
      'evil-not/x:1',
      'a.evil.example/y:1',
      'a.b.evil.example/x:1',
    ])
  })
  test('is narrowed by tags and digests; no tag and no digest counts as latest', async () => {
    expect(
      await table(policy, [
        'node:16-alpine',
        'node:18',
        'node',
        'node:latest',
        `node@${digest}`,
        `node:18@${digest}`,
        `node@sha256:${'b'.repeat(64)}`,
      ]),
    ).toEqual([
      'node:16-alpine denied-image',
      'node:18',
      'node denied-image',
      'node:latest denied-image',
      `node@${digest} denied-image`,
      `node:18@${digest} denied-image`,
      `node@sha256:${'b'.repeat(64)}`,
    ])
  })
  test('says why, what to use, and is never existing', async () => {
    const judge = await judgeOf(policy)
    expect(findings(judge, 'evil/x:1')).toMatchObject([{ scope: 'all', policy: { line: 5 }, message: 'docker.io/evil/x:1 is denied' }])
    expect(findings(judge, 'evil/x:1')[0]?.advice).toContain('Not ours.')
    expect([findings(judge, 'ghcr.io/old/tool:3')[0]?.replacement, findings(judge, 'ghcr.io/old/app:3')[0]?.replacement]).toEqual([
      'ghcr.io/new/tool:3',
      'ghcr.io/new/other:2',
    ])
  })
})

describe('what is built in', () => {
  const policy = 'version: 1\npin: digest\nregistries:\n  ghcr.io: { namespaces: [acme] }\n'
  test.each([
    ['docker/dockerfile:1', 'syntax', ''],
    ['docker/dockerfile-upstream:1.7', 'syntax', ''],
    ['docker/dockerfile', 'syntax', 'pinned'],
    ['docker/dockerfile:labs', 'syntax', 'pinned'],
    ['docker/buildkit-syft-scanner:stable-1', 'sbom', ''],
    ['docker/dockerfile:1', 'base', 'allowed-registry, pinned'],
    ['evil/dockerfile:1', 'syntax', 'allowed-registry, pinned'],
    ['ghcr.io/docker/dockerfile:1', 'syntax', 'allowed-namespace, pinned'],
  ] as const)('%s as %s: %s', async (image, role, rules) => expect(told(await judgeOf(policy), image, { role })).toBe(rules))
  test('is switched off by builtin: none', async () =>
    expect(told(await judgeOf(`${policy}builtin: none\n`), 'docker/dockerfile:1', { role: 'syntax' })).toBe('allowed-registry, pinned'))
  test('gives way to an entry', async () => {
    const own = 'version: 1\nregistries:\n  docker.io: { repositories: { docker/dockerfile: { pin: digest } } }\n'
    expect(told(await judgeOf(own), 'docker/dockerfile:1', { role: 'syntax' })).toBe('pinned')
  })
  test('built-here is not judged, by its whole name only', async () => {
    const own =
      'version: 1\npin: digest\nregistries: { ghcr.io: { namespaces: [x] } }\nbuilt-here: [acme/base, registry.acme.example/tool]\n'
    expect(
      await table(own, [
        'acme/base',
        'acme/base:3',
        'docker.io/acme/base',
        'registry.acme.example/tool:1',
        'acme/base-evil:1',
        'acme/base/x:1',
      ]),
    ).toEqual([
      'acme/base',
      'acme/base:3',
      'docker.io/acme/base',
      'registry.acme.example/tool:1',
      'acme/base-evil:1 allowed-registry, pinned',
      'acme/base/x:1 allowed-registry, pinned',
    ])
  })
})
