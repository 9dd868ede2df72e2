import { type Position, type Suppression } from '../model.js'

const MARK = 'image-policy:'
const IGNORE = 'ignore'

/**
 * Reads an inline exception, `# image-policy: ignore RULE[, RULE…] -- reason`. `comment` is one line from its `#` on (which may be
 * left out), `at` the place of its first character. Undefined if the comment says something else. Whether the rules exist and
 * the reason is enough is not decided here: without `--` the reason is empty.
 */
export function parseSuppression(comment: string, at: Position): Suppression | undefined {
  const words = comment.trimEnd()
  let text = words.replace(/^#+/, '').trimStart()
  if (!text.startsWith(MARK)) return undefined
  text = text.slice(MARK.length).trimStart()
  if (!text.startsWith(IGNORE) || !/^(?:$|[\s,-])/.test(text.slice(IGNORE.length, IGNORE.length + 1))) return undefined
  text = text.slice(IGNORE.length)
  const dashes = indexOfDashes(text)
  const listed = dashes < 0 ? text : text.slice(0, dashes)
  const rules = listed.split(/[\s,]/).filter((rule) => rule !== '')
  const reason = dashes < 0 ? '' : text.slice(dashes + 2).trim()
  return { rules: [...new Set(rules)], reason, span: { start: at, end: { line: at.line, column: at.column + words.length } } }
}

/** Where the `--` stands that begins the reason: a word of its own, so that a rule's name may hold dashes. */
function indexOfDashes(text: string): number {
  for (let i = text.indexOf('--'); i >= 0; i = text.indexOf('--', i + 1)) {
    if ((i === 0 || isBlankAt(text, i - 1)) && (i + 2 === text.length || isBlankAt(text, i + 2))) return i
  }
  return -1
}

function isBlankAt(text: string, at: number): boolean {
  const c = text.charAt(at)
  return c === ' ' || c === '\t'
}
