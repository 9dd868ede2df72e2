import { describe, expect, test } from '@jest/globals'
import { type Finding, type Step, type Suppression } from '../src/model.js'
import { loadLayers } from '../src/policy/layers.js'
import { parseReference } from '../src/resolve/reference.js'
import { createJudge } from '../src/rules/judge.js'
import { findings, judgeOf, layersOf, occurrenceOf, resolutionOf, told, TODAY } from './judging.js'
import { processorTime } from './processor-time.js'

const ANY = 'version: 1\nregistries: any\n'
const STRICT = 'version: 1\ncontact: "#platform"\npin: digest\nregistries:\n  docker.io: { namespaces: [library] }\n'
const DIGEST = `sha256:${'a'.repeat(64)}`

function step(value: string, line: number, more: Partial<Step> = {}): Step {
  return {
    file: 'Dockerfile',
    span: { start: { line, column: 10 }, end: { line, column: 10 + value.length } },
    text: `ARG BASE=${value}`,
    value,
    ...more,
  }
}

const only = (list: readonly Finding[]): Finding | undefined => list[0]

describe('severity', () => {
  test.each([
    ['the default is an error', ANY + 'pin: tag\n', 'pinned'],
    ['the top may soften it', ANY + 'pin: tag\nseverity: warning\n', 'pinned (warning)'],
    ['a rule that says its severity is not softened by the top', ANY + 'pin: tag\nseverity: warning\nrules: { pinned: error }\n', 'pinned'],
    ['a rule may be off', ANY + 'pin: tag\nrules: { pinned: off }\n', ''],
    ['a rule may be a warning', ANY + 'pin: tag\nrules: { pinned: { severity: warning } }\n', 'pinned (warning)'],
    [
      'an override softens both',
      ANY + 'pin: tag\nrules: { pinned: error }\noverrides: [{ paths: [Dockerfile], severity: warning }]\n',
      'pinned (warning)',
    ],
    ['an override may restore it', ANY + 'pin: tag\nseverity: warning\noverrides: [{ paths: [Dockerfile], severity: error }]\n', 'pinned'],
    [
      'later overrides win',
      ANY + 'pin: tag\noverrides: [{ paths: ["**"], pin: none }, { paths: [Dockerfile], pin: tag, severity: warning }]\n',
      'pinned (warning)',
    ],
    ['overrides of other paths do not', ANY + 'pin: tag\noverrides: [{ paths: ["examples/**"], pin: none }]\n', 'pinned'],
    [
      'an entry softens its own images',
      'version: 1\npin: tag\nregistries: { docker.io: { namespaces: { library: { severity: warning } } } }\n',
      'pinned (warning)',
    ],
  ])('%s', async (_, policy, expected) => expect(told(await judgeOf(policy), 'nginx')).toBe(expected))
  test.each([
    ['of the same registry', 'docker.io: { namespaces: [library], severity: warning }', 'evil/x:1'],
    ['by the id of a registry', 'docker-official: { severity: warning }', 'evil/x:1'],
    ['before another of the same host', 'biocontainers: { severity: warning }\n  quay.io: { namespaces: [acme] }', 'quay.io/evil/x:1'],
    ['of another owner', 'ecr: { owners: ["111122223333"], severity: warning }', '999922223333.dkr.ecr.us-east-1.amazonaws.com/x:1'],
  ])('an entry %s softens nothing that it does not cover', async (_, entries, image) => {
    const policy = `version: 1\npin: tag\nregistries:\n  ${entries}\n`
    expect(told(await judgeOf(policy), image)).toBe('allowed-namespace')
  })
  test.each([
    ['pin', 'pin: tag', 'docker.io: { namespaces: [library], pin: digest }', 'allowed-namespace, pinned'],
    ['no weaker pin', 'pin: digest', 'docker.io: { namespaces: [library], pin: tag }', 'allowed-namespace, pinned'],
    ['an error', 'severity: warning', 'docker.io: { namespaces: [library], severity: error }', 'allowed-namespace'],
  ])('what else an entry says of its registry holds for what it does not cover: %s', async (_, top, entry, expected) =>
    expect(told(await judgeOf(`version: 1\n${top}\nregistries: { ${entry} }\n`), 'evil/x:1')).toBe(expected),
  )
  test.each([
    ['by an entry', 'registries: { docker.io: { namespaces: { library: { severity: warning } } } }', 'denied-image'],
    ['by an override', 'registries: any\noverrides: [{ paths: ["**"], severity: warning }]', 'denied-image'],
    ['but by the rule', 'registries: any\nrules: { denied-image: warning }', 'denied-image (warning)'],
    ['but by the top', 'registries: any\nseverity: warning', 'denied-image (warning)'],
    [
      'by the top where an override says error',
      'registries: any\nseverity: warning\noverrides: [{ paths: ["**"], severity: error }]',
      'denied-image',
    ],
  ])('what is denied is not softened %s', async (_, rest, expected) => {
    const policy = `version: 1\npin: tag\ndeny: [{ image: docker.io/library/centos }]\n${rest}\n`
    expect(told(await judgeOf(policy), 'centos:7')).toBe(expected)
  })
  test('an override never allows what registries refuse', async () => {
    const policy = `${STRICT}overrides: [{ paths: ["**"], pin: none, severity: warning }]\n`
    expect(told(await judgeOf(policy), 'quay.io/x/y')).toBe('allowed-registry (warning)')
  })
})

