import { type Position } from '../model.js'

/** A YAML value with its place. Scalars keep the text as written: `3.10` stays "3.10". */
export type Node = ScalarNode | ListNode | MapNode | BrokenNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly text: string
  /** What YAML's core schema makes of it; quoted text is always `text`. */
  readonly type: 'text' | 'number' | 'boolean' | 'null'
  readonly at: Position
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly at: Position
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: ScalarNode; readonly value: Node }[]
  readonly at: Position
}

/** What could not be read: somebody complained already, so that nothing more is to be said of it. */
export interface BrokenNode {
  readonly kind: 'broken'
  readonly at: Position
}

/** Takes what is wrong at a place: the problem in one line, and what to do. */
export type Complain = (at: Position, message: string, advice: string) => void
