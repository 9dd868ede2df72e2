import { loadLayers, type PolicyLayer } from '../policy/layers.js'
import { type PolicyError } from '../policy/policy.js'
import { type Arguments } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { policyFetcher } from './fetch-policy.js'
import { type Io } from './io.js'
import { policySources } from './policy-file.js'
import { type Target } from './target.js'

/** The layers that hold for a target; every error of every file at once, if there is one. */
export async function readLayers(
  { files, root, folders, today }: Target,
  given: Arguments,
  io: Io,
): Promise<readonly PolicyLayer[] | Failure> {
  const sources = policySources(files, root, folders, given.values('policy'), io.workingFolder)
  if (isFailure(sources)) return sources
  const loaded = await loadLayers(sources, policyFetcher(files, io.env), today)
  if (loaded.kind === 'layers') return loaded.layers
  const count = loaded.errors.length
  return failure(`nothing was judged: ${count === 1 ? 'an error' : `${count} errors`} in the policy`, ...tellErrors(loaded.errors))
}

/** Errors of a policy or of a file like it, a line for each place and one for what to do. */
export function tellErrors(errors: readonly PolicyError[]): string[] {
  return errors.flatMap(({ path, revision, line, column, message, advice }) => [
    `${path}${revision === undefined ? '' : `@${revision.slice(0, 7)}`}:${line}:${column}  ${message}`,
    ...(advice === '' ? [] : [`  ${advice}`]),
  ])
}
