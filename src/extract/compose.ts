import { type Problem, type Suppression } from '../model.js'
import { entryOf, shapeProblems } from './compose-shape.js'
import { Positions } from './positions.js'
import { parseSuppression } from './suppression.js'
import { readBlockYaml } from './yaml-block.js'
import { type YamlFile, type YamlNode, type YamlScalar } from './yaml.js'

/** What a compose file says by itself, before any variable has a value. */
export interface ComposeFile {
  readonly text: string
  readonly positions: Positions
  /** One root a document, as compose-go reads them. */
  readonly documents: readonly YamlNode[]
  /** The roots as other YAML readers read them, where they differ: images that one of them sees are told. */
  readonly others: readonly YamlNode[]
  /** Every string in the place of a value that holds a `$`, each once. */
  readonly templates: readonly YamlScalar[]
  /** What compose refuses whatever the variables are; without the file's name. */
  readonly problems: readonly Omit<Problem, 'file'>[]
  /** The services are what the file says of each: nothing is merged, included, extended or removed. */
  readonly plain: boolean
  /** Some service may say whether its image is pulled. */
  readonly ruled: boolean
  /** Some comment may be an inline exception. */
  readonly marked: boolean
}

/** Line ends for go-yaml, and for hardly any other reader: NEL, LS, PS, a CR without LF. */
const ODD_BREAK = /[\u0085\u2028\u2029]|\r(?!\n)/
const ODD_BREAKS = /[\u0085\u2028\u2029]|\r(?!\n)/g

/** Reads the YAML of a compose file. Throws nothing but `WholeReaderMissing`, for a file that is not in plain style. */
export function extractCompose(text: string): ComposeFile {
  const positions = new Positions(text)
  const quick = readBlockYaml(text)
  const odd = quick === undefined ? ODD_BREAK.exec(text) : null
  const yaml = quick ?? (odd === null ? wholly(text) : read(text.replace(ODD_BREAKS, '\n')))
  const others = odd === null ? NO_NODES : wholly(text).documents
  const { documents, templates } = yaml
  const differs = odd === null ? [] : [{ message: ODD_MESSAGE, start: odd.index, end: odd.index + 1 }]
  const problems = [...differs, ...yaml.problems, ...shapeProblems(documents)].map(({ message, start, end }) => ({
    message,
    span: positions.span(start, Math.max(start, end)),
  }))
  const plain = others.length === 0 && isPlain(documents, text)
  const ruled = mayHold(text, 'pull_policy')
  return { text, positions, documents, others, templates, problems, plain, ruled, marked: text.includes(MARK) }
}

const NO_NODES: readonly YamlNode[] = []

const ODD_MESSAGE =
  'the file holds a character (U+0085, U+2028, U+2029 or a carriage return alone) that ends a line for compose and for no other reader; remove it'

function read(text: string): YamlFile {
  return readBlockYaml(text) ?? wholly(text)
}

function wholly(text: string): YamlFile {
  if (readWhole === undefined) throw new WholeReaderMissing()
  return readWhole(text)
}

/** The reader of all YAML is a third of the program, and most repositories have no file that needs it: absent until one does. */
let readWhole: ((text: string) => YamlFile) | undefined

/** A file needs the reader of all YAML, which is not loaded yet. */
class WholeReaderMissing extends Error {}

/** Loads the reader of all YAML, once and for all. */
export async function loadWholeReader(): Promise<void> {
  readWhole ??= (await import('./yaml.js')).readYaml
}

/** What some work gives that reads compose files; it is done again from its beginning if a file turns out to need the reader of all YAML. Only that may be half done. */
export async function withWholeReader<T>(work: () => T): Promise<T> {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof WholeReaderMissing)) throw error
    await loadWholeReader()
    return work()
  }
}

/** Merging changes nothing: one document, which says nothing of other files or services. */
function isPlain(documents: readonly YamlNode[], text: string): boolean {
  const [root] = documents
  if (documents.length !== 1 || root === undefined || entryOf(root, 'include') !== undefined) return false
  return !text.includes('!reset') && !text.includes('!override') && !mayHold(text, 'extends')
}

/** Whether a word may stand in a key or a value: escapes write it in other ways (`"\x65xtends"`). */
export function mayHold(text: string, word: string): boolean {
  return text.includes(word) || ESCAPE.test(text)
}

/** In double quotes: a character by its number, or a line break that is none. */
const ESCAPE = /\\[xuU\r\n]/

const MARK = 'image-policy:'

/** The inline exceptions for what stands between two offsets: at the end of its last line, or on a line of comment above its first. */
export function suppressionsAt({ text, positions, marked }: ComposeFile, start: number, end: number): readonly Suppression[] {
  if (!marked) return []
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const behind = commentBehind(text, end)
  const above = lineStart === 0 ? -1 : commentAlone(text, lineStart - 1)
  return [above, behind].flatMap((hash) =>
    hash < 0 ? [] : (parseSuppression(text.slice(hash, endOfLine(text, hash)), positions.at(hash)) ?? []),
  )
}

/** The `#` of the comment that ends the line of `from`; -1 if there is none. */
function commentBehind(text: string, from: number): number {
  const blank = text.slice(from, endOfLine(text, from)).search(/[ \t]#/)
  return blank < 0 ? -1 : from + blank + 1
}

/** The `#` of a line that holds nothing but a comment; `end` is where the line ends. -1 if it is another line. */
function commentAlone(text: string, end: number): number {
  let i = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1
  while (text[i] === ' ' || text[i] === '\t') i++
  return text[i] === '#' ? i : -1
}

function endOfLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  return newline < 0 ? text.length : newline
}
