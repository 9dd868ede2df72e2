import { type ImageReference } from '../model.js'
import { matchesRun } from './pattern.js'

/** How exactly a reference is fixed, from least to most. */
export const PIN_LEVELS = ['none', 'tag', 'major', 'minor', 'patch', 'digest', 'tag+digest'] as const

export type PinLevel = (typeof PIN_LEVELS)[number]

/** Tags that move, unless the policy says otherwise. */
export const FLOATING: readonly string[] = [
  'latest',
  'stable',
  'edge',
  'nightly',
  'dev',
  'main',
  'master',
  'canary',
  'lts',
  'current',
  'rolling',
  'mainline',
  'next',
  'test',
  'beta',
]

/** Whether one level is at least as exact as another. */
export function satisfies(met: PinLevel, asked: PinLevel): boolean {
  return PIN_LEVELS.indexOf(met) >= PIN_LEVELS.indexOf(asked)
}

/** The stricter of two levels. */
export function stricter(a: PinLevel, b: PinLevel): PinLevel {
  return satisfies(a, b) ? a : b
}

/** How exactly a reference is pinned. A digest beats every tag; neither tag nor digest is `none`. `floating` are words or patterns of tags that move. */
export function pinOf(reference: ImageReference, floating: readonly string[]): PinLevel {
  if (reference.digest !== undefined) return reference.tag === undefined ? 'digest' : 'tag+digest'
  return reference.tag === undefined ? 'none' : tagLevel(reference.tag, floating)
}

/** How exactly a tag alone pins. It is the tag that says so, whatever the registry does with it. */
export function tagLevel(tag: string, floating: readonly string[] = FLOATING): PinLevel {
  if (floats(tag, floating)) return 'none'
  const parts = tag.split('-')
  const first = parts[0] ?? ''
  let behind = parts.length > 2 && dated(tag) ? 3 : 0
  for (let i = 1; i < parts.length && behind < 3; i++) behind = Math.max(behind, precision(parts[i] ?? ''))
  // A floating word with a version, a date or a commit behind it names one build: `nightly-20240211`, `main-3f2c1ab`.
  if (behind === 0 && parts.length > 1 && floats(first, floating)) return 'none'
  const exactness = behind === 3 ? 3 : Math.max(behind, precision(first))
  if (exactness > 0 && builds(tag)) return 'patch'
  return exactness >= 3 ? 'patch' : exactness === 2 ? 'minor' : exactness === 1 ? 'major' : 'tag'
}

/** Words that move, apart from patterns of such words. */
interface Floating {
  readonly words: ReadonlySet<string>
  readonly patterns: readonly string[]
}

const sorted = new WeakMap<readonly string[], Floating>()

function floats(word: string, floating: readonly string[]): boolean {
  const { words, patterns } = sorted.get(floating) ?? sort(floating)
  return words.has(word) || patterns.some((pattern) => matchesRun(pattern, word))
}

/** Each list once: of every tag it is asked whether it moves, and most lists are words alone. */
function sort(floating: readonly string[]): Floating {
  const patterns = floating.filter((word) => word.includes('*'))
  const found = { words: new Set(floating.filter((word) => !word.includes('*'))), patterns }
  sorted.set(floating, found)
  return found
}

/** Hex digits of a commit id, short or whole. */
const MIN_COMMIT = 7
const MAX_COMMIT = 64

const DOT = 46
const ZERO = 48
const NINE = 57
const UPPER_V = 86
const UNDERSCORE = 95
const LOWER_A = 97
const LOWER_F = 102
const LOWER_G = 103
const LOWER_V = 118

const isDigit = (c: number): boolean => c >= ZERO && c <= NINE

/** Where the run of digits at `from` ends. */
function endOfDigits(text: string, from: number): number {
  let end = from
  while (isDigit(text.charCodeAt(end))) end++
  return end
}

/** Of one part between dashes: 3 for a version of three components, a date or a commit id; 2 and 1 for shorter versions; 0 for no version. */
function precision(part: string): number {
  return isDate(part) || isCommit(part) ? 3 : Math.min(3, versionComponents(part))
}

/**
 * Numeric components of a version such as `16`, `v1.2.3`, `3.12rc1`, `24.0.2_12`, `8u302`, `2.0.0.RELEASE`; 0 if the part is none.
 * What stands before the digits makes it another thing's version: `alpine3.20`.
 */
function versionComponents(part: string): number {
  const first = part.charCodeAt(0)
  const start = first === LOWER_V || first === UPPER_V ? 1 : 0
  let end = endOfDigits(part, start)
  if (end === start) return 0
  let components = 1
  while (part.charCodeAt(end) === DOT && isDigit(part.charCodeAt(end + 1))) {
    components++
    end = endOfDigits(part, end + 1)
  }
  const next = part.charCodeAt(end)
  if (end === part.length || next === DOT || next === UNDERSCORE || components > 1) return components
  // `7zip` begins with a digit and is a name; `8u302`, `16beta2` and `1.2.3a` are versions.
  return /^[a-zA-Z]+\d/.test(part.slice(end)) ? components : 0
}

/** `20240211`, alone or as the beginning of a time (`20240211.1`, `202402111530`). */
function isDate(part: string): boolean {
  const digits = endOfDigits(part, 0)
  if (digits !== 8 && digits !== 12 && digits !== 14) return false
  return isDay(part.slice(0, 4), part.slice(4, 6), part.slice(6, 8))
}

/** `2024-02-11` anywhere between characters that are no digits, as in `RELEASE.2024-01-16T16-07-38Z`. */
function dated(tag: string): boolean {
  const found = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(tag)
  return found !== null && isDay(found[1] ?? '', found[2] ?? '', found[3] ?? '')
}

function isDay(year: string, month: string, day: string): boolean {
  return (
    (year.startsWith('19') || year.startsWith('20')) && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31
  )
}

/** A git commit, short or whole, with the `g` that `git describe` puts before it or without. Words of hex letters alone are words. */
function isCommit(part: string): boolean {
  const start = part.charCodeAt(0) === LOWER_G ? 1 : 0
  const length = part.length - start
  if (length < MIN_COMMIT || length > MAX_COMMIT) return false
  let [digits, letters] = [0, 0]
  for (let i = start; i < part.length; i++) {
    const c = part.charCodeAt(i)
    if (isDigit(c)) digits++
    else if (c >= LOWER_A && c <= LOWER_F) letters++
    else return false
  }
  return digits > 0 && letters > 0
}

/** The build of a package behind two dashes: `1.17--h50ea8bc_1` (BioContainers). */
function builds(tag: string): boolean {
  const at = tag.indexOf('--')
  return at > 0 && at + 2 < tag.length
}

/** How exactly a reference is pinned as a rank, by the usual floating tags: a higher one is more exact. */
export function exactness(reference: ImageReference): number {
  return PIN_LEVELS.indexOf(pinOf(reference, FLOATING))
}
