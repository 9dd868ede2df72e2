import { lstatSync, readFileSync } from 'node:fs'

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** What HEAD holds on a branch whose name cannot lead anywhere else: no component begins or ends with a dot. */
const ON_BRANCH = /^ref: (refs\/heads(?:\/[\w-](?:[\w.-]*[\w-])?)+)\n$/

/** Behind it, a packed list of references is git's to read. */
const MAX_PACKED_BYTES = 1 << 20

/**
 * The commit that is checked out, out of git's own files, where these are plain: HEAD holds its id, or names a branch that does. It spares a process.
 * Undefined in every other case (a worktree of another repository, another storage of references, a branch without a commit): git itself is asked then.
 * That the id is the one of a commit is not looked at.
 */
export function readHead(root: string): string | undefined {
  try {
    const own = `${root}/.git`
    if (
      !lstatSync(own).isDirectory() ||
      !lstatSync(`${own}/objects`).isDirectory() ||
      lstatSync(`${own}/commondir`, { throwIfNoEntry: false }) !== undefined
    )
      return undefined
    const head = readPlain(`${own}/HEAD`)
    if (head?.endsWith('\n') === true && ID.test(head.slice(0, -1))) return head.slice(0, -1)
    const branch = ON_BRANCH.exec(head ?? '')?.[1]
    return branch === undefined || /\.\.|\.lock(?:\/|$)/.test(branch) ? undefined : readBranch(own, branch)
  } catch {
    return undefined
  }
}

/** A reference that has a file of its own is newer than what the packed list says of it. */
function readBranch(own: string, branch: string): string | undefined {
  if (lstatSync(`${own}/${branch}`, { throwIfNoEntry: false }) !== undefined) {
    const loose = readPlain(`${own}/${branch}`)
    return loose?.endsWith('\n') === true && ID.test(loose.slice(0, -1)) ? loose.slice(0, -1) : undefined
  }
  const packed = readPlain(`${own}/packed-refs`) ?? ''
  const line = ` ${branch}\n`
  const end = packed.indexOf(line)
  if (end >= 0 && packed.includes(line, end + 1)) return undefined
  const id = end < 0 ? '' : packed.slice(packed.lastIndexOf('\n', end) + 1, end)
  return ID.test(id) ? id : undefined
}

/** The text of a regular file that is no link and of a size that such files have. */
function readPlain(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size <= MAX_PACKED_BYTES ? readFileSync(path, 'latin1') : undefined
}
