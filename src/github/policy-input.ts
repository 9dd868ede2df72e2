import { realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathWithin } from '../files/root.js'
import { openWorkspace } from '../files/workspace.js'
import { type Content } from '../model.js'
import { REMOTE } from '../policy/language.js'
import { type PolicySource } from '../policy/parse.js'
import { type Context } from './event.js'
import { type Ground } from './ground.js'
import { ownSource } from './policy-own.js'
import { type RemoteFetch } from './remote-policy.js'

/** What the policy of the input `policy-inline` is called in reports. */
export const INLINE = 'policy-inline'

export interface PolicyInputs {
  /** A path, or `owner/repo:path@ref`; empty if not given. */
  readonly policy: string
  /** YAML; empty if not given. */
  readonly inline: string
}

/** What the policies of a run are read with. */
export interface Reading {
  readonly ground: Ground
  readonly context: Context
  readonly inputs: PolicyInputs
  readonly remote: RemoteFetch
  readonly today: string
}

/** What the inputs add to the own policy. */
export type Added =
  | {
      readonly kind: 'added'
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
  | { readonly kind: 'problem'; readonly problem: string }

/** Reads the policies that the workflow's inputs name. */
export async function addedSources(reading: Reading): Promise<Added> {
  const { policy, inline } = reading.inputs
  const inlined = inline.trim() === '' ? [] : [{ path: INLINE, text: inline, own: false, base: '' }]
  const none = { kind: 'added', brought: [], gone: [], edited: false, notes: [] } as const
  if (policy === '') return { ...none, sources: inlined, proposed: inlined }
  const remote = REMOTE.exec(policy)
  if (remote === null) {
    if (policy.includes(':'))
      return { kind: 'problem', problem: `The policy ${JSON.stringify(policy)} is neither a path nor owner/repo:path@ref.` }
    const local = localPolicy(reading, policy)
    if (local.kind === 'problem') return local
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
  if (fetched.kind !== 'found') return { kind: 'problem', problem: `The policy ${policy} could not be read: ${fetched.problem}.` }
  const sources = [fetched.source, ...inlined]
  return { ...none, sources, proposed: sources }
}

/** A file that the workflow names: who has it, and as the change leaves it. */
type Local =
  | {
      readonly kind: 'local'
      readonly source: PolicySource
      readonly from: 'base' | 'base alone' | 'change' | 'workflow'
      readonly now?: PolicySource
    }
  | { readonly kind: 'problem'; readonly problem: string }

/**
 * The file of the input `policy`: as the trusted tree has it. What only the head has is the change's own; what no commit has was put there by an earlier
 * step of the workflow, and is the workflow's.
 */
function localPolicy({ ground }: Reading, input: string): Local {
  const full = resolve(ground.root, input)
  const path = pathWithin(ground.root, full) ?? pathThroughLinks(ground.root, full)
  const own = path === undefined ? undefined : localOf(ground, path)
  if (own !== undefined) return own
  const content = openWorkspace(dirname(full)).read(basename(full))
  if (content.kind === 'text') return { kind: 'local', source: { path: input, text: content.text, own: false, base: '' }, from: 'workflow' }
  const reason = content.kind === 'missing' ? 'is not there' : `cannot be read: ${content.problem}`
  return { kind: 'problem', problem: `The policy ${JSON.stringify(input)} ${reason}.` }
}

/** A file of the repository; undefined if neither side has it. The commit is asked only for what is not on disk, since that costs a git process. */
function localOf({ trusted, head, committed }: Ground, path: string): Local | undefined {
  const { files, revision } = trusted
  const base = files.read(path)
  const atHead = (): Content | undefined => (revision === undefined ? undefined : committed?.read(path))
  if (base.kind !== 'text') {
    const brought = atHead()
    return brought?.kind === 'text' ? { kind: 'local', source: ownSource(path, brought.text), from: 'change' } : undefined
  }
  const source = ownSource(path, base.text, revision)
  const onDisk = head.read(path)
  if (onDisk.kind === 'text') return { kind: 'local', source, from: 'base', now: ownSource(path, onDisk.text) }
  return { kind: 'local', source, from: (atHead()?.kind ?? 'text') === 'text' ? 'base' : 'base alone' }
}

/** The workspace may be named by a path with links above it. */
function pathThroughLinks(root: string, full: string): string | undefined {
  try {
    return pathWithin(root, join(realpathSync.native(dirname(full)), basename(full)))
  } catch {
    return undefined
  }
}
