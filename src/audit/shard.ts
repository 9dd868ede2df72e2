/** The part of a list that one of several machines works on. */
export interface Shard {
  /** From 1 to `of`. */
  readonly index: number
  readonly of: number
}

/** GitHub Actions runs at most so many jobs of one matrix. */
const MAX_SHARDS = 256

const SHARD = /^(\d{1,3})\/(\d{1,3})$/

/** `2/8`; undefined if it is not of that form, or outside 1 … 256. */
export function parseShard(text: string): Shard | undefined {
  const [, index = 0, of = 0] = SHARD.exec(text)?.map(Number) ?? []
  return index >= 1 && index <= of && of <= MAX_SHARDS ? { index, of } : undefined
}

/** Every `of`-th name, so that the shards are of equal length; together they hold each name once. */
export function pickShard(names: readonly string[], { index, of }: Shard): readonly string[] {
  return names.filter((_, position) => position % of === index - 1)
}

export type RepositoryList =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'invalid'; readonly line: number; readonly problem: string }

/** What GitHub takes for an owner and for a repository's name; never `.` or `..`, never an option, never another path. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/[A-Za-z0-9_.-]{1,100}$/

/** A list of `owner/name`, one a line; blank lines and what follows a `#` are left out, and so is a name that was there before. */
export function parseRepositoryList(text: string): RepositoryList {
  const names = new Map<string, string>()
  for (const [index, line] of text.split('\n').entries()) {
    const name = (line.split('#', 1)[0] ?? '').trim()
    if (name === '') continue
    const repository = name.slice(name.indexOf('/') + 1)
    if (!NAME.test(name) || repository === '.' || repository === '..') {
      return { kind: 'invalid', line: index + 1, problem: 'it is not owner/name' }
    }
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  }
  return { kind: 'names', names: [...names.values()] }
}
