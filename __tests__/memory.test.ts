import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
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
