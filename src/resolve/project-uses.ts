import { type Resolution, type Role, type Value } from '../model.js'
import { BUILT_IN, frontendNamedIn, frontendRange } from './frontend.js'
import { cacheReferences, sbomGenerator } from './project-csv.js'
import { type Child, childOf, expand, isLiteral, isNull, type Leaf, stepsOf, textOf, type Tree, VARIABLE } from './project-tree.js'
import { leavesOf, pairsOf, type Part, partsOf, type Range, volumesOf, wholePart } from './project-values.js'
import { parseReference } from './reference.js'
import { resolveValue, unresolvedValue } from './resolution.js'

/** One place of a project that names an image, as the project resolves it. */
export interface Use {
  readonly role: Role
  readonly owner?: string | undefined
  readonly part: Part
  readonly resolution: Resolution
  readonly pullable?: boolean | undefined
}

/** What a service's places depend on besides the service. */
export interface Surroundings {
  /** The services of the project. */
  readonly names: { has(name: string): boolean }
  /** The services that are built, whatever the tree at hand says. */
  readonly built: ReadonlySet<string>
  /** The `image` of services that are built. */
  readonly outputs: ReadonlySet<string>
}

/** Told of each place; the text that compose refuses, with the scalar. */
export interface Sink {
  use(use: Use): void
  /** Whether nothing new can be told of an image that is written, as where its file was told alone with the same variables. */
  told?(image: Leaf): boolean
  refuse(leaf: Leaf, message: string): void
}

/** Surroundings as a set of services makes them. */
export function surroundingsOf(services: ReadonlyMap<string, Child>): Surroundings {
  const built = new Set<string>()
  const outputs = new Set<string>()
  for (const [name, { value }] of services) {
    if (!isBuilt(value)) continue
    built.add(name)
    const image = textOf(childOf(value, 'image'))
    if (image !== undefined && image !== '') outputs.add(image)
  }
  return { names: services, built, outputs }
}

function isBuilt(service: Tree): boolean {
  const build = childOf(service, 'build')
  return build !== undefined && !isNull(build)
}

/** Every place of a service that names an image. */
export function usesOfService(name: string, service: Tree, around: Surroundings, sink: Sink): void {
  imageUse(name, service, around, sink)
  buildUses(name, childOf(service, 'build'), sink)
  volumeUses(name, service, around, sink)
  const hooks = childOf(service, 'pre_start')
  for (const hook of hooks?.kind === 'items' ? hooks.items : []) {
    useWhole('init', name, childOf(hook, 'image'), sink)
    volumeUses(name, hook, around, sink)
  }
}

/** The model of a top-level entry. */
export function usesOfModel(model: Tree, sink: Sink): void {
  useWhole('model', undefined, childOf(model, 'model'), sink)
}

function imageUse(name: string, service: Tree, around: Surroundings, sink: Sink): void {
  const image = childOf(service, 'image')
  if (image?.kind !== 'leaf' || image.node.type !== 'string') return
  const text = textOf(image)
  const builds = isBuilt(service) || around.built.has(name)
  // as if it were not written: compose builds under a name of its own, or refuses the service
  if (text === '' && (builds || isLiteral(image))) return
  if (text === '' && !isUnset(image)) return sink.use(unknownUse(name, image))
  if (text !== undefined && text !== '' && sink.told?.(image)) return
  const output = builds || (text !== undefined && around.outputs.has(text))
  if (!output) return useWhole('service', name, image, sink)
  const policy = textOf(childOf(service, 'pull_policy'))
  useWhole('build-output', name, image, sink, { pullable: policy !== 'build' && policy !== 'never' })
}

/** An image that is empty by default. */
function unknownUse(owner: string, leaf: Leaf): Use {
  const names = [...leaf.node.text.matchAll(VARIABLE)].map(([, name = '']) => name)
  const value = { text: '', unset: names.map((name) => ({ name, at: 0 })), via: stepsOf(leaf, expand(leaf)) }
  return { role: 'service', owner, part: { leaf, value, raw: { from: 0, to: leaf.node.text.length } }, resolution: unresolvedValue(value) }
}

/** Some variable of it has no value. */
function isUnset(leaf: Leaf): boolean {
  const expanded = expand(leaf)
  return expanded.kind === 'value' && expanded.value.unset.length > 0
}

