import { type Content } from '../model.js'
import { type Workspace } from '../files/workspace.js'
import { type Output } from './io.js'

/** Milliseconds before anything is shown, and between two changes of it: quick runs stay silent. */
const BEFORE_FIRST = 500
const BETWEEN = 100

/** How many reads pass between two looks at the clock. */
const READS = 64

const CLEAR_LINE = '\r\u001b[K'

/** What a person sees of a long run, on a terminal only; `end` leaves no trace of it. */
export interface Progress {
  readonly files: Workspace
  end(): void
}

/** Watches the reading of files. The work leaves no time for timers, so each read looks whether it is time to tell. */
export function watch(files: Workspace, terminal: Output, quiet: boolean): Progress {
  if (quiet || !terminal.isTerminal) return { files, end: () => undefined }
  const started = performance.now()
  let next = started + BEFORE_FIRST
  let reads = 0
  let shown = false
  const tell = (what: string): void => {
    const now = performance.now()
    if (now < next) return
    next = now + BETWEEN
    shown = true
    terminal.write(`${CLEAR_LINE}${what} … ${((now - started) / 1000).toFixed(1)} s`)
  }
  const listing = setInterval(() => tell('listing files'), BETWEEN)
  listing.unref()
  const watched: Workspace = {
    find: (test) => files.find(test),
    expect: (tests) => files.expect(tests),
    settled: () => files.settled().then(() => clearInterval(listing)),
    read(path): Content {
      if (++reads % READS === 0) tell(`${reads.toLocaleString('en')} files read`)
      return files.read(path)
    },
    isFolder: (path) => files.isFolder(path),
    identity: (path) => files.identity(path),
    untracked: () => files.untracked(),
    isLinked: (path) => files.isLinked(path),
    problems: () => files.problems(),
    absent: () => files.absent(),
    submodules: () => files.submodules(),
  }
  return {
    files: watched,
    end: () => {
      clearInterval(listing)
      if (shown) terminal.write(CLEAR_LINE)
    },
  }
}
