import { type PlacedUse } from '../extract/quick-uses.js'
import { plain } from '../extract/values.js'
import { type Reference, type SourceFile } from '../model.js'
import { resolveText } from './resolution.js'
import { local } from './stages-contexts.js'

const NONE: readonly never[] = []

/** What a file names at the places that a quick look told of, as the whole way has it: by its own text, which nothing else has a say in. */
export function referencesOf({ path, kind }: SourceFile, uses: readonly PlacedUse[]): readonly Reference[] {
  return uses.map(({ local: as, ...place }) => ({
    occurrence: { file: path, kind, ...place },
    own: as === undefined ? resolveText(place.text) : local(plain(place.text), as),
    also: NONE,
  }))
}
