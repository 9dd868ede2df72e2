/*
 * How much of a text the full reader is given. Its time is linear in the pieces that the text consists of, though high: some microseconds each,
 * and several times that where they are nested.
 */

/** Brackets within brackets, or `-` and `?` within one line: real files have three. */
const MAX_DEPTH = 100

/** Keys, values, indicators, stretches of blanks and line breaks; the largest of some 2,000 real compose files has 4,700, and hardly one is for this reader. */
const MAX_PIECES = 12_000

/** What the library's lexer writes before the text of a scalar, and where all brackets end because a line is indented too little; as the third, no text. */
const SCALAR = '\u001f'
const ENDED = '\u0018'
const MARKS: ReadonlySet<string> = new Set([SCALAR, '\u0002', ENDED])

/** Counts the lexemes of a text as they come. */
export class Limits {
  /** Where the next lexeme begins. */
  offset = 0
  /** Where the outermost brackets begin. */
  readonly flows: number[] = []
  /** Some brackets ended by their indentation alone. */
  broken = false
  private pieces = 0
  private brackets = 0
  private indicators = 0
  private inScalar = false

  /** Why reading ends before this lexeme; undefined as long as it goes on. */
  refuse(lexeme: string): string | undefined {
    const scalar = this.inScalar
    this.inScalar = lexeme === SCALAR
    if (!scalar) {
      this.count(lexeme)
      if (this.brackets > MAX_DEPTH || this.indicators > MAX_DEPTH)
        return `the file is nested more than ${MAX_DEPTH} levels deep here: what follows was not read`
      if (++this.pieces > MAX_PIECES)
        return `the file consists of more than ${MAX_PIECES} keys, values and signs: what follows was not read`
    }
    if (!MARKS.has(lexeme)) this.offset += lexeme.length
    return undefined
  }

  private count(lexeme: string): void {
    switch (lexeme) {
      case '[':
      case '{':
        if (this.brackets++ === 0) this.flows.push(this.offset)
        break
      case ENDED:
        this.broken = true
        this.brackets = 0
        break
      case ']':
      case '}':
        this.brackets = Math.max(this.brackets - 1, 0)
        break
      case '-':
      case '?':
      case ':':
        if (this.brackets === 0) this.indicators++
        break
      case '\n':
      case '\r\n':
        this.indicators = 0
        break
      default:
    }
  }
}
