import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'
import { flagsFor, prepareEngine } from '../src/files/engine.js'

test('of many files V8 gets other flags, of few it works as it is', async () => {
  const given: unknown[] = []
  const keep = (flags: unknown): Promise<void> => Promise.resolve(void given.push(flags))
  await prepareEngine(4_999, keep)
  expect(given).toEqual([])
  await prepareEngine(5_000, keep)
  expect(given).toEqual([flagsFor(process.versions.v8)])
})

test('V8 11 optimizes later; other versions do not know how', () => {
  expect(flagsFor('11.3.244.8-node.30').map(({ set }) => set)).toEqual(['--heap-growing-percent=30', '--interrupt-budget=500000'])
  expect(flagsFor('13.6.233.17-node.28').map(({ set }) => set)).toEqual(['--heap-growing-percent=30'])
})

test('V8 knows the flags, and takes them at run time', () => {
  const flags = flagsFor(process.versions.v8).flatMap(({ set, back }) => [set, back])
  const script = `const { setFlagsFromString } = require('node:v8'); for (const flag of ${JSON.stringify(flags)}) setFlagsFromString(flag); console.log('taken')`
  // Node refuses to start with a flag that neither it nor V8 knows, and V8 complains of one at run time
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' })
  expect([stdout, stderr]).toEqual(['taken\n', ''])
})

test('code that was compiled in a run over many files is taken back by a run over few', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  const kept = JSON.stringify(join(folder, 'kept'))
  const { code } = transformSync(readFileSync('src/files/engine.ts', 'utf8'), { loader: 'ts', format: 'esm' })
  const run = (script: string): string => execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const start = `import { readFileSync, writeFileSync } from 'node:fs'; import { Script } from 'node:vm'; const text = 'function f() { return 1 }; f()'`
  try {
    run(`${start}
      const script = new Script(text)
      script.runInThisContext()
      process.on('exit', () => writeFileSync(${kept}, script.createCachedData()))
      ${code}
      await prepareEngine(100_000)`)
    expect(run(`${start}; console.log(new Script(text, { cachedData: readFileSync(${kept}) }).cachedDataRejected)`)).toBe('false\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
