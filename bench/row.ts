import { type Program } from './measure.js'
import { type Repository } from './store.js'

/** One line of the table: what was measured, beside what is to be reached. */
export interface Result {
  readonly id: string
  readonly title: string
  /** In words, with its unit; empty for a row that is told for information. */
  readonly target: string
  /** In words, with its unit. */
  readonly measured: string
  readonly value: number
  /** Absent where there is no target. */
  readonly passed?: boolean
  /** What the figure was made of, for the JSON. */
  readonly samples: Readonly<Record<string, unknown>>
}

/** What every row measures with. */
export interface Bench {
  readonly quick: boolean
  /** How often a pair is measured in a row that says `count` for a full run. */
  rounds(count: number): number
  /** Folder of the bench's own programs. */
  readonly folder: string
  /** The generated repository of a size; made on its first use. */
  repository(name: Size): Repository
  /** The command line under test in a repository, with more arguments. */
  check(repository: Repository, ...args: readonly string[]): Program
  /** The action's bundle under test. */
  action(repository: Repository): Program
  /** A Node program of the bench. */
  child(name: string, repository: Repository, ...args: readonly string[]): Program
  /** Bundles a program of the bench that imports the product's sources; gives its path. */
  bundle(name: string): Promise<string>
}

/** The sizes of the generated repositories; `-mono` have the many other files of a monorepo. */
export type Size = '10' | '1k' | '1k-mono' | '10k' | '15k-mono' | '30k' | '60k' | '100k'

/** A row, or several that are measured together. */
export interface Row {
  readonly id: string
  readonly measure: (bench: Bench) => Promise<readonly Result[]> | readonly Result[]
}

/** A number with so many digits after the point. */
export function digits(value: number, count: number): string {
  return Number.isFinite(value) ? value.toFixed(count) : 'none'
}
