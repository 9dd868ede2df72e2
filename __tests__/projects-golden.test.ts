import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

const golden = (name: string): string => join(FIXTURES, 'projects', `${name}.out`)

/** Whole repositories, beside what is told of them; copied, so that no repository around them decides what is seen. */
test.each(fixturesIn('projects'))('%s is told as its golden report says', async (name) => {
  const root = join(copies, name)
  cpSync(join(FIXTURES, 'projects', name), root, { recursive: true })
  expectGolden(golden(name), await told(root))
})

/** As git checks it out on Windows (`core.autocrlf`), and with the byte order mark of an editor there. */
test.each(fixturesIn('projects').flatMap((name) => [[name, ''] as const, [name, '\ufeff'] as const]))(
  '%s is told alike with the line ends of Windows, and %j before the text',
  async (name, mark) => {
    const root = mkdtempSync(join(copies, 'windows-'))
    cpSync(join(FIXTURES, 'projects', name), root, { recursive: true })
    for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      const full = join(root, path)
      if (lstatSync(full).isFile()) writeFileSync(full, mark + readFileSync(full, 'utf8').replaceAll('\n', '\r\n'))
    }
    expect(await told(root)).toBe(readFileSync(golden(name), 'utf8'))
  },
)

async function told(root: string): Promise<string> {
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
  return `${renderText(report, {})}\n${renderInventoryText(report, {})}`
}
