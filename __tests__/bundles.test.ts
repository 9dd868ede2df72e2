import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Shop } from './github/repository.js'
import { failureOf, NODE, runAction } from './github/runner.js'
import { ROOT } from './golden.js'

interface Told {
  readonly summary: Record<string, number>
  readonly references: readonly {
    file: string
    start: unknown
    text: string
    findings: readonly { rule: string; severity: string; policy: unknown }[]
  }[]
}

const CLI = join(ROOT, 'dist', 'cli', 'index.js')
const shop = new Shop({ 'README.md': '# shop\n' })
let checkout = ''

function cli(cwd: string, ...args: string[]): { status: number | null; stdout: string } {
  const { status, stdout } = spawnSync(NODE, [CLI, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout }
}

/** The shop as a repository of its own. */
beforeAll(() => {
  checkout = realpathSync(mkdtempSync(join(tmpdir(), 'storefront-')))
  cpSync(join(ROOT, 'examples', 'storefront'), checkout, { recursive: true })
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    ['-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '-qm', 'shop'],
  ])
    execFileSync('git', args, { cwd: checkout })
})
afterAll(() => rmSync(checkout, { recursive: true }))

describe(`the bundles under ${execFileSync(NODE, ['--version'], { encoding: 'utf8' }).trim()}`, () => {
  test('refuse the storefront in six ways or more, and tell it as the schema says', () => {
    const { status, stdout } = cli(ROOT, 'check', 'examples/storefront', '--format', 'json')
    expect(status).toBe(1)
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(
      JSON.parse(readFileSync(join(ROOT, 'report.schema.json'), 'utf8')) as object,
    )
    const told = JSON.parse(stdout) as Told
    expect(validate(told) ? [] : validate.errors).toEqual([])
    expect(new Set(told.references.flatMap(({ findings }) => findings.map(({ rule }) => rule))).size).toBeGreaterThanOrEqual(6)
  })

  // npx remembers where it linked a program, and does not look at it again
  ;(process.platform === 'win32' ? test.skip : test)('can be started as a program', () => {
    expect(execFileSync(CLI, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+/)
  })

  test('pass the clean example', () => {
    const { status, stdout } = cli(ROOT, 'check', 'examples/clean')
    expect([status, stdout]).toEqual([0, expect.stringContaining('all allowed')])
  })

  test('run nothing that an env file says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'values-'))
    writeFileSync(join(folder, 'evil.cjs'), 'process.stdout.write("evil")')
    writeFileSync(join(folder, 'prod.env'), 'NODE_OPTIONS=--require ./evil.cjs\nTAG=7\n')
    writeFileSync(join(folder, 'compose.yml'), 'services: {s: {image: "nginx:$TAG"}}\n')
    const { status, stdout } = cli(folder, 'list', '--dotenv', 'prod.env', '--format', 'json')
    rmSync(folder, { recursive: true })
    expect([status, JSON.parse(stdout)]).toMatchObject([0, { references: [{ resolved: 'nginx:7' }] }])
  })

  test('give the same findings as action and as command line', async () => {
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: checkout, encoding: 'utf8' }).trim()
    const payload = { repository: { full_name: 'acme/shop', default_branch: 'main' } }
    const result = await runAction({ event: 'workflow_dispatch', payload, commit, ref: 'refs/heads/main', workspace: checkout, shop })
    expect([result.code, failureOf(result)]).toEqual([1, expect.stringContaining('errors')])
    const byAction = JSON.parse(readFileSync(result.outputs['report'] ?? '', 'utf8')) as Told
    const byCli = JSON.parse(cli(checkout, 'check', '--format', 'json').stdout) as Told
    expect(byAction.references).toEqual(byCli.references)
    expect(byAction.summary).toEqual(byCli.summary)
    expect(byCli.summary['errors']).toBeGreaterThanOrEqual(6)
  })
})