describe('a replacement', () => {
  const offers = async (policy: string, image: string, at = {}): Promise<readonly (string | undefined)[]> => {
    const [finding] = findings(await judgeOf(`version: 1\n${policy}\n`), image, at)
    return [finding?.replacement, ...(finding?.advice.split('\n') ?? [])]
  }
  const LIBRARY = 'registries: { docker.io: { namespaces: [library] } }'
  test.each([
    [
      'without the digest that the image has',
      `pin: digest\n${LIBRARY}`,
      `bitnami/nginx:1.27@${DIGEST}`,
      'nginx:1.27 is pinned to a minor version',
    ],
    [
      'with a tag that is not allowed',
      'registries: { docker.io: { repositories: { library/redis: { tags: ["7.4*"] } } } }\npin: tag',
      'bitnami/redis:7.2',
      'the tag 7.2 is not allowed',
    ],
    [
      'of deny without a tag',
      `pin: tag\ndeny: [{ image: docker.io/library/centos, use: docker.io/library/almalinux }]\n${LIBRARY}`,
      'centos:7',
      'has neither tag nor digest',
    ],
  ])('%s is told and not offered', async (_, policy, image, reason) => {
    const [replacement, ...advice] = await offers(policy, image)
    expect(replacement).toBeUndefined()
    expect(advice.filter((line) => line?.includes('can take its place, but not as it stands: ') === true)).toEqual([
      expect.stringContaining(reason),
    ])
  })
  test('of deny that the policy refuses is told as such', async () => {
    const policy = `pin: tag\ndeny: [{ image: docker.io/library/centos, use: quay.io/x/y:1 }]\n${LIBRARY}`
    expect(await offers(policy, 'centos:7')).toEqual([
      undefined,
      'quay.io/x/y:1 is to take its place, but the policy does not allow it here',
      expect.stringContaining('Not possible?'),
    ])
  })
  test('through a mirror that is denied is not offered', async () => {
    const policy = `pin: tag\nmirrors: { m.example/hub: docker.io }\ndeny: [{ image: docker.io/library/node, tags: ["16*"] }]\nregistries: { docker.io: { namespaces: [library], direct: false } }`
    const judge = await judgeOf(`version: 1\n${policy}\n`)
    expect(findings(judge, 'node:16').map(({ replacement }) => replacement)).toEqual([undefined, undefined])
    expect(findings(judge, 'node:18').map(({ replacement }) => replacement)).toEqual(['m.example/hub/library/node:18'])
  })
  test('that lacks no more than the image does is offered', async () => {
    expect((await offers(`pin: digest\n${LIBRARY}`, 'bitnami/redis:7.2'))[0]).toBe('redis:7.2')
  })
  test.each([
    ['of what is built here', { role: 'build-output', occurrence: { pullable: true } } as const],
    ['at a place that is none', { occurrence: { span: { start: { line: 4, column: 6 }, end: { line: 4, column: 6 } } } } as const],
  ])('%s is not put into a fix', async (_, at) => {
    const [finding] = findings(await judgeOf(`version: 1\npin: none\n${LIBRARY}\n`), 'bitnami/redis:7.2', at)
    expect([finding?.replacement, finding?.fix]).toEqual(['redis:7.2', undefined])
  })
  test('that somebody has to complete is told and not offered', async () => {
    const policy = `pin: tag\nregistries: any\ndeny: [{ image: docker.io/x, use: "quay.io/y:<version>" }]`
    expect((await offers(policy, 'x/y:1')).slice(0, 2)).toEqual([undefined, 'Write instead: quay.io/y:<version>'])
  })
})

