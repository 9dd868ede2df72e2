import { type Extract } from '../extract/extraction.js'
import { type Files, type Problem, type Reference, type SourceFile } from '../model.js'
import { resolveValue } from './resolution.js'

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
