import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { POLICY_NAMES } from '../files/policy-file.js'
import { openRevision } from '../files/revision.js'
import { pathWithin } from '../files/root.js'
import { openWorkspace } from '../files/workspace.js'
import { type Content, type JudgedProblem } from '../model.js'
import { REMOTE } from '../policy/language.js'
import { type Fetched, type FetchTarget, loadLayers, type PolicyLayer } from '../policy/layers.js'
import { type PolicyError, type PolicySource } from '../policy/parse.js'
import { RULE_FACTS } from '../policy/rule-facts.js'
import { type Context } from './event.js'
import { type Ground } from './ground.js'
import { type RemoteFetch } from './remote-policy.js'

/** What the policy of the input `policy-inline` is called in reports. */
export const INLINE = 'policy-inline'

/** The policies of a run. */
export interface Policies {
  /** They judge. */
  readonly layers: readonly PolicyLayer[]
  /** What would judge once this change is merged, if that is something else. */
  readonly proposed?: readonly PolicyLayer[]
  /** The policies that the change takes away. */
  readonly removed: readonly JudgedProblem[]
  /** Nothing of this is in force yet: the base has no policy. */
  readonly first: boolean
  /** The workflow that runs us is not the base's. */
  readonly alert?: string
  readonly notes: readonly string[]
}

export type PoliciesResult =
  | { readonly kind: 'policies'; readonly policies: Policies }
  /** `repaired`: they are the base's, whose policy the change edits. */
  | { readonly kind: 'errors'; readonly errors: readonly PolicyError[]; readonly repaired?: boolean }
  | { readonly kind: 'problem'; readonly problem: string }

export interface PolicyInputs {
  /** A path, or `owner/repo:path@ref`; empty if not given. */
  readonly policy: string
  /** YAML; empty if not given. */
  readonly inline: string
}

/** Reads on until a tree that is fetched piece by piece has all that was asked for: each extended policy is one round. */
const MAX_ROUNDS = 20

/** Finds the policies that judge: those of the trusted tree, or where it has none, the head's. */
export async function readPolicies(
  ground: Ground,
  context: Context,
  inputs: PolicyInputs,
  remote: RemoteFetch,
  today: string,
): Promise<PoliciesResult> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const result = await readOnce({ ground, context, inputs, remote, today })
    const filled = await ground.trusted.fill()
    if (typeof filled !== 'number')
      return { kind: 'problem', problem: `The policy of ${ground.trusted.revision ?? 'the base'} could not be read: ${filled.problem}` }
    if (filled === 0) return result
  }
  return { kind: 'problem', problem: 'The policy pulls in too many files.' }
}

interface Reading {
  readonly ground: Ground
  readonly context: Context
  readonly inputs: PolicyInputs
  readonly remote: RemoteFetch
  readonly today: string
}

/** One side's own policy. */
type Own =
  | { readonly kind: 'source'; readonly source: PolicySource }
  | { readonly kind: 'none' }
  | { readonly kind: 'problem'; readonly problem: string }

