import { type Base } from '../check.js'
import { baseBeside, changesSince } from '../files/changes.js'
import { resolveRevision } from '../files/revision.js'
import { topLevelOf } from '../files/root.js'
import { failure, type Failure } from './failure.js'
import { type Target } from './target.js'

/** The commit that `--base REV` names. */
export function findBase({ root }: Target, revision: string): string | Failure {
  if (topLevelOf(root) === undefined) return failure('--base needs a git checkout', `${root} is none`)
  const commit = resolveRevision(root, revision)
  return commit.kind === 'failed' ? failure(`--base ${revision}: ${commit.problem}`, 'in a shallow clone, fetch it first') : commit.id
}

/** The tree of that commit, beside which only what is new fails. */
export async function openBase({ root, files }: Target, revision: string, commit: string): Promise<Base | Failure> {
  const compared = await changesSince(root, commit, files)
  if (compared.kind === 'failed') return failure(`--base ${revision}: ${compared.problem}`)
  const { changes } = compared
  return baseBeside(root, files, changes)
}
