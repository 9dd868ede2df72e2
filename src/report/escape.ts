/**
 * Makes text that a pull request controls (file names, image names, YAML values, policy text, error messages) harmless where it is shown.
 * Each format calls its function in the last step, where text meets format. All are total, linear, and bounded by their limit.
 */

/** UTF-16 units of one untrusted text in a report; a Docker name has at most 255, nearly all have less than 120. */
export const MAX_SHOWN = 200

/** UTF-16 units of one sentence, which may hold several names. */
export const MAX_SENTENCE = 600

/** UTF-16 units of what a reader is told to write: never cut in practice (registry 255, repository 255, tag 128, digest 71). */
export const MAX_REPLACEMENT = 800

const ELLIPSIS = '…'

/** Only what ASCII prints, and the signs that reports themselves write: the common case, which needs no work. */
const PRINTABLE = /^[ -~\u00b7\u2026\u2190]*$/

/**
 * What no reader sees, or what changes how its surroundings are shown: controls, ANSI escapes, bidirectional and zero-width characters, fillers,
 * variation selectors, tags, line and paragraph separators, lone surrogates, unassigned and private characters, every space but the plain one.
 */
function unseen(): RegExp {
  return (madeUnseen ??= /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|[^\S ]/gu)
}

/** Its classes take a millisecond to make. */
let madeUnseen: RegExp | undefined

function named(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** The text with everything unseen named as `\u{202e}`, uncut. */
export function visible(text: string): string {
  return PRINTABLE.test(text) ? text : text.replace(unseen(), named)
}

/** For a terminal or a log line: one line, everything visible, at most `limit` UTF-16 units of which a cut takes one as `…`. */
export function plain(text: string, limit: number = MAX_SHOWN): string {
  const shown = visible(text.length > limit ? text.slice(0, limit + 1) : text)
  return shown.length <= limit ? shown : cut(shown, limit)
}

/** Never in the middle of a surrogate pair or of a `\u{…}` that stands for one character. */
function cut(shown: string, limit: number): string {
  let end = limit - ELLIPSIS.length
  const low = shown.charCodeAt(end)
  if (low >= 0xdc00 && low <= 0xdfff) end--
  const open = shown.lastIndexOf('\\u{', end - 1)
  if (open >= 0 && open + LONGEST_NAME > end && shown.indexOf('}', open) >= end) end = open
  return shown.slice(0, end) + ELLIPSIS
}

/** Of `\u{10ffff}`. */
const LONGEST_NAME = 10

/** The runner reads `::name::` at the start of a line, after blanks, and `##[name]` anywhere in it. */
const COMMAND_START = /^(\s*):(?=:)/
const LEGACY_COMMAND = /##(?=\[)/g

/** Whether a line of a text may be a command to the GitHub runner. */
export function mayCommand(text: string): boolean {
  return text.includes('::') || text.includes('##[')
}

/**
 * A whole line in which the GitHub runner finds no command (actions/runner, ActionCommand.TryParseV2 and TryParse).
 * Expects a line that is visible already; keeps our own colours.
 */
export function breakCommands(line: string): string {
  if (!mayCommand(line)) return line
  return line.replace(COMMAND_START, '$1\\u{3a}').replace(LEGACY_COMMAND, '#\\u{23}')
}

/** For a line of a log that the GitHub runner reads: `plain`, and no workflow command can come of it. */
export function logSafe(text: string, limit: number = MAX_SHOWN): string {
  return breakCommands(plain(text, limit))
}

/**
 * A value as JSON on one line, which means the same to every parser and does nothing to a terminal or a runner's log:
 * what is unseen is written as `\\u202e`, and so is the second `#` of `##[`.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value)
  if (PRINTABLE.test(text) && !text.includes('##[')) return text
  return text.replace(unseen(), jsonUnits).replace(LEGACY_COMMAND, '#\\u0023')
}

function jsonUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

// ------------------------------------------------------------------------------------------- markdown

/** A comment, and so the marker by which a comment is known as ours, can begin nowhere. */
const HTML_COMMENT = /<(?=!--)/g
const BACKTICKS = /`+/g

/** A markdown code span outside a table: nothing in it is markup, a mention, a link or a command; its fence is longer than any run of backticks in it. */
export function code(text: string, limit: number = MAX_SHOWN): string {
  const shown = logSafe(text, limit).replace(HTML_COMMENT, '\\u{3c}')
  if (shown === '') return ''
  let longest = 0
  for (const run of shown.match(BACKTICKS) ?? []) longest = Math.max(longest, run.length)
  const fence = '`'.repeat(longest + 1)
  // CommonMark strips one blank at each end if there is one at both and something between: without it a backtick would join the fence
  const pad = longest > 0 || (shown.startsWith(' ') && shown.endsWith(' ') && shown.trim() !== '') ? ' ' : ''
  return fence + pad + shown + pad + fence
}

