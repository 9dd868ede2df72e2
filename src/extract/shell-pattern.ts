import { isDigitAt, isLetterAt, pointLength } from './characters.js'

/** What the pattern forms of one file may cost together, in steps of the matcher. A real file takes some hundreds. */
export interface Budget {
  steps: number
}

export type Patterned = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'error'; readonly problem: string }

const ANY = -1
const STAR = -2
const LINE_FEED = 10
const BACKSLASH = '\\'

/** Characters as UTF-16 units, ANY, or STAR. */
type Pattern = readonly number[]

/** `${V#p}`, `${V##p}`, `${V%p}`, `${V%%p}`: the value without the shortest or longest prefix or suffix that the pattern matches. */
export function trimPattern(value: string, written: string, side: 'prefix' | 'suffix', longest: boolean, budget: Budget): Patterned {
  // Go's expressions cannot look for the last match: BuildKit reverses both texts, and shows the pattern like that in its error
  const [subject, glob] = side === 'prefix' ? [value, written] : [reverse(value), reversePattern(written)]
  const pattern = compile(glob)
  if (pattern.kind === 'error') return pattern
  const end = new Matcher(pattern.units, subject, longest, budget).matchAt(0)
  if (end === 'spent') return TOO_COSTLY
  if (end < 0) return { kind: 'text', text: value }
  const rest = subject.slice(end)
  return { kind: 'text', text: side === 'prefix' ? rest : reverse(rest) }
}

/** `${V/p/r}` and `${V//p/r}`: the value with the first match, or all of them, replaced. */
export function replacePattern(value: string, written: string, replacement: string, all: boolean, budget: Budget): Patterned {
  const pattern = compile(written)
  if (pattern.kind === 'error') return pattern
  const matcher = new Matcher(pattern.units, value, true, budget)
  let text = ''
  let kept = 0
  let from = 0
  while (from <= value.length) {
    const match = matcher.search(from)
    if (match === 'spent') return TOO_COSTLY
    if (match === undefined) break
    const [start, end] = match
    text += value.slice(kept, start)
    // Go does not replace an empty match right after a match
    if (!all || end > kept || start === 0) text += all ? template(replacement, value.slice(start, end)) : replacement
    kept = end
    if (!all) break
    from = end > from ? end : from + (from < value.length ? pointLength(value, from) : 1)
    budget.steps -= replacement.length
  }
  return { kind: 'text', text: text + value.slice(kept) }
}

const TOO_COSTLY: Patterned = { kind: 'error', problem: 'the pattern takes too long to match' }

/** Go's `Regexp.Expand`: there are no groups, so `$0` is the match, any other name nothing, `$$` a dollar. */
function template(replacement: string, match: string): string {
  let text = ''
  let kept = 0
  for (let i = replacement.indexOf('$'); i >= 0; i = replacement.indexOf('$', kept)) {
    text += replacement.slice(kept, i)
    kept = i + 1
    if (replacement.charAt(kept) === '$') {
      text += '$'
      kept++
      continue
    }
    const brace = replacement.charAt(kept) === '{' ? 1 : 0
    const end = endOfName(replacement, kept + brace)
    const name = replacement.slice(kept + brace, end)
    if (name === '' || (brace === 1 && replacement.charAt(end) !== '}')) {
      text += '$'
      continue
    }
    if (name === '0') text += match
    kept = end + brace
  }
  return text + replacement.slice(kept)
}

function endOfName(text: string, from: number): number {
  let i = from
  while (isLetterAt(text, i) || isDigitAt(text, i) || text.charAt(i) === '_') i += pointLength(text, i)
  return i
}

function compile(written: string): { kind: 'pattern'; units: Pattern } | { kind: 'error'; problem: string } {
  const units: number[] = []
  for (let i = written.startsWith('\ufeff') ? 1 : 0; i < written.length; i++) {
    const c = written.charAt(i)
    if (c === '*') units.push(STAR)
    else if (c === '?') units.push(ANY)
    else if (c !== BACKSLASH) units.push(written.charCodeAt(i))
    else {
      const next = written.slice(i + 1, i + 1 + (i + 1 < written.length ? pointLength(written, i + 1) : 0))
      if (next === '}' || next === '/') continue // BuildKit needed the escape, the pattern does not
      if (next !== '*' && next !== '?' && next !== BACKSLASH) {
        return {
          kind: 'error',
          problem: `invalid pattern (${written}) in substitution: invalid escape '\\${next === '' ? '\ufffd' : next}'`,
        }
      }
      units.push(next.charCodeAt(0))
      i++
    }
  }
  return { kind: 'pattern', units }
}

