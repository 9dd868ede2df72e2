import { type PlacedUse } from '../extract/quick-uses.js'
import { type Occurrence, type Reference, type Resolution, type SourceFile } from '../model.js'
import { resolveText } from './resolution.js'

const NONE: readonly never[] = []

/** What a file names at the places that a quick look told of, as the whole way has it: by its own text, which nothing else has a say in. */
export function referencesOf({ path, kind }: SourceFile, uses: readonly PlacedUse[]): readonly Reference[] {
  return uses.map((use) => {
    const own = resolutionOf(use)
    return { occurrence: occurrenceOf(path, kind, use, own.resolved ?? use.text), own, also: NONE }
  })
}

function resolutionOf({ text, local }: PlacedUse): Resolution {
  if (local === undefined) return resolveText(text)
  return { resolved: text, target: { kind: 'local', as: local }, variables: NONE, via: NONE }
}

type Writable = { -readonly [Key in keyof Occurrence]: Occurrence[Key] }

function occurrenceOf(
  file: string,
  kind: Occurrence['kind'],
  { role, owner, onbuild, span, pullable }: PlacedUse,
  text: string,
): Occurrence {
  const occurrence: Writable = { file, kind, role, span, text }
  if (owner !== undefined) occurrence.owner = owner
  if (onbuild !== undefined) occurrence.onbuild = onbuild
  if (pullable !== undefined) occurrence.pullable = pullable
  return occurrence
}