async function readOnce(reading: Reading): Promise<PoliciesResult> {
  const { ground, today } = reading
  const { trusted } = ground
  const compared = trusted.revision !== undefined
  const base = findOwn((path) => trusted.files.read(path), trusted.revision)
  const now = compared ? findOwnAtHead(ground) : base
  if (base.kind === 'problem') return base
  if (now.kind === 'problem') return now
  const added = await addedSources(reading)
  if ('problem' in added) return { kind: 'problem', problem: added.problem }
  const first = compared && base.kind === 'none' && now.kind === 'source'
  const judging = base.kind === 'source' ? base : now
  const own = judging.kind === 'source' ? [judging.source] : []
  const sources = [...own, ...added.sources]
  if (sources.length === 0) return { kind: 'problem', problem: NO_POLICY }
  const fetch = fetching(reading)
  const loaded = await loadLayers(sources, fetch, today)
  const repairs = added.edited || (base.kind === 'source' && !(now.kind === 'source' && now.source.text === base.source.text))
  if (loaded.kind === 'errors') return { ...loaded, repaired: repairs }
  const brought = new Set([...(first ? own : []), ...added.brought])
  const others = sources.filter((source) => !brought.has(source))
  const inForce = brought.size === 0 ? loaded : await loadLayers(others, fetch, today)
  if (inForce.kind === 'errors') return inForce
  const layers = tellApart(loaded.layers, inForce.layers)
  const moved = base.kind === 'source' ? removedFrom(ground, base.source, now.kind === 'source' ? now.source.path : undefined, layers) : []
  const gone = added.gone.flatMap((source) => removedFrom(ground, source, undefined, layers))
  const policies = { layers, first, removed: [...moved, ...gone], notes: added.notes, ...alertOf(reading) }
  const kept = base.kind === 'source' && now.kind === 'source' && now.source.path === base.source.path
  const none = base.kind === 'none' && now.kind === 'none'
  if (!compared || !(kept || (none && added.edited))) return { kind: 'policies', policies }
  const ownNow = now.kind === 'source' ? [now.source] : []
  const proposed = await loadLayers([...ownNow, ...added.proposed], proposing(reading, layers), today)
  if (proposed.kind === 'errors') {
    return {
      kind: 'errors',
      errors: proposed.errors.map((error) => ({ ...error, message: `${error.message} (as this change leaves it)` })),
    }
  }
  const edited = !sameText(layers, proposed.layers) && isEdited(ground, proposed.layers)
  return { kind: 'policies', policies: edited ? { ...policies, proposed: proposed.layers } : policies }
}

/** Marks what the policies that are in force do not have as a layer: the change brings it. */
function tellApart(layers: readonly PolicyLayer[], inForce: readonly PolicyLayer[]): readonly PolicyLayer[] {
  const identity = ({ layer }: PolicyLayer): string => `${layer.revision ?? ''} ${layer.path}`
  const known = new Set(inForce.map(identity))
  return layers.map((layer) => (known.has(identity(layer)) ? layer : { ...layer, proposed: true }))
}

/** What the change itself has: a file that a sparse checkout left out, or a step took away, is not gone from it. */
function findOwnAtHead({ head, root, commit }: Ground): Own {
  const own = findOwn((path) => head.read(path))
  if (own.kind !== 'none' || commit === undefined) return own
  const committed = openRevision(root, commit)
  return findOwn((path) => committed.read(path))
}

/** Whether the change edits one of the policies that it would bring, and not the base alone since the two parted. */
function isEdited({ base }: Ground, proposed: readonly PolicyLayer[]): boolean {
  if (base === undefined) return true
  return proposed.some(({ policy: { source } }) => {
    if (!source.own || source.revision !== undefined) return false
    const before = base.files.read(source.path)
    return before.kind !== 'text' || before.text !== source.text
  })
}

const NO_POLICY = [
  `There is no policy. Looked for ${POLICY_NAMES.join(', ')}, and at the inputs policy and policy-inline.`,
  'The smallest one has three lines: "version: 1", "registries: any", "pin: tag"; `npx image-policy init` writes one that fits.',
].join(' ')

/** One side's own policy; more than one is an error, for nobody should have to know which holds. */
function findOwn(read: (path: string) => Content, revision?: string): Own {
  const found = POLICY_NAMES.flatMap((path) => {
    const content = read(path)
    return content.kind === 'missing' ? [] : [{ path, content }]
  })
  const [one, other] = found
  const where = revision === undefined ? '' : ` at ${revision}`
  if (one === undefined) return { kind: 'none' }
  if (other !== undefined)
    return { kind: 'problem', problem: `There are two policies, ${one.path} and ${other.path}${where}: keep one of them.` }
  if (one.content.kind !== 'text')
    return {
      kind: 'problem',
      problem: `${one.path}${where} cannot be read: ${one.content.kind === 'unreadable' ? one.content.problem : ''}.`,
    }
  return {
    kind: 'source',
    source: { path: one.path, ...(revision !== undefined && { revision }), text: one.content.text, own: true, base: '' },
  }
}

type Added =
  | {
      readonly sources: readonly PolicySource[]
      /** The same as the change leaves them. */
      readonly proposed: readonly PolicySource[]
      /** Those of them that only the change has. */
      readonly brought: readonly PolicySource[]
      /** Those of them that the change removes. */
      readonly gone: readonly PolicySource[]
      /** The change edits one. */
      readonly edited: boolean
      readonly notes: readonly string[]
    }
  | { readonly problem: string }