/** States that may be kept as one bit each: a mebibyte. Beyond them, only what was tried, which takes ten times as long. */
const MAX_MARKS = 8_388_608

/** What was tried; each answers whether it was new. */
interface Tried {
  add(state: number): boolean
  clear(): void
}

class Marks implements Tried {
  private readonly bits: Uint32Array
  private touched: number[] = []

  constructor(states: number) {
    this.bits = new Uint32Array((states >>> 5) + 1)
  }

  add(state: number): boolean {
    const index = state >>> 5
    const bit = 1 << (state & 31)
    const word = this.bits[index] ?? 0
    if ((word & bit) !== 0) return false
    if (word === 0) this.touched.push(index)
    this.bits[index] = word | bit
    return true
  }

  /** Takes no longer than adding did. */
  clear(): void {
    for (const index of this.touched) this.bits[index] = 0
    this.touched = []
  }
}

class Few implements Tried {
  private readonly states = new Set<number>()

  add(state: number): boolean {
    const before = this.states.size
    return this.states.add(state).size > before
  }

  clear(): void {
    this.states.clear()
  }
}

/** A backtracking matcher that never tries the same state twice: what Go's leftmost-first search gives, in pattern × text steps. */
class Matcher {
  private readonly tried: Tried

  constructor(
    private readonly pattern: Pattern,
    private readonly text: string,
    private readonly greedy: boolean,
    private readonly budget: Budget,
  ) {
    const states = (pattern.length + 1) * (text.length + 1)
    this.tried = states <= MAX_MARKS ? new Marks(states) : new Few()
    if (states <= MAX_MARKS) budget.steps -= states >>> 5 // the zeros are written too
  }

  /** Where the preferred match that begins at `start` ends; -1 if there is none. */
  matchAt(start: number): number | 'spent' {
    const width = this.text.length + 1
    const stack = [start]
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (--this.budget.steps < 0) return 'spent'
      if (!this.tried.add(state)) continue
      const op = Math.floor(state / width)
      const at = state % width
      const unit = this.pattern[op]
      if (unit === undefined) return at
      const c = this.text.charCodeAt(at)
      const beyond = at >= this.text.length
      if (unit >= 0) {
        if (!beyond && c === unit) stack.push((op + 1) * width + at + 1)
      } else {
        const wild = beyond || c === LINE_FEED ? -1 : at + pointLength(this.text, at)
        if (unit === STAR) this.pushStar(stack, op * width, at, wild, width)
        else if (wild >= 0) stack.push((op + 1) * width + wild)
      }
    }
    return -1
  }

  /** The leftmost match at or after `from`. */
  search(from: number): readonly [number, number] | undefined | 'spent' {
    this.tried.clear()
    for (let start = from; start <= this.text.length; start++) {
      const end = this.matchAt(start)
      if (end === 'spent') return end
      if (end >= 0) return [start, end]
      if (start < this.text.length) start += pointLength(this.text, start) - 1
    }
    return undefined
  }

  /** What is preferred is pushed last. */
  private pushStar(stack: number[], row: number, at: number, wild: number, width: number): void {
    const skip = row + width + at
    if (wild < 0) stack.push(skip)
    else if (this.greedy) stack.push(skip, row + wild)
    else stack.push(row + wild, skip)
  }
}

function reverse(text: string): string {
  return Array.from(text).reverse().join('')
}

/** Reversed, but an escape still stands before what it escapes. */
function reversePattern(written: string): string {
  const characters = Array.from(written)
  const reversed: string[] = []
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i] ?? ''
    if (c === BACKSLASH && i < characters.length - 1) reversed.push(c + (characters[++i] ?? ''))
    else reversed.push(c)
  }
  return reversed.reverse().join('')
}
