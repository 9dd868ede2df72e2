import { readFileSync } from 'node:fs'
import { check, type CheckOptions } from '../check.js'
import { GitFailure } from '../files/revision.js'
import { type Report } from '../model.js'
import { type PolicyError } from '../policy/parse.js'
import { logSafe, visible } from '../report/escape.js'
import { summarize } from '../report/summary.js'
import { counted, layerName } from '../report/words.js'
import { RULES } from '../rules/index.js'
import { type Api } from './api.js'
import { type Context, readContext } from './event.js'
import { type Ground, prepare } from './ground.js'
import { type Host } from './host.js'
import { type Inputs, readInputs } from './inputs.js'
import { parseJson } from './json.js'
import { INLINE } from './policy-input.js'
import { type Policies, readPolicies } from './policy-source.js'
import { type Outcome, tellFailure, tellLog, tellPullRequest, writeFiles, writeSummary } from './publish.js'
import { remotePolicies } from './remote-policy.js'

/** UTF-16 units of a line that says why the step failed. */
const MAX_REASON = 2_000

/** Policy errors that become annotations: GitHub keeps ten errors of a step, and the step's own is one. */
const MAX_POLICY_ERRORS = 9

/** The action. Every way out but a judged pass fails the step; reporting changes nothing of that. */
export async function run(host: Host): Promise<void> {
  try {
    const prepared = await judgeRun(host)
    if (prepared.kind === 'failure') return await fail(host, prepared.reasons, prepared)
    await publish(host, prepared)
  } catch (error) {
    await fail(host, [reasonOf(error)])
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof GitFailure) return `${error.message}.`
  return `Image Policy itself failed: ${error instanceof Error ? error.message : String(error)}`
}

interface Judged {
  readonly kind: 'judged'
  readonly context: Context
  readonly inputs: Inputs
  readonly outcome: Outcome
}

interface Failure {
  readonly kind: 'failure'
  readonly reasons: readonly string[]
  readonly errors?: readonly PolicyError[]
  /** As far as that is known. */
  readonly about?: { readonly context: Context; readonly inputs: Inputs }
}

function failure(...reasons: string[]): Failure {
  return { kind: 'failure', reasons }
}

async function judgeRun(host: Host): Promise<Judged | Failure> {
  const read = await readInputs(host.core)
  if (read.kind === 'problem') return failure(read.problem)
  const { inputs } = read
  const told = readContext(host.env, readPayload(host))
  if (told.kind === 'problem') return failure(told.problem)
  const { context } = told
  const judged = await judgeFor(host, inputs, context).catch((error: unknown) => failure(reasonOf(error)))
  return judged.kind === 'failure' ? { ...judged, about: { context, inputs } } : judged
}

async function judgeFor(host: Host, inputs: Inputs, context: Context): Promise<Judged | Failure> {
  const api = lazily(host, inputs.githubToken)
  const policyApi = inputs.policyToken === '' || inputs.policyToken === inputs.githubToken ? api : lazily(host, inputs.policyToken)
  const grounds = await prepare({
    context,
    env: host.env,
    ...(api && { api }),
    token: inputs.githubToken,
    workingDirectory: inputs.workingDirectory,
    trusted: inputs.trusted,
    compare: comparesWithBase(inputs, context),
  })
  if (grounds.kind === 'problem') return failure(grounds.problem)
  const { ground } = grounds
  const today = host.now().toISOString().slice(0, 'YYYY-MM-DD'.length)
  const repository = `${context.repository.owner}/${context.repository.name}`
  const asked = { policy: inputs.policy, inline: inputs.policyInline }
  const policies = await readPolicies(ground, context, asked, remotePolicies(policyApi, repository), today)
  if (policies.kind === 'problem') return failure(policies.problem)
  if (policies.kind === 'errors') {
    const count = policies.errors.length
    const until = `The policy has ${counted(count, 'error')}; nothing is judged until ${count === 1 ? 'it is' : 'they are'} corrected.`
    return {
      kind: 'failure',
      reasons: policies.repaired ? [until, REPAIRED] : [until],
      errors: policies.errors,
    }
  }
  const outcome = await judge(ground, policies.policies, { today, repository }, context, inputs)
  return { kind: 'judged', context, inputs, outcome }
}

/** A check that is required, and cannot pass, is for an administrator to step over. */
const REPAIRED =
  'They are in the policy of the base, and this change edits it: no change may judge itself, so somebody who may bypass this check has to merge it.'

function readPayload({ env }: Host): unknown {
  try {
    return parseJson(readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))
  } catch {
    return undefined
  }
}

