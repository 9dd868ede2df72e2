/** Of so many files more than the heap that V8 begins with is needed. */
const MANY_FILES = 5_000

/** The heap may grow by 30 percent from one full collection to the next. V8 reads it at the end of each. */
export const HEAP_GROWTH = '--heap-growing-percent=30'

/**
 * Keeps the memory of a run over many files near what it needs. V8 itself lets a heap grow to four times of what lives in it before it collects the
 * garbage as a whole, and of a large repository little lives on.
 */
export async function boundHeap(files: number, set = setFlag): Promise<void> {
  if (files >= MANY_FILES) await set(HEAP_GROWTH)
}

async function setFlag(flag: string): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString(flag)
}