async function addedSources(reading: Reading): Promise<Added> {
  const { policy, inline } = reading.inputs
  const inlined = inline.trim() === '' ? [] : [{ path: INLINE, text: inline, own: false, base: '' }]
  const none = { brought: [], gone: [], edited: false, notes: [] }
  if (policy === '') return { ...none, sources: inlined, proposed: inlined }
  const remote = REMOTE.exec(policy)
  if (remote === null) {
    if (policy.includes(':')) return { problem: `The policy ${JSON.stringify(policy)} is neither a path nor owner/repo:path@ref.` }
    const local = localPolicy(reading, policy)
    if ('problem' in local) return local
    const { source, from, now = source } = local
    const sources = [source, ...inlined]
    const proposed = [now, ...inlined]
    if (from === 'change') {
      const note = `The base has no ${source.path}: the one of this change judges, and is not yet in force.`
      return { ...none, sources, proposed, brought: [source], notes: [note] }
    }
    return { ...none, sources, proposed, edited: now.text !== source.text, ...(from === 'base alone' && { gone: [source] }) }
  }
  const fetched = await reading.remote({ kind: 'remote', repository: remote[1] ?? '', path: remote[2] ?? '', ref: remote[3] ?? '' })
  if (fetched.kind !== 'found') return { problem: `The policy ${policy} could not be read: ${fetched.problem}.` }
  const sources = [fetched.source, ...inlined]
  return { ...none, sources, proposed: sources }
}

/** A file that the workflow names: who has it, and as the change leaves it. */
type Local =
  | { readonly source: PolicySource; readonly from: 'base' | 'base alone' | 'change' | 'workflow'; readonly now?: PolicySource }
  | { readonly problem: string }

/**
 * The file of the input `policy`: as the trusted tree has it. What only the head has is the change's own; what no commit has was put there by an earlier
 * step of the workflow, and is the workflow's.
 */
function localPolicy({ ground }: Reading, input: string): Local {
  const { root, trusted, commit } = ground
  const full = resolve(root, input)
  const path = pathWithin(root, full) ?? pathThroughLinks(root, full)
  const base = path === undefined ? undefined : trusted.files.read(path)
  const { revision } = trusted
  const compared = path !== undefined && revision !== undefined && commit !== undefined
  if (path !== undefined && base?.kind === 'text') {
    const source = { path, ...(revision !== undefined && { revision }), text: base.text, own: true, base: '' }
    const onDisk = ground.head.read(path)
    if (onDisk.kind === 'text') return { source, from: 'base', now: { path, text: onDisk.text, own: true, base: '' } }
    return { source, from: compared && openRevision(root, commit).read(path).kind !== 'text' ? 'base alone' : 'base' }
  }
  const ofHead = compared ? openRevision(root, commit).read(path) : undefined
  if (path !== undefined && ofHead?.kind === 'text') return { source: { path, text: ofHead.text, own: true, base: '' }, from: 'change' }
  const content = openWorkspace(dirname(full)).read(basename(full))
  if (content.kind === 'text') return { source: { path: input, text: content.text, own: false, base: '' }, from: 'workflow' }
  return {
    problem: `The policy ${JSON.stringify(input)} ${content.kind === 'missing' ? 'is not there' : `cannot be read: ${content.problem}`}.`,
  }
}

/** The workspace may be named by a path with links above it. */
function pathThroughLinks(root: string, full: string): string | undefined {
  try {
    return pathWithin(root, join(realpathSync.native(dirname(full)), basename(full)))
  } catch {
    return undefined
  }
}

/**
 * What `extends` names: a path is looked up in the tree that the policy itself came from, the head for what only the change has. With `asProposed` all is taken
 * as the change leaves it.
 */
