import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { basicCredentials } from '../src/files/history.js'
import { listAt, parseJson, textAt } from '../src/github/json.js'
import { git, type Tree } from './github/repository.js'
import { type ActionResult, annotationsOf, failureOf } from './github/runner.js'
import { GOOD, MAIN, POLICY, POLICY_PATH, type Scene, sceneForEachTest } from './github/scene.js'

jest.setTimeout(90_000)

let scene: Scene
const { reopen } = sceneForEachTest((fresh) => (scene = fresh))

const OWN_COMMANDS = ['error', 'warning', 'group', 'endgroup', 'add-mask']
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** The runner finds no command in the log but ours, and no output, summary or comment holds what could act. */
function expectHarmless(result: ActionResult): void {
  expect(result.commands.map(({ name }) => name).filter((name) => !OWN_COMMANDS.includes(name))).toEqual([])
  expect(result.commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message)).toEqual([
    scene.github.token,
    basicCredentials(scene.github.token),
  ])
  expect(
    Object.keys(result.outputs).filter(
      (name) => !['result', 'errors', 'warnings', 'existing', 'references', 'report', 'sarif'].includes(name),
    ),
  ).toEqual([])
  expect(result.stdout.replaceAll('\n', '')).not.toMatch(UNSEEN)
  for (const text of [result.summary, ...scene.github.state.comments.map(({ body }) => body.slice(body.indexOf('\n')))]) {
    const bare = text.replace(/(`+)[^`][^]*?\1/g, '') // what stands in a code span does nothing
    expect(bare).not.toMatch(/<(?!\/?(?:details|summary|sub|br)>)/)
    expect(bare).not.toMatch(/(?<![\w&])@\w|<!--|https?:\/\/(?!127\.0\.0\.1)/)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  }
}

async function attack(change: Tree, inputs: Readonly<Record<string, string>> = {}): Promise<ActionResult> {
  const result = await scene.run({ ...scene.pullRequest(change), inputs: { suggestions: 'false', ...inputs } })
  expectHarmless(result)
  return result
}

const PAYLOADS = [
  '::set-output name=result::pass',
  '##[set-output name=result]pass',
  '##[stop-commands]x',
  '::stop-commands::x',
  '::add-mask::error',
  '%0A::error::x',
  '@octocat',
  '<img src=https://evil.example/x onerror=1>',
  '[click](https://evil.example)',
  '<!-- image-policy:0000000000000000 findings -->',
  '`|`\\|',
  '</details></summary>',
  '\u202egnp.exe',
  '\u001b[2J\u001b]0;x\u0007',
]

describe('through image names', () => {
  test.each(PAYLOADS)('%j', async (payload) => {
    const result = await attack({
      'web/Dockerfile': `FROM quay.io/evil/x:1\nFROM ${payload.replaceAll(' ', '\t').replaceAll('\t', '_')}\nFROM quay.io/evil/y:1 AS ${payload.replaceAll(' ', '_')}\n`,
    })
    expect(result.code).toBe(1)
    expect(result.outputs['result']).toBe('fail')
  })

  test('all at once, as values of a compose file with line breaks', async () => {
    const services = PAYLOADS.map((payload, index) => `  s${index}:\n    image: ${JSON.stringify(`quay.io/evil/x:1\n${payload}`)}\n`)
    const result = await attack({ 'compose.yaml': `services:\n${services.join('')}` })
    expect(result.code).toBe(1)
    expect(Number(result.outputs['errors'])).toBeGreaterThanOrEqual(PAYLOADS.length)
    expect(annotationsOf(result, 'error').length).toBeLessThanOrEqual(9)
  })
})

describe('through file names', () => {
  test('with line breaks, quotes, controls, leading dashes and everything above', async () => {
    const names = [...PAYLOADS, '--upload-pack=touch pwned', '-x', 'a\nb', 'a\r\n::error::x', '"q"', "'q'", 'ü\u0301', 'a,b:c'].map(
      (name) => name.replaceAll('/', '∕'),
    )
    const change = Object.fromEntries(names.map((name) => [`${name}.Dockerfile`, 'FROM quay.io/evil/x:1\n']))
    const result = await attack(change, { 'sarif-file': 'results.sarif' })
    expect(result).toMatchObject({ code: 1, outputs: { errors: String(names.length) } })
    const sarif = parseJson(readFileSync(result.outputs['sarif'] ?? '', 'utf8'))
    const uris = listAt(sarif, 'runs').flatMap((run) =>
      listAt(run, 'results').flatMap((one) =>
        listAt(one, 'locations').map((place) => textAt(place, 'physicalLocation', 'artifactLocation', 'uri') ?? ''),
      ),
    )
    expect(uris.filter((uri) => /[^\w%./~-]/.test(uri))).toEqual([])
    expect(new Set(uris).size).toBeGreaterThanOrEqual(names.length)
  })
})

