import { type FileKind, type Files, type Occurrence, type Problem, type Reference, type SourceFile } from '../model.js'
import { resolveValue } from './resolution.js'

/** What one text names, in the order of the text, and what kept us from reading parts of it. */
export interface Extraction {
  readonly occurrences: readonly Omit<Occurrence, 'file' | 'kind'>[]
  readonly problems: readonly Omit<Problem, 'file'>[]
}

/** Text → occurrences, where each stands for itself: no variables, stages or builds. Linear in the text; never throws. */
export type Extract = (text: string) => Extraction

/**
 * How the references of each kind are resolved: a Dockerfile by its own defaults and by every build that names it, a compose file with the projects it is part
 * of, every other kind by what its extractor finds in the text. A new kind is one line here.
 */
export const KINDS: Readonly<Record<FileKind, 'builds' | 'projects' | Extract>> = {
  dockerfile: 'builds',
  compose: 'projects',
}

/** The references of a file whose kind knows nothing of other files. */
export function resolveAlone(
  files: Files,
  { path: file, kind }: SourceFile,
  extract: Extract,
): { readonly references: readonly Reference[]; readonly problems: readonly Problem[] } {
  const content = files.read(file)
  if (content.kind !== 'text')
    return { references: [], problems: [{ file, message: content.kind === 'unreadable' ? content.problem : 'the file is gone' }] }
  const { occurrences, problems } = extract(content.text)
  return {
    references: occurrences.map((occurrence) => ({
      occurrence: { ...occurrence, file, kind },
      own: resolveValue({ text: occurrence.text, unset: [], via: [] }),
      also: [],
    })),
    problems: problems.map((problem) => ({ ...problem, file })),
  }
}