/** A `|` ends a table's cell even in a code span, unless a backslash stands before it, and then only if none stands before that. */
const AFTER_BACKSLASH = /\\\|/g
const PIPE = /\|/g

/** A code span in a cell of a markdown table. */
export function codeCell(text: string, limit: number = MAX_SHOWN): string {
  return code(text, limit).replace(AFTER_BACKSLASH, '\\\\u{7c}').replace(PIPE, '\\|')
}

const MARKUP = /[\\`*_[\]|~]/g

/** Named ones only: a `#` in an entity would look like a reference to an issue. */
const ENTITY: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['$', '&dollar;'],
])
const MARKDOWN_ENTITIES = /[&<>$]/g
const XML_ENTITIES = /[&<>"']/g

function entity(character: string): string {
  return ENTITY.get(character) ?? ''
}

/** A zero-width space, written out so that the source stays readable. GitHub decodes `&#64;` before it looks for mentions, so the `@` itself cannot be hidden. */
const GAP = '&#8203;'

/** `@name`, `#1`, `owner/repo#1`, `GH-1`, `https://`, `www.` and `:emoji:`, which GitHub turns into mentions, links and pictures. */
function live(): RegExp {
  return (madeLive ??= /[@#](?=.)|\bGH-(?=\d)|:(?=\/\/|[\w+\\-]+:)|\bwww(?=\.)/giu)
}

/** As with `unseen`: only some formats ask for it. */
let madeLive: RegExp | undefined

/** What makes a heading, a list, a quote or a rule at the start of a line. `>` is an entity already. */
const BLOCK = /^([#+=-]|\d+(?=[.)]))/

/** Prose in markdown: says what the text says, without markup, HTML, mentions, references, links or a comment. */
export function markdownText(text: string, limit: number = MAX_SENTENCE): string {
  return plain(text, limit)
    .trim()
    .replace(MARKDOWN_ENTITIES, entity)
    .replace(MARKUP, '\\$&')
    .replace(live(), `$&${GAP}`)
    .replace(BLOCK, blockStart)
}

function blockStart(start: string): string {
  return /^\d/.test(start) ? `${start}\\` : `\\${start}`
}

// ---------------------------------------------------------------------------------------- HTML and XML

/** Text or a quoted attribute of HTML. */
export function html(text: string, limit: number = MAX_SHOWN): string {
  return plain(text, limit).replace(XML_ENTITIES, entity)
}

/**
 * Text or a quoted attribute of XML 1.0. What XML forbids (controls, lone surrogates, U+FFFE) is named like all that is unseen;
 * what a runner would take for a command is a character reference.
 */
export function xml(text: string, limit: number = MAX_SENTENCE): string {
  const shown = plain(text, limit).replace(XML_ENTITIES, entity)
  return shown.replace(COMMAND_START, '$1&#58;').replace(LEGACY_COMMAND, '#&#35;')
}

// ------------------------------------------------------------------------------------------------ URIs

const UNENCODED = /[!'()*]/g

/** A path as part of a URI: each component percent-encoded (RFC 3986, also what would end a markdown link), `/` kept. */
export function uriPath(path: string): string {
  return path.split('/').map(uriComponent).join('/')
}

function uriComponent(component: string): string {
  const encoded = encodeURIComponent(component.replace(/\p{Cs}/gu, '\ufffd'))
  return encoded.replace(UNENCODED, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** A URL that may stand in `[text](url)`: http or https, every character that could end the link percent-encoded. Undefined for anything else. */
export function linkTarget(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url)) return undefined
  return url.replace(/[^!#$%&+,\-./0-9:;=?@A-Z_a-z~]/gu, (character) => uriComponent(character))
}
