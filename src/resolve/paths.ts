/*
 * Paths as Files has them: relative to the root, `/` between components, no leading `./`, the root itself is the empty path.
 */

/** Where a path leads, or that it leaves the root. */
export type Resolved = { readonly kind: 'inside'; readonly path: string } | { readonly kind: 'outside' }

/** The folder of a file. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

/** The last component. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Two paths, one behind the other, without looking at `.` and `..`. */
export function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** Components that no `.` begins or ends, which stand for themselves. */
const SIMPLE = /^[\w-](?:[\w.-]*[\w-])?(?:\/[\w-](?:[\w.-]*[\w-])?)*$/

/** filepath.Join from a folder inside the root. An absolute path, a home folder and more `..` than folders lead outside. */
export function resolvePath(folder: string, path: string): Resolved {
  if (SIMPLE.test(path)) return { kind: 'inside', path: joined(folder, path) }
  if (path.startsWith('/') || path === '~' || path.startsWith('~/')) return { kind: 'outside' }
  const components = folder === '' ? [] : folder.split('/')
  for (const component of path.split('/')) {
    if (component === '' || component === '.') continue
    if (component !== '..') components.push(component)
    else if (components.pop() === undefined) return { kind: 'outside' }
  }
  return { kind: 'inside', path: components.join('/') }
}
