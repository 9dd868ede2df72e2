import { type Fetched, type FetchTarget, type PolicyLayer } from '../policy/layers.js'
import { type PolicySource } from '../policy/parse.js'
import { type Context } from './event.js'
import { type Reading } from './policy-input.js'
import { ownSource } from './policy-own.js'

/**
 * What `extends` names: a path is looked up in the tree that the policy itself came from, the head for what only the change has. With `asProposed` all is taken
 * as the change leaves it.
 */
export function fetching(reading: Reading, asProposed?: { readonly remotes: boolean }): (target: FetchTarget) => Promise<Fetched> {
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
      source: { ...ownSource(target.path, content.text, revision), base: target.from.base },
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
export function proposing(reading: Reading, layers: readonly PolicyLayer[]): (target: FetchTarget) => Promise<Fetched> {
  const known = new Set(layers.map(({ layer }) => layer.path))
  const all = fetching(reading, { remotes: true })
  const some = fetching(reading, { remotes: false })
  return (target) =>
    (!isForked(reading.context) || (target.kind === 'remote' && known.has(`${target.repository}:${target.path}`)) ? all : some)(target)
}
