/** Longest word that is compared: the cost grows with the product of the lengths. */
const MAX_LENGTH = 64

/**
 * How many letters separate two words: insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
 * Words longer than 64 characters are taken as unrelated, `Infinity`.
 */
export function distance(a: string, b: string): number {
  if (a === b) return 0
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return Infinity
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1)
      let least = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1)
      if (swapped) least = Math.min(least, at(before, j - 2) + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return at(above, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}

/**
 * The valid word that was probably meant: at most a third of its letters differ, two at least are allowed, and a word may be begun only.
 * The first of equals wins.
 */
export function nearest(word: string, valid: Iterable<string>): string | undefined {
  const lower = word.toLowerCase()
  let best: string | undefined
  let least = Infinity
  for (const candidate of valid) {
    const limit = candidate.length < 4 ? 1 : Math.max(2, Math.floor(candidate.length / 3))
    const begun = lower.length > 2 && candidate.startsWith(lower)
    if (!begun && Math.abs(candidate.length - lower.length) > limit) continue
    const letters = begun ? 1 : distance(lower, candidate)
    if (letters > limit || letters >= least) continue
    best = candidate
    least = letters
  }
  return best
}
