import { POLICY_NAMES } from '../files/policy-file.js'
import { type Files } from '../model.js'
import { type PolicySource } from '../policy/parse.js'
import { type Ground } from './ground.js'

/** One side's own policy, if it has one. */
export type Own = { readonly kind: 'own'; readonly source?: PolicySource } | { readonly kind: 'problem'; readonly problem: string }

/** One side's own policy; more than one is an error, for nobody should have to know which holds. */
export function findOwn(files: Files, revision?: string): Own {
  const found = POLICY_NAMES.flatMap((path) => {
    const content = files.read(path)
    return content.kind === 'missing' ? [] : [{ path, content }]
  })
  const [one, other] = found
  const where = revision === undefined ? '' : ` at ${revision}`
  if (one === undefined) return { kind: 'own' }
  if (other !== undefined)
    return { kind: 'problem', problem: `There are two policies, ${one.path} and ${other.path}${where}: keep one of them.` }
  if (one.content.kind !== 'text') return { kind: 'problem', problem: `${one.path}${where} cannot be read: ${one.content.problem}.` }
  return { kind: 'own', source: ownSource(one.path, one.content.text, revision) }
}

/** What the change itself has: a file that a sparse checkout left out, or a step took away, is not gone from it. */
export function findOwnAtHead({ head, committed }: Ground): Own {
  const own = findOwn(head)
  return own.kind === 'problem' || own.source !== undefined || committed === undefined ? own : findOwn(committed)
}

/** A policy file of the repository: of the base with its revision, of the head without. */
export function ownSource(path: string, text: string, revision?: string): PolicySource {
  return { path, ...(revision !== undefined && { revision }), text, own: true, base: '' }
}
