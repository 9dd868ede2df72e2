import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'

/** Keeps some objects, and each of many others long enough to grow old; tells how many megabytes the heap had at the most, for one that lives on. */
const GROW = `
const kept = Array.from({ length: 200_000 }, (_, at) => ({ at, text: 'kept' + at }))
const young = new Array(100_000)
let most = 0
for (let at = 0; at < 8_000_000; at++) {
  young[at % young.length] = { at, next: [at] }
  if (at % 50_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed)
}
globalThis.gc()
console.log(most / process.memoryUsage().heapUsed + kept.length * 0)
`

function growth(files: number): number {
  const { code } = transformSync(readFileSync('src/files/memory.ts', 'utf8'), { loader: 'ts', format: 'esm' })
  const script = `${code}\nawait boundHeap(${files})\n${GROW}`
  return Number(execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], { encoding: 'utf8' }))
}

test('of many files the heap stays near what lives in it, of few it grows as V8 has it', () => {
  const [few, many] = [growth(100), growth(100_000)]
  expect(few).toBeGreaterThan(2)
  expect(many).toBeLessThan(few - 0.5)
})
