import { type Span } from '../model.js'
import { ownCopy } from './characters.js'
import { goQuote, isGoSpace } from './go-text.js'
import { Lines } from './dockerfile-lines.js'

/** The image that reads a Dockerfile, as BuildKit finds it before it parses anything. */
export interface Syntax {
  /** Up to the first space; may be empty, which no build survives. */
  readonly image: string
  /** As it stands in the file: other than `image` only in a JSON text with escapes. */
  readonly text: string
  readonly span: Span
}

/** What the parser's directives say of the escape character, and what is wrong with them. */
export interface Escape {
  readonly escape: '\\' | '`'
  readonly problem?: { readonly message: string; readonly span: Span }
}

interface Directive {
  readonly name: string
  readonly value: string
  /** Offset of the value. */
  readonly at: number
}

const BOM = 0xfeff
const KNOWN = new Set(['syntax', 'escape', 'check'])

/**
 * The escape character of a Dockerfile. The parser's reading: blanks may stand before the `#`, a second directive of a name is an error,
 * and the first line that is no directive ends them.
 */
export function readEscape(text: string): Escape {
  if (!beginsWithHash(text)) return { escape: '\\' }
  const read = readParserDirectives(text)
  const problem = read.problem ?? checkProblem(text)
  return problem === undefined ? read : { ...read, problem }
}

function readParserDirectives(text: string): Escape {
  const lines = new Lines(text)
  const seen = new Set<string>()
  let escape: '\\' | '`' = '\\'
  while (lines.read()) {
    let from = lines.start
    while (from < lines.end && isGoSpace(text.charCodeAt(from))) from++
    const directive = directiveAt(text, from, lines.end, '#')
    if (directive === undefined) break
    const { name, value } = directive
    const span = lines.span(from, lines.end)
    if (seen.has(name)) return { escape, problem: { message: `only one ${name} parser directive can be used`, span } }
    seen.add(name)
    if (name !== 'escape') continue
    if (value !== '\\' && value !== '`')
      return { escape, problem: { message: `invalid escape token '${value}' does not match \` or \\`, span } }
    escape = value
  }
  return { escape }
}

/**
 * The syntax image, from directives with `#`, else with `//`, else from a file that is a JSON object. Detection reads raw lines:
 * nothing stands before the mark, a first line `#!` is skipped, and of two directives the first holds.
 */
export function readSyntax(text: string): Syntax | undefined {
  const first = text.charAt(text.charCodeAt(0) === BOM ? 1 : 0)
  const shebang = text.startsWith('#!') || text.startsWith('#!', 1)
  if (shebang) return fromDirectives(text, '#') ?? fromDirectives(text, '//') ?? fromJson(text)
  if (first === '#' || first === '/') return fromDirectives(text, first === '#' ? '#' : '//')
  return fromJson(text)
}

function fromDirectives(text: string, mark: string): Syntax | undefined {
  const found = detected(text, mark, 'syntax')
  if (found === undefined) return undefined
  const image = ownCopy(found.value)
  return { image, text: image, span: found.span }
}

/** What BuildKit says of a `check` directive that it cannot read (linter.ParseLintOptions). */
function checkProblem(text: string): Escape['problem'] {
  const found = detected(text, '#', 'check')
  if (found === undefined || found.value.trim() === '') return undefined
  const options = found.value.trim().split(';')
  const parts = [...options.slice(0, 2), ...(options.length > 2 ? [options.slice(2).join(';')] : [])] // SplitN(…, 3)
  const reason = parts.map(optionProblem).find((problem) => problem !== undefined)
  return reason === undefined ? undefined : { message: `failed to parse check options: ${reason}`, span: found.span }
}

function optionProblem(option: string): string | undefined {
  const equals = option.indexOf('=')
  if (equals < 0) return `invalid check option ${goQuote(option)}`
  const key = option.slice(0, equals).trim()
  if (key === 'skip' || key === 'experimental') return undefined
  if (key !== 'error') return `invalid check option ${goQuote(key)}`
  const value = option.slice(equals + 1).trim()
  if (/^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)) return undefined
  return `failed to parse check option ${goQuote(option)}: strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`
}