test('a frontend of Docker under the name of a mirror is no reader of its own', async () => {
  const judge = await judgeOf(`${ANY}mirrors: { m.example/hub: docker.io }\n`)
  const about = (frontend: string): readonly string[] =>
    judge.problem(0, { file: 'Dockerfile', message: 'foreign', frontend }).map(({ rule }) => rule)
  expect(['m.example/hub/docker/dockerfile:1', 'm.example/hub/docker/dockerfile-upstream:master'].map(about)).toEqual([[], []])
  for (const frontend of ['m.example/hub/evil/dockerfile:1', 'n.example/hub/docker/dockerfile:1', 'm.example/docker/dockerfile:1'])
    expect(about(frontend)).toEqual(['unreadable'])
})

test('what a template fills in is given no value', async () => {
  const resolution = { target: { kind: 'unresolved' }, resolved: null, variables: ['{{ base }}'], open: 'source' } as const
  const [finding] = findings(await judgeOf(ANY), '{{ base }}', { resolution })
  expect([finding?.rule, finding?.advice]).toEqual([
    'unresolved',
    'What a template fills in is not known here: write the image out, or check what the template makes',
  ])
})

describe('a policy is refused', () => {
  const entry = 'version: 1\nregistries: '
  test.each([
    ['ecr: { namespaces: [shop] }', "a namespace there may be anybody's"],
    ['acr: { repositories: [shop/x] }', "a namespace there may be anybody's"],
    ['ovh: { namespaces: [p] }', "a namespace there may be anybody's"],
    ['"*.dkr.ecr.us-east-1.amazonaws.com": { namespaces: [shop] }', "a namespace there may be anybody's"],
  ])('that lets in every owner: %s', (entries, problem) => expect(layersOf(`${entry}{ ${entries} }\n`)).rejects.toThrow(problem))
  test.each([
    'ecr: { owners: ["111122223333"], namespaces: [shop] }',
    'ecr: { anyone: true, namespaces: [shop] }',
    '111122223333.dkr.ecr.us-east-1.amazonaws.com: { namespaces: [shop] }',
    'artifact-registry: { namespaces: [project] }',
    'quay.io: { namespaces: [shop] }',
  ])('and not one that tells whose they are: %s', async (entries) => expect(await layersOf(`${entry}{ ${entries} }\n`)).toHaveLength(1))
  test.each(['malformed', 'unreadable'])('that excuses what is about no image: %s', async (rule) => {
    const excuse = `exceptions: [{ image: docker.io, rules: [${rule}], owner: a, reason: b, expires: 2027-01-01 }]`
    await expect(layersOf(`${ANY}${excuse}\n`)).rejects.toThrow(`${rule} cannot be excused`)
  })
})

test('an exception is offered only where there is an image that it could be about', async () => {
  const judge = await judgeOf(ANY + 'pin: tag\n')
  const advice = (text: string): string =>
    findings(judge, text)
      .map((finding) => finding.advice)
      .join('\n')
  expect(advice('nginx')).toContain('Add an exception')
  expect(advice('Nginx')).not.toContain('exception')
})

describe('scope', () => {
  test.each([
    [ANY + 'pin: tag\n', 'new'],
    [ANY + 'pin: tag\nrules: { pinned: { scope: all } }\n', 'all'],
    [ANY + 'pin: tag\nexisting: { until: 2026-11-20 }\n', 'all'],
    [ANY + 'pin: tag\nexisting: { until: 2026-11-21 }\n', 'new'],
  ])('of %j is %s', async (policy, scope) => expect(only(findings(await judgeOf(policy), 'nginx'))?.scope).toBe(scope))
})

describe('pin', () => {
  test('keeps what would float from being told to be written', async () => {
    const judge = await judgeOf('version: 1\npin: tag\nregistries: { docker.io: { namespaces: [library] } }\n')
    expect(only(findings(judge, 'bitnami/redis:7.2'))?.replacement).toBe('redis:7.2')
    const [refusal] = findings(judge, 'bitnami/redis:latest')
    expect([refusal?.rule, refusal?.replacement]).toEqual(['allowed-namespace', undefined])
    expect(refusal?.advice).toContain('redis is allowed, with a tag that does not float\n')
  })
  test.each(['cache-from', 'cache-to', 'build-output', 'model'] as const)('is never asked of %s', async (role) => {
    expect(told(await judgeOf(ANY + 'pin: digest\n'), 'nginx', { role })).toBe('')
  })
  test('wants a tag beside the digest at its strictest', async () => {
    const judge = await judgeOf(ANY + 'pin: tag+digest\n')
    expect([told(judge, `nginx@${DIGEST}`), told(judge, `nginx:latest@${DIGEST}`)]).toEqual(['pinned', ''])
  })
  test('points to the line that asks', async () => {
    const policy =
      'version: 1\npin: tag\nregistries:\n  docker.io:\n    namespaces:\n      library: { pin: digest }\noverrides:\n  - paths: [prod/**]\n    pin: tag+digest\n'
    const judge = await judgeOf(policy)
    expect([
      only(findings(judge, 'nginx:1'))?.policy.line,
      only(findings(judge, 'nginx:1', { path: 'prod/Dockerfile' }))?.policy.line,
    ]).toEqual([6, 9])
  })
  test('is not asked of a tag that an unset variable decides', async () => {
    const at = { resolution: { open: 'tag', variables: ['V'], resolved: 'nginx:1' } } as const
    expect(told(await judgeOf(ANY + 'pin: patch\n'), 'nginx:1', at)).toBe('unresolved-tag')
  })
})

