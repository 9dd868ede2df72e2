import { POLICY_NAMES } from '../files/policy-file.js'
import { type JudgedProblem } from '../model.js'
import { type LoadedLayers, loadLayers, type PolicyLayer } from '../policy/layers.js'
import { type PolicyError, type PolicySource } from '../policy/parse.js'
import { RULE_FACTS } from '../policy/rule-facts.js'
import { type Context } from './event.js'
import { type Ground } from './ground.js'
import { fetching, proposing } from './policy-fetch.js'
import { addedSources, type PolicyInputs, type Reading } from './policy-input.js'
import { findOwn, findOwnAtHead } from './policy-own.js'
import { type RemoteFetch } from './remote-policy.js'

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

async function readOnce(reading: Reading): Promise<PoliciesResult> {
  const { ground, today } = reading
  const { files, revision } = ground.trusted
  const base = findOwn(files, revision)
  const now = revision === undefined ? base : findOwnAtHead(ground)
  if (base.kind === 'problem') return base
  if (now.kind === 'problem') return now
  const added = await addedSources(reading)
  if (added.kind === 'problem') return added
  const first = base.source === undefined && now.source !== undefined
  const judging = base.source ?? now.source
  const own = judging === undefined ? [] : [judging]
  const loaded = await loadJudging([...own, ...added.sources], [...(first ? own : []), ...added.brought], reading)
  if (loaded === undefined) return { kind: 'problem', problem: NO_POLICY }
  if (loaded.kind === 'errors')
    return { ...loaded, repaired: added.edited || (base.source !== undefined && base.source.text !== now.source?.text) }
  const { layers } = loaded
  const moved = base.source === undefined ? [] : removedFrom(ground, base.source, now.source?.path, layers)
  const gone = added.gone.flatMap((source) => removedFrom(ground, source, undefined, layers))
  const policies = { layers, first, removed: [...moved, ...gone], notes: added.notes, ...alertOf(reading) }
  const isKept = revision !== undefined && base.source?.path === now.source?.path
  if (!isKept || (now.source === undefined && !added.edited)) return { kind: 'policies', policies }
  const ownNow = now.source === undefined ? [] : [now.source]
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

/** The layers that judge; those that the policies in force do not have are marked as brought. Undefined without a policy. */
async function loadJudging(
  sources: readonly PolicySource[],
  brought: readonly PolicySource[],
  reading: Reading,
): Promise<LoadedLayers | undefined> {
  if (sources.length === 0) return undefined
  const fetch = fetching(reading)
  const loaded = await loadLayers(sources, fetch, reading.today)
  if (loaded.kind === 'errors' || brought.length === 0) return loaded
  const inForce = await loadLayers(
    sources.filter((source) => !brought.includes(source)),
    fetch,
    reading.today,
  )
  if (inForce.kind === 'errors') return inForce
  const identity = ({ layer }: PolicyLayer): string => `${layer.revision ?? ''} ${layer.path}`
  const known = new Set(inForce.layers.map(identity))
  return { kind: 'layers', layers: loaded.layers.map((layer) => (known.has(identity(layer)) ? layer : { ...layer, brought: true })) }
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
