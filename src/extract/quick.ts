import { type QuickCompose } from './compose-quick.js'
import { type Passing, type QuickUses } from './quick-uses.js'

/** What finds quickly what files of the usual kind name; each gives undefined for any other file. */
export interface QuickReaders {
  readonly dockerfile: (text: string) => QuickUses | undefined
  readonly compose: (text: string) => QuickCompose | undefined
}

/** A quick look at files: how it is taken, and what is to be said of no more. */
export interface QuickLook extends QuickReaders {
  readonly passes: Passing
}

/** Loads the quick readers: they pay for themselves where files are many, so that few files do without their code. */
export async function loadQuickReaders(): Promise<QuickReaders> {
  const { quickDockerfile: dockerfile } = await import('./dockerfile-quick.js')
  const { quickCompose: compose } = await import('./compose-quick.js')
  return { dockerfile, compose }
}
