import { readEscape, readSyntax, type Escape } from './directives.js'
import { frontendOf } from './dockerfile.js'
import { isQuickPlatform, quickStageName } from './dockerfile-quick-names.js'
import { QuickPlaces } from './dockerfile-quick-places.js'
import { QuickStages } from './dockerfile-quick-stages.js'
import {
  ARGUMENT,
  BASE,
  DOUBLE_QUOTED,
  headOf,
  HEREDOC,
  HEREDOC_MOUNTS,
  INSTRUCTION,
  MOUNTS,
  NAME,
  PLATFORM,
  SINGLE_QUOTED,
  SOURCE,
  stretchOf,
  TABS,
  TRIGGER,
  UNQUOTED,
} from './dockerfile-quick-stretch.js'
import { QuickValues } from './dockerfile-quick-values.js'
import { type PlacedUse, type QuickUses } from './quick-uses.js'

/*
 * Most Dockerfiles are of the usual kind, and name images that nobody minds. What such a file names is found here without its places: in one
 * pass, with nothing built for a line or for an instruction that names none. Whatever may be an error, or is unusual, is left to the whole reader.
 */

/** UTF-16 units of a text: no line of it is too long for BuildKit, which counts 65,535 bytes, and no expression has too much to go back to. */
const MAX_TEXT = 21_845

const BOM = 0xfeff
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const TAB = 9

/** A first line that is surely no directive, so that none follows: a comment without a value (behind `#!` there may be one); or the syntax image alone. */
const BEGINNING = /#(?!!)[^\n=]*(?:\n|$)|#[ \t]*syntax[ \t]*=[ \t]*([\w.:/@-]+)[ \t]*\r?\n(?![\s\x85]*#[^\n=]*=)/y

/** What a Dockerfile of the usual kind names by its own defaults, on whatever platform; undefined if it is not surely of that kind. */
export function quickDockerfile(text: string): QuickUses | undefined {
  const stages = new QuickStages()
  return readText(text, stages, undefined) ? { images: stages.images, local: stages.local } : undefined
}

/** The same with its places, of a file in which each is written as it is looked up; undefined of any other. */
export function placedDockerfile(text: string): readonly PlacedUse[] | undefined {
  const stages = new QuickStages()
  const places = new QuickPlaces(text, stages)
  return readText(text, stages, places) ? places.uses : undefined
}

function readText(text: string, stages: QuickStages, places: QuickPlaces | undefined): boolean {
  if (text.length > MAX_TEXT) return false
  const from = text.charCodeAt(0) === BOM ? 1 : 0
  const escape = isLetter(text.charCodeAt(from)) ? '\\' : readDirectives(text, from, stages, places)
  return escape !== undefined && readFile(text, from, escape, stages, places) && stages.hold()
}

/** The escape character; the syntax image goes to what is found. Undefined if anything may be wrong. */
function readDirectives(text: string, from: number, stages: QuickStages, places: QuickPlaces | undefined): '\\' | '`' | undefined {
  BEGINNING.lastIndex = from
  const found = BEGINNING.exec(text)
  const { escape, problem } = found === null ? readEscape(text) : BACKSLASH
  const syntax = found === null ? readSyntax(text)?.image : found[1]
  if (problem !== undefined || (syntax !== undefined && !(isFrontend(syntax, text) && stages.image('syntax', syntax)))) return undefined
  if (places !== undefined && syntax !== undefined && !places.syntax(syntax, from, found?.[0])) return undefined
  return escape
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
}

const BACKSLASH: Escape = { escape: '\\' }

function isFrontend(image: string, text: string): boolean {
  const frontend = frontendOf(image)
  return frontend === 'today' || (frontend === 'older' && !text.includes('<<'))
}

/** The arguments before the first FROM, then the stages. */
function readFile(text: string, from: number, escape: '\\' | '`', stages: QuickStages, places: QuickPlaces | undefined): boolean {
  const values = new QuickValues()
  const head = headOf()
  let expression = head
  let at = from
  do {
    expression.lastIndex = at
    const found = expression.exec(text)
    if (found === null) return false
    at = expression.lastIndex
    places?.foundAt(at, found[INSTRUCTION])
    const base = found[BASE]
    if (base !== undefined) {
      if (!begin(found, base, values, stages) || places?.base(base, found[PLATFORM]) === false) return false
      if (expression === head) expression = stretchOf(text, escape)
    } else if (expression === head) {
      if (!declare(found, values)) return false
    } else {
      at = staged(found, text, at, stages)
      if (at < 0 || places?.staged(found[SOURCE], found[TRIGGER] !== undefined) === false) return false
    }
  } while (at < text.length)
  return true
}

function declare(found: RegExpExecArray, values: QuickValues): boolean {
  const name = found[ARGUMENT]
  const written = found[UNQUOTED] ?? found[DOUBLE_QUOTED]
  if (name === undefined) return false
  if (written !== undefined) return values.declare(name, written)
  const literal = found[SINGLE_QUOTED]
  return literal === undefined || values.set(name, literal)
}

function begin(found: RegExpExecArray, written: string, values: QuickValues, stages: QuickStages): boolean {
  const platform = found[PLATFORM]
  if (platform !== undefined && !isQuickPlatform(values.expand(platform, true) ?? '')) return false
  const base = values.expand(written, false)
  const named = found[NAME]
  const name = named === undefined ? '' : quickStageName(named)
  return base !== undefined && name !== undefined && stages.begin(base, name)
}

/** What else a stretch ends with. Where to go on, or -1 if that may be wrong, or is not known. */
function staged(found: RegExpExecArray, text: string, at: number, stages: QuickStages): number {
  const source = found[SOURCE]
  if (source !== undefined) {
    return (found[TRIGGER] === undefined ? stages.source('copy-from', source) : stages.triggered(source)) ? at : -1
  }
  const flags = found[MOUNTS] ?? found[HEREDOC_MOUNTS]
  if (flags !== undefined && !mounts(flags, stages)) return -1
  const heredoc = found[HEREDOC]
  if (heredoc !== undefined) return endOfHeredoc(text, at, heredoc, found[TABS] !== '')
  return flags !== undefined || at === text.length ? at : -1
}

/** What the mounts of a RUN name. */
function mounts(flags: string, stages: QuickStages): boolean {
  if (!flags.includes('from=')) return true
  // a comment between the flags may hold anything
  if (flags.includes('#')) return false
  for (const mount of flags.split('--mount=')) {
    const found = MOUNT_SOURCE.exec(mount)
    if (found === null) continue
    if (found[2] !== undefined) return false
    const source = found[1] ?? ''
    if (source !== '' && !stages.source('mount-from', source)) return false
  }
  return true
}

/** Of two in one mount the last would hold. */
const MOUNT_SOURCE = /(?:^|,)from=([^,\s]*)(.*,from=)?/s

/** The offset behind the line that is the name of a heredoc, which begins at an offset; -1 if there is none. */
function endOfHeredoc(text: string, from: number, name: string, chomp: boolean): number {
  for (let at = text.indexOf(name, from); at >= 0; at = text.indexOf(name, at + 1)) {
    let start = at
    while (chomp && start > from && text.charCodeAt(start - 1) === TAB) start--
    if (start > from && text.charCodeAt(start - 1) !== LINE_FEED) continue
    let end = at + name.length
    while (text.charCodeAt(end) === CARRIAGE_RETURN) end++
    if (end >= text.length) return end
    if (text.charCodeAt(end) === LINE_FEED) return end + 1
  }
  return -1
}
