import { isUtf8 } from 'node:buffer'
import { sep } from 'node:path'
import { type Content } from '../model.js'

/** Larger files are not read. Docker's own limit is far above it, but no Dockerfile or compose file of the 10,000 that were looked at has a tenth of it. */
export const MAX_FILE_BYTES = 1 << 20

/** Linux's PATH_MAX: nothing longer can be opened, or be a link's target. */
export const MAX_PATH_LENGTH = 4096

const NO_TEXT = 'it is binary, or not UTF-8'

const LFS_POINTER = 'version https://git-lfs.github.com/spec/'

/** The text in a file's bytes (the first `length` of them), or in words why there is none. */
export function decode(bytes: Buffer, length = bytes.length): Content {
  if (length > MAX_FILE_BYTES) return tooLarge(length)
  const text = bytes.toString('utf8', 0, length)
  if (text.includes('\0')) return unreadable(NO_TEXT)
  // bytes that are not UTF-8 become U+FFFD, which may also stand there as it is
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(0, length)))
    return standsInComments(text) ? { kind: 'unreadable', problem: NO_TEXT, text } : unreadable(NO_TEXT)
  return text.startsWith(LFS_POINTER) ? unreadable('it is a Git LFS pointer; its content is not in the repository') : { kind: 'text', text }
}

/** Whether U+FFFD stands in comments alone, which begin their lines: nothing of a Dockerfile depends on it there. They hold no directive. */
function standsInComments(text: string): boolean {
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at)) {
    const start = text.lastIndexOf('\n', at) + 1
    const before = text.slice(start, at)
    if (!/^[ \t]*#/.test(before) || /^[ \t]*#[ \t]*\w+[ \t]*=|image-policy:/.test(before)) return false
    const end = text.indexOf('\n', at)
    at = end < 0 ? text.length : end
  }
  return true
}

/** A file of that many bytes is not read. */
export function tooLarge(bytes: number): Content {
  return unreadable(`it has ${Math.ceil(bytes / 1024)} KiB, and files over ${MAX_FILE_BYTES / 1024} KiB are not read`)
}

export function unreadable(problem: string): Content {
  return { kind: 'unreadable', problem }
}

export const MISSING: Content = { kind: 'missing' }

/** What a read says of the places where nothing can be read. */
export const PROBLEMS = {
  folder: 'it is a folder',
  special: 'it is not a regular file',
  denied: 'permission denied',
  tooLong: 'its path is too long',
  outside: 'its path leaves the repository',
  linkOutside: 'it is a link that leaves the repository',
  linkToNothing: 'it is a link to a file that is not there',
  linkCircle: 'it is a link that leads back to itself',
  gitOwn: "it lies in git's own folder",
  submodule: 'it lies in a submodule, whose files belong to another repository',
} as const

/**
 * A path relative to the root without `.` and `..`; undefined for one that leaves the root, is absolute, or could never name a file.
 * Files are asked for by what strangers wrote, so this is the first thing that every read does.
 */
export function insidePath(path: string): string | undefined {
  if (path.startsWith('/') || path.includes('\0') || (sep === '\\' && /[\\:]/.test(path))) return undefined
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** Windows drops dots and blanks at the end of a name, and knows `.git` as `git~1` too. */
const GITS_OWN = /(?:^|\/)(?:\.git|git~[0-9]+)[. ]*(?:\/|$)/i

/** HFS+ does not tell a name with these characters from one without. */
const UNSEEN_BY_MAC = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** Whether a path lies in a folder `.git`, where checkouts keep their credentials, as any file system spells it: git itself makes no such names. */
export function isGitsOwn(path: string): boolean {
  return GITS_OWN.test(path) || (path.search(UNSEEN_BY_MAC) >= 0 && GITS_OWN.test(path.replace(UNSEEN_BY_MAC, '')))
}
