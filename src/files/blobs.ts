import { type Content } from '../model.js'
import { decode, MAX_FILE_BYTES, tooLarge, unreadable } from './content.js'
import { git } from './git.js'

/** How much one call of git brings: enough that starting it does not count, and little memory. */
const MAX_BLOBS = 2000
const MAX_BYTES = 32 << 20

/** Contents out of git's object store, by object id, fetched many at a time since each call starts a process. */
export class Blobs {
  readonly #root: string
  readonly #contents = new Map<string, Content>()
  #expected: string[] = []

  constructor(root: string) {
    this.#root = root
  }

  /** Says which ids are likely to be read next, in their order. */
  expect(ids: readonly string[]): void {
    this.#expected = ids.filter((id) => !this.#contents.has(id)).reverse()
  }

  /** The text of a blob; `unreadable` where it is not in this clone, is too large or no text. */
  read(id: string): Content {
    if (!this.#contents.has(id)) this.#fetch(id)
    return this.#contents.get(id) ?? unreadable(NOT_HERE)
  }

  #fetch(id: string): void {
    const wanted = new Set([id])
    while (wanted.size < MAX_BLOBS) {
      const next = this.#expected.pop()
      if (next === undefined) break
      if (!this.#contents.has(next)) wanted.add(next)
    }
    let batch: string[] = []
    let bytes = 0
    for (const [one, size] of this.#sizes([...wanted])) {
      if (bytes + size > MAX_BYTES) {
        this.#take(batch)
        batch = []
        bytes = 0
      }
      batch.push(one)
      bytes += size
    }
    this.#take(batch)
  }

  /** The sizes of those that are to be read; for the others it keeps why not. */
  #sizes(ids: readonly string[]): readonly (readonly [string, number])[] {
    const output = git(this.#root, ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], ids.join('\n') + '\n')
    const sizes: [string, number][] = []
    for (const line of output.kind === 'output' ? output.bytes.toString('latin1').split('\n') : []) {
      const [id, type, size] = line.split(' ')
      if (id === undefined || type !== 'blob') continue
      if (Number(size) > MAX_FILE_BYTES) this.#contents.set(id, tooLarge(Number(size)))
      else sizes.push([id, Number(size)])
    }
    return sizes
  }

  #take(ids: readonly string[]): void {
    if (ids.length === 0) return
    const output = git(this.#root, ['cat-file', '--batch'], ids.join('\n') + '\n')
    if (output.kind === 'failed') return
    const { bytes } = output
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(0x0a, at)
      const [id = '', , size] = bytes.toString('latin1', at, end).split(' ')
      const length = Number(size)
      if (end < 0 || !Number.isSafeInteger(length)) return
      this.#contents.set(id, decode(bytes.subarray(end + 1, end + 1 + length)))
      at = end + 1 + length + 1
    }
  }
}

const NOT_HERE = 'its content is not in this clone; fetch it, or clone without a filter'
