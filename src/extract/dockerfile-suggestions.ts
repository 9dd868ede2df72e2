/** BuildKit suggests what is at most this many edits away. */
const MAX_DISTANCE = 2

/**
 * ` (did you mean X?)` as BuildKit appends it to an error, or nothing. With `either` case does not count, and the suggestion is
 * written in the case of what was written. Of two that are equally near the first is told; BuildKit picks one at random.
 */
export function suggestion(written: string, options: readonly string[], letters: 'exact' | 'either'): string {
  const value = letters === 'exact' ? written : written.toLowerCase()
  let nearest = MAX_DISTANCE + 1
  let match: string | undefined
  for (const option of options) {
    if (option === value) return ''
    if (Math.abs(option.length - value.length) > MAX_DISTANCE) continue
    const far = distance(value, option)
    if (far >= nearest) continue
    nearest = far
    match = option
  }
  if (match === undefined) return ''
  return ` (did you mean ${letters === 'either' && written === written.toUpperCase() && written !== value ? match.toUpperCase() : match}?)`
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
