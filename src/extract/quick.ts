import { type QuickCompose } from './compose-quick.js'
import { type Passing, type PlacedUse, type QuickUses } from './quick-uses.js'

/** What finds quickly what files of the usual kind name; each gives undefined for any other file. */
export interface QuickReaders {
  readonly dockerfile: (text: string) => QuickUses | undefined
  readonly compose: (text: string) => QuickCompose | undefined
  /** The same uses with their places, of a file in which each is written as it is looked up. */
  readonly placedDockerfile: (text: string) => readonly PlacedUse[] | undefined
  readonly placedCompose: (text: string) => readonly PlacedUse[] | undefined
}

/** A quick look at files: how it is taken, and what is to be said of no more. */
export interface QuickLook extends QuickReaders {
  readonly passes: Passing
}

/** Loads the quick readers: they pay for themselves where files are many, so that few files do without their code. */
export async function loadQuickReaders(): Promise<QuickReaders> {
  const { quickDockerfile: dockerfile, placedDockerfile } = await import('./dockerfile-quick.js')
  const { quickCompose: compose, placedCompose } = await import('./compose-quick.js')
  return { dockerfile, compose, placedDockerfile, placedCompose }
}
