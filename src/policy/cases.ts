import { type Role, type RuleId } from '../model.js'
import { ROLES } from './language.js'
import { type PolicyError } from './policy.js'
import { RULE_FACTS, RULE_IDS } from './rule-facts.js'
import { list, object, text, word } from './schema.js'
import { type Complain } from './yaml.js'
import { readYaml } from './yaml-read.js'

/** What one reference must be told. */
export interface PolicyCase {
  readonly image: string
  /** The file that it would stand in. */
  readonly path: string
  readonly role: Role
  readonly expect: 'allowed' | 'refused'
  /** The rule that must refuse it, if it matters which. */
  readonly rule?: RuleId
  readonly line: number
}

export type PolicyCases =
  { readonly kind: 'cases'; readonly cases: readonly PolicyCase[] } | { readonly kind: 'errors'; readonly errors: readonly PolicyError[] }

const REFERENCE_RULES = RULE_IDS.filter((id) => RULE_FACTS[id].ofPolicy !== true && id !== 'unreadable')

const CASES = list(
  'a list of cases',
  object(
    { name: 'a case', required: ['image', 'expect'] },
    {
      image: text({ name: 'a reference', empty: true }),
      path: text({ name: 'a path' }),
      role: word('a role', ROLES),
      expect: word('a verdict', ['allowed', 'refused']),
      rule: word('a rule about references', REFERENCE_RULES),
    },
  ),
)

/** Reads a file of policy tests, a YAML list of `{ image, path?, role?, expect, rule? }`: the cases, or all that is wrong with it. Never rejects. */
export async function parseCases(path: string, source: string): Promise<PolicyCases> {
  const errors: PolicyError[] = []
  const complain: Complain = ({ line, column }, message, advice) => errors.push({ path, line, column, message, advice })
  const node = await readYaml(source, complain)
  const found = node === undefined ? undefined : CASES.read(node, complain)
  const cases = (found?.items ?? []).flatMap(({ at, image, path: file, role, expect, rule }): PolicyCase[] => {
    if (image === undefined || expect === undefined) return []
    if (rule !== undefined && expect.value === 'allowed')
      complain(rule.at, 'a rule refuses, and this case expects "allowed"', 'remove the rule, or expect: refused')
    const { value } = expect
    return [
      {
        image: image.value,
        path: file?.value ?? 'Dockerfile',
        role: role?.value ?? 'base',
        expect: value,
        line: at.line,
        ...(rule && { rule: rule.value }),
      },
    ]
  })
  return errors.length > 0 ? { kind: 'errors', errors } : { kind: 'cases', cases }
}
