import { compile } from './compile.js'
import { LANGUAGE } from './language.js'
import { type Policy, type PolicyError, type PolicySource } from './policy.js'
import { type Complain } from './yaml.js'
import { readYaml } from './yaml-read.js'

export { type PolicyError, type PolicySource } from './policy.js'

/** Largest policy file that is read, in UTF-16 units; real ones are a thousand times smaller. */
const MAX_CHARACTERS = 1024 * 1024

/** Errors that are told of one file; a reader corrects the first ones anyway. */
const MAX_ERRORS = 200

export type ParsedPolicy =
  { readonly kind: 'policy'; readonly policy: Policy } | { readonly kind: 'errors'; readonly errors: readonly PolicyError[] }

/**
 * Reads a policy file: either the compiled policy or everything that is wrong with it, sorted by place. Never rejects.
 * `today` (`YYYY-MM-DD`, UTC; the clock's by default) is what exceptions may not end too far ahead of.
 */
export async function parsePolicy(source: PolicySource, today?: string): Promise<ParsedPolicy> {
  const errors: PolicyError[] = []
  const { path, revision } = source
  const complain: Complain = (at, message, advice) => {
    errors.push({ path, ...(revision === undefined ? {} : { revision }), line: at.line, column: at.column, message, advice })
  }
  const policy = await read(source, complain, today)
  if (policy !== undefined && errors.length === 0) return { kind: 'policy', policy }
  if (errors.length === 0) complain({ line: 1, column: 1 }, 'the policy is empty', 'the smallest one has version: 1 and registries: any')
  return { kind: 'errors', errors: tidy(errors) }
}

async function read(source: PolicySource, complain: Complain, today: string | undefined): Promise<Policy | undefined> {
  const text = source.text.startsWith('\uFEFF') ? source.text.slice(1) : source.text
  if (text.length > MAX_CHARACTERS) {
    complain({ line: 1, column: 1 }, 'the policy is larger than 1 MiB', 'split it, or use patterns')
    return undefined
  }
  const node = await readYaml(text, complain)
  if (node === undefined || (node.kind === 'scalar' && node.type === 'null')) return undefined
  const said = LANGUAGE.read(node, complain)
  if (said === undefined) return undefined
  const policy = compile(said, source, complain, today)
  for (const globs of [...policy.conditions, ...Object.values(policy.files)]) await globs.ready
  return policy
}

/** In the order of the file, each once. */
function tidy(errors: readonly PolicyError[]): PolicyError[] {
  const sorted = [...errors].sort((a, b) => a.line - b.line || a.column - b.column || (a.message < b.message ? -1 : 1))
  const distinct = sorted.filter((error, index) => {
    const before = sorted[index - 1]
    return before === undefined || before.line !== error.line || before.column !== error.column || before.message !== error.message
  })
  return distinct.slice(0, MAX_ERRORS)
}
