import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { check } from '../src/check.js'
import { openWorkspace } from '../src/files/workspace.js'
import { loadLayers } from '../src/policy/layers.js'
import { renderInventoryText } from '../src/report/inventory-text.js'
import { renderText } from '../src/report/text.js'
import { expectGolden, fixturesIn, FIXTURES } from './golden.js'

const copies = mkdtempSync(join(tmpdir(), 'image-policy-projects-'))
afterAll(() => rmSync(copies, { recursive: true }))

/** Whole repositories, beside what is told of them; copied, so that no repository around them decides what is seen. */
test.each(fixturesIn('projects'))('%s is told as its golden report says', async (name) => {
  const root = join(copies, name)
  cpSync(join(FIXTURES, 'projects', name), root, { recursive: true })
  const files = openWorkspace(root)
  const policy = files.read('image-policy.yml')
  if (policy.kind !== 'text') throw new Error('a project has a policy')
  const loaded = await loadLayers(
    [{ path: 'image-policy.yml', text: policy.text, own: true, base: '' }],
    () => Promise.resolve({ kind: 'failed', problem: 'none' }),
    '2026-11-21',
  )
  if (loaded.kind === 'errors') throw new Error(JSON.stringify(loaded.errors))
  const report = await check(files, loaded.layers, {
    paths: [],
    platforms: { target: 'linux/amd64', build: 'linux/amd64' },
    envFiles: [],
    today: '2026-11-21',
  })
  expect(report.verdicts.length).toBeGreaterThan(0)
  expectGolden(join(FIXTURES, 'projects', `${name}.out`), `${renderText(report, {})}\n${renderInventoryText(report, {})}`)
})
