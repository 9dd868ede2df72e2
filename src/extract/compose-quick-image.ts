import { keptText } from './kept-text.js'
import { type QuickUse } from './quick-uses.js'

/** Names that are remembered; beyond it they are forgotten and made anew, so that no input fills the memory. */
const MAX_NAMES = 65_536

/** Files name the same images again and again. */
const known = new Map<string, QuickUse>()

/** What a reference consists of; the rest of the grammar is for whoever looks it up. */
const REFERENCE = /^[\w.:@/-]+$/

/** The image of a service, as it is written. */
export function literalImage(written: string): QuickUse | undefined {
  const use = known.get(written)
  if (use !== undefined) return use
  if (!REFERENCE.test(written)) return undefined
  const text = keptText(written)
  const made: QuickUse = { role: 'service', text }
  if (known.size >= MAX_NAMES) known.clear()
  known.set(text, made)
  return made
}

const DEFAULT = /\$\{([A-Za-z_][A-Za-z0-9_]*):?-([\w.:@/-]*)\}/g

/**
 * The image of a service whose tag or digest is the default of a variable, which is put to the names. A source that a variable can replace
 * is judged by the way it came.
 */
export function imageWithDefaults(written: string, names: string[]): QuickUse | undefined {
  if (!isSourceWritten(written)) return undefined
  const text = written.replace(DEFAULT, (_, name: string, value: string) => {
    names.push(name)
    return value
  })
  return literalImage(text)
}

function isSourceWritten(written: string): boolean {
  const variable = written.indexOf('$')
  const fixed = written.slice(0, variable)
  return !written.includes('/', variable) && fixed.includes(':', fixed.lastIndexOf('/') + 1)
}
