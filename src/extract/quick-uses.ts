import { type LocalKind, type Occurrence, type Role, type SourceFile } from '../model.js'

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

/** A use with its place, of which the text as it is written is what is looked up; `local` where that is something of the build itself. */
export interface PlacedUse extends Pick<Occurrence, 'role' | 'owner' | 'onbuild' | 'span' | 'text' | 'pullable'> {
  readonly local?: LocalKind
}

/**
 * Asked of each file that names by itself all there is to say of it: plain images, which nothing around it changes. True if everything in it is allowed:
 * then it is counted, and nothing more is told of it. False if it is to be told as any other.
 */
export interface Passing {
  (source: SourceFile, uses: QuickUses): boolean
  /** Nobody minds whether the source of an image is the default of a variable; absent: such a file is told as any other. */
  readonly overridable?: boolean
}