test('tags: one glob must match; no tag and no digest counts as latest, a digest alone matches none', async () => {
  const judge = await judgeOf('version: 1\nregistries: { docker.io: { namespaces: { library: { tags: ["3.*", latest] } } } }\n')
  expect(['alpine:3.20', 'alpine', 'alpine:edge', `alpine@${DIGEST}`, `alpine:3.20@${DIGEST}`].map((image) => told(judge, image))).toEqual([
    '',
    '',
    'allowed-tag',
    'allowed-tag',
    '',
  ])
})

describe('a variable without a value', () => {
  const at = (open: 'source' | 'tag', target = parseReference('nginx:1.27')) => ({
    resolution: {
      open,
      variables: ['X'],
      resolved: target.kind === 'image' ? 'nginx:1.27' : null,
      target: target.kind === 'image' ? target : ({ kind: 'unresolved' } as const),
    },
  })
  test('that decides the source is a finding beside the verdict on the empty expansion', async () => {
    expect(told(await judgeOf(STRICT), '${X}nginx:1.27', at('source'))).toBe('pinned, unresolved')
    expect(told(await judgeOf(STRICT), '${X}/nginx:1.27', at('source', parseReference('/')))).toBe('unresolved')
  })
  test('that decides the tag leaves registry and repository judged', async () => {
    const unresolved = {
      resolution: {
        open: 'tag',
        variables: ['X'],
        resolved: null,
        target: { kind: 'unresolved', reference: { registry: 'quay.io', repository: 'a/b' } },
      },
    } as const
    expect(told(await judgeOf(STRICT), 'quay.io/a/b:${X}', unresolved)).toBe('allowed-registry, unresolved-tag')
  })
  test('that decides the tag may be the tag that deny names, or not', async () => {
    const unresolved = {
      resolution: {
        open: 'tag',
        variables: ['X'],
        resolved: null,
        target: { kind: 'unresolved', reference: { registry: 'docker.io', repository: 'library/node' } },
      },
    } as const
    const deny = (tags: string): string => `${ANY}deny: [{ image: docker.io/library/node${tags} }]\n`
    expect([
      told(await judgeOf(deny(', tags: [latest]')), 'node:${X}', unresolved),
      told(await judgeOf(deny('')), 'node:${X}', unresolved),
    ]).toEqual(['unresolved-tag', 'denied-image, unresolved-tag'])
  })
  test('is no finding where another build gives every value', async () => {
    expect([
      told(await judgeOf(STRICT), 'x', { ...at('source', parseReference('/')), given: true }),
      told(await judgeOf(ANY), 'nginx:1', { ...at('tag'), given: true }),
    ]).toEqual(['', ''])
  })
  test('is told with its name and the places that can give it a value', async () => {
    const found = only(findings(await judgeOf(ANY), '${X}nginx:1.27', at('source')))
    expect([found?.message, found?.advice.split('\n')[0]]).toEqual([
      '${X}nginx:1.27: where it comes from depends on X, which has no value',
      'Without a value it is nginx:1.27',
    ])
    expect(found?.advice).toContain('ARG X=…')
  })
})

describe('places that are only named', () => {
  test.each([
    [{ role: 'build-output' }, 'allowed-registry'],
    [{ role: 'build-output', occurrence: { pullable: true } }, 'allowed-registry'],
    [{ role: 'build-output', occurrence: { pullable: false } }, ''],
    [{ role: 'cache-to' }, ''],
    [{ role: 'cache-from' }, 'allowed-registry'],
    [{ role: 'model' }, 'allowed-registry'],
  ] as const)('%j', async (at, rules) => expect(told(await judgeOf(STRICT), 'quay.io/a/b', at)).toBe(rules))
  test('with the advice to write pull_policy: build', async () => {
    expect(only(findings(await judgeOf(STRICT), 'quay.io/a/b', { role: 'build-output' }))?.advice).toContain('pull_policy: build')
  })
  test('and what is local is not judged at all', async () => {
    expect(findings(await judgeOf(STRICT), 'builder', { resolution: { target: { kind: 'local', as: 'stage' } } })).toEqual([])
  })
})

