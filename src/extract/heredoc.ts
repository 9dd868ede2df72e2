import { goQuote } from './go-text.js'
import { lex, type LexerMode } from './shell.js'

/** A heredoc that an instruction opens. */
export interface Heredoc {
  /** The line that ends it. */
  readonly name: string
  /** `<<-`: tabs before that line do not count. */
  readonly chomp: boolean
}

export type Heredocs =
  { readonly kind: 'heredocs'; readonly heredocs: readonly Heredoc[] } | { readonly kind: 'error'; readonly problem: string }

const NONE: Heredocs = { kind: 'heredocs', heredocs: [] }
/** BuildKit splits heredoc words with a backslash, whatever the escape directive says. */
const BACKSLASH = 92
const RAW: LexerMode = { rawQuotes: true, rawEscapes: true, keep: true, words: true }
const COOKED: LexerMode = { rawQuotes: false, rawEscapes: false, keep: true, words: true }

const unset = (): undefined => undefined

/** The heredocs of a joined instruction in their order. If its words cannot be told apart, for instance for an unbalanced quote, it has none. */
export function heredocsOf(line: string): Heredocs {
  if (!line.includes('<<')) return NONE
  const lexed = lex(line, BACKSLASH, unset, RAW, { steps: 0 })
  if (lexed.kind === 'error') return NONE
  const heredocs: Heredoc[] = []
  for (const word of lexed.words) {
    const heredoc = heredocOf(word)
    if (heredoc === undefined) continue
    if (heredoc.kind === 'error') return heredoc
    heredocs.push(heredoc.heredoc)
  }
  return { kind: 'heredocs', heredocs }
}

/** Whether one word is a heredoc (BuildKit's MustParseHeredoc). */
export function isHeredoc(word: string): boolean {
  return heredocOf(word)?.kind === 'heredoc'
}

function heredocOf(word: string): { kind: 'heredoc'; heredoc: Heredoc } | { kind: 'error'; problem: string } | undefined {
  let at = 0
  while (at < word.length && word.charCodeAt(at) >= 48 && word.charCodeAt(at) <= 57) at++
  if (!word.startsWith('<<', at)) return undefined
  const chomp = word.charAt(at + 2) === '-'
  at += chomp ? 3 : 2
  while (at < word.length && '\t\n\f\r '.includes(word.charAt(at))) at++
  const rest = word.slice(at)
  if (rest === '' || rest.includes('<')) return undefined
  const lexed = lex(rest, BACKSLASH, unset, COOKED, { steps: 0 })
  if (lexed.kind === 'error') return { kind: 'error', problem: `failed to process ${goQuote(rest)}: ${lexed.problem}` }
  const [name, ...more] = lexed.words
  return name === undefined || more.length > 0 ? undefined : { kind: 'heredoc', heredoc: { name, chomp } }
}
