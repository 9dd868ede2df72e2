/** A list that has at least one member, so that a choice from it always gives one. */
export type Some<T> = readonly [T, ...T[]]

/** Repeatable chance: the same seed gives the same sequence on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [0, limit). */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(list: Some<T>): T
  /** Like `pick`, but in proportion to each member's weight. */
  weighted<T extends { readonly weight: number }>(list: Some<T>): T
  /** A log-normal number, which is how the sizes of real files are spread. */
  logNormal(spread: Spread): number
}

/** Where half of the values lie below, and where 99 of 100 do. */
export interface Spread {
  readonly median: number
  readonly p99: number
}

// Of the standard normal distribution: 99 of 100 values lie below it.
const NORMAL_P99 = 2.3263

/** A generator for one stream of choices; `name` keeps streams of one seed apart. (mulberry32, seeded by FNV-1a.) */
export function createRandom(seed: number, name: string): Random {
  let state = hash(`${seed}:${name}`)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
    weighted: (list) => {
      let rest = next() * list.reduce((sum, { weight }) => sum + weight, 0)
      return list.find(({ weight }) => (rest -= weight) < 0) ?? list[0]
    },
    logNormal: ({ median, p99 }) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return median * Math.exp((normal * Math.log(p99 / median)) / NORMAL_P99)
    },
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}
