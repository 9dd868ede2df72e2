import {
  type Build,
  type BuildInputs,
  type Files,
  type Lookup,
  type NamedContext,
  type NameTest,
  type Place,
  type Platforms,
  type Span,
  type Step,
  type Unset,
  type Value,
} from '../model.js'
import { joined, resolvePath } from './paths.js'
import { isRemote } from './project-account.js'
import { asBuild } from './project-merge.js'
import { childOf, isLiteral, isNull, type Leaf, textOf, type Tree } from './project-tree.js'
import { leavesOf, type Pair, pairsOf, type Part, partsOf, placeOf, wholePart } from './project-values.js'

/** What a project gives to all its builds. */
export interface BuildSurroundings {
  readonly dockerfiles: DockerfileNames
  /** The project directory. */
  readonly folder: string
  /** Values for arguments that are only named. */
  readonly lookup: Lookup
  readonly platforms: Platforms
}

/** Platforms that one build may list; each is a build of its own, since a name may depend on it. */
const MAX_PLATFORMS = 16

/** The builds that a service asks for, one for each platform; none if it is not built. */
export function buildsOf(service: string, tree: Tree, around: BuildSurroundings): readonly Build[] {
  const written = childOf(tree, 'build')
  const build = written && !isNull(written) ? asBuild(written) : undefined
  if (build?.kind !== 'branch') return []
  const place = placeOfBuild(build)
  const built = builtOf(build, around)
  if (built === undefined) return []
  const target = textOf(childOf(build, 'target'))
  const inputs = { args: argumentsOf(build, around.lookup), contexts: contextsOf(build), ...(target && { target }) }
  return platformsOf(build, tree, around).map((platforms): Build => ({ service, place, ...built, inputs: { ...inputs, platforms } }))
}

function placeOfBuild(build: Tree): Place {
  const named = childOf(build, 'dockerfile') ?? childOf(build, 'dockerfile_inline') ?? childOf(build, 'context') ?? build
  const { node, scope } = named
  const end = named.kind === 'leaf' && node.kind === 'scalar' && node.block === undefined ? node.end : node.start
  return { file: scope.path, span: scope.file.positions.span(node.start, end) }
}

type Built = Pick<Build, 'dockerfile' | 'unset' | 'written'>

/** Undefined if its template is broken, which is told elsewhere. */
function builtOf(build: Tree, around: BuildSurroundings): Built | undefined {
  const inline = childOf(build, 'dockerfile_inline')
  if (inline?.kind === 'leaf' && inline.node.type === 'string') {
    const written = wholePart(inline)
    if (written === undefined) return undefined
    const { text, unset } = written.value
    const dockerfile = { kind: 'inline', file: inline.scope.path, text, locate: locator(inline, text) } as const
    const blanks = unset.length > MAX_BLANKS ? unset : unset.filter(({ at }) => mayNameImage(text, at))
    if (text !== '') return { dockerfile, ...unsetOf(blanks), ...writtenOf([inline]) }
  }
  const context = childOf(build, 'context')
  const dockerfile = childOf(build, 'dockerfile')
  const folder = context?.scope.folder ?? around.folder
  const given = partOf(context, HERE)
  const name = partOf(dockerfile, NO_NAME)
  if (given === undefined || name === undefined) return undefined
  const rest = { ...unsetOf([...given.value.unset, ...name.value.unset]), ...writtenOf([context, dockerfile]) }
  if (given.refused || name.refused) return { dockerfile: { kind: 'unknown' }, ...rest }
  return { dockerfile: dockerfileIn(folder, given.value.text, name.value.text, around.dockerfiles), ...rest }
}

const HERE: Value = { text: '.', unset: [], via: [] }
const NO_NAME: Value = { text: '', unset: [], via: [] }

function partOf(tree: Tree | undefined, usual: Value): Pick<Part, 'value' | 'refused'> | undefined {
  if (tree === undefined || isNull(tree)) return { value: usual }
  return tree.kind === 'leaf' ? wholePart(tree) : undefined
}

function writtenOf(trees: readonly (Tree | undefined)[]): Pick<Build, 'written'> {
  const leaves = trees.filter((tree) => tree?.kind === 'leaf')
  if (leaves.every(isLiteral)) return {}
  return { written: leaves.map(({ node, scope }) => `${scope.path}:${node.start}`).join(' ') }
}

/** Of more blanks in one Dockerfile nobody looks where each stands; nor at more lines of one instruction. */
const MAX_BLANKS = 256
const MAX_LINES = 64

