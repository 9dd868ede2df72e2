import { fstatSync, statSync, writeFileSync, writeSync } from 'node:fs'

/** A stream that is written to. */
export interface Output {
  write(text: string): void
  /** Somebody looks at it as it is written. */
  readonly isTerminal: boolean
  /** What was written may still be on its way. Absent: it is not. */
  readonly isOpen?: boolean
}

/**
 * Standard output or standard error. A reader that goes away (`| head`) is no error: what follows is dropped. Node's streams take milliseconds to make, so
 * files and pipes are written to without one, and what nobody writes to is not opened.
 */
export function openOutput(descriptor: number, open: () => NodeJS.WriteStream): Output {
  let gone = false
  let opened: NodeJS.WriteStream | undefined
  const stream = (): NodeJS.WriteStream => (opened ??= open().on('error', () => (gone = true)))
  const kind = kindOf(descriptor)
  return {
    write: (text) => {
      if (gone || text === '') return
      if (kind === 'pipe' && opened === undefined) return writeToPipe(text)
      if (kind !== 'file') return void stream().write(text)
      try {
        writeFileSync(descriptor, text)
      } catch {
        gone = true
      }
    },
    isTerminal: kind === 'device' && stream().isTTY === true,
    get isOpen() {
      return opened !== undefined
    },
  }

  /** A pipe that does not wait (its other end can have made it so) takes a part only: the stream gets the rest, and all that follows. */
  function writeToPipe(text: string): void {
    let rest = Buffer.from(text)
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') gone = true
      else stream().write(rest)
    }
  }
}

/** `pipe`: a pipe or a socket, on systems where Node's own stream waits for its reader as well. `other` is left to the stream. */
function kindOf(descriptor: number): 'file' | 'pipe' | 'device' | 'other' {
  try {
    const stats = fstatSync(descriptor)
    if (stats.isFile()) return 'file'
    if (!stats.isCharacterDevice()) return process.platform === 'win32' ? 'other' : 'pipe'
    return stats.rdev === statSync('/dev/null', { throwIfNoEntry: false })?.rdev ? 'file' : 'device'
  } catch {
    return 'other'
  }
}
