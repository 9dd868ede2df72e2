import { keptText } from '../extract/kept-text.js'
import { type ImageReference, type Resolution, type Unset, type Value } from '../model.js'
import { parseReference } from './reference.js'

/**
 * What an expanded text names. A blank in it is what Docker would make of an unset variable, so a text that is valid with its blanks is an
 * image, and `open` tells what the blanks touch. A text that is not is unresolved; where only tag or digest are open, registry and
 * repository are kept. A text without blanks is an image or malformed.
 */
export function resolveValue(value: Value): Resolution {
  return value.unset.length === 0 && value.via.length === 0 ? resolveText(value.text) : resolveExpanded(value)
}

/** Resolutions that are remembered; beyond it they are forgotten and made anew, so that no input fills the memory. */
const MAX_TEXTS = 65_536

const byText = new Map<string, Resolution>()

/** Most references are plain text, and a repository names few different images: one resolution serves them all. */
export function resolveText(text: string): Resolution {
  const known = byText.get(text)
  if (known !== undefined) return known
  const kept = keptText(text)
  const resolution: Resolution = { resolved: kept, target: parseReference(kept), variables: NONE, via: NONE }
  if (byText.size >= MAX_TEXTS) byText.clear()
  byText.set(kept, resolution)
  return resolution
}

const NONE: readonly never[] = []

function resolveExpanded(value: Value): Resolution {
  const parsed = parseReference(value.text)
  const variables = namesOf(value.unset)
  if (parsed.kind === 'image') {
    const open = value.unset.length > 0 ? { open: touched(value) } : {}
    return { resolved: value.text, target: parsed, variables, ...open, via: value.via }
  }
  if (value.unset.length === 0) return { resolved: value.text, target: parsed, variables, via: value.via }
  return unresolvedValue(value)
}

/** What a text names that is refused as long as its unset variables have no value (`${TAG:?}`), whether or not it is valid with them blank. */
export function unresolvedValue(value: Value): Resolution {
  const reference = touched(value) === 'tag' ? nameOf(value.text) : undefined
  return {
    resolved: null,
    target: { kind: 'unresolved', ...(reference !== undefined && { reference }) },
    variables: namesOf(value.unset),
    open: reference === undefined ? 'source' : 'tag',
    via: value.via,
  }
}

/** A variable at the very end of the repository may continue it, unless what it stands for brings its own separator. */
function touched({ text, unset }: Value): 'source' | 'tag' {
  const end = endOfName(text)
  return unset.some(({ at, tag }) => at < end || (at === end && tag !== true)) ? 'source' : 'tag'
}

/** Where the `:` of the tag or the `@` of the digest stands, or the end of the text. */
function endOfName(text: string): number {
  const at = text.indexOf('@')
  const named = at < 0 ? text.length : at
  const colon = text.lastIndexOf(':', named - 1)
  return named > 0 && colon > text.lastIndexOf('/', named - 1) ? colon : named
}

function nameOf(text: string): ImageReference | undefined {
  const parsed = parseReference(text.slice(0, endOfName(text)))
  if (parsed.kind !== 'image') return undefined
  const { registry, repository } = parsed.reference
  return { registry, repository }
}

function namesOf(unset: readonly Unset[]): readonly string[] {
  if (unset.length === 0) return NONE
  return [...new Set(unset.map(({ name }) => name))]
}