/** Instructions that may name an image, or give an argument that does. */
const NAMES_IMAGES = /^\s*(?:ONBUILD\s+)?(?:FROM|ARG|(?:COPY|RUN|ADD)\b[^]*--)|^\s*#\s*syntax\b/i
const GOES_ON = /[\\`][ \t]*\r?\n$/

/** Whether a blank at an offset of a Dockerfile stands in such an instruction, over however many lines, or in the place of one. */
function mayNameImage(text: string, at: number): boolean {
  let start = text.lastIndexOf('\n', at - 1) + 1
  if (text.slice(start, at).trim() === '') return true
  for (let lines = 0; start > 0 && GOES_ON.test(text.slice(Math.max(0, start - MAX_TAIL), start)); lines++) {
    if (lines >= MAX_LINES) return true
    start = text.lastIndexOf('\n', start - 2) + 1
  }
  return NAMES_IMAGES.test(text.slice(start, at))
}

/** What is looked at of a line's end: nobody writes more blanks behind a sign that it goes on. */
const MAX_TAIL = 64

function unsetOf(unset: readonly Unset[]): Pick<Build, 'unset'> {
  return unset.length === 0 ? {} : { unset: [...new Set(unset.map(({ name }) => name))] }
}

/** The Dockerfile of a context that is written in a folder, by its name in the context if it has one. */
export function dockerfileIn(folder: string, context: string, name: string | undefined, names: DockerfileNames): Build['dockerfile'] {
  if (isRemoteContext(context)) return { kind: 'remote', url: context }
  const inside = resolvePath(folder, context)
  if (inside.kind === 'outside') return { kind: 'outside', path: context }
  const file = resolvePath(inside.path, name === undefined || name === '' ? names.in(inside.path) : name)
  return file.kind === 'inside' ? { kind: 'file', path: file.path } : { kind: 'outside', path: name ?? context }
}

/** compose-go's isRemoteContext, and what it leaves as it is because of its `://`. */
function isRemoteContext(context: string): boolean {
  return isRemote(context) && !context.startsWith('oci:')
}

const LOWER_CASE = 'dockerfile'

export const isLowerCase: NameTest = Object.assign((name: string): boolean => name === LOWER_CASE, {
  bytes: (list: Uint8Array, start: number, end: number): boolean =>
    end - start === LOWER_CASE.length && list[start] === 0x64 && list[end - 1] === 0x65,
})

/** Which of the two default names a folder has. */
export class DockerfileNames {
  private lowerCase: ReadonlySet<string> | undefined

  constructor(private readonly files: Files) {}

  /** buildx takes `dockerfile` where there is no `Dockerfile`. */
  in(folder: string): string {
    this.lowerCase ??= new Set(this.files.find(isLowerCase))
    const lower = this.lowerCase.has(joined(folder, LOWER_CASE))
    return lower && this.files.read(joined(folder, 'Dockerfile')).kind === 'missing' ? LOWER_CASE : 'Dockerfile'
  }
}

/** Docker compose takes the platform of a build from it if the service names none (applyPlatforms). */
export const DEFAULT_PLATFORM = 'DOCKER_DEFAULT_PLATFORM'

function platformsOf(build: Tree, service: Tree, { platforms, lookup }: BuildSurroundings): readonly Platforms[] {
  const listed = leavesOf(childOf(build, 'platforms')).flatMap((leaf) => textOf(leaf) ?? [])
  const one = textOf(childOf(service, 'platform')) || lookup(DEFAULT_PLATFORM)?.text
  const targets = listed.length > 0 ? listed : one ? [one] : []
  if (targets.length === 0) return [platforms]
  return [...new Set(targets)].slice(0, MAX_PLATFORMS).map((target) => ({ target, build: platforms.build, only: true }))
}

// ---------------------------------------------------------------------------------------------- arguments and contexts

function argumentsOf(build: Tree, lookup: Lookup): BuildInputs['args'] {
  const args = new Map<string, Value>()
  for (const pair of pairsOf(childOf(build, 'args'))) {
    const value = argumentOf(pair, lookup)
    if (value !== undefined) args.set(pair.name, value)
  }
  return args
}

/** The step of an argument that a build passes, whose value is written at a place. */
export function argumentStep(file: string, span: Span, name: string, value: string): Step {
  return { file, span, text: `build.args.${name}=${value}`, value }
}

function argumentOf({ name, key, value: part }: Pair, lookup: Lookup): Value | undefined {
  if (part !== undefined) {
    const { span, text } = placeOf(part)
    return { ...part.value, via: [argumentStep(part.leaf.scope.path, span, name, text), ...part.value.via] }
  }
  const given = lookup(name)
  if (given === undefined) return undefined // not passed: the Dockerfile's default holds
  const { node, scope } = key
  const step: Step = { file: scope.path, span: scope.file.positions.span(node.start, node.end), text: `build.args.${name}`, value: name }
  return { ...given, via: [step, ...given.via] }
}

const IMAGE = 'docker-image://'
const SERVICE = 'service:'

function contextsOf(build: Tree): BuildInputs['contexts'] {
  const contexts = new Map<string, NamedContext>()
  for (const { name, value } of pairsOf(childOf(build, 'additional_contexts'))) {
    if (value === undefined) continue
    const { text } = value.value
    if (text.startsWith(SERVICE)) contexts.set(name, { kind: 'service', service: text.slice(SERVICE.length) })
    else if (!text.startsWith(IMAGE)) contexts.set(name, { kind: 'local' })
    for (const part of text.startsWith(IMAGE) ? partsOf(value, (all) => [{ from: all.indexOf('//') + 2, to: all.length }]) : []) {
      const place = placeOf(part)
      const step: Step = {
        file: part.leaf.scope.path,
        span: place.span,
        text: `build.additional_contexts.${name}=${IMAGE}${place.text}`,
        value: place.text,
      }
      contexts.set(name, { kind: 'image', value: { ...part.value, via: [step, ...part.value.via] } })
    }
  }
  return contexts
}

// ---------------------------------------------------------------------------------------------- dockerfile_inline

/**
 * Where a place in a `dockerfile_inline` stands in the compose file: in a literal block line by line, and within a line that holds
 * variables at the nearest text that was not replaced; in any other style at the scalar's start.
 */
function locator(leaf: Leaf, text: string): (span: Span) => Span {
  const { node, scope } = leaf
  const source = node.block === undefined ? [] : scope.file.text.slice(node.block, node.end).split('\n')
  const written = node.text.split('\n')
  const lines = text.split('\n')
  const literal =
    node.block !== undefined && lines.length === written.length && written.every((line, i) => i >= source.length || holds(source[i], line))
  const start = scope.file.positions.at(node.start)
  if (!literal) return () => ({ start, end: start })
  const first = scope.file.positions.at(node.block ?? node.start).line
  const locate = (line: number, column: number, isEnd: boolean): Span['start'] => {
    const at = written[line - 1] ?? ''
    const indent = (source[line - 1] ?? '').replace(/\r$/, '').length - at.length
    return { line: first + line - 1, column: Math.max(indent, 0) + columnIn(at, lines[line - 1] ?? '', column, isEnd) }
  }
  return (span) => ({ start: locate(span.start.line, span.start.column, false), end: locate(span.end.line, span.end.column, true) })
}

function holds(source: string | undefined, line: string): boolean {
  return source !== undefined && source.replace(/\r$/, '').endsWith(line)
}

/** The column in the line as written of a column in the expanded line. */
function columnIn(written: string, expanded: string, column: number, isEnd: boolean): number {
  if (written === expanded) return column
  const dollar = written.indexOf('$')
  if (dollar < 0 || column - 1 <= dollar - (isEnd ? 0 : 1)) return column
  const fromEnd = expanded.length - (column - 1)
  const close = Math.max(written.lastIndexOf('}'), lastNameEnd(written))
  const tail = written.length - close - 1
  if (fromEnd <= tail) return written.length - fromEnd + 1
  return isEnd ? close + 2 : dollar + 1
}

/** The last character of the last plain `$NAME`, or of `$$`. */
function lastNameEnd(written: string): number {
  let i = written.lastIndexOf('$') + 1
  while (/\w/.test(written[i] ?? '')) i++
  return i - 1
}

/** Two builds with the same key are one. */
export function keyOfBuild({ service, dockerfile, unset, inputs }: Build): string {
  const args = [...inputs.args].map(([name, { text, unset }]) => [name, text, unset.map((one) => [one.name, one.at, one.tag])])
  const contexts = [...inputs.contexts].map(([name, context]) => [name, context.kind === 'image' ? context.value.text : context])
  const file =
    dockerfile.kind === 'inline' ? [dockerfile.file, dockerfile.text, dockerfile.locate({ start: ONE, end: ONE }).start] : dockerfile
  return JSON.stringify([service, file, args, contexts, inputs.target, inputs.platforms, unset])
}

const ONE = { line: 1, column: 1 }
