import { describe, expect, test } from '@jest/globals'
import { findings, judgeOf, told } from './judging.js'

const HEAD = 'version: 1\npin: tag\nregistries: { docker.io: { namespaces: [library] } }\n'
const ORG = 'version: 1\npin: digest\nregistries: { docker.io: { namespaces: [library] } }\n'

function exception(fields: string, more = 'expires: 2027-03-31'): string {
  return `exceptions:\n  - { ${fields}, owner: "@acme/platform", reason: PLAT-812, ${more} }\n`
}

describe('an exception', () => {
  test.each([
    [
      'for an image excuses every rule of it',
      'image: docker.io/bitnami/kafka',
      'bitnami/kafka',
      {},
      'allowed-namespace (excepted), pinned (excepted), retired (warning) (excepted)',
    ],
    [
      'covers what is under its image',
      'image: docker.io/bitnami',
      'bitnami/kafka:3',
      {},
      'allowed-namespace (excepted), retired (warning) (excepted)',
    ],
    ['covers whole components only', 'image: docker.io/bitnami/kaf', 'bitnami/kafka:3', {}, 'allowed-namespace, retired (warning)'],
    [
      'excuses its rules only',
      'image: docker.io/bitnami/kafka, rules: [allowed-namespace]',
      'bitnami/kafka',
      {},
      'allowed-namespace (excepted), pinned, retired (warning)',
    ],
    [
      'holds at its paths only',
      'image: docker.io/bitnami/kafka, paths: [legacy/**]',
      'bitnami/kafka:3',
      {},
      'allowed-namespace, retired (warning)',
    ],
    [
      'holds at its paths',
      'image: docker.io/bitnami/kafka, paths: [legacy/**]',
      'bitnami/kafka:3',
      { path: 'legacy/Dockerfile' },
      'allowed-namespace (excepted), retired (warning) (excepted)',
    ],
    [
      'holds in its roles only',
      'image: docker.io/bitnami/kafka, roles: [service]',
      'bitnami/kafka:3',
      {},
      'allowed-namespace, retired (warning)',
    ],
    ['is narrowed by tags', 'image: docker.io/bitnami/kafka, tags: ["3.*"]', 'bitnami/kafka:4', {}, 'allowed-namespace, retired (warning)'],
    ['may be about rules at paths', 'paths: ["**"], rules: [pinned]', 'nginx', {}, 'pinned (excepted)'],
    ['is no look-alike', 'image: docker.io/bitnami', 'DOCKER.IO/bitnami/kafka:3', {}, 'allowed-registry, retired (warning)'],
    ['is about one host', 'image: docker.io/bitnami', 'registry-1.docker.io/bitnami/kafka:3', {}, 'allowed-registry'],
  ])('%s', async (_, fields, image, at, expected) => expect(told(await judgeOf(HEAD + exception(fields)), image, at)).toBe(expected))

  test('says who answers for it, why, and until when; and is counted', async () => {
    const judge = await judgeOf(HEAD + exception('image: docker.io/bitnami/kafka, rules: [allowed-namespace]'))
    const [finding] = findings(judge, 'bitnami/kafka:3')
    findings(judge, 'bitnami/kafka:4')
    const policy = { path: '.github/image-policy.yml', line: 5 }
    expect(finding?.exception).toEqual({ owner: '@acme/platform', reason: 'PLAT-812', expires: '2027-03-31', policy })
    expect(judge.exceptions()).toEqual([
      { policy, image: 'docker.io/bitnami/kafka', owner: '@acme/platform', reason: 'PLAT-812', expires: '2027-03-31', uses: 2 },
    ])
  })
  test('matches the written and the upstream name', async () => {
    const mirrors = 'mirrors: { registry.acme.example/hub: docker.io }\n'
    for (const image of ['docker.io/bitnami/kafka', 'registry.acme.example/hub/bitnami/kafka']) {
      expect(
        told(
          await judgeOf(HEAD + mirrors + exception(`image: ${image}, rules: [allowed-namespace, retired]`)),
          'registry.acme.example/hub/bitnami/kafka:3',
        ),
      ).toBe('allowed-namespace (excepted), retired (warning) (excepted)')
    }
  })
})

describe('the end of an exception', () => {
  const policy = HEAD + exception('image: docker.io/bitnami/kafka, rules: [allowed-namespace]', 'expires: 2026-12-01')
  const closing = async (today: string, image = 'bitnami/kafka:3') => {
    const judge = await judgeOf(policy, { today })
    const [finding] = findings(judge, image)
    const [problem] = judge.close()
    return { finding, problem }
  }
  test('is its last day', async () => {
    const { finding, problem } = await closing('2026-12-01')
    expect([finding?.state, problem?.findings[0]]).toMatchObject([
      'excepted',
      { rule: 'exception-expired', severity: 'warning', message: 'the exception for docker.io/bitnami/kafka ends on 2026-12-01, today' },
    ])
  })
  test('is told within 30 days', async () => {
    expect([(await closing('2026-11-01')).problem?.findings[0]?.severity, (await closing('2026-10-31')).problem]).toEqual([
      'warning',
      undefined,
    ])
  })
  test('makes its findings count, and an error of its own', async () => {
    const { finding, problem } = await closing('2026-12-02')
    expect(finding).toMatchObject({ state: 'new', scope: 'all' })
    expect(finding?.advice).toContain('The exception in .github/image-policy.yml line 5 ended on 2026-12-01')
    expect(problem).toMatchObject({
      file: '.github/image-policy.yml',
      span: { start: { line: 5, column: 5 } },
      findings: [{ rule: 'exception-expired', severity: 'error', scope: 'all' }],
    })
  })
  test('may be a warning, or off', async () => {
    const rules = (level: string): string => `${policy}rules: { exception-expired: ${level} }\n`
    expect((await judgeOf(rules('warning'), { today: '2027-01-01' })).close()[0]?.findings[0]?.severity).toBe('warning')
    expect((await judgeOf(rules('off'), { today: '2027-01-01' })).close()).toEqual([])
  })
})

