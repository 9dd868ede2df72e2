import { basicCredentials } from '../files/history.js'
import { compileGlobs, pathGlobFlaw } from '../policy/glob.js'
import { type Core } from './host.js'

/** The inputs of action.yml, read and validated. */
export interface Inputs {
  /** A path, or `owner/repo:path@ref`; empty if not given. */
  readonly policy: string
  readonly policyInline: string
  readonly scope: 'auto' | 'new' | 'all'
  readonly trusted: (branch: string) => boolean
  readonly failOn: 'error' | 'warning' | 'never'
  readonly comment: 'on-failure' | 'always' | 'never'
  readonly suggestions: boolean
  readonly sarifFile: string
  readonly workingDirectory: string
  readonly githubToken: string
  readonly policyToken: string
}

export type InputsResult = { readonly kind: 'inputs'; readonly inputs: Inputs } | { readonly kind: 'problem'; readonly problem: string }

/** Reads the inputs; the first that is not one of its words is the problem. Tokens are masked in the log from here on. */
export async function readInputs(core: Pick<Core, 'getInput' | 'setSecret'>): Promise<InputsResult> {
  const problems: string[] = []
  const oneOf = <Word extends string>(name: string, words: readonly [Word, ...Word[]]): Word => {
    const given = core.getInput(name)
    const word = given === '' ? words[0] : words.find((one) => one === given)
    if (word === undefined) problems.push(`The input ${name} is ${JSON.stringify(given)}; it can be ${words.join(', ')}.`)
    return word ?? words[0]
  }
  const secret = (name: string): string => {
    const value = core.getInput(name)
    if (value === '') return value
    core.setSecret(value)
    core.setSecret(basicCredentials(value)) // what git sends
    return value
  }
  const branches = core
    .getInput('trusted-branches')
    .split(/[\s,]+/)
    .filter((pattern) => pattern !== '')
  for (const pattern of branches) {
    const flaw = pathGlobFlaw(pattern)
    if (flaw !== undefined) problems.push(`The input trusted-branches: ${flaw.message}; ${flaw.advice}.`)
  }
  const globs = compileGlobs(problems.length > 0 ? [] : branches, '')
  await globs.ready
  const inputs: Inputs = {
    policy: core.getInput('policy'),
    policyInline: core.getInput('policy-inline'),
    scope: oneOf('scope', ['auto', 'new', 'all']),
    trusted: (branch) => globs.matches(branch),
    failOn: oneOf('fail-on', ['error', 'warning', 'never']),
    comment: oneOf('comment', ['on-failure', 'always', 'never']),
    suggestions: oneOf('suggestions', ['true', 'false']) === 'true',
    sarifFile: core.getInput('sarif-file'),
    workingDirectory: core.getInput('working-directory'),
    githubToken: secret('github-token'),
    policyToken: secret('policy-token'),
  }
  const [problem] = problems
  return problem === undefined ? { kind: 'inputs', inputs } : { kind: 'problem', problem }
}
