import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { type Content } from '../model.js'
import { decode, MAX_FILE_BYTES, MISSING, PROBLEMS, tooLarge, unreadable } from './content.js'

/** Without following a link in the last place, and without waiting for a writer where the file is a pipe. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Windows has no O_NOFOLLOW. */
const MUST_LOOK_FIRST = process.platform === 'win32'

/** The text of a regular file, read once from an open descriptor so that what was looked at is what was read; `link` where the path is a symbolic link. */
export function readRegular(path: string | Buffer): Content | 'link' {
  let descriptor: number
  try {
    if (MUST_LOOK_FIRST && lstatSync(path).isSymbolicLink()) return 'link'
    descriptor = openSync(path, FLAGS)
  } catch (error) {
    return afterError(error)
  }
  try {
    const length = readAll(descriptor)
    // what is no file reads as nothing (a folder refuses), and of what is too long the size is told: only those are looked at
    if (length === 0 || length > MAX_FILE_BYTES) {
      const stats = fstatSync(descriptor)
      if (stats.isDirectory()) return unreadable(PROBLEMS.folder)
      if (!stats.isFile()) return unreadable(PROBLEMS.special)
      if (length > 0) return tooLarge(Math.max(stats.size, length))
    }
    return decode(shared(), length)
  } catch (error) {
    return afterError(error)
  } finally {
    closeSync(descriptor)
  }
}

/** The length of what is there, at most one byte more than the limit. A regular file gives less than what is asked for at its end only. */
function readAll(descriptor: number): number {
  const bytes = shared()
  return readSync(descriptor, bytes, 0, bytes.length, null)
}

let buffer: Buffer | undefined

/** What was read last. */
function shared(): Buffer {
  return (buffer ??= Buffer.allocUnsafeSlow(MAX_FILE_BYTES + 1))
}

/** The code of a system error, or of what Node itself refuses. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error'
}

function afterError(error: unknown): Content | 'link' {
  const code = codeOf(error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return MISSING
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for a link under O_NOFOLLOW
      return 'link'
    case 'EACCES':
    case 'EPERM':
      return unreadable(PROBLEMS.denied)
    case 'EISDIR':
      return unreadable(PROBLEMS.folder)
    case 'ENXIO': // a socket
      return unreadable(PROBLEMS.special)
    default:
      return unreadable(`it cannot be read (${code})`)
  }
}
