import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'
import { boundHeap, HEAP_GROWTH } from '../src/files/memory.js'

test('of many files the heap is bounded, of few it grows as V8 has it', async () => {
  const set: string[] = []
  const keep = (flag: string): Promise<void> => Promise.resolve(void set.push(flag))
  await boundHeap(4_999, keep)
  expect(set).toEqual([])
  await boundHeap(5_000, keep)
  expect(set).toEqual([HEAP_GROWTH])
})

test('V8 knows the flag, and takes it at run time', () => {
  const script = `require('node:v8').setFlagsFromString('${HEAP_GROWTH}'); console.log('taken')`
  // Node refuses to start with a flag that neither it nor V8 knows
  expect(execFileSync(process.execPath, [HEAP_GROWTH, '-e', script], { encoding: 'utf8' })).toBe('taken\n')
})

test('code that was compiled in a run over many files is taken back by a run over few', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memory-'))
  const kept = JSON.stringify(join(folder, 'kept'))
  const { code } = transformSync(readFileSync('src/files/memory.ts', 'utf8'), { loader: 'ts', format: 'esm' })
  const run = (script: string): string => execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  const start = `import { readFileSync, writeFileSync } from 'node:fs'; import { Script } from 'node:vm'; const text = 'function f() { return 1 }; f()'`
  try {
    run(`${start}
      const script = new Script(text)
      script.runInThisContext()
      process.on('exit', () => writeFileSync(${kept}, script.createCachedData()))
      ${code}
      await boundHeap(100_000)`)
    expect(run(`${start}; console.log(new Script(text, { cachedData: readFileSync(${kept}) }).cachedDataRejected)`)).toBe('false\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
