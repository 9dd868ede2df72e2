import { type Occurrence, type Problem } from '../model.js'

/** What one text names, in the order of the text, and what kept us from reading parts of it. */
export interface Extraction {
  readonly occurrences: readonly Omit<Occurrence, 'file' | 'kind'>[]
  readonly problems: readonly Omit<Problem, 'file'>[]
}

/** Text → occurrences, where each stands for itself: no variables, stages or builds. Linear in the text; never throws. */
export type Extract = (text: string) => Extraction
