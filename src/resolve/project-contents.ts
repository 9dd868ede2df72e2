import { type ComposeFile, extractCompose } from '../extract/compose.js'
import { type QuickCompose } from '../extract/compose-quick.js'
import { type QuickReaders } from '../extract/quick.js'
import { type PlacedUse } from '../extract/quick-uses.js'
import { type Content, type Files } from '../model.js'
import { NO_SUCH_FILE } from './project-account.js'

/** Compose files that were read already, by the identity of their content. */
export interface ComposeCache {
  readonly extracted: Map<string, ComposeFile>
  readonly quick: Map<string, QuickCompose>
  /** Null where the whole way has to tell. */
  readonly placed: Map<string, readonly PlacedUse[] | null>
}

/** A cache that holds nothing yet. */
export function createComposeCache(): ComposeCache {
  return { extracted: new Map(), quick: new Map(), placed: new Map() }
}

/** Files that are kept for those that include or extend them: as many as two projects may have. */
const MAX_CONTENTS = 1000

/** UTF-16 units of texts that are kept until somebody asks for more than a quick reading; the others are read again. */
const MAX_TEXTS = 8_388_608

/** The compose files of a repository. One content is extracted once with a cache, and without one as often as it is asked for and was forgotten. */
export class Contents {
  private readonly contents = new Map<string, ComposeFile | string>()
  private readonly texts = new Map<string, string>()
  private room = MAX_TEXTS

  constructor(
    private readonly files: Files,
    private readonly cache: ComposeCache | undefined,
    private readonly readers: QuickReaders | undefined,
  ) {}

  /** Reads and extracts one file, or says why it cannot be read. */
  readonly read = (path: string): ComposeFile | string => {
    const known = this.contents.get(path)
    if (known !== undefined) return known
    const read = this.extract(path)
    if (this.contents.size >= MAX_CONTENTS) this.contents.clear()
    this.contents.set(path, read)
    return read
  }

  /** What a file of the usual kind names; undefined if it is another one, or cannot be read. */
  quick(path: string): QuickCompose | undefined {
    const identity = this.cache && this.files.identity(path)
    if (identity !== undefined) {
      const known = this.cache?.quick.get(identity)
      if (known !== undefined || this.cache?.extracted.has(identity) === true) return known
    }
    const content = this.contents.has(path) ? undefined : this.files.read(path)
    if (content?.kind !== 'text') return undefined
    const { text } = content
    this.keep(path, text)
    const uses = this.readers?.compose(text)
    if (identity !== undefined && uses !== undefined) this.cache?.quick.set(identity, uses)
    return uses
  }

  /** The same with its places; undefined where the whole way has to tell. */
  placed(path: string): readonly PlacedUse[] | undefined {
    const identity = this.cache && this.files.identity(path)
    const known = identity === undefined ? undefined : this.cache?.placed.get(identity)
    if (known !== undefined) return known ?? undefined
    const content = this.contentOf(path)
    const uses = content.kind === 'text' ? this.readers?.placedCompose(content.text) : undefined
    if (identity !== undefined) this.cache?.placed.set(identity, uses ?? null)
    return uses
  }

  private keep(path: string, text: string): void {
    if (text.length > this.room) return
    this.room -= text.length
    this.texts.set(path, text)
  }

  /** As it was read before, if its text is still kept. */
  private contentOf(path: string): Content {
    const text = this.texts.get(path)
    return text === undefined ? this.files.read(path) : { kind: 'text', text }
  }

  /** Nobody will ask for more than the quick reading of a file. */
  forget(path: string): void {
    this.room += this.texts.get(path)?.length ?? 0
    this.texts.delete(path)
  }

  private extract(path: string): ComposeFile | string {
    const identity = this.cache && this.files.identity(path)
    const known = identity === undefined ? undefined : this.cache?.extracted.get(identity)
    if (known !== undefined) return known
    const content = this.contentOf(path)
    this.forget(path)
    if (content.kind === 'missing') return NO_SUCH_FILE
    if (content.kind === 'unreadable') return content.problem
    const file = extractCompose(content.text)
    if (identity !== undefined) this.cache?.extracted.set(identity, file)
    return file
  }
}
