import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import { type Content } from '../model.js'
import { decode, MAX_FILE_BYTES, MISSING, PROBLEMS, tooLarge, unreadable } from './content.js'

/** Without following a link in the last place, and without waiting for a writer where the file is a pipe. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Windows has no O_NOFOLLOW. */
const MUST_LOOK_FIRST = process.platform === 'win32'

let shared: Buffer | undefined

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
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) return unreadable(PROBLEMS.folder)
    if (!stats.isFile()) return unreadable(PROBLEMS.special)
    if (stats.size > MAX_FILE_BYTES) return tooLarge(stats.size)
    return decode(readAll(descriptor))
  } catch (error) {
    return afterError(error)
  } finally {
    closeSync(descriptor)
  }
}

/** At most one byte more than the limit; the bytes are good until the next call. */
function readAll(descriptor: number): Buffer {
  shared ??= Buffer.allocUnsafeSlow(MAX_FILE_BYTES + 1)
  let length = 0
  while (length < shared.length) {
    const read = readSync(descriptor, shared, length, shared.length - length, null)
    if (read === 0) break
    length += read
  }
  return shared.subarray(0, length)
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