/** With the scope `all` the base tells which files have changed: those are read whatever their names. */
function comparesWithBase({ scope }: Inputs, { event }: Context): boolean {
  return scope === 'new' || event.kind !== 'other'
}

/** A client that is loaded with the first question; none without a token. */
function lazily(host: Host, token: string): Api | undefined {
  if (token === '') return undefined
  let opened: Promise<Api> | undefined
  const open = (): Promise<Api> => (opened ??= host.connect(token, (line) => host.core.info(logSafe(line))))
  return {
    request: async (route, parameters) => (await open()).request(route, parameters),
    graphql: async (query) => (await open()).graphql(query),
  }
}

async function judge(
  ground: Ground,
  policies: Policies,
  run: { readonly today: string; readonly repository: string },
  context: Context,
  inputs: Inputs,
): Promise<Outcome> {
  const options: CheckOptions = {
    paths: ground.paths,
    platforms: { target: 'linux/amd64', build: 'linux/amd64' },
    envFiles: [],
    ...run,
    ...(ground.base && { base: ground.base, everythingIsNew: inputs.scope === 'all' }),
  }
  const judged = await check(ground.head, policies.layers, options)
  const proposed = policies.proposed && (await check(ground.head, policies.proposed, options))
  const notes = [...notesOf(ground, policies, context, proposed), ...judged.notes]
  const report: Report = { ...judged, problems: [...policies.removed, ...judged.problems], notes }
  const summary = summarize(report)
  return {
    report,
    summary,
    ...(proposed && { proposed }),
    ...(policies.first && { title: 'Image policy (not yet in force)' }),
    ...(policies.alert !== undefined && { alert: policies.alert }),
    ground,
    rules: RULES,
    bad: summary.errors > 0 || (inputs.failOn === 'warning' && summary.warnings > 0),
  }
}

function notesOf(ground: Ground, policies: Policies, { event }: Context, proposed: Report | undefined): readonly string[] {
  const notes: string[] = []
  if (policies.first)
    notes.push(`The base has no policy: the one of this ${event.kind === 'push' ? 'push' : 'change'} judges, and is not yet in force.`)
  if (proposed !== undefined) {
    const { errors, warnings } = summarize(proposed)
    notes.push(
      `This change edits the policy. The base's judges; as edited it gives ${counted(errors, 'error')} and ${counted(warnings, 'warning')}.`,
    )
  }
  return [...notes, ...policies.notes, ...ground.notes]
}

/** First what costs nothing and decides, then what needs the network. */
async function publish(host: Host, { context, inputs, outcome }: Judged): Promise<void> {
  const { core } = host
  const failed = outcome.bad && inputs.failOn !== 'never'
  const { errors, warnings, references, files, existing } = outcome.summary
  const counts = `${counted(errors, 'error')}, ${counted(warnings, 'warning')} (${counted(references, 'reference')} in ${counted(files, 'file')}, ${existing} existing)`
  await attempt(host, () => core.setOutput('result', failed ? 'fail' : 'pass'))
  await attempt(host, () => writeFiles(host, inputs, outcome))
  await attempt(host, () => tellLog(host, outcome))
  if (failed) core.setFailed(`Image policy: ${counts}`)
  else core.info(`Image policy: ${counts}`)
  await attempt(host, () => writeSummary(host, context, inputs, outcome))
  await attempt(host, () => tellPullRequest(host, context, inputs, outcome))
}

/** Reporting can never change the verdict: what fails here is a warning. */
async function attempt({ core }: Host, report: () => void | Promise<void>): Promise<void> {
  try {
    await report()
  } catch (error) {
    core.warning(`A report could not be written: ${logSafe(error instanceof Error ? error.message : String(error))}`)
  }
}

async function fail(host: Host, reasons: readonly string[], { errors = [], about }: Pick<Failure, 'errors' | 'about'> = {}): Promise<void> {
  const { core } = host
  await attempt(host, () => core.setOutput('result', 'fail'))
  const told = errors.map(
    ({ path, revision, line, column, message, advice }) => `${layerName({ path, revision })}:${line}:${column}: ${message}; ${advice}`,
  )
  for (const [index, { path, line, column }] of errors.slice(0, MAX_POLICY_ERRORS).entries()) {
    const place =
      path.includes(':') || path === INLINE || visible(path) !== path ? {} : { file: path, startLine: line, startColumn: column }
    core.error(logSafe(told[index] ?? '', MAX_REASON), { title: 'Image policy: error in the policy', ...place })
  }
  for (const line of told) core.info(logSafe(line, MAX_REASON))
  core.setFailed(logSafe(reasons.join(' '), MAX_REASON))
  await attempt(host, () => tellFailure(host, [...reasons, ...told], about))
}
