import { type Role, type SourceFile } from '../model.js'

/** What one place of a quickly read file names: the fully resolved text, as Docker would look it up. */
export interface QuickUse {
  readonly role: Role
  readonly text: string
}

/** What a file of the usual kind names; its local references (stages, scratch) are only counted. */
export interface QuickUses {
  readonly images: readonly QuickUse[]
  readonly local: number
}

/** Whether nothing is to be said of a file that names these images, so that it needs no more than to be counted. */
export type Passing = (source: SourceFile, uses: QuickUses) => boolean
