import { openOutput, type Output } from '../files/output.js'

export { type Output }

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

/** This process as a command sees it. */
export function processIo(): Io {
  return {
    stdout: openOutput(1, () => process.stdout),
    stderr: openOutput(2, () => process.stderr),
    stdin: async () => {
      const parts: string[] = []
      for await (const part of process.stdin.setEncoding('utf8')) parts.push(String(part))
      return parts.join('')
    },
    env: process.env,
    workingFolder: process.cwd(),
  }
}
