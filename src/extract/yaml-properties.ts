import { isKeyCharacter, type YamlLines } from './yaml-lines.js'

const BANG = 33
const AMPERSAND = 38
const STAR = 42
const SLASH = 47

const TAGS = ['!reset', '!override', '!!str'] as const

/** What stands before a value, and the offset of what is behind it. */
export interface Properties {
  readonly anchor: string | undefined
  readonly tag: (typeof TAGS)[number] | undefined
  readonly next: number
}

/** The anchor and the tag that begin at an offset, in either order; undefined if they are written in any other way than compose files do. */
export function readProperties(lines: YamlLines, from: number): Properties | undefined {
  const { text } = lines
  let anchor: Properties['anchor']
  let tag: Properties['tag']
  let at = from
  for (;;) {
    const begin = at
    const c = text.charCodeAt(at)
    if (c === AMPERSAND && anchor === undefined) {
      anchor = text.slice(begin + 1, nameEnd(text, begin + 1)) || undefined
      if (anchor === undefined) return undefined
      at += 1 + anchor.length
    } else if (c === BANG && tag === undefined) {
      tag = TAGS.find((known) => text.startsWith(known, begin))
      if (tag === undefined) return undefined
      at += tag.length
    } else return c === AMPERSAND || c === BANG || c === STAR ? undefined : { anchor, tag, next: at }
    if (!lines.isBlankOrEnd(at)) return undefined
    at = lines.skipBlanks(at)
  }
}

/** Behind the name of an anchor or an alias that begins at an offset; names hold letters, digits, `_`, `.` and `-`. */
export function nameEnd(text: string, from: number): number {
  let at = from
  while (isKeyCharacter(text.charCodeAt(at)) && text.charCodeAt(at) !== SLASH) at++
  return at
}
