import { type Arguments, type OptionName } from './arguments.js'
import { type Failure } from './failure.js'
import { type Io } from './io.js'

/** What a command's file exports. */
export interface Command {
  /** What stands behind its name on the first line of its help. */
  readonly takes: string
  /** Sentences for its help. */
  readonly about: string
  readonly options: readonly OptionName[]
  /** The names that `--format` takes, the default first. */
  readonly formats?: readonly string[]
  /** What the reader could type, each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[]
  /** The meaning of each exit status. */
  readonly exits: string
  /** The exit status; what it tells, it writes to `io`. Or why it could not be found out. */
  readonly run: (given: Arguments, io: Io) => Promise<number | Failure>
}

interface Entry {
  /** For the list of commands. */
  readonly summary: string
  /** Loads the command: the others, and what they need, are not read from disk. */
  readonly load: () => Promise<Command>
}

/** Every command. A new one is one file and one entry here. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  check: { summary: 'judge every image that the files name', load: async () => (await import('./check.js')).check },
  list: { summary: 'show every image that the files name; no policy needed', load: async () => (await import('./list.js')).list },
  audit: {
    summary: 'check many repositories, and tell what they use in one inventory',
    load: async () => (await import('./audit.js')).audit,
  },
  explain: {
    summary: 'tell the verdict on one reference, and which line decided it',
    load: async () => (await import('./explain.js')).explain,
  },
  normalize: { summary: 'show references in their full form', load: async () => (await import('./normalize.js')).normalize },
  init: { summary: 'write the smallest policy that this repository passes', load: async () => (await import('./init.js')).init },
  test: { summary: 'test the policy with references and the verdicts they must get', load: async () => (await import('./test.js')).test },
}

/** The entry of that name; names that objects have by themselves are none. */
export function commandOf(name: string): Entry | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
}
