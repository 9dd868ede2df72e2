import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { parsePolicy } from '../src/policy/parse.js'
import { testFolder, type TestFolder } from './repository.js'
import { typed } from './terminal.js'

let folder: TestFolder
beforeEach(() => {
  folder = testFolder()
})
afterEach(() => folder.remove())

const tell = (...argv: string[]) => typed(folder.root, argv)
const POLICY = `version: 1
contact: "#platform-images"
pin: minor
registries:
  docker.io: { namespaces: [library] }
  ghcr.io:
    namespaces:
      acme: { pin: none, paths: ["ml/**"] }
mirrors:
  mirror.example/hub: docker.io
exceptions:
  - image: docker.io/bitnami/kafka
    rules: [allowed-namespace, pinned]
    owner: "@acme/platform"
    reason: Moves soon.
    expires: ${new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10)}
`

describe('explain', () => {
  beforeEach(() => folder.write({ 'image-policy.yml': POLICY }))

  test('tells what Docker takes it for, the registry, the line that allows it, and the pin', async () => {
    const told = await tell('explain', 'nginx:1.27')
    expect(told.status).toBe(0)
    expect(told.stdout).toContain('docker.io/library/nginx:1.27')
    expect(told.stdout).toContain('Docker Hub (docker-hub), of library')
    expect(told.stdout).toMatch(/docker\.io: namespace library {2}line 5/)
    expect(told.stdout).toMatch(/minor is asked, minor is met {2}line 3/)
    expect(told.stdout).toMatch(/✓ allowed\n$/)
  })
  test('tells what to write instead of what is refused, and whom to ask', async () => {
    const told = await tell('explain', 'bitnami/redis:7.2')
    expect(told.status).toBe(1)
    expect(told.stdout).toContain('allowed-namespace')
    expect(told.stdout).toContain('redis:7.2')
    expect(told.stdout).toContain('#platform-images')
    expect(told.stdout).toMatch(/✗ refused\n$/)
  })
  test('judges for a place: the paths of an entry decide', async () => {
    expect((await tell('explain', 'ghcr.io/acme/model')).status).toBe(1)
    expect((await tell('explain', 'ghcr.io/acme/model', '--path', 'ml/Dockerfile')).status).toBe(0)
  })
  test('tells the upstream of a mirror, and the exception that excuses', async () => {
    expect((await tell('explain', 'mirror.example/hub/nginx:1.27')).stdout).toMatch(
      /judged as {2}docker\.io\/library\/nginx:1\.27 {2}line 10/,
    )
    const excused = await tell('explain', 'bitnami/kafka:3')
    expect([excused.status, excused.stdout]).toEqual([0, expect.stringContaining('by @acme/platform until')])
  })
  test('tells a program the same', async () => {
    const told = JSON.parse((await tell('explain', 'quay.io/x/y:1.2', '--format', 'json')).stdout) as Record<string, unknown>
    expect(told).toMatchObject({ version: 1, input: 'quay.io/x/y:1.2', role: 'base', allowed: false, registry: { id: 'quay' } })
    expect(told['layers']).toMatchObject([
      { layer: { path: 'image-policy.yml' }, allowed: false, findings: [{ rule: 'allowed-registry' }] },
    ])
  })
  test('refuses what Docker would refuse, and needs one reference', async () => {
    const malformed = await tell('explain', 'Nginx')
    expect([malformed.status, malformed.stdout]).toEqual([1, expect.stringContaining('must be lowercase')])
    expect((await tell('explain', '')).status).toBe(2)
    expect((await tell('explain')).status).toBe(2)
    expect((await tell('explain', 'a', 'b')).status).toBe(2)
    expect((await tell('explain', 'a', '--role', 'bse')).stderr).toContain('did you mean --role base?')
  })
  test('shows a hostile reference without its power', async () => {
    const told = await tell('explain', 'x\u001b[31m\n::error::y')
    expect(told.stdout).not.toMatch(/\u001b|^::error/m)
  })
})

