/** Whether a text is a Dockerfile or a compose file although its name does not tell. Linear in the text; nothing is parsed twice over. */

const HASH = '#'

/**
 * Whether BuildKit would read the text as a Dockerfile: its first instruction is FROM, or ARGs and then FROM, and that FROM has the one or three words that
 * BuildKit asks for. (Prose that begins with "From here on" has not.) Or its first line names a frontend, which is fetched whatever follows.
 */
export function looksLikeDockerfile(text: string): boolean {
  if (FRONTEND.test(text)) return true
  for (const line of logicalLines(text)) {
    const words = line.split(/[ \t\f\v\r]+/).filter((word) => word !== '')
    const keyword = words[0]?.toUpperCase()
    if (keyword === 'ARG' && words.length > 1) continue
    return keyword === 'FROM' && isFrom(words.slice(1))
  }
  return false
}

/** `# syntax=docker/dockerfile:1`; what has no slash may be the syntax of something else. */
const FRONTEND = /^\ufeff?#[ \t]*syntax[ \t]*=[ \t]*[\w.-]+(?::[0-9]+)?\/[\w.:@/-]+[ \t]*\r?(?:\n|$)/i

function isFrom(words: readonly string[]): boolean {
  const first = words.findIndex((word) => !word.startsWith('--'))
  const names = first < 0 ? [] : words.slice(first)
  return names.length === 1 || (names.length === 3 && names[1]?.toUpperCase() === 'AS')
}

/** The instructions of a Dockerfile before any heredoc: comments and blank lines dropped, continued lines joined. */
function* logicalLines(text: string): Generator<string> {
  let escape = '\\'
  let directives = true
  let parts: string[] = []
  for (const line of physicalLines(text)) {
    const trimmed = line.trim()
    if (trimmed === '') continue
    if (trimmed.startsWith(HASH)) {
      const directive: RegExpExecArray | null = directives ? DIRECTIVE.exec(trimmed) : null
      directives = directive !== null // none stands behind another comment
      const [, name = '', value = ''] = directive ?? []
      if (name.toLowerCase() === 'escape' && (value === '\\' || value === '`')) escape = value
      continue
    }
    directives = false
    const end = line.trimEnd()
    if (end.endsWith(escape) && end.at(-2) !== escape) {
      parts.push(end.slice(0, -1))
      continue
    }
    parts.push(line)
    yield parts.join('')
    parts = []
  }
  if (parts.length > 0) yield parts.join('')
}

const DIRECTIVE = /^#[ \t]*(syntax|escape|check)[ \t]*=[ \t]*(\S.*)$/i

function* physicalLines(text: string): Generator<string> {
  let start = text.startsWith('\ufeff') ? 1 : 0
  while (start < text.length) {
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    yield text.slice(start, end)
    start = end + 1
  }
}

/** Whether the text has a top-level `services` whose entries hold `image` or `build`, in YAML's block style, its flow style or JSON. */
export function looksLikeCompose(text: string): boolean {
  if (!text.includes('services') || !/\b(?:image|build)\b/.test(text)) return false
  let top = -1
  let inside = false
  for (const line of physicalLines(text)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith(HASH) || trimmed.startsWith('%') || trimmed === '---') continue
    const content = trimmed.startsWith('--- ') ? trimmed.slice(4).trim() : trimmed
    if (top < 0 && content.startsWith('{')) return flowServices(text)
    const indent = line.length - line.trimStart().length
    if (top < 0) top = indent
    if (indent <= top && MERGED.test(content) && SERVICES_WITHIN.test(text)) return true
    if (indent <= top && !content.startsWith(': ')) inside = SERVICES_KEY.test(content)
    if (inside && (indent > top ? IMAGE_KEY.test(content) || BORROWED.test(content) : BORROWED_AT_ONCE.test(content))) return true
    if (inside && FLOW_IMAGE.test(content)) return true
  }
  return false
}

const SERVICES_KEY = /^(?:\? ?)?(?:[&!][^ ]* +){0,2}["']?services["']? *(?::|$)/
/** What the whole file takes in stands elsewhere in it. */
const MERGED = /^(?:\? ?)?["']?<<["']? *(?::|$)/
const SERVICES_WITHIN = /(?:^|[{,]) *["']?services["']? *: *(?:\{|\r?\n\s+["']?[\w.-]+["']? *:)/m
const IMAGE_KEY = /^(?:\? ?)?["']?(?:image|build)["']? *(?::|$)/
/** An alias for the services, or a merge among them: what it stands for is elsewhere in the file. */
const BORROWED = /^(?:<<|["']?[\w.-]+["']?) *: *\*/
const BORROWED_AT_ONCE = /^["']?services["']? *: *\*/
const FLOW_IMAGE = /[{,] *["']?(?:image|build)["']? *:/

/** A text in braces: a key `services` in the outermost ones, a key `image` or `build` below it. Quotes are honoured, nothing else of YAML is. */
function flowServices(text: string): boolean {
  let depth = 0
  let below = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[{}[\]]|[A-Za-z_]+/g)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') {
      depth--
      if (below > depth) below = 0
    } else {
      const word = token.replace(/^["']|["']$/g, '')
      if (depth === 1 && word === 'services') below = 2
      else if (depth === 1) below = 0
      else if (below > 0 && depth >= 3 && (word === 'image' || word === 'build')) return true
    }
  }
  return false
}
