import { distance } from '../policy/nearest.js'

/** Names longer than this are compared with nothing. */
const MAX_LENGTH = 64

/**
 * Finds the known name that differs from a word by one slip: a letter left out, added, replaced, or two swapped. Words one slip apart share a word that
 * lacks one letter of each, so a look-up costs a few map accesses, however many names are known.
 */
export class Similar {
  private readonly known: ReadonlySet<string>
  private readonly shortened = new Map<string, string[]>()

  constructor(names: Iterable<string>) {
    this.known = new Set(names)
    for (const name of this.known) {
      for (const variant of variants(name)) {
        const others = this.shortened.get(variant)
        if (others === undefined) this.shortened.set(variant, [name])
        else if (!others.includes(name)) others.push(name)
      }
    }
  }

  /** The name that a word is one slip away from; undefined if the word is itself known. */
  to(word: string): string | undefined {
    if (this.known.has(word)) return undefined
    for (const variant of variants(word)) {
      const found = this.shortened.get(variant)?.find((name) => distance(word, name) === 1)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** The word, and the words that lack one of its letters. */
function variants(word: string): string[] {
  if (word.length > MAX_LENGTH) return []
  const all = [word]
  for (let i = 0; i < word.length; i++) all.push(word.slice(0, i) + word.slice(i + 1))
  return all
}
