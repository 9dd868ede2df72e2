import { type ComposeFile, mayHold } from '../extract/compose.js'
import { entryOf } from '../extract/compose-shape.js'
import { type Lookup } from '../model.js'
import { baseOf } from './paths.js'
import { expand, type Scope } from './project-tree.js'

const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

/** The variables with COMPOSE_PROJECT_NAME, which is always defined: the file's `name`, else the folder's. */
export function named(given: Lookup, path: string, folder: string, file: ComposeFile): Lookup {
  if (!mayHold(file.text, PROJECT_NAME)) return given
  const scope: Scope = { path, file, lookup: given, folder, values: new Map() }
  const written = file.documents.flatMap((root) => entryOf(root, 'name')?.value ?? []).at(-1)
  if (written?.kind === 'scalar' && written.type === 'string') {
    const leaf = { kind: 'leaf', node: written, scope } as const
    const expanded = expand(leaf)
    const step = { file: path, span: file.positions.span(written.start, written.end), text: `name: ${written.text}`, value: written.text }
    if (expanded.kind === 'value')
      return (name) => given(name) ?? (name === PROJECT_NAME ? { ...expanded.value, via: [step, ...expanded.value.via] } : undefined)
  }
  const text = projectName(folder)
  return text === '' ? given : (name) => given(name) ?? (name === PROJECT_NAME ? { text, unset: [], via: [] } : undefined)
}

/** loader.NormalizeProjectName of a folder's name: what COMPOSE_PROJECT_NAME is, unless somebody says otherwise. */
function projectName(folder: string): string {
  return baseOf(folder)
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, '')
    .replace(/^[-_]+/, '')
}
