import { type Base } from '../check.js'
import { changesSince, overlayBase } from '../files/changes.js'
import { resolveRevision } from '../files/revision.js'
import { topLevelOf } from '../files/root.js'
import { failure, type Failure } from './failure.js'
import { type Target } from './target.js'

/** The tree of `--base REV`, beside which only what is new fails. */
export async function openBase({ root, files }: Target, revision: string): Promise<Base | Failure> {
  if (topLevelOf(root) === undefined) return failure('--base needs a git checkout', `${root} is none`)
  const commit = resolveRevision(root, revision)
  if (commit.kind === 'failed') return failure(`--base ${revision}: ${commit.problem}`, 'in a shallow clone, fetch it first')
  const compared = await changesSince(root, commit.id, files)
  if (compared.kind === 'failed') return failure(`--base ${revision}: ${compared.problem}`)
  const { changes } = compared
  return { files: overlayBase(root, files, changes), changed: changes.changed, renamed: changes.renamed }
}