function fetching(reading: Reading, asProposed?: { readonly remotes: boolean }): (target: FetchTarget) => Promise<Fetched> {
  const { remote, ground } = reading
  const { trusted, head } = ground
  return (target) => {
    const ofChange = trusted.revision !== undefined && isOfHead(target.from)
    const remotes = asProposed?.remotes ?? !(ofChange && isForked(reading.context))
    if (target.kind === 'remote') return remotes ? remote(target) : Promise.resolve(NOT_FROM_A_FORK)
    const files = asProposed !== undefined || ofChange ? head : trusted.files
    const revision = files === head ? undefined : trusted.revision
    const elsewhere = REMOTE_SOURCE.exec(target.from.path)
    if (elsewhere !== null)
      return remote({ kind: 'remote', repository: elsewhere[1] ?? '', path: target.path, ref: target.from.revision ?? '' })
    const content = files.read(target.path)
    if (content.kind !== 'text')
      return Promise.resolve({ kind: 'failed', problem: content.kind === 'missing' ? 'there is no such file' : content.problem })
    return Promise.resolve({
      kind: 'found',
      source: { path: target.path, ...(revision !== undefined && { revision }), text: content.text, own: true, base: target.from.base },
    })
  }
}

/** A file of the repository as the head has it: the base's has a revision, and what the workflow itself gives is not the repository's. */
function isOfHead(source: PolicySource | undefined): boolean {
  return source?.own === true && source.revision === undefined
}

/** Our token reads what a fork's author may not; an error message must not show it to them. */
const NOT_FROM_A_FORK: Fetched = { kind: 'failed', problem: 'the policy of a fork cannot pull in another repository before it is merged' }

/** `acme/.github:image-policy.yml`, as remote policies are named. */
const REMOTE_SOURCE = /^([\w.-]+\/[\w.-]+):/

function isForked({ event }: Context): boolean {
  return event.kind === 'pull-request' && event.fork
}

/** For the policy as the change leaves it: of other repositories a fork gets what the policy in force reads anyway. */
function proposing(reading: Reading, layers: readonly PolicyLayer[]): (target: FetchTarget) => Promise<Fetched> {
  const known = new Set(layers.map(({ layer }) => layer.path))
  const all = fetching(reading, { remotes: true })
  const some = fetching(reading, { remotes: false })
  return (target) =>
    (!isForked(reading.context) || (target.kind === 'remote' && known.has(`${target.repository}:${target.path}`)) ? all : some)(target)
}

function sameText(one: readonly PolicyLayer[], other: readonly PolicyLayer[]): boolean {
  const text = (layers: readonly PolicyLayer[]): string =>
    JSON.stringify(layers.map(({ policy: { source } }) => [source.path, source.text]))
  return text(one) === text(other)
}

/** What is said of a policy that the change takes away, or moves; nothing where it never had it, since it began before the base did. */
function removedFrom(
  { base }: Ground,
  { path, revision }: PolicySource,
  to: string | undefined,
  layers: readonly PolicyLayer[],
): readonly JudgedProblem[] {
  if (to === path || base?.files.read(path).kind === 'missing') return []
  const setting = layers.find(({ layer }) => layer.path === path)?.policy.rules.get('policy-removed')?.severity?.value
  const severity = setting ?? RULE_FACTS['policy-removed'].severity
  if (severity === 'off') return []
  const message = to === undefined ? `this change removes the policy ${path}` : `this change moves the policy from ${path} to ${to}`
  const advice = `Put it back to ${path}. Whoever may switch the policy off does that in the settings of the check, not in a pull request.`
  const policy = { path, ...(revision !== undefined && { revision }), line: 1 }
  return [{ file: path, message, findings: [{ rule: 'policy-removed', severity, state: 'new', message, advice, policy, scope: 'all' }] }]
}

/** The workflow file decides whether and how we run, and under `pull_request` it is the change's own. */
function alertOf({ ground, context }: Reading): { alert?: string } {
  const { workflow, repository, event } = context
  if (ground.trusted.revision === undefined || workflow?.repository !== `${repository.owner}/${repository.name}`) return {}
  if (event.kind === 'pull-request' && event.target) return {} // runs the default branch's own
  const base = ground.trusted.files.read(workflow.path)
  const head = ground.head.read(workflow.path)
  if (head.kind === 'missing' || (base.kind === 'text' && head.kind === 'text' && base.text === head.text)) return {}
  return {
    alert: `The workflow that runs this check, ${workflow.path}, is ${base.kind === 'missing' ? 'not in the base' : "not the base's"}.`,
  }
}
