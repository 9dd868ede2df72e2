/** A stream that is written to. */
export interface Output {
  write(text: string): void
  /** Somebody looks at it as it is written. */
  readonly isTerminal: boolean
}

/** All that a command has of the world, beside the files it is pointed at. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** The whole of standard input, as text. */
  readonly stdin: () => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute. */
  readonly workingFolder: string
}

/** Meaning of the exit status, the same for every command. */
export const EXIT = {
  /** Clean, or done. */
  clean: 0,
  /** Something is refused, or malformed. */
  refused: 1,
  /** It could not be found out: wrong usage, a broken policy, a revision that is not there. */
  failed: 2,
} as const

/** This process as a command sees it. A reader that goes away (`| head`) is no error: what follows is dropped. */
export function processIo(): Io {
  return {
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    stdin: async () => {
      const parts: string[] = []
      for await (const part of process.stdin.setEncoding('utf8')) parts.push(String(part))
      return parts.join('')
    },
    env: process.env,
    workingFolder: process.cwd(),
  }
}

function output(stream: NodeJS.WriteStream): Output {
  let gone = false
  stream.on('error', () => (gone = true))
  return {
    write: (text) => {
      if (!gone && text !== '') stream.write(text)
    },
    isTerminal: stream.isTTY === true,
  }
}