/** Most files begin with an instruction, and no directive follows one. */
function beginsWithHash(text: string): boolean {
  let i = text.charCodeAt(0) === BOM ? 1 : 0
  while (isGoSpace(text.charCodeAt(i))) i++
  return text.charAt(i) === '#'
}

/** The value of a directive up to its first space, and where it stands. */
function detected(text: string, mark: string, name: Directive['name']): { readonly value: string; readonly span: Span } | undefined {
  const lines = new Lines(text)
  const seen = new Set<string>()
  while (lines.read()) {
    if (lines.number === 1 && text.startsWith('#!', lines.start)) continue
    const directive = directiveAt(text, lines.start, lines.end, mark)
    if (directive === undefined || seen.has(directive.name)) return undefined
    seen.add(directive.name)
    if (directive.name !== name) continue
    const space = directive.value.indexOf(' ')
    const value = space < 0 ? directive.value : directive.value.slice(0, space)
    return { value, span: lines.span(directive.at, directive.at + value.length) }
  }
  return undefined
}

/** `^MARK\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$` with Go's classes: the blanks behind the mark are Unicode's, the others ASCII's. */
function directiveAt(text: string, from: number, to: number, mark: string): Directive | undefined {
  if (!text.startsWith(mark, from)) return undefined
  let i = from + mark.length
  while (i < to && isGoSpace(text.charCodeAt(i))) i++
  const nameStart = i
  while (i < to && isNameUnit(text.charCodeAt(i), i > nameStart)) i++
  const name = text.slice(nameStart, i).toLowerCase()
  if (!KNOWN.has(name)) return undefined
  while (i < to && isPatternSpace(text.charCodeAt(i))) i++
  if (text.charAt(i) !== '=' || i + 1 >= to) return undefined
  i++
  let end = to
  while (end > i && isPatternSpace(text.charCodeAt(end - 1))) end--
  // a value of blanks alone: the expression gives its last one back
  if (end === i) return { name, value: text.slice(to - 1, to), at: to - 1 }
  while (isPatternSpace(text.charCodeAt(i))) i++
  return { name, value: text.slice(i, end), at: i }
}

function isNameUnit(c: number, digits: boolean): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (digits && c >= 48 && c <= 57)
}

function isPatternSpace(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 12 || c === 13
}

function fromJson(text: string): Syntax | undefined {
  const start = jsonStart(text)
  if (text.charAt(start) !== '{') return undefined
  const image = syntaxMember(text.slice(start))
  if (image === undefined) return undefined
  const at = syntaxValue(text, start)
  const lines = new Lines(text)
  while (lines.read()) {
    if (at === undefined || (at.start >= lines.start && at.start <= lines.end)) break
  }
  if (at === undefined) return { image, text: '', span: lines.span(lines.start, lines.start) }
  return { image, text: text.slice(at.start, at.end), span: lines.span(at.start, at.end) }
}

function jsonStart(text: string): number {
  let i = text.charCodeAt(0) === BOM ? 1 : 0
  if (text.startsWith('#!', i)) {
    const feed = text.indexOf('\n', i)
    i = feed < 0 ? text.length : feed + 1
  }
  while (isPatternSpace(text.charCodeAt(i)) && text.charCodeAt(i) !== 12) i++
  return i
}

function syntaxMember(json: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(json)
    const image = typeof parsed === 'object' && parsed !== null && 'syntax' in parsed ? parsed.syntax : undefined
    return typeof image === 'string' ? image : undefined
  } catch {
    return undefined
  }
}

/** Where the value of the last member `syntax` of a valid JSON object stands, without its quotes. */
function syntaxValue(text: string, from: number): { start: number; end: number } | undefined {
  let depth = 0
  let named = false
  let found: { start: number; end: number } | undefined
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') depth--
    else if (c === ',') named = false
    if (c !== '"') continue
    const start = i + 1
    for (i = start; i < text.length && text.charAt(i) !== '"'; i++) if (text.charAt(i) === '\\') i++
    if (depth !== 1) continue
    if (named) found = { start, end: i }
    named = !named && JSON.parse(text.slice(start - 1, i + 1)) === 'syntax'
  }
  return found
}
