import { type FileKind, type NameTest, type SourceFile } from '../model.js'

export { looksLikeCompose, looksLikeDockerfile } from './sniff.js'

/**
 * What a base name says of a file. `unsure`: the name also belongs to something else (`dockerfile.ts`, `new-dockerfile-linter`,
 * `.github/workflows/compose.yml`); it is one of ours only if its text looks like it. Docker would refuse the others.
 */
export interface NamedKind extends Omit<SourceFile, 'path'> {
  readonly unsure?: true
}

/** Kinds that are found by how a base name ends, in small letters. A new kind is a line here for each ending. */
const ENDINGS: readonly (readonly [ending: string, kind: FileKind])[] = []

const TEMPLATE_ENDING = /\.(?:j2|jinja2?|tmpl|tpl|template|erb|mustache|hbs|gotmpl|in)$/
const DOCKERFILE_FIRST = /^(?:docker|container)file(?:$|[._-])/
const DOCKERFILE_LAST = /[._-](?:docker|container)file$/
const DOCKERFILE_WITHIN = /[._-](?:docker|container)file[._-]/
const NO_DOCKERFILE = /\.(?:dockerignore|containerignore|md)$/
const COMPOSE_ENDING = /\.ya?ml$/
const COMPOSE_WORD = /(?:^|[._-])(?:compose|docker-stack)(?:$|[._-])/

/** Endings of other languages: programs about Dockerfiles are called `dockerfile.go`, `dockerfile_test.py`, `dockerfile.svg`. */
const OTHER_LANGUAGE =
  /\.(?:[cm]?[jt]sx?|py|pyi|ipynb|rb|go|rs|java|kt|kts|scala|groovy|cs|c|h|cc|cpp|hpp|m|swift|php|pl|pm|lua|ex|exs|erl|hs|ml|dart|r|jl|sh|bash|zsh|fish|ps1|bat|cmd|vim|el|json[5c]?|ya?ml|toml|ini|cfg|xml|html?|css|scss|less|vue|svelte|svg|png|jpe?g|gif|webp|ico|pdf|rst|adoc|mdx|log|diff|patch|snap|out|csv|sql|proto|lock|tmlanguage|cson|sublime-syntax|zip|gz|tar|tgz)$/

/** GitHub reads workflows from this folder, and a workflow that builds Dockerfiles bears their name. */
const WORKFLOWS = /^\.github\/workflows\/[^/]+$/

/**
 * The kind of file that a path's base name promises, in any case; the folder counts only where GitHub gives it a meaning.
 * Undefined for every name that promises nothing.
 */
export function kindOf(path: string): NamedKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  return ours(path, name) ?? byEnding(name)
}

function byEnding(name: string): NamedKind | undefined {
  const kind = ENDINGS.find(([ending]) => name.endsWith(ending))?.[1]
  return kind && { kind }
}

function ours(path: string, name: string): NamedKind | undefined {
  if (name.length < SHORTEST_NAME) return undefined
  if (name === 'dockerfile') return { kind: 'dockerfile' } // nearly all of them: no pattern needs to be compiled
  const yaml = COMPOSE_ENDING.test(name)
  if (yaml && COMPOSE_WORD.test(name.slice(0, name.lastIndexOf('.'))))
    return { kind: 'compose', ...(WORKFLOWS.test(path) && { unsure: true }) }
  const bare = name.replace(TEMPLATE_ENDING, '')
  if (NO_DOCKERFILE.test(bare)) return undefined
  const named = DOCKERFILE_FIRST.test(bare) || DOCKERFILE_LAST.test(bare)
  if (!named && !DOCKERFILE_WITHIN.test(bare)) return undefined
  const template = bare.length < name.length
  const unsure = !named || (bare.includes('.') && OTHER_LANGUAGE.test(bare))
  return { kind: 'dockerfile', ...(template && { template: true }), ...(unsure && { unsure: true }) }
}

const SHORTEST_NAME = 'compose.yml'.length - 1 // `Dockerfile` has ten letters, `compose.yml` eleven

/** The kind of a file that was named outright, by argument or by a build: compose if it ends in .yml or .yaml, else a Dockerfile. */
export function kindOfNamed(path: string): Omit<SourceFile, 'path'> {
  const named = kindOf(path)
  if (named !== undefined) return { kind: named.kind, ...(named.template && { template: true }) }
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (COMPOSE_ENDING.test(name)) return { kind: 'compose' }
  return { kind: 'dockerfile', ...(TEMPLATE_ENDING.test(name) && { template: true }) }
}

/** The test to find files by, which spares a long list of names from being decoded. */
export const isDiscovered: NameTest = Object.assign((name: string): boolean => kindOf(name) !== undefined, { bytes: mayBeDiscovered })

/** Whether `kindOf` could know the name `list[start, end)`: it holds a word of ours. False for nearly all names of real repositories. */
function mayBeDiscovered(list: Uint8Array, start: number, end: number): boolean {
  if (ENDING_BYTES.length > 0 && endsLikeOne(list, start, end)) return true
  if (end - start < SHORTEST_NAME) return false
  if (contains(list, start, end, FILE)) return true
  const yaml = ((list[end - 1] ?? 0) | SMALL) === 0x6c && ((list[end - 2] ?? 0) | SMALL) === 0x6d
  return yaml && (contains(list, start, end, COMPOSE) || contains(list, start, end, STACK))
}

function endsLikeOne(list: Uint8Array, start: number, end: number): boolean {
  return ENDING_BYTES.some((ending) => end - start >= ending.length && begins(list, end - ending.length, ending))
}

/** The bit that small letters have; digits have it already, other bytes do not matter here. */
const SMALL = 0x20
const FILE = Buffer.from('erfile') // `dockerfile` and `containerfile` end so
const COMPOSE = Buffer.from('compos')
const STACK = Buffer.from('stack')
const ENDING_BYTES = ENDINGS.map(([ending]) => Buffer.from(ending))

function begins(list: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let i = 0; i < word.length; i++) if (((list[at + i] ?? 0) | SMALL) !== ((word[i] ?? 0) | SMALL)) return false
  return true
}

function contains(list: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  for (let at = start; at + word.length <= end; at++) if (begins(list, at, word)) return true
  return false
}

/** The names under which a build looks for its file by itself: a folder of that name stands in its way. */
export const BUILD_NAMES: readonly string[] = ['Dockerfile', 'Containerfile']
