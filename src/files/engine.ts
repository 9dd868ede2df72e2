/** A flag of V8 for a run over many files, and what V8 itself has in its place. */
interface Flag {
  readonly set: string
  readonly back: string
}

/** Of so many files more than the heap that V8 begins with is needed, and what is compiled takes a core of its own. */
const MANY_FILES = 5_000

/**
 * The heap may grow by 30 percent from one full collection to the next; V8 reads it at the end of each. V8 itself lets it grow to four times of what
 * lives in it before it collects the garbage as a whole, and of a large repository little lives on.
 */
const HEAP_GROWTH: Flag = { set: '--heap-growing-percent=30', back: '--heap-growing-percent=0' }

/**
 * A function is optimized later: V8 would optimize many hundred of them that do little more, on a core that git needs meanwhile. Bytes of bytecode that run in
 * between; of V8 11.3, which Node 20 has. Later versions count otherwise, and gain nothing by it.
 */
const LATE_OPTIMIZATION: Flag = { set: '--interrupt-budget=500000', back: '--interrupt-budget=67584' }

/** The flags that a version of V8 is given. */
export function flagsFor(version: string): readonly Flag[] {
  return version.startsWith('11.3.') ? [HEAP_GROWTH, LATE_OPTIMIZATION] : [HEAP_GROWTH]
}

/** Prepares V8 for a run over so many files: less memory and less compiling. Flags that are set stay until the process ends. */
export async function prepareEngine(files: number, set = setFlags): Promise<void> {
  if (files >= MANY_FILES) await set(flagsFor(process.versions.v8))
}

let areSet = false

async function setFlags(flags: readonly Flag[]): Promise<void> {
  if (areSet) return
  areSet = true
  const { setFlagsFromString } = await import('node:v8')
  for (const flag of flags) setFlagsFromString(flag.set)
  // compiled code is kept as the process ends, and V8 takes it back under the same flags only
  process.prependOnceListener('exit', () => {
    for (const flag of flags) setFlagsFromString(flag.back)
  })
}
