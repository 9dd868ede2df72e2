import { type Content, type Files } from '../src/model.js'

/** A tree that is a plain table: path → text. What else can be said of a path is said by a content. */
export function memoryFiles(
  table: Record<string, string | Content>,
  identity: (path: string) => string = (path) => `memory:${path}`,
): Files {
  const paths = Object.keys(table).sort()
  const contentOf = (path: string): Content => {
    const entry = Object.hasOwn(table, path) ? table[path] : undefined
    return entry === undefined ? { kind: 'missing' } : typeof entry === 'string' ? { kind: 'text', text: entry } : entry
  }
  return {
    find: (test) => paths.filter((path) => test(path.slice(path.lastIndexOf('/') + 1))),
    settled: () => Promise.resolve(),
    read: contentOf,
    isFolder: (path) => path === '' || paths.some((other) => other.startsWith(`${path}/`)),
    identity,
  }
}
