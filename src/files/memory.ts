/** Of so many files more than the heap that V8 begins with is needed. */
const MANY_FILES = 5_000

/** Percent by which the heap may grow from one full collection to the next. */
const GROWTH = 30

/**
 * Keeps the memory of a run over many files near what it needs. V8 itself lets a heap grow to four times of what lives in it before it collects the
 * garbage as a whole, and of a large repository little lives on. (`--heap-growing-percent`, which V8 reads at the end of each collection.)
 */
export async function boundHeap(files: number): Promise<void> {
  if (files < MANY_FILES) return
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`)
}
