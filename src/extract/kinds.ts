import { type FileKind } from '../model.js'
import { type Extract } from './extraction.js'

/**
 * How the references of each kind are resolved: a Dockerfile by its own defaults and by every build that names it, a compose file with the projects it is part
 * of, every other kind by what its extractor finds in the text. A new kind is one line here.
 */
export const KINDS: Readonly<Record<FileKind, 'builds' | 'projects' | Extract>> = {
  dockerfile: 'builds',
  compose: 'projects',
}
