/** Of so many files more than the heap that V8 begins with is needed. */
const FILES_THAT_NEED_HEAP = 5_000

/** The heap may grow by 30 percent from one full collection to the next. V8 reads it at the end of each. */
export const HEAP_GROWTH = '--heap-growing-percent=30'
const AS_V8_HAS_IT = '--heap-growing-percent=0'

/**
 * Keeps the memory of a run over many files near what it needs. V8 itself lets a heap grow to four times of what lives in it before it collects the
 * garbage as a whole, and of a large repository little lives on.
 */
export async function boundHeap(files: number, set = setFlag): Promise<void> {
  if (files >= FILES_THAT_NEED_HEAP) await set(HEAP_GROWTH)
}

let isSet = false

async function setFlag(flag: string): Promise<void> {
  if (isSet) return
  isSet = true
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString(flag)
  // compiled code is kept as the process ends, and V8 takes it back under the same flags only
  process.prependOnceListener('exit', () => setFlagsFromString(AS_V8_HAS_IT))
}
