import { type Report, type Summary } from '../model.js'
import { annotate } from '../report/annotations.js'
import { type MarkdownContext, type RuleText } from '../report/context.js'
import { logSafe, markdownText, uriPath, visible } from '../report/escape.js'
import { renderJson } from '../report/json.js'
import { renderSummary } from '../report/markdown.js'
import { renderText } from '../report/text.js'
import { counted } from '../report/words.js'
import { VERSION } from '../version.js'
import { type Context } from './event.js'
import { type Written, writeInWorkspace, writeTemporary } from './files-out.js'
import { type Ground } from './ground.js'
import { type Host } from './host.js'
import { type Inputs } from './inputs.js'

/** A judged run, ready to be told. */
export interface Outcome {
  readonly report: Report
  readonly summary: Summary
  /** The same change under the policy that it would bring. */
  readonly proposed?: Report
  readonly title?: string
  readonly alert?: string
  readonly ground: Ground
  readonly rules: readonly RuleText[]
  /** There are findings that the policy, and `fail-on`, call a failure; `never` changes the step's result, not this. */
  readonly bad: boolean
}

/** UTF-16 units of one line of the log: a refused file can name thousands of things. */
export const MAX_LINE = 2_000

/** The whole report into the log, and the worst of it as annotations. */
export function tellLog({ core }: Host, { report, alert }: Outcome): void {
  if (alert !== undefined) core.warning(logSafe(alert, MAX_LINE))
  const { annotations, rest } = annotate(report)
  for (const { level, message, title, file, line, endLine, column, endColumn } of annotations) {
    const columns = { ...(column !== undefined && { startColumn: column }), ...(endColumn !== undefined && { endColumn }) }
    // A name with characters that nobody sees stays out of the command; the message names it in full.
    const place = visible(file) === file ? { file, startLine: line, endLine, ...columns } : {}
    core[level === 'error' ? 'error' : 'warning'](message, { title, ...place })
  }
  if (rest > 0)
    core.info(`${counted(rest, 'place')} more: GitHub keeps ten annotations of a kind from a step. The summary and the report have all.`)
  core.startGroup('Image policy: the whole report')
  for (const line of renderText(report, {}).split('\n')) core.info(logSafe(line, MAX_LINE))
  core.endGroup()
}

/** Writes the files that other steps read, and the outputs that name them. */
export async function writeFiles({ core, env }: Host, inputs: Inputs, { report, summary, rules }: Outcome): Promise<void> {
  core.setOutput('errors', summary.errors)
  core.setOutput('warnings', summary.warnings)
  core.setOutput('existing', summary.existing)
  core.setOutput('references', summary.references)
  const json = writeTemporary(env, 'report.json', renderJson(report))
  if (named(json, 'The report')) core.setOutput('report', json.path)
  if (inputs.sarifFile === '') return
  const { renderSarif } = await import('../report/sarif.js')
  const sarif = writeInWorkspace(env, inputs.sarifFile, renderSarif(report, { rules, version: VERSION }))
  if (named(sarif, 'The SARIF file')) core.setOutput('sarif', sarif.path)

  function named(written: Written, what: string): written is Written & { kind: 'written' } {
    if (written.kind === 'failure') core.warning(`${what} could not be written: ${logSafe(written.problem)}`)
    return written.kind === 'written'
  }
}

/** The job summary; without one the log says the same. */
export async function writeSummary({ core }: Host, context: Context, inputs: Inputs, outcome: Outcome): Promise<void> {
  await appendSummary(core, renderSummary(outcome.report, markdownContext(context, inputs, outcome)))
}

/** What kept us from judging, as a job summary, and in the place of what an earlier comment says. */
export async function tellFailure(host: Host, lines: readonly string[], about?: { context: Context; inputs: Inputs }): Promise<void> {
  const [first = '', ...more] = lines
  const list = more.slice(0, MAX_LISTED).map((line) => `- ${markdownText(line)}`)
  const rest = more.length > MAX_LISTED ? [`- … and ${more.length - MAX_LISTED} more`] : []
  const text = ['### ❌ Image policy: could not check', '', markdownText(first, MAX_LINE), '', ...list, ...rest, ''].join('\n')
  await appendSummary(host.core, text)
  if (about === undefined) return
  const { context, inputs } = about
  const { event } = context
  if (event.kind !== 'pull-request' || inputs.comment === 'never' || inputs.githubToken === '') return
  const { writeFailureOnPullRequest } = await import('./pull-request.js')
  await writeFailureOnPullRequest(host, { ...context, event }, inputs, text)
}

const MAX_LISTED = 50

async function appendSummary(core: Host['core'], markdown: string): Promise<void> {
  try {
    await core.writeSummary(markdown)
  } catch (error) {
    core.info(`The job summary could not be written: ${logSafe(error instanceof Error ? error.message : String(error))}`)
  }
}

export function markdownContext(context: Context, inputs: Inputs, { ground, rules, title, alert, proposed }: Outcome): MarkdownContext {
  const { server, repository, event, commit } = context
  const head = event.kind === 'pull-request' ? event.head : commit
  return {
    link: (file, line) => `${server}/${repository.owner}/${repository.name}/blob/${head}/${uriPath(file)}#L${line}`,
    repeat: repeatCommand(inputs, ground),
    rules,
    ...(title !== undefined && { title }),
    ...(alert !== undefined && { alert }),
    ...(proposed && { proposed }),
  }
}

/** What says the same in a clone. Inputs that a shell would not take as they are stay out of it. */
function repeatCommand({ policy, scope }: Inputs, { since, paths }: Ground): string {
  const plainWord = /^[\w@%+=:,./][\w@%+=:,./-]*$/
  const base = since === undefined ? [] : ['--base', since, ...(scope === 'all' ? ['--scope', 'all'] : [])]
  const added = plainWord.test(policy) ? ['--policy', policy] : []
  return ['npx', 'image-policy', 'check', ...base, ...added, ...paths.filter((path) => plainWord.test(path))].join(' ')
}

/** The comment and the suggestions on a pull request, by what is loaded only for them. Whatever goes wrong is a warning. */
export async function tellPullRequest(host: Host, context: Context, inputs: Inputs, outcome: Outcome): Promise<void> {
  const { event } = context
  if (event.kind !== 'pull-request' || (inputs.comment === 'never' && !inputs.suggestions)) return
  if (inputs.githubToken === '') return host.core.info('There is no github-token, so there is no comment on the pull request.')
  const { writeOnPullRequest } = await import('./pull-request.js')
  await writeOnPullRequest(host, { ...context, event }, inputs, outcome)
}