describe('init', () => {
  const written = (): string => readFileSync(join(folder.root, '.github', 'image-policy.yml'), 'utf8')

  test('writes the smallest policy that passes, with what uses each entry', async () => {
    folder.write({
      Dockerfile: 'FROM golang:1.23.4 AS b\nFROM gcr.io/distroless/static@sha256:' + 'a'.repeat(64) + '\n',
      'compose.yaml':
        'services:\n  a:\n    image: ghcr.io/acme/x:2\n  b:\n    image: ghcr.io/acme/y:latest\n  c:\n    image: registry.acme.example:5000/z:1.2\n  d:\n    build: .\n    image: acme/shop:dev\n',
    })
    expect((await tell('init')).status).toBe(0)
    const text = written()
    expect((await parsePolicy({ path: 'p', text, own: true, base: '' })).kind).toBe('policy')
    expect(text).toMatch(/^ {6}library: \{ pin: patch \} +# Dockerfile:1$/m)
    expect(text).toMatch(/^pin: digest$/m)
    expect(text).toMatch(/^ {6}- distroless\/static +# Dockerfile:2$/m)
    expect(text).toMatch(/^ {6}acme: \{ pin: none \} .*# compose\.yaml:3, compose\.yaml:5$/m)
    expect(text).toMatch(/^ {6}acme\/shop: \{ roles: \[build-output\] \}/m)
    expect(text).toMatch(/^ {2}registry\.acme\.example:5000: /m)
    expect((await tell('check')).status).toBe(0)
  })
  test('asks for the strongest pin that still passes: one step more and something fails', async () => {
    folder.write({ Dockerfile: 'FROM alpine:3.20\nFROM debian:12.5\n' })
    await tell('init')
    expect(written()).toMatch(/^pin: minor$/m)
    folder.write({ '.github/image-policy.yml': written().replace('pin: minor', 'pin: patch') })
    expect((await tell('check')).status).toBe(1)
  })
  test('lets what no entry can allow warn until it is mended', async () => {
    folder.write({ Dockerfile: 'ARG REG\nFROM ${REG}/x:1\n', 'b/Dockerfile': 'FROM Nginx\n', 'c/Dockerfile': 'nonsense\n' })
    const told = await tell('init')
    expect(told.stdout).toContain('warn until')
    expect(written()).toMatch(/^ {2}(malformed|unreadable|unresolved): warning/m)
    expect((await tell('check')).status).toBe(0)
  })
  test.each(['registry.hub.docker.com/ubuntu:22.04', 'Index.docker.io/library/nginx:1', 'Foo/bar:1'])(
    'what no policy can name is left to be mended: %s',
    async (image) => {
      folder.write({ Dockerfile: `FROM ${image}\nFROM quay.io/acme/x:1\n` })
      expect(await tell('init')).toMatchObject({ status: 0, stderr: '' })
      expect(written()).toMatch(/^ {2}allowed-registry: warning/m)
      expect(written()).toContain('quay.io')
      expect((await tell('check')).status).toBe(0)
    },
  )
  test('never overwrites a policy without --force', async () => {
    folder.write({ 'image-policy.yml': POLICY, Dockerfile: 'FROM alpine:3\n' })
    const refused = await tell('init')
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('image-policy.yml')])
    expect(existsSync(join(folder.root, '.github', 'image-policy.yml'))).toBe(false)
    expect((await tell('init', '--output', 'other.yml')).status).toBe(0)
    const again = await tell('init', '--output', 'other.yml')
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('other.yml is there already')])
    expect((await tell('init', '--output', 'other.yml', '--force')).status).toBe(0)
  })
  test('--force writes over the policy that is in force, whatever its name', async () => {
    folder.write({ 'image-policy.yaml': POLICY, Dockerfile: 'FROM alpine:3\n' })
    expect((await tell('init', '--force')).status).toBe(0)
    expect(existsSync(join(folder.root, '.github', 'image-policy.yml'))).toBe(false)
    expect((await tell('check')).status).toBe(0)
    folder.write({ 'image-policy.yml': POLICY })
    expect(await tell('init', '--force')).toMatchObject({ status: 2, stderr: expect.stringContaining('there are two policies') })
  })
  test('writes a policy for an empty repository', async () => {
    expect((await tell('init')).status).toBe(0)
    expect((await tell('check')).status).toBe(0)
  })
  test('lets no file name break out of its comment', async () => {
    folder.write({ 'x\nregistries: any\n/Dockerfile': 'FROM alpine:3.20\n' })
    expect((await tell('init')).status).toBe(0)
    expect(written()).not.toMatch(/^registries: any/m)
    expect((await parsePolicy({ path: 'p', text: written(), own: true, base: '' })).kind).toBe('policy')
  })
})

describe('test', () => {
  beforeEach(() => folder.write({ 'image-policy.yml': POLICY }))

  test('tells each case, and fails on a difference', async () => {
    folder.write({
      'good.yml':
        '- { image: "nginx:1.27", expect: allowed }\n- { image: "ghcr.io/acme-evil/x:1", expect: refused, rule: allowed-namespace }\n- { image: ghcr.io/acme/m, path: ml/Dockerfile, expect: allowed }\n',
      'bad.yml':
        '- { image: "nginx:1.27", expect: refused }\n- { image: "quay.io/x:1.2", expect: allowed }\n- { image: "quay.io/x:1.2", expect: refused, rule: pinned }\n',
    })
    const good = await tell('test', 'good.yml')
    expect([good.status, good.stdout]).toEqual([0, expect.stringContaining('3 passed, 0 failed')])
    const bad = await tell('test', 'good.yml', 'bad.yml')
    expect([bad.status, bad.stdout]).toEqual([1, expect.stringContaining('3 passed, 3 failed')])
    expect(bad.stdout).toContain('✗ quay.io/x:1.2  bad.yml:2')
    expect(bad.stdout).toContain('expected refused by pinned, was refused by')
    expect((await tell('test', '--quiet', 'good.yml')).stdout).toBe('3 passed, 0 failed\n')
  })
  test('tells every mistake in the file at once, and tests nothing', async () => {
    folder.write({
      'cases.yml':
        '- { imagee: nginx, expect: allowed }\n- { image: nginx, expect: alowed }\n- { image: a, expect: allowed, rule: pinned }\n',
    })
    const told = await tell('test', 'cases.yml')
    expect(told.status).toBe(2)
    expect(told.stdout).toBe('')
    expect(told.stderr).toContain('cases.yml:1:5  unknown key "imagee" in a case')
    expect(told.stderr).toContain('did you mean allowed?')
    expect(told.stderr).toContain('cases.yml:3:')
  })
  test('needs a file that is there', async () => {
    expect((await tell('test')).status).toBe(2)
    expect((await tell('test', 'none.yml')).stderr).toContain('none.yml')
  })
})
