import { type Io } from '../src/commands/io.js'
import { run } from '../src/commands/run.js'

export interface Told {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in this process, in a folder, as if it had been typed there. */
export async function typed(
  workingFolder: string,
  argv: readonly string[],
  options: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>>; readonly terminal?: boolean } = {},
): Promise<Told> {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const isTerminal = options.terminal === true
  const io: Io = {
    stdout: { write: (text) => stdout.push(text), isTerminal },
    stderr: { write: (text) => stderr.push(text), isTerminal },
    stdin: () => Promise.resolve(options.stdin ?? ''),
    env: options.env ?? {},
    workingFolder,
  }
  const status = await run(argv, io)
  return { status, stdout: stdout.join(''), stderr: stderr.join('') }
}
