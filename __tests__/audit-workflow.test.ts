import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'

interface Step {
  readonly id?: string
  readonly name?: string
  readonly uses?: string
  readonly if?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly if?: string
  readonly steps: readonly Step[]
  readonly strategy?: { readonly 'fail-fast': boolean }
}

const text = readFileSync('.github/workflows/org-audit.yml', 'utf8')
const workflow = parse(text) as { readonly permissions: object; readonly jobs: Readonly<Record<'plan' | 'shard' | 'merge', Job>> }
const jobs = Object.values(workflow.jobs)

describe('the reusable workflow', () => {
  test('pins every action to a commit, with its version', () => {
    const uses = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line))
    expect(uses.length).toBeGreaterThan(8)
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('may read, and nothing else', () => {
    expect(workflow.permissions).toEqual({})
    for (const { permissions } of jobs) for (const right of Object.values(permissions ?? {})) expect(right).toBe('read')
    for (const { steps } of jobs) {
      for (const { uses = '', with: inputs = {} } of steps) {
        if (uses.includes('/checkout@')) expect(inputs['persist-credentials']).toBe(false)
        if (uses.includes('/create-github-app-token@'))
          expect(Object.entries(inputs).filter(([name]) => name.startsWith('permission-'))).toEqual([['permission-contents', 'read']])
      }
    }
  })

  test('puts no expression into a script', () => {
    for (const { steps } of jobs) for (const { run = '' } of steps) expect(run).not.toContain('${{')
  })

  test('lets no shard hide another: each goes to its end, keeps what it has, and is merged whatever became of the others', () => {
    const { shard, merge } = workflow.jobs
    expect(shard.strategy?.['fail-fast']).toBe(false)
    expect(shard.steps.at(-1)).toMatchObject({ if: 'always()', with: { overwrite: true } })
    expect(merge.if).toContain('!cancelled()')
  })
})

const hasTools = spawnSync('bash', ['-c', 'command -v jq']).status === 0
if (!hasTools) process.stderr.write('SKIPPED: the scripts of org-audit.yml. There is no bash with jq here.\n')

;(hasTools ? describe : describe.skip)('its scripts', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'audit-workflow-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  function plan(repositories: string, shards: string): { status: number | null; output: string; list: string } {
    const script = workflow.jobs.plan.steps.find(({ id }) => id === 'list')?.run ?? ''
    for (const file of ['output', 'summary', 'repositories.txt']) writeFileSync(join(folder, file), '')
    const env = {
      PATH: process.env['PATH'],
      REPOSITORIES: repositories,
      SHARDS: shards,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    }
    const { status } = spawnSync('bash', ['-e', '-c', script], { cwd: folder, env })
    return { status, output: readFileSync(join(folder, 'output'), 'utf8'), list: readFileSync(join(folder, 'repositories.txt'), 'utf8') }
  }

  test('the plan divides a list, into no more shards than it has names', () => {
    expect(plan('acme/a\nacme/b\nacme/c\n', '2').output).toBe('shards=["1/2","2/2"]\n')
    expect(plan('acme/a', '8')).toMatchObject({ status: 0, output: 'shards=["1/1"]\n', list: 'acme/a\n' })
  })

  test.each(['0', '257', '1; touch trapped', '-1'])('the plan refuses %j shards', (shards) => {
    expect(plan('acme/a', shards).status).toBe(1)
  })

  test('every script is valid bash', () => {
    for (const { steps } of jobs) for (const { run } of steps) if (run !== undefined) execFileSync('bash', ['-n', '-c', run])
  })
})