function volumeUses(name: string, service: Tree, { names }: Surroundings, sink: Sink): void {
  for (const volume of volumesOf(childOf(service, 'volumes'))) {
    if (volume.kind !== 'branch' || textOf(childOf(volume, 'type')) !== 'image') continue
    const source = childOf(volume, 'source')
    const text = textOf(source)
    if (text === '') continue
    if (source?.kind === 'leaf' && text !== undefined && names.has(text)) useLocal('image-volume', name, source, text, 'service', sink)
    else useWhole('image-volume', name, source, sink)
  }
}

function buildUses(name: string, build: Tree | undefined, sink: Sink): void {
  if (build?.kind !== 'branch') return
  cacheUses('cache-from', name, leavesOf(childOf(build, 'cache_from')), sink)
  cacheUses('cache-to', name, leavesOf(childOf(build, 'cache_to')), sink)
  for (const tag of leavesOf(childOf(build, 'tags'))) useWhole('build-output', name, tag, sink, { pullable: false })
  for (const { value } of pairsOf(childOf(build, 'additional_contexts'))) if (value) contextUse(name, value, sink)
  argumentUses(name, build, sink)
  const sbom = childOf(build, 'sbom')
  const scanner = sbom?.kind === 'leaf' ? wholePart(sbom) : undefined
  if (scanner !== undefined) sbomUse(name, scanner, sink)
  bakeUses(name, childOf(build, 'x-bake'), sink)
}

/** `docker buildx bake` reads these; its lists may be one string with blanks between the entries. */
function bakeUses(name: string, bake: Tree | undefined, sink: Sink): void {
  const words = (key: string): readonly Part[] =>
    leavesOf(childOf(bake, key)).flatMap((leaf) => {
      const whole = wholePart(leaf)
      return whole === undefined ? [] : childOf(bake, key)?.kind === 'leaf' ? partsOf(whole, wordsOf) : [whole]
    })
  for (const part of words('cache-from')) cacheUse('cache-from', name, part, sink)
  for (const part of words('cache-to')) cacheUse('cache-to', name, part, sink)
  for (const part of words('tags')) usePart('build-output', name, part, sink, { pullable: false })
  for (const { value } of pairsOf(childOf(bake, 'contexts'))) if (value) contextUse(name, value, sink)
}

function wordsOf(text: string): readonly Range[] {
  return [...text.matchAll(/\S+/g)].map(({ index, 0: word }) => ({ from: index, to: index + word.length }))
}

function cacheUses(role: 'cache-from' | 'cache-to', name: string, leaves: readonly Leaf[], sink: Sink): void {
  for (const leaf of leaves) {
    const whole = wholePart(leaf)
    if (whole === undefined) useWhole(role, name, leaf, sink)
    else cacheUse(role, name, whole, sink)
  }
}

function cacheUse(role: 'cache-from' | 'cache-to', name: string, part: Part, sink: Sink): void {
  if (part.value.text === '') return
  const found = cacheReferences(part.value.text)
  if (typeof found === 'string') return sink.refuse(part.leaf, found)
  const find = (text: string): readonly Range[] => {
    const ranges = cacheReferences(text)
    return typeof ranges === 'string' ? [] : ranges
  }
  for (const reference of partsOf(part, find)) usePart(role, name, reference, sink)
}

const IMAGE_CONTEXT = 'docker-image://'

function contextUse(name: string, part: Part, sink: Sink): void {
  if (!part.value.text.startsWith(IMAGE_CONTEXT)) return
  const find = (text: string): readonly Range[] => (text.startsWith(IMAGE_CONTEXT) ? [{ from: IMAGE_CONTEXT.length, to: text.length }] : [])
  for (const reference of partsOf(part, find)) {
    if (reference.value.text !== 'scratch') usePart('named-context', name, reference, sink)
    else sink.use({ role: 'named-context', owner: name, part: reference, resolution: local('scratch', 'scratch', reference.value) })
  }
}

