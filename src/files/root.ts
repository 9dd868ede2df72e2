import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { codeOf } from './disk.js'

/** Where a PATH of the command line lies: the folder that is checked as one, and the path in it (empty for the root itself). */
export type Located =
  | { readonly kind: 'located'; readonly root: string; readonly path: string; readonly folder: boolean }
  | { readonly kind: 'failed'; readonly problem: string }

/**
 * Finds the root for a PATH: git's top level above it; outside git the working folder if it holds the PATH, else the PATH's own folder.
 * A folder that is a link stands for what it leads to; a file that is a link stays itself, since it is judged under its own name.
 */
export function locate(path: string, workingFolder: string, root?: string): Located {
  const full = resolve(workingFolder, path)
  try {
    const folder = statSync(full).isDirectory()
    // the file system's own spelling: where case does not count, a file has one name all the same
    const isLink = !folder && lstatSync(full).isSymbolicLink()
    const real = isLink ? join(realpathSync.native(dirname(full)), basename(full)) : realpathSync.native(full)
    const top = root ?? rootOf(real, folder, realpathSync.native(workingFolder))
    const inner = pathWithin(top, real)
    if (inner === undefined) return { kind: 'failed', problem: `${path} is outside ${top}: check it in a run of its own` }
    return { kind: 'located', root: top, path: inner, folder }
  } catch (error) {
    return { kind: 'failed', problem: reasonFor(path, codeOf(error)) }
  }
}

function reasonFor(path: string, code: string): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return `${path}: there is no such file or folder`
  if (code === 'EACCES' || code === 'EPERM') return `${path}: permission denied`
  return `${path} cannot be read (${code})`
}

function rootOf(real: string, isFolder: boolean, workingFolder: string): string {
  const folder = isFolder ? real : dirname(real)
  return topLevelOf(folder) ?? (pathWithin(workingFolder, real) === undefined ? folder : workingFolder)
}

/** The path relative to a folder with `/` between its components, empty for the folder itself, undefined outside it. Both are absolute. */
export function pathWithin(folder: string, path: string): string | undefined {
  if (path === folder) return ''
  const prefix = folder.endsWith(sep) ? folder : folder + sep
  return path.startsWith(prefix) ? path.slice(prefix.length).split(sep).join('/') : undefined
}

/** The top level of the git checkout that a folder lies in, found as git finds it: by `.git`, a folder with a HEAD or a file that names one. */
export function topLevelOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (isCheckout(at)) return at
    if (dirname(at) === at) return undefined
  }
}

/** Whether the folder itself is the top level of a git checkout. */
function isCheckout(folder: string): boolean {
  const own = join(folder, '.git')
  try {
    const stats = statSync(own, { throwIfNoEntry: false })
    if (stats === undefined) return false
    if (stats.isDirectory()) return statSync(join(own, 'HEAD'), { throwIfNoEntry: false }) !== undefined
    return stats.isFile() && readFileSync(own, 'utf8').startsWith('gitdir:')
  } catch {
    return false
  }
}
