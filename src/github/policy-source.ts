import { isAbsolute, basename, dirname, resolve } from 'node:path'
import { POLICY_NAMES } from '../files/policy-file.js'
import { openRevision } from '../files/revision.js'
import { pathWithin } from '../files/root.js'
import { openWorkspace } from '../files/workspace.js'
import { type Files, type JudgedProblem } from '../model.js'
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
  /** The change takes the policy away. */
  readonly removed?: JudgedProblem
  /** Nothing of this is in force yet: the base has no policy. */
  readonly first: boolean
  /** The workflow that runs us is not the base's. */
  readonly alert?: string
  readonly notes: readonly string[]
}

export type PoliciesResult =
  | { readonly kind: 'policies'; readonly policies: Policies }
  | { readonly kind: 'errors'; readonly errors: readonly PolicyError[] }
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
  const { ground } = reading
  const { trusted, head } = ground
  const compared = trusted.revision !== undefined
  const base = findOwn(trusted.files, trusted.revision)
  const now = compared ? findOwn(head) : base
  if (base.kind === 'problem') return base
  if (now.kind === 'problem') return now
  const judging = base.kind === 'source' ? base : now
  const added = await addedSources(reading)
  if ('problem' in added) return { kind: 'problem', problem: added.problem }
  const own = judging.kind === 'source' ? [judging.source] : []
  if (own.length + added.sources.length === 0) return { kind: 'problem', problem: NO_POLICY }
  const first = compared && base.kind === 'none' && now.kind === 'source'
  const loaded = await loadLayers(
    [...own, ...added.sources],
    fetching(reading, first ? head : trusted.files, !first || !isForked(reading.context)),
    reading.today,
  )
  if (loaded.kind === 'errors') return loaded
  const policies = { layers: loaded.layers, first, notes: added.notes, ...alertOf(reading) }
  if (!compared || base.kind === 'none') return { kind: 'policies', policies }
  if (now.kind === 'none' || now.source.path !== base.source.path) {
    return {
      kind: 'policies',
      policies: { ...policies, ...removedFrom(base.source, now.kind === 'source' ? now.source.path : undefined, loaded.layers) },
    }
  }
  const proposed = await loadLayers([now.source, ...added.sources], proposing(reading, loaded.layers), reading.today)
  if (proposed.kind === 'errors') {
    return {
      kind: 'errors',
      errors: proposed.errors.map((error) => ({ ...error, message: `${error.message} (as this change leaves it)` })),
    }
  }
  return { kind: 'policies', policies: sameText(loaded.layers, proposed.layers) ? policies : { ...policies, proposed: proposed.layers } }
}

const NO_POLICY = [
  `There is no policy. Looked for ${POLICY_NAMES.join(', ')}, and at the inputs policy and policy-inline.`,
  'The smallest one has three lines: "version: 1", "registries: any", "pin: tag"; `npx image-policy init` writes one that fits.',
].join(' ')

/** One side's own policy; more than one is an error, for nobody should have to know which holds. */
function findOwn(files: Files, revision?: string): Own {
  const found = POLICY_NAMES.flatMap((path) => {
    const content = files.read(path)
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

type Added = { readonly sources: readonly PolicySource[]; readonly notes: readonly string[] } | { readonly problem: string }

async function addedSources(reading: Reading): Promise<Added> {
  const { policy, inline } = reading.inputs
  const inlined = inline.trim() === '' ? [] : [{ path: INLINE, text: inline, own: false, base: '' }]
  if (policy === '') return { sources: inlined, notes: [] }
  const remote = REMOTE.exec(policy)
  if (remote === null) {
    if (policy.includes(':')) return { problem: `The policy ${JSON.stringify(policy)} is neither a path nor owner/repo:path@ref.` }
    const local = localPolicy(reading, policy)
    return 'problem' in local ? local : { sources: [local.source, ...inlined], notes: local.note === undefined ? [] : [local.note] }
  }
  const fetched = await reading.remote({ kind: 'remote', repository: remote[1] ?? '', path: remote[2] ?? '', ref: remote[3] ?? '' })
  return fetched.kind === 'found'
    ? { sources: [fetched.source, ...inlined], notes: [] }
    : { problem: `The policy ${policy} could not be read: ${fetched.problem}.` }
}

type Local = { readonly source: PolicySource; readonly note?: string } | { readonly problem: string }

/**
 * The file of the input `policy`: as the trusted tree has it. What only the head has is the change's own; what no commit has was put there by an earlier
 * step of the workflow, and is the workflow's.
 */
function localPolicy({ ground }: Reading, input: string): Local {
  const { root, trusted, commit } = ground
  const full = resolve(root, input)
  const path = isAbsolute(input) || pathWithin(root, full) === undefined ? undefined : pathWithin(root, full)
  const base = path === undefined ? undefined : trusted.files.read(path)
  if (path !== undefined && base?.kind === 'text') {
    const { revision } = trusted
    return { source: { path, ...(revision !== undefined && { revision }), text: base.text, own: true, base: '' } }
  }
  const ofHead =
    path === undefined || trusted.revision === undefined || commit === undefined ? undefined : openRevision(root, commit).read(path)
  if (path !== undefined && ofHead?.kind === 'text') {
    return {
      source: { path, text: ofHead.text, own: true, base: '' },
      note: `The base has no ${path}: the one of this change judges, and is not yet in force.`,
    }
  }
  const content = openWorkspace(dirname(full)).read(basename(full))
  if (content.kind === 'text') return { source: { path: input, text: content.text, own: false, base: '' } }
  return {
    problem: `The policy ${JSON.stringify(input)} ${content.kind === 'missing' ? 'is not there' : `cannot be read: ${content.problem}`}.`,
  }
}

/** What `extends` names: a path is looked up in the tree that the policy itself came from. */
function fetching({ remote, ground }: Reading, files: Files, remotes: boolean): (target: FetchTarget) => Promise<Fetched> {
  const revision = files === ground.head ? undefined : ground.trusted.revision
  return (target) => {
    if (target.kind === 'remote') return remotes ? remote(target) : Promise.resolve(NOT_FROM_A_FORK)
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
  const all = fetching(reading, reading.ground.head, true)
  const some = fetching(reading, reading.ground.head, false)
  return (target) =>
    (!isForked(reading.context) || (target.kind === 'remote' && known.has(`${target.repository}:${target.path}`)) ? all : some)(target)
}

function sameText(one: readonly PolicyLayer[], other: readonly PolicyLayer[]): boolean {
  const text = (layers: readonly PolicyLayer[]): string =>
    JSON.stringify(layers.map(({ policy: { source } }) => [source.path, source.text]))
  return text(one) === text(other)
}

function removedFrom(
  { path, revision }: PolicySource,
  to: string | undefined,
  layers: readonly PolicyLayer[],
): { removed?: JudgedProblem } {
  const setting = layers.find(({ layer }) => layer.path === path)?.policy.rules.get('policy-removed')?.severity?.value
  const severity = setting ?? RULE_FACTS['policy-removed'].severity
  if (severity === 'off') return {}
  const message = to === undefined ? `this change removes the policy ${path}` : `this change moves the policy from ${path} to ${to}`
  const advice = `Put it back to ${path}. Whoever may switch the policy off does that in the settings of the check, not in a pull request.`
  const policy = { path, ...(revision !== undefined && { revision }), line: 1 }
  return {
    removed: { file: path, message, findings: [{ rule: 'policy-removed', severity, state: 'new', message, advice, policy, scope: 'all' }] },
  }
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