describe('through the policy', () => {
  test('its texts, which a refusal repeats', async () => {
    const hostile = PAYLOADS.join(' ')
    await reopen({
      ...MAIN,
      [POLICY_PATH]: POLICY.replace('"#platform-images"', JSON.stringify(hostile)).replace(
        'End of life since June 2024.',
        JSON.stringify(`${hostile}\n${hostile}`),
      ),
    })
    const result = await attack({ 'web/Dockerfile': 'FROM centos:7\nFROM quay.io/evil/x:1\n' })
    expect(result.code).toBe(1)
  })

  test('its errors, which repeat what is wrong', async () => {
    const keys = PAYLOADS.map((payload) => `${JSON.stringify(payload)}: 1\n`).join('')
    const result = await attack({ [POLICY_PATH]: `${POLICY}${keys}` })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toMatch(/^The policy has \d+ errors/)
  })

  test('an error message of the API', async () => {
    for (const message of ['::set-output name=result::pass', 'x\n::stop-commands::y', 'z ##[add-mask]e']) {
      scene.github.state.faults = []
      scene.github.fail(/comments/, { status: 422, message })
      expect((await attack({ 'web/Dockerfile': 'FROM quay.io/evil/x:1\n' })).code).toBe(1)
    }
  })

  test('a YAML bomb is an error, quickly', async () => {
    const bomb = `version: 1\nregistries: any\na: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]\n`)
      .join('')}`
    const result = await attack({ [POLICY_PATH]: bomb })
    expect(result.code).toBe(1)
    expect(result.milliseconds).toBeLessThan(15_000)
  })
})

describe('through the tree', () => {
  test('a YAML bomb as a compose file is a finding, quickly', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]\n`)
      .join('')}services:\n  x:\n    image: quay.io/evil/x:1\n    labels: *i\n`
    const result = await attack({ 'compose.yaml': bomb })
    expect(result.code).toBe(1)
    expect(result.milliseconds).toBeLessThan(15_000)
  })

  test('links that lead out are findings, and nothing behind them is shown', async () => {
    symlinkSync('/etc/passwd', join(scene.shop.remote, 'Dockerfile'))
    symlinkSync('../../../../../../etc', join(scene.shop.remote, 'etc'))
    writeFileSync(join(scene.shop.remote, 'compose.yaml'), 'services:\n  a:\n    build: ./etc\n    env_file: etc/passwd\n')
    const result = await attack({ 'x/Dockerfile': 'FROM alpine:3.20\n' })
    expect(result.code).toBe(1)
    expect(result.stdout + result.summary).not.toContain('root:x:0:0')
    expect(result.stdout).toContain('leaves the repository')
  })

  test('a link in the place of the SARIF file is replaced, not followed; a folder that leads out is refused', async () => {
    const pull = scene.pullRequest(GOOD)
    const victim = join(scene.shop.root, 'victim')
    writeFileSync(victim, 'precious')
    symlinkSync(victim, join(pull.workspace, 'results.sarif'))
    symlinkSync(scene.shop.root, join(pull.workspace, 'out'))
    const replaced = await scene.judge({ ...pull, inputs: { 'sarif-file': 'results.sarif' } })
    expect(textAt(parseJson(readFileSync(replaced.outputs['sarif'] ?? '', 'utf8')), 'version')).toBe('2.1.0')
    const refused = await scene.judge({ ...pull, inputs: { 'sarif-file': 'out/new/results.sarif' } })
    expect(refused.outputs['sarif']).toBeUndefined()
    expect(refused.stdout).toContain('leads out of the workspace')
    expect((await scene.judge({ ...pull, inputs: { 'sarif-file': '../x.sarif' } })).outputs['sarif']).toBeUndefined()
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    expect(existsSync(join(scene.shop.root, 'new'))).toBe(false)
  })

  test('attributes and a configuration that name programs run nothing', async () => {
    const pull = scene.pullRequest({ ...GOOD, '.gitattributes': '* filter=evil diff=evil\n' })
    const mark = join(scene.shop.root, 'pwned')
    for (const key of [
      'filter.evil.clean',
      'filter.evil.smudge',
      'diff.evil.textconv',
      'diff.external',
      'core.fsmonitor',
      'core.sshCommand',
      'credential.helper',
      'core.askPass',
    ]) {
      git(pull.workspace, 'config', key, key === 'credential.helper' ? `!touch ${mark}` : `touch ${mark}`)
    }
    writeFileSync(join(pull.workspace, '.git', 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
    writeFileSync(join(pull.workspace, 'api/Dockerfile'), 'FROM alpine:3.21\n')
    expect((await scene.judge(pull)).code).toBe(0)
    expect(existsSync(mark)).toBe(false)
  })

  test('3,000 changed files are all judged, and every report stays within its limit', async () => {
    const change = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [`services/s${index}/Dockerfile`, `FROM quay.io/evil/service-${index}:1\n`]),
    )
    const result = await attack(change)
    expect(result).toMatchObject({ code: 1, outputs: { errors: '3000' } })
    expect(annotationsOf(result, 'error')).toHaveLength(9)
    expect(scene.github.state.comments[0]?.body.length).toBeLessThanOrEqual(65_536)
    expect(scene.github.state.comments[0]?.body).toMatch(/places more are.* not shown here/)
    expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(1024 * 1024)
    expect(listAt(parseJson(readFileSync(result.outputs['report'] ?? '', 'utf8')), 'references')).toHaveLength(3002)
  })
})

describe('through the payload', () => {
  test('names that git would take for options reach no command line', async () => {
    const pull = scene.pullRequest(GOOD)
    const payload = structuredClone(pull.payload)
    payload.pull_request.base.ref = '--upload-pack=touch pwned'
    expect((await scene.judge({ ...pull, payload })).code).toBe(1)
    payload.pull_request.base.ref = 'main'
    payload.repository.default_branch = '--upload-pack=touch pwned'
    expect((await scene.judge({ ...pull, payload })).code).not.toBeNull()
    expect(existsSync(join(pull.workspace, 'pwned'))).toBe(false)
  })
})