describe('a refusal says all that a developer needs', () => {
  const policy =
    'version: 1\ncontact: "#platform-images"\npin: tag\nregistries:\n  docker.io: { namespaces: [library, grafana] }\n  ghcr.io: { namespaces: [acme] }\n'
  test('what is allowed there, what to write instead, whom to ask', async () => {
    const found = only(findings(await judgeOf(policy), 'bitnami/redis:7.2'))
    expect(found).toMatchObject({
      rule: 'allowed-namespace',
      message: 'docker.io/bitnami/redis:7.2 is not allowed',
      replacement: 'redis:7.2',
      policy: { path: '.github/image-policy.yml', line: 5 },
    })
    expect(found?.advice.split('\n')).toEqual([
      'docker.io allows library, grafana',
      'Write instead, on line 4: redis:7.2',
      'Not possible? #platform-images. Allow it, or add an exception, in .github/image-policy.yml',
    ])
  })
  test('of another policy: never to change it', async () => {
    const found = only(findings(await judgeOf([ANY, policy]), 'bitnami/redis:7.2', { layer: 1 }))
    expect(found?.advice.split('\n').at(-1)).toBe('Not possible? #platform-images. Exceptions live in org-1/.github')
    expect(found?.advice).not.toContain('Allow it')
  })
  test.each([
    ['acme/.github:image-policy.yml', 'acme/.github'],
    ['C:\\policies\\images.yml', 'C:\\policies\\images.yml'],
    ['/srv/a:b/images.yml', '/srv/a:b/images.yml'],
  ])('of the policy %s: exceptions live in %s', async (path, where) => {
    const source = { path, text: policy, own: false, base: '' }
    const loaded = await loadLayers([source], () => Promise.resolve({ kind: 'failed', problem: 'none' }), TODAY)
    const judge = createJudge(loaded.kind === 'layers' ? loaded.layers : [], { today: TODAY })
    expect(only(findings(judge, 'bitnami/redis:7.2'))?.advice.split('\n').at(-1)).toBe(
      `Not possible? #platform-images. Exceptions live in ${where}`,
    )
  })
  test('of a registry: which ones are allowed', async () => {
    const found = only(findings(await judgeOf(policy), 'quay.io/acme/x:1'))
    expect([found?.policy.line, found?.advice.split('\n')[0]]).toEqual([4, 'Allowed registries: docker.io, ghcr.io'])
  })
  test.each([
    ['registry-1.docker.io/library/redis:7', 'redis:7'],
    ['mirror.gcr.io/library/redis:7', 'redis:7'],
    ['public.ecr.aws/docker/library/redis:7', 'redis:7'],
    [`public.ecr.aws/docker/library/redis:7@${DIGEST}`, `redis:7@${DIGEST}`],
    [`bitnami/redis:7@${DIGEST}`, 'redis:7'],
    ['DOCKER.IO/library/redis:7', 'redis:7'],
    ['ghrc.io/acme/x:1', 'ghcr.io/acme/x:1'],
    ['ghcr.com/acme/x:1', 'ghcr.io/acme/x:1'],
    ['ghcr/acme/x:1', 'ghcr.io/acme/x:1'],
    ['ghcr.io.evil.example/acme/x:1', 'ghcr.io/acme/x:1'],
    ['ghrc.io/evil/x:1', undefined],
    ['quay.io/some/thing:1', undefined],
    ['someone/notofficial:1', undefined],
  ])('instead of %s: %s', async (image, instead) => expect(only(findings(await judgeOf(policy), image))?.replacement).toBe(instead))
  test('a slip of an allowed namespace', async () =>
    expect(only(findings(await judgeOf(policy), 'garfana/loki:1'))?.advice).toContain('Did you mean grafana?'))
  test('the command that finds a digest', async () => {
    expect(only(findings(await judgeOf(STRICT), 'redis:7.2'))?.advice).toContain('docker buildx imagetools inspect redis:7.2')
  })
})

