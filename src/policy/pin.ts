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
  const [first = '', ...rest] = tag.split('-')
  let behind = tag.length >= DATE_LENGTH && dated(tag) ? 3 : 0
  for (const part of rest) if (behind < 3) behind = Math.max(behind, precision(part))
  // A floating word with a version, a date or a commit behind it names one build: `nightly-20240211`, `main-3f2c1ab`.
  if (behind === 0 && rest.length > 0 && floats(first, floating)) return 'none'
  const exactness = behind === 3 ? 3 : Math.max(behind, precision(first))
  if (exactness > 0 && builds(tag)) return 'patch'
  return exactness >= 3 ? 'patch' : exactness === 2 ? 'minor' : exactness === 1 ? 'major' : 'tag'
}

function floats(word: string, floating: readonly string[]): boolean {
  for (const pattern of floating) if (matchesRun(pattern, word)) return true
  return false
}

/** UTF-16 units of `2024-02-11`, and of the shortest commit id. */
const DATE_LENGTH = 10
const COMMIT_LENGTH = 7

const NINE = 57
const UPPER_V = 86
const LOWER_V = 118

/** Of one part between dashes: 3 for a version of three components, a date or a commit id; 2 and 1 for shorter versions; 0 for no version. */
function precision(part: string): number {
  const first = part.charCodeAt(0)
  // A plain word: neither date nor version begins with a letter, but for `v1`, and a commit is longer.
  if (first > NINE && first !== LOWER_V && first !== UPPER_V && part.length < COMMIT_LENGTH) return 0
  return isDate(part) || isCommit(part) ? 3 : Math.min(3, versionComponents(part))
}

/**
 * Numeric components of a version such as `16`, `v1.2.3`, `3.12rc1`, `24.0.2_12`, `8u302`, `2.0.0.RELEASE`; 0 if the part is none.
 * What stands before the digits makes it another thing's version: `alpine3.20`.
 */
function versionComponents(part: string): number {
  const found = /^[vV]?(\d+(?:\.\d+)*)(.*)$/s.exec(part)
  if (found === null) return 0
  const [, numbers = '', rest = ''] = found
  const components = numbers.split('.').length
  if (rest === '' || rest.startsWith('.') || rest.startsWith('_')) return components
  // `7zip` begins with a digit and is a name; `8u302`, `16beta2` and `1.2.3a` are versions.
  return /^[a-zA-Z]+\d/.test(rest) || components > 1 ? components : 0
}

/** `20240211`, alone or as the beginning of a time (`20240211.1`, `202402111530`). */
function isDate(part: string): boolean {
  const digits = /^\d+/.exec(part)?.[0] ?? ''
  if (digits.length !== 8 && digits.length !== 12 && digits.length !== 14) return false
  return isDay(digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8))
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
  const hex = /^g?([0-9a-f]{7,64})$/.exec(part)?.[1]
  return hex !== undefined && /[a-f]/.test(hex) && /\d/.test(hex)
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
