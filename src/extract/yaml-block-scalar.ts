import { type YamlLines } from './yaml-lines.js'
import { type YamlScalar } from './yaml.js'

const TAB = 9
const DASH = 45
const GREATER = 62

/**
 * Reads a block scalar, `|` or `>` with or without `-`, whose header stands at an offset of the line, and goes to the line behind it. `indent`
 * is that of what it belongs to. Undefined if it is written in any other way.
 */
export function readBlockScalar(lines: YamlLines, from: number, indent: number): YamlScalar | undefined {
  const { text } = lines
  const strip = text.charCodeAt(from + 1) === DASH
  if (!lines.isOver(from + (strip ? 2 : 1)) || text.indexOf('\n', from) < 0) return undefined
  const block = text.indexOf('\n', from) + 1
  const content = readContent(lines, indent, text.charCodeAt(from) === GREATER ? new Folded() : new Literal())
  if (content === undefined) return undefined
  const broken = content.stop < text.length
  const value = strip || !broken ? content.value : `${content.value}\n`
  let end = content.stop
  while (end > content.start && isBlank(text.charCodeAt(end - 1))) end--
  return { kind: 'scalar', type: 'string', text: value, start: content.start, end, block }
}

/** Puts the lines of a block scalar together. */
interface Joined {
  value: string
  /** `blank`: how many empty lines stand before it; `deeper`: it is indented further than the first. */
  add(line: string, blank: number, deeper: boolean): void
}

interface Content {
  readonly value: string
  /** Where the first line's text begins, and where the last one ends. */
  readonly start: number
  readonly stop: number
}

function readContent(lines: YamlLines, indent: number, joined: Joined): Content | undefined {
  const { text } = lines
  let own = -1
  let [start, stop, blank, longest] = [0, 0, 0, 0]
  for (;;) {
    if (!lines.step()) {
      lines.finish()
      break
    }
    if (lines.at >= lines.end) {
      longest = Math.max(longest, lines.indent)
      blank++
      continue
    }
    const tab = text.charCodeAt(lines.at) === TAB
    if (own < 0) {
      if (lines.indent <= indent || tab) return undefined
      own = lines.indent
      start = lines.at
      joined.value = '\n'.repeat(blank)
      blank = 0
    } else if (lines.indent < own) {
      if (tab) return undefined
      lines.settle()
      if (lines.marker || text.charCodeAt(lines.at) !== HASH) break
      lines.next()
      break
    }
    joined.add(text.slice(lines.start + own, lines.end), blank, lines.indent > own || tab)
    blank = 0
    stop = lines.end
  }
  // blanks beyond the indent of the content belong to it
  return own < 0 || longest > own ? undefined : { value: joined.value, start, stop }
}

const HASH = 35

class Literal implements Joined {
  value = ''
  private first = true

  add(line: string, blank: number): void {
    this.value += this.first ? line : '\n'.repeat(blank + 1) + line
    this.first = false
  }
}

class Folded implements Joined {
  value = ''
  private separator = ''
  private wasDeeper = false

  add(line: string, blank: number, deeper: boolean): void {
    for (let i = 0; i < blank; i++) {
      if (this.separator === '\n') this.value += '\n'
      else this.separator = '\n'
    }
    if (deeper) {
      if (this.separator === ' ') this.separator = '\n'
      else if (!this.wasDeeper && this.separator === '\n') this.separator = '\n\n'
    }
    this.value += this.separator + line
    this.separator = deeper ? '\n' : ' '
    this.wasDeeper = deeper
  }
}

/** Blank, tab, LF, CR. */
function isBlank(c: number): boolean {
  return c === 32 || c === TAB || c === 10 || c === 13
}