describe('a fix', () => {
  const policy = 'version: 1\nregistries: { docker.io: { namespaces: [library] } }\n'
  test('stands at the occurrence if its text is the whole reference', async () => {
    expect(only(findings(await judgeOf(policy), 'bitnami/redis:7'))?.fix).toEqual({
      file: 'Dockerfile',
      span: occurrenceOf('bitnami/redis:7').span,
      text: 'redis:7',
    })
  })
  test('else at the step whose value is', async () => {
    const judge = await judgeOf(policy)
    const via = [step('${OTHER}', 3), step('bitnami/redis:7', 2)]
    const [finding] = judge.reference(0, occurrenceOf('${BASE}'), { ...resolutionOf('bitnami/redis:7'), via })
    expect(finding).toMatchObject({ fix: { file: 'Dockerfile', span: via[1]?.span, text: 'redis:7' } })
    expect(finding?.advice).toContain('Write instead, on line 2: redis:7')
  })
  test('else nowhere, and never in a policy', async () => {
    const judge = await judgeOf(policy)
    const declared = step('bitnami/redis:7', 2, { file: '.github/image-policy.yml' })
    for (const via of [[], [step('7', 2)], [declared]]) {
      const [finding] = judge.reference(0, occurrenceOf('bitnami/redis:${V}'), { ...resolutionOf('bitnami/redis:7'), via })
      expect([finding?.replacement, finding?.fix]).toEqual(['redis:7', undefined])
    }
  })
})

describe('overridable', () => {
  const policy = `${ANY}rules: { overridable: error }\n`
  test.each([
    ['${BASE}', 'overridable'],
    ['${REG}/redis:7', 'overridable'],
    ['redis:${TAG}', ''],
    ['ghcr.io/a/redis:${TAG}', ''],
    ['localhost:${PORT}/redis', 'overridable'],
  ])('%s: %s', async (text, rules) => {
    const judge = await judgeOf(policy)
    const via = [step('redis:7', 1, { overridable: true })]
    // A port is digits before a slash: what stands behind the colon there is no tag.
    const found = judge
      .reference(0, occurrenceOf(text), { ...resolutionOf('redis:7'), via })
      .map(({ rule }) => rule)
      .join()
    expect(found).toBe(rules)
  })
  test('is off by default, and says nothing of values that are fixed', async () => {
    const via = [step('redis:7', 1, { overridable: true })]
    expect((await judgeOf(ANY)).reference(0, occurrenceOf('${BASE}'), { ...resolutionOf('redis:7'), via })).toEqual([])
    expect(
      (await judgeOf(policy)).reference(0, occurrenceOf('${BASE}'), { ...resolutionOf('redis:7'), via: [step('redis:7', 1)] }),
    ).toEqual([])
  })
})

describe('retired', () => {
  test.each([
    ['k8s.gcr.io/pause:3.9', 'registry.k8s.io/pause:3.9'],
    ['docker.pkg.github.com/a/b/c:1', undefined],
    ['centos:7', undefined],
    ['arm32v7/centos:7', undefined],
    ['bitnami/redis:7', undefined],
    ['microsoft/dotnet:2', undefined],
    ['gcr.io/google-containers/pause:3', undefined],
  ])('%s', async (image, instead) =>
    expect(findings(await judgeOf(ANY), image)).toMatchObject([
      { rule: 'retired', severity: 'warning', ...(instead === undefined ? {} : { replacement: instead }) },
    ]),
  )
  test.each([
    'openjdk:17',
    'quay.io/centos/centos:stream9',
    'someone/centos:7',
    'gcr.io/distroless/static:1',
    'bitnamisecure/redis:1',
    'microsoftx/y:1',
    'quay.io/bitnami/x:1',
  ])('not %s', async (image) => expect(told(await judgeOf(ANY), image)).toBe(''))
})

describe('lookalike', () => {
  test.each([
    ['ngnix:1', 'nginx:1'],
    ['nginxx:1', 'nginx:1'],
    ['python3:1', 'python:1'],
    ['postgress:16', 'postgres:16'],
    ['ndoe:1', 'node:1'],
    ['ghrc.io/a/x:1', 'ghcr.io/a/x:1'],
    ['qauy.io/a/x:1', 'quay.io/a/x:1'],
    ['docker.oi/library/nginx:1', 'nginx:1'],
    ['docker.oi/nginx:1', 'nginx:1'],
    ['registry.gitlb.com/a/x:1', 'registry.gitlab.com/a/x:1'],
    ['docker.io-mirror.example/library/nginx:1', 'nginx:1'],
    ['quay/org/x:1', 'quay.io/org/x:1'],
  ])('%s is nearly %s', async (image, instead) =>
    expect(findings(await judgeOf(ANY), image)).toMatchObject([{ rule: 'lookalike', severity: 'warning', replacement: instead }]),
  )
  test.each([
    'nginx:1',
    'base:1',
    'app:1',
    'test:1',
    'nodes/x:1',
    'ghcr.io/a/x:1',
    'gcr.io/a/x:1',
    'icr.io/a/x:1',
    'registry.acme.example/a/x:1',
    'quay/x:1',
    'centos/x:1',
    'localhost:5000/x:1',
    '127.0.0.1:5000/x:1',
    'ghcr.io:443/a/x:1',
    'bitnamy/x:1',
  ])('not %s', async (image) => expect(told(await judgeOf(ANY), image)).toBe(''))
  test('a host that the policy names is like nothing else', async () =>
    expect(told(await judgeOf('version: 1\nregistries: { ghrc.io: {}, ghcr.io: { namespaces: [a] } }\n'), 'ghrc.io/a/x:1')).toBe(''))
  test('is advice in a refusal, not a finding', async () => {
    const found = findings(await judgeOf('version: 1\nregistries: { ghcr.io: { namespaces: [a] } }\n'), 'ghrc.io/a/x:1')
    expect([found.map(({ rule }) => rule), only(found)?.advice.includes('It is nearly ghcr.io')]).toEqual([['allowed-registry'], true])
  })
})