describe('an exception that excuses nothing', () => {
  const policy = HEAD + exception('image: docker.io/bitnami/kafka')
  test('is a warning on its line', async () => {
    const judge = await judgeOf(policy)
    findings(judge, 'nginx:1')
    expect(judge.close()).toMatchObject([
      { file: '.github/image-policy.yml', findings: [{ rule: 'exception-unused', severity: 'warning', policy: { line: 5 } }] },
    ])
  })
  test('is none if only some files were looked at', async () => expect((await judgeOf(policy)).close({ partial: true })).toEqual([]))
  test('is none of ours in a shared policy', async () => expect((await judgeOf([HEAD, policy])).close()).toEqual([]))
})

describe('an exception of a shared policy', () => {
  const policy = HEAD + exception('image: docker.io/bitnami/kafka, rules: [allowed-namespace], repos: [acme/*, other/legacy]')
  test.each([
    ['acme/broker', 'allowed-namespace (excepted)'],
    ['Acme/Broker', 'allowed-namespace (excepted)'],
    ['other/legacy', 'allowed-namespace (excepted)'],
    ['other/legacy-2', 'allowed-namespace'],
    ['evil/acme', 'allowed-namespace'],
    [undefined, 'allowed-namespace'],
  ])('in %s: %s', async (repository, expected) => {
    const judge = await judgeOf([HEAD, policy], repository === undefined ? {} : { repository })
    expect(told(judge, 'bitnami/kafka:3', { layer: 1 }).replace(', retired (warning)', '')).toBe(expected)
  })
  test('that ended troubles only the repositories that used it', async () => {
    const ended = HEAD + exception('image: docker.io/bitnami/kafka, rules: [allowed-namespace]', 'expires: 2026-01-01')
    const judge = await judgeOf([HEAD, ended])
    findings(judge, 'nginx:1', { layer: 1 })
    expect(judge.close()).toEqual([])
    findings(judge, 'bitnami/kafka:3', { layer: 1 })
    expect(judge.close()).toMatchObject([{ file: 'org-1/.github:image-policy.yml', findings: [{ rule: 'exception-expired' }] }])
  })
})

describe('layers', () => {
  const own = HEAD + exception('image: docker.io/library/nginx, rules: [pinned, allowed-namespace]')
  test('each are judged on their own: a looser one above or below weakens nothing', async () => {
    const judge = await judgeOf([HEAD.replace('pin: tag', 'pin: none'), ORG])
    expect([told(judge, 'nginx'), told(judge, 'nginx', { layer: 1 })]).toEqual(['', 'pinned'])
  })
  test('excuse their own findings only', async () => {
    const judge = await judgeOf([own, ORG])
    expect([told(judge, 'nginx'), told(judge, 'nginx', { layer: 1 })]).toEqual(['pinned (excepted)', 'pinned'])
    expect(findings(judge, 'nginx', { layer: 1 })[0]?.advice).toContain(
      'holds for that policy only: this policy does not let others excuse pinned',
    )
  })
  test('excuse findings of a layer above that lets them', async () => {
    const judge = await judgeOf([own, `${ORG}delegate: { rules: [pinned] }\n`])
    expect(told(judge, 'nginx', { layer: 1 })).toBe('pinned (excepted)')
    expect(judge.exceptions()).toMatchObject([{ policy: { path: '.github/image-policy.yml' }, uses: 1 }])
  })
  test('but only its rules, and only for so many days', async () => {
    const other = await judgeOf([own, `${ORG}delegate: { rules: [allowed-tag] }\n`])
    const short = await judgeOf([own, `${ORG}delegate: { rules: [pinned], max-days: 30 }\n`])
    const soon = await judgeOf([own.replace('2027-03-31', '2026-12-21'), `${ORG}delegate: { rules: [pinned], max-days: 30 }\n`])
    expect([other, short, soon].map((judge) => told(judge, 'nginx', { layer: 1 }))).toEqual(['pinned', 'pinned', 'pinned (excepted)'])
    expect(findings(short, 'nginx', { layer: 1 })[0]?.advice).toContain('lets others excuse pinned for 30 days at most')
  })
  test('never excuse findings of a layer below', async () => {
    const judge = await judgeOf([`${ORG}delegate: { rules: [pinned] }\n`, own])
    expect(told(judge, 'nginx')).toBe('pinned')
  })
})
