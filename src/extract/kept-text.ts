/** Texts shorter than this are copied by V8 itself when they are cut out of another (SlicedString::kMinLength). */
const CUT_BY_REFERENCE = 13

/** Texts that are remembered; beyond it they are forgotten and made anew, so that no input fills the memory. */
const MAX_TEXTS = 65_536

const texts = new Map<string, string>()

/**
 * The same text in memory of its own. A text that was cut out of a file keeps the whole file alive as long as it lives itself, which the names of images do:
 * they are copied, and the same name once.
 */
export function keptText(text: string): string {
  if (text.length < CUT_BY_REFERENCE) return text
  const known = texts.get(text)
  if (known !== undefined) return known
  const copy = ` ${text}`.slice(1)
  if (texts.size >= MAX_TEXTS) texts.clear()
  texts.set(copy, copy)
  return copy
}