describe('malformed and unreadable', () => {
  test('what Docker would refuse is a finding with its reason', async () => {
    expect(only(findings(await judgeOf(ANY), 'nginx:'))?.message).toContain('nginx:: invalid reference format')
    expect(only(findings(await judgeOf(ANY), '', { resolution: { resolved: '' } }))?.message).toContain('no image is named')
  })
  test('what could not be read is a finding', async () => {
    const judge = await judgeOf(`${ANY}overrides: [{ paths: ["examples/**"], severity: warning }]\n`)
    const problem = { file: 'a/Dockerfile', message: 'is a folder' }
    expect(judge.problem(0, problem)).toMatchObject([
      { rule: 'unreadable', severity: 'error', message: 'is a folder', policy: { line: 2 } },
    ])
    expect(judge.problem(0, problem, 'examples/Dockerfile')).toMatchObject([{ severity: 'warning' }])
    expect((await judgeOf(`${ANY}rules: { unreadable: off }\n`)).problem(0, problem)).toEqual([])
  })
})

describe('inline exceptions', () => {
  const suppression = (more: Partial<Suppression> = {}): Suppression => ({
    rules: ['pinned'],
    reason: 'demo',
    span: { start: { line: 3, column: 1 }, end: { line: 3, column: 40 } },
    ...more,
  })
  const policy = `${ANY}pin: tag\ninline-exceptions: [pinned]\n`
  test('excuse what the policy lists, and are counted', async () => {
    const judge = await judgeOf(policy)
    expect(findings(judge, 'nginx', { occurrence: { suppressions: [suppression()] } })).toMatchObject([
      { state: 'excepted', exception: { owner: 'inline', reason: 'demo', policy: { path: 'Dockerfile', line: 3 } } },
    ])
    expect(judge.exceptions()).toEqual([{ policy: { path: 'Dockerfile', line: 3 }, owner: 'inline', reason: 'demo', uses: 1 }])
  })
  test.each([
    ['not listed', ANY + 'pin: tag\n', suppression(), 'does not list pinned in inline-exceptions'],
    ['no reason', policy, suppression({ reason: ' ' }), 'it gives no reason'],
    ['a misspelled rule', policy, suppression({ rules: ['pined'] }), 'pined is no rule, did you mean pinned?'],
  ])('without effect say so: %s', async (_, text, one, why) => {
    const [finding] = findings(await judgeOf(text), 'nginx', { occurrence: { suppressions: [one] } })
    expect([finding?.state, finding?.advice.includes(why)]).toEqual(['new', true])
  })
  test('reach no other rule, and never where an image comes from', async () => {
    const judge = await judgeOf(`${STRICT}inline-exceptions: [pinned]\n`)
    expect(told(judge, 'quay.io/a/b', { occurrence: { suppressions: [suppression({ rules: ['pinned', 'allowed-registry'] })] } })).toBe(
      'allowed-registry, pinned (excepted)',
    )
  })
  test('hold for the layers that list them only', async () => {
    const judge = await judgeOf([policy, `${ANY}pin: tag\n`])
    const at = { occurrence: { suppressions: [suppression()] } }
    expect([told(judge, 'nginx', at), told(judge, 'nginx', { ...at, layer: 1 })]).toEqual(['pinned (excepted)', 'pinned'])
  })
})

