import { keptText } from './kept-text.js'
import { type QuickUse } from './quick-uses.js'

/** The roles that the image of a service has: one that is built as well is what the build makes. */
export type ImageRole = 'service' | 'build-output'

/** Names that are remembered; beyond it they are forgotten and made anew, so that no input fills the memory. */
const MAX_NAMES = 65_536

/** Files name the same images again and again. */
const uses: Readonly<Record<ImageRole, Map<string, QuickUse>>> = { service: new Map(), 'build-output': new Map() }

/** UTF-16 units of a name that is remembered; Docker's limit for one without its tag and digest is 255. */
const MAX_NAME = 512

/** What a reference consists of; the rest of the grammar is for whoever looks it up. */
const REFERENCE = /^[\w.:@/-]+$/

/** The image of a service, as it is written. */
export function literalImage(written: string, role: ImageRole = 'service'): QuickUse | undefined {
  const known = uses[role]
  const use = known.get(written)
  if (use !== undefined) return use
  if (written.length > MAX_NAME || !REFERENCE.test(written)) return undefined
  const text = keptText(written)
  const made: QuickUse = { role, text }
  if (known.size >= MAX_NAMES) known.clear()
  known.set(text, made)
  return made
}

const DEFAULT = /\$\{([A-Za-z_][A-Za-z0-9_]*):?-([\w.:@/-]*)\}/g

/** The image of a service with the defaults of its variables, which are put to the names. */
export function imageWithDefaults(written: string, names: string[]): QuickUse | undefined {
  const text = written.replace(DEFAULT, (_, name: string, value: string) => {
    names.push(name)
    return value
  })
  return literalImage(text)
}

/** Whether no variable can replace the registry and the repository of a text with variables. */
export function isSourceWritten(written: string): boolean {
  const variable = written.indexOf('$')
  const fixed = written.slice(0, variable)
  return !written.includes('/', variable) && fixed.includes(':', fixed.lastIndexOf('/') + 1)
}
