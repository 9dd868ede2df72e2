/** How much a text may take, in the unit in which the place that shows it counts. */
export interface Limit {
  readonly max: number
  readonly size: (text: string) => number
}

/** GitHub counts the characters of a comment; UTF-16 units are never fewer. */
export const units = (text: string): number => text.length

/** GitHub counts the bytes of a job summary. */
export const bytes = (text: string): number => Buffer.byteLength(text)

/** What fits, in its own order, and how many did not. */
export interface Fitted {
  readonly rows: readonly string[]
  readonly cut: number
}

/**
 * As many rows as the budget holds, each with a line feed: those of the lowest rank are taken first, equal ones in their order;
 * what is taken stands in the order of the items.
 */
export function fit<Item>(
  items: readonly Item[],
  row: (item: Item) => string,
  { max, size }: Limit,
  rank: (item: Item) => number = () => 0,
): Fitted {
  const ranked = items.map((item, index) => ({ item, index, rank: rank(item) })).sort((a, b) => a.rank - b.rank)
  const kept: { readonly index: number; readonly text: string }[] = []
  let left = max
  for (const { item, index } of ranked) {
    const text = row(item)
    left -= size(text) + 1
    if (left < 0) break
    kept.push({ index, text })
  }
  return { rows: kept.sort((a, b) => a.index - b.index).map(({ text }) => text), cut: items.length - kept.length }
}