describe('a judge', () => {
  test('gives equal answers for equal questions, and every occurrence its own place', async () => {
    const judge = await judgeOf(STRICT)
    const [first, second] = [3, 9].map((line) =>
      only(
        judge.reference(
          0,
          { ...occurrenceOf('bitnami/redis:7'), span: { start: { line, column: 1 }, end: { line, column: 9 } } },
          resolutionOf('bitnami/redis:7'),
        ),
      ),
    )
    expect([first?.fix?.span.start.line, second?.fix?.span.start.line, first?.message === second?.message]).toEqual([3, 9, true])
  })
  test('says nothing of a layer that is not there', async () =>
    expect([findings(await judgeOf(ANY), 'x', { layer: 7 }), (await judgeOf(ANY)).problem(7, { file: 'x', message: 'y' })]).toEqual([
      [],
      [],
    ]))
  test('judges a hundred thousand references in linear time', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `"team-${index}-*"`).join(', ')
    const layers = await layersOf(`version: 1\npin: tag\nregistries:\n  ghcr.io: { namespaces: [${names}] }\n`)
    const questions = Array.from({ length: 100_000 }, (_, index) => {
      const text = `ghcr.io/team-${index % 50}-x/app-${index % 500}:1`
      return { occurrence: { ...occurrenceOf(text), file: `d${index % 10_000}/Dockerfile` }, resolution: resolutionOf(text) }
    })
    const judge = createJudge(layers, { today: TODAY })
    let found = 0
    const time = processorTime(() => {
      for (const { occurrence, resolution } of questions) found += judge.reference(0, occurrence, resolution).length
    })
    expect(found).toBe(0)
    expect(time).toBeLessThan(5000)
  })
})

describe('what holds for an image is said by what covers it', () => {
  const ghcr = (namespaces: string): string => `version: 1\npin: digest\nregistries:\n  ghcr.io: { namespaces: ${namespaces} }\n`
  test.each([
    ['a sibling pattern of the same length', '{ acme: {}, "acme*": { pin: none, severity: warning } }', 'ghcr.io/acme/x:1', 'pinned'],
    ['another pattern of the same length', '{ "acme/*": {}, "a*/x": { pin: none } }', 'ghcr.io/acme/x/y:1', 'pinned'],
    ['a pattern that covers it alone', '{ acme: {}, "acme*": { pin: none } }', 'ghcr.io/acme2/x:1', ''],
    ['what is above it', '{ acme: { pin: none }, acme/team: {} }', 'ghcr.io/acme/team/x:1', ''],
  ])('%s', async (_, namespaces, image, expected) => expect(told(await judgeOf(ghcr(namespaces)), image)).toBe(expected))
  test('an exception does not bring the pin of an entry that does not cover it', async () => {
    const exception = 'exceptions:\n  - { image: ghcr.io/evil, rules: [allowed-namespace], owner: a, reason: b, expires: 2027-01-31 }\n'
    const policy = `version: 1\npin: digest\nregistries:\n  ghcr.io: { namespaces: [acme], pin: none }\n${exception}`
    expect(told(await judgeOf(policy), 'ghcr.io/evil/x:latest')).toContain('pinned')
  })
  test('deny knows an official image by the name without library', async () => {
    const judge = await judgeOf('version: 1\nregistries: any\npin: none\ndeny: [{ image: docker.io/centos }]\n')
    for (const image of ['centos:7', 'docker.io/library/centos', 'centos/x:1', 'index.docker.io/library/centos:7'])
      expect(told(judge, image)).toBe('denied-image')
    for (const image of ['quay.io/library/centos:7', 'library/centos2:7', 'acme/centos:7']) expect(told(judge, image)).toBe('')
  })
  test('an exception that names tags and digests asks for both', async () => {
    const [a, b] = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`)
    const narrowed = `tags: ["1.*"], digests: ["${a ?? ''}"]`
    const exception = `exceptions:\n  - { image: quay.io/evil, ${narrowed}, owner: a, reason: b, expires: 2027-01-31 }\n`
    const judge = await judgeOf(`version: 1\npin: none\nregistries: { docker.io: { namespaces: [library] } }\n${exception}`)
    expect(told(judge, `quay.io/evil/x:1.2@${a ?? ''}`)).not.toBe('allowed-registry')
    for (const reference of [`1.2@${b ?? ''}`, `2.2@${a ?? ''}`, '1.2'])
      expect(told(judge, `quay.io/evil/x:${reference}`)).toBe('allowed-registry')
  })
  test('the left name of a mirror of a namespace is no image of it', async () => {
    const mirrors = 'mirrors: { reg.example/hub/library: docker.io/library, reg.example/hub/node: docker.io/library/node }\n'
    const judge = await judgeOf(`version: 1\npin: none\n${mirrors}registries: { docker.io: { namespaces: [library] } }\n`)
    expect(told(judge, 'reg.example/hub/library:1')).toBe('allowed-registry')
    const short = await judgeOf(
      'version: 1\nregistries: any\npin: none\nmirrors: { m.example/nginx: docker.io/nginx }\ndeny: [{ image: docker.io/library/nginx }]\n',
    )
    expect(told(short, 'm.example/nginx:1')).toBe('denied-image')
    expect([told(judge, 'reg.example/hub/library/nginx:1'), told(judge, 'reg.example/hub/node:1')]).toEqual(['', ''])
  })
})
