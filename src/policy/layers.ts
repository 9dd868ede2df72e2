import { type Layer } from '../model.js'
import { REMOTE } from './language.js'
import { parsePolicy } from './parse.js'
import { type Policy, type PolicyError, type PolicySource } from './policy.js'

/** One policy file that holds, compiled. */
export interface PolicyLayer {
  readonly policy: Policy
  readonly layer: Layer
  /** Brought by the change that it judges, and by nothing that is in force. */
  readonly brought?: true
}

/** Whether the variables and exceptions of a layer may serve another one above it: whoever brings a policy does not excuse anything by it yet. */
export function maySpeakFor(below: PolicyLayer, above: PolicyLayer): boolean {
  return below.brought !== true || above.brought === true
}

/** What `extends` names: a path from the root, or a file of another repository. */
export type FetchTarget =
  | { readonly kind: 'path'; readonly path: string; readonly from: PolicySource }
  | { readonly kind: 'remote'; readonly repository: string; readonly path: string; readonly ref: string; readonly from?: PolicySource }

export type Fetched = { readonly kind: 'found'; readonly source: PolicySource } | { readonly kind: 'failed'; readonly problem: string }

/** Gets the file that an `extends` names. Never rejects. */
export type Fetch = (target: FetchTarget) => Promise<Fetched>

export type LoadedLayers =
  | { readonly kind: 'layers'; readonly layers: readonly PolicyLayer[] }
  | { readonly kind: 'errors'; readonly errors: readonly PolicyError[] }

/** How many `extends` may follow one another. */
const MAX_DEPTH = 5

interface Loading {
  readonly fetch: Fetch
  readonly today: string | undefined
  readonly layers: PolicyLayer[]
  readonly errors: PolicyError[]
  /** Files that are layers already: one that is reached twice is one layer. */
  readonly loaded: Set<string>
}

/**
 * Reads policy files and all that they extend: the repository's own file first, then the added ones; each is followed by what it extends,
 * which stands above it. Any error, also a policy that cannot be reached, means that nothing can be judged.
 * `today` is `YYYY-MM-DD`, UTC; the clock's by default.
 */
export async function loadLayers(sources: readonly PolicySource[], fetch: Fetch, today?: string): Promise<LoadedLayers> {
  const loading: Loading = { fetch, today, layers: [], errors: [], loaded: new Set() }
  for (const source of sources) await load(source, [], loading)
  return loading.errors.length > 0 ? { kind: 'errors', errors: loading.errors } : { kind: 'layers', layers: loading.layers }
}

async function load(source: PolicySource, chain: readonly string[], loading: Loading): Promise<void> {
  const identity = identityOf(source)
  if (loading.loaded.has(identity)) return
  loading.loaded.add(identity)
  const parsed = await parsePolicy(source, loading.today)
  if (parsed.kind === 'errors') {
    loading.errors.push(...parsed.errors)
    return
  }
  loading.layers.push({ policy: parsed.policy, layer: layerOf(parsed.policy) })
  for (const extended of parsed.policy.extends) await follow(parsed.policy, extended, [...chain, identity], loading)
}

async function follow(policy: Policy, extended: Policy['extends'][number], chain: readonly string[], loading: Loading): Promise<void> {
  const { path, revision } = policy.source
  const refuse = (message: string, advice: string): void => {
    loading.errors.push({
      path,
      ...(revision === undefined ? {} : { revision }),
      line: extended.at.line,
      column: extended.at.column,
      message,
      advice,
    })
  }
  if (chain.length > MAX_DEPTH) return refuse(`more than ${MAX_DEPTH} policies extend one another`, 'extend the one that is meant directly')
  const target = targetOf(extended.target, policy.source)
  if (target === undefined) return refuse(`"${extended.target}" leaves the repository`, 'write owner/repo:path@ref for a file elsewhere')
  const fetched = await loading.fetch(target)
  if (fetched.kind === 'failed')
    return refuse(`${extended.target} cannot be read: ${fetched.problem}`, 'nothing is judged until it can be read')
  const { source } = fetched
  if (chain.includes(identityOf(source))) return refuse(`${extended.target} extends this policy in turn`, 'remove one of the two extends')
  await load(source, chain, loading)
}

/** One file at one revision is one policy, however it is named. */
function identityOf(source: PolicySource): string {
  return `${source.revision ?? ''} ${source.path}`
}

function layerOf({ source, contact }: Policy): Layer {
  const { path, revision, own } = source
  return { path, ...(revision === undefined ? {} : { revision }), ...(contact === undefined ? {} : { contact }), own }
}

function targetOf(text: string, from: PolicySource): FetchTarget | undefined {
  const remote = REMOTE.exec(text)
  if (remote !== null) return { kind: 'remote', repository: remote[1] ?? '', path: remote[2] ?? '', ref: remote[3] ?? '', from }
  const path = join(from.base, text)
  return path === undefined ? undefined : { kind: 'path', path, from }
}

/** A path from the root; undefined if it leaves the root. */
function join(base: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined
  const parts: string[] = base === '' ? [] : base.split('/')
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}
