import { fstatSync, statSync, writeFileSync } from 'node:fs'

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
    stdout: output(1, () => process.stdout),
    stderr: output(2, () => process.stderr),
    stdin: async () => {
      const parts: string[] = []
      for await (const part of process.stdin.setEncoding('utf8')) parts.push(String(part))
      return parts.join('')
    },
    env: process.env,
    workingFolder: process.cwd(),
  }
}

/** Node's streams take milliseconds to make: a file, or /dev/null, is written to without one, and what nobody writes to is not opened. */
function output(descriptor: number, open: () => NodeJS.WriteStream): Output {
  let gone = false
  let opened: NodeJS.WriteStream | undefined
  const stream = (): NodeJS.WriteStream => (opened ??= open().on('error', () => (gone = true)))
  const kind = kindOf(descriptor)
  return {
    write: (text) => {
      if (gone || text === '') return
      if (kind !== 'file') return void stream().write(text)
      try {
        writeFileSync(descriptor, text)
      } catch {
        gone = true
      }
    },
    isTerminal: kind === 'device' && stream().isTTY === true,
  }
}

/** `other`: a pipe or a socket, which may not take everything at once and is no terminal. */
function kindOf(descriptor: number): 'file' | 'device' | 'other' {
  try {
    const stats = fstatSync(descriptor)
    if (stats.isFile()) return 'file'
    if (!stats.isCharacterDevice()) return 'other'
    return stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev ? 'file' : 'device'
  } catch {
    return 'other'
  }
}