/** BuildKit takes two build arguments for images (dockerfile frontend and SBOM scanner). */
function argumentUses(name: string, build: Tree, sink: Sink): void {
  const args = childOf(build, 'args')
  if (args === undefined) return
  for (const { name: argument, key, value } of pairsOf(args)) {
    if (argument !== 'BUILDKIT_SYNTAX' && argument !== 'BUILDKIT_ATTEST_SBOM') continue
    const part = value ?? inherited(argument, key)
    if (part === undefined) continue
    if (argument === 'BUILDKIT_ATTEST_SBOM') sbomUse(name, part, sink, true)
    else if (part.value.text !== '') syntaxUse(name, part, sink)
  }
}

function syntaxUse(name: string, part: Part, sink: Sink): void {
  for (const word of partsOf(part, (text) => [frontendRange(text)])) {
    const image = { ...word, value: frontendNamedIn(part.value) }
    if (image.value.text !== BUILT_IN) usePart('syntax', name, image, sink)
  }
}

/** The value of an argument that is only named: the project's environment has it. */
function inherited(name: string, key: Leaf): Part | undefined {
  const value = key.scope.lookup(name)
  return value && { leaf: key, value }
}

/** Docker's own scanner, where none is named (buildx and BuildKit). */
const DEFAULT_SCANNER = 'docker/buildkit-syft-scanner:stable-1'

function sbomUse(name: string, part: Part, sink: Sink, attested = false): void {
  const { text, via } = part.value
  const found = attested && text === '' ? 'default' : sbomGenerator(text)
  if (found === undefined) return
  if (found === 'default') {
    sink.use({ role: 'sbom', owner: name, part, resolution: resolveValue({ text: DEFAULT_SCANNER, unset: [], via }) })
    return
  }
  const find = (written: string): readonly Range[] => {
    const range = sbomGenerator(written)
    return range === undefined || range === 'default' ? [] : [range]
  }
  for (const reference of partsOf(part, find)) usePart('sbom', name, reference, sink)
}

// ---------------------------------------------------------------------------------------------- telling

interface Extra {
  readonly pullable?: boolean
}

const NOTHING: Extra = {}

function useWhole(role: Role, owner: string | undefined, tree: Tree | undefined, sink: Sink, extra = NOTHING): void {
  if (tree?.kind !== 'leaf' || tree.node.type !== 'string') return
  const whole = wholePart(tree)
  if (whole !== undefined) return usePart(role, owner, whole, sink, extra)
  const { text } = tree.node
  const expanded = expand(tree)
  const problem = `invalid interpolation format: ${expanded.kind === 'error' ? expanded.problem : text}; write $$ for a dollar sign that begins no variable`
  const part = { leaf: tree, value: { text, unset: [], via: [] }, raw: { from: 0, to: text.length } }
  const resolution: Resolution = { resolved: text, target: { kind: 'malformed', problem }, variables: [], via: [] }
  sink.use({ role, owner, part, resolution, pullable: extra.pullable })
}

function usePart(role: Role, owner: string | undefined, part: Part, sink: Sink, extra = NOTHING): void {
  const resolution = part.refused ? unresolvedValue(part.value) : role === 'model' ? resolveModel(part.value) : resolveValue(part.value)
  sink.use({ role, owner, part, resolution, pullable: extra.pullable })
}

function useLocal(role: Role, owner: string, leaf: Leaf, text: string, as: 'service', sink: Sink): void {
  const part = wholePart(leaf)
  if (part !== undefined) sink.use({ role, owner, part, resolution: local(text, as, part.value) })
}

function local(text: string, as: 'service' | 'scratch', { via }: Value): Resolution {
  return { resolved: text, target: { kind: 'local', as }, variables: [], via }
}

/** Docker Model Runner takes names without a slash from the namespace `ai`, and names on Hugging Face in any case. */
function resolveModel(value: Value): Resolution {
  const { text } = value
  const onHub = !text.includes('/') && text !== ''
  const name = onHub ? `ai/${text}` : /^(?:hf\.co|huggingface\.co)\//.test(text) ? withLowerCaseName(text) : text
  if (name === text) return resolveValue(value)
  const parsed = parseReference(name)
  const resolution = resolveValue(value)
  return parsed.kind === 'image' ? { ...resolution, resolved: text, target: parsed } : resolution
}

function withLowerCaseName(text: string): string {
  const colon = text.indexOf(':')
  return colon < 0 ? text.toLowerCase() : text.slice(0, colon).toLowerCase() + text.slice(colon)
}
