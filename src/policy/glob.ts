import { type MinimatchOptions } from 'minimatch'
import { matchesRun } from './pattern.js'
import { type Flaw } from './schema.js'

/** Negation, comments, braces and extended patterns are off: each would make a pattern mean something else than it shows. */
const OPTIONS: MinimatchOptions = { nocomment: true, nonegate: true, nobrace: true, noext: true, dot: true, platform: 'linux' }

/** Longest path pattern. */
const MAX_PATTERN = 1024

/** Globs of paths: `*` within a component, `**` across components, `?`, `[a-z]`. */
export interface Globs {
  readonly patterns: readonly string[]
  /** Fulfilled when paths can be matched; absent if they can be at once. Whoever compiles globs waits for it. */
  readonly ready?: Promise<unknown>
  /** Whether one of them matches a path from the root. */
  matches(path: string): boolean
}

/** What is wrong with a path pattern, if anything. */
export function pathGlobFlaw(pattern: string): Flaw | undefined {
  if (pattern.length > MAX_PATTERN) return { message: 'the pattern is too long', advice: `at most ${MAX_PATTERN} characters` }
  if (pattern.startsWith('!')) return { message: `"${pattern}": a path pattern cannot be negated`, advice: 'name the paths that are meant' }
  if (pattern.startsWith('/'))
    return { message: `"${pattern}" begins with /`, advice: `paths begin at the root: "${pattern.replace(/^\/{1,}/, '')}"` }
  if (pattern.includes('\\')) return { message: `"${pattern}" holds a backslash`, advice: 'separate folders by /' }
  if (pattern.includes('{'))
    return { message: `"${pattern}": braces are taken as they are`, advice: 'write one pattern for each alternative' }
  const parts = pattern.split('/')
  if (parts.includes('..') || parts.includes('.'))
    return { message: `"${pattern}" holds . or ..`, advice: 'paths begin at the root of the repository' }
  return undefined
}

/** Compiles path patterns. `base` is the folder they are relative to ('' for the root); a pattern that ends in `/` means all that is in that folder. */
export function compileGlobs(patterns: readonly string[], base: string): Globs {
  const loads: Promise<unknown>[] = []
  const tests = patterns.map((pattern) => compile(pattern, loads))
  const prefix = base === '' ? '' : `${base}/`
  return {
    patterns,
    ...(loads.length > 0 && { ready: Promise.all(loads) }),
    matches(path) {
      if (!path.startsWith(prefix)) return false
      const relative = prefix === '' ? path : path.slice(prefix.length)
      return tests.some((test) => test(relative))
    },
  }
}

/** The usual shapes need no pattern machine: a literal path, `folder/**`, `**`, and one component behind or between `**`. */
function compile(written: string, loads: Promise<unknown>[]): (path: string) => boolean {
  const pattern = written.endsWith('/') ? `${written}**` : written
  if (pattern === '**') return () => true
  if (!special(pattern)) return (path) => path === pattern
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -2) : undefined
  if (folder !== undefined && !special(folder)) return (path) => path.length > folder.length && path.startsWith(folder)
  const inner = pattern.startsWith('**/') ? pattern.slice('**/'.length) : ''
  if (isComponent(inner)) return (path) => matchesRun(inner, path.slice(path.lastIndexOf('/') + 1))
  const between = inner.endsWith('/**') ? inner.slice(0, -'/**'.length) : ''
  if (isComponent(between) && !between.includes('*')) return (path) => path.includes(`/${between}/`) || path.startsWith(`${between}/`)
  if (isComponent(between))
    return (path) =>
      path
        .split('/')
        .slice(0, -1)
        .some((part) => matchesRun(between, part))
  return byMachine(pattern, loads)
}

function byMachine(pattern: string, loads: Promise<unknown>[]): (path: string) => boolean {
  let match: ((path: string) => boolean) | undefined
  const load = async (): Promise<void> => {
    const { Minimatch } = await import('minimatch')
    const machine = new Minimatch(pattern, OPTIONS)
    match = (path) => machine.match(path)
  }
  loads.push(load())
  return (path) => {
    if (match === undefined) throw new Error(`the pattern ${pattern} is not ready`)
    return match(path)
  }
}

function special(pattern: string): boolean {
  return /[*?[\]]/.test(pattern)
}

/** One component whose only special character is a single `*` here and there. */
function isComponent(pattern: string): boolean {
  return pattern !== '' && pattern !== '*' && !/[/?[\]]|\*\*/.test(pattern)
}
