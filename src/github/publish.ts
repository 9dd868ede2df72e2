import { type Report, type Summary } from '../model.js'
import { annotate } from '../report/annotations.js'
import { type MarkdownContext, type RuleText } from '../report/context.js'
import { logSafe, markdownText, uriPath, visible } from '../report/escape.js'
import { renderJson } from '../report/json.js'
import { renderComment, renderSummary } from '../report/markdown.js'
import { renderSarif } from '../report/sarif.js'
import { renderText } from '../report/text.js'
import { counted } from '../report/words.js'
import { VERSION } from '../version.js'
import { type Api } from './api.js'
import { type Commented, markerOf, postComment } from './comment.js'
import { type Context } from './event.js'
import { type Written, writeInWorkspace, writeTemporary } from './files-out.js'
import { type Ground } from './ground.js'
import { type Host } from './host.js'
import { type Inputs } from './inputs.js'
import { suggest, suggestionsFor } from './suggestions.js'

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
const MAX_LINE = 2_000

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
export function writeFiles({ core, env }: Host, inputs: Inputs, { report, summary, rules }: Outcome): void {
  core.setOutput('errors', summary.errors)
  core.setOutput('warnings', summary.warnings)
  core.setOutput('existing', summary.existing)
  core.setOutput('references', summary.references)
  const json = writeTemporary(env, 'report.json', renderJson(report))
  if (named(json, 'The report')) core.setOutput('report', json.path)
  if (inputs.sarifFile === '') return
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

/** What kept us from judging, as a job summary. */
export async function summarizeFailure({ core }: Host, lines: readonly string[]): Promise<void> {
  const [first = '', ...more] = lines
  const list = more.slice(0, MAX_LISTED).map((line) => `- ${markdownText(line)}`)
  const rest = more.length > MAX_LISTED ? [`- … and ${more.length - MAX_LISTED} more`] : []
  await appendSummary(
    core,
    ['### ❌ Image policy: could not check', '', markdownText(first, MAX_LINE), '', ...list, ...rest, ''].join('\n'),
  )
}

const MAX_LISTED = 50

async function appendSummary(core: Host['core'], markdown: string): Promise<void> {
  try {
    await core.writeSummary(markdown)
  } catch (error) {
    core.info(`The job summary could not be written: ${logSafe(error instanceof Error ? error.message : String(error))}`)
  }
}

function markdownContext(context: Context, inputs: Inputs, { ground, rules, title, alert, proposed }: Outcome): MarkdownContext {
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
function repeatCommand({ policy }: Inputs, { since, paths }: Ground): string {
  const plainWord = /^[\w@%+=:,./][\w@%+=:,./-]*$/
  const base = since === undefined ? [] : ['--base', since]
  const added = plainWord.test(policy) ? ['--policy', policy] : []
  return ['npx', 'image-policy', 'check', ...base, ...added, ...paths.filter((path) => plainWord.test(path))].join(' ')
}

/** The comment and the suggestions on a pull request. Whatever goes wrong is a warning. */
export async function tellPullRequest(host: Host, context: Context, inputs: Inputs, outcome: Outcome): Promise<void> {
  const { event, repository } = context
  if (event.kind !== 'pull-request' || (inputs.comment === 'never' && !inputs.suggestions)) return
  if (inputs.githubToken === '') return host.core.info('There is no github-token, so there is no comment on the pull request.')
  const api = await host.connect(inputs.githubToken, (line) => host.core.info(logSafe(line)))
  const place = { owner: repository.owner, repo: repository.name, number: event.number }
  const may = inputs.comment === 'never' || (await comment(host, api, context, inputs, outcome, place))
  if (!inputs.suggestions || !may) return
  const suggested = await suggest(api, { ...place, head: event.head }, suggestionsFor(outcome.report, outcome.ground.head))
  if (suggested.kind === 'failure') warn(host, context, 'The suggestions', suggested)
  else if (suggested.count > 0) host.core.info(`${counted(suggested.count, 'suggestion')} on the pull request.`)
}

/** Whether it makes sense to write on. */
async function comment(
  host: Host,
  api: Api,
  context: Context,
  inputs: Inputs,
  outcome: Outcome,
  place: { owner: string; repo: string; number: number },
): Promise<boolean> {
  const folder = inputs.workingDirectory
  const posted = await postComment(
    api,
    { ...place, marker: markerOf(context, folder) },
    {
      findings: outcome.bad,
      wanted: inputs.comment === 'always',
      render: (resolved) => renderComment(outcome.report, { ...markdownContext(context, inputs, outcome), resolved }),
    },
  )
  // Whoever gives the job no more than `contents: read` is not told so by every run that has nothing to say.
  if (posted.kind === 'failure' && !outcome.bad && isForbidden(posted))
    host.core.info(`The comments could not be read: ${logSafe(posted.problem, MAX_LINE)}`)
  else if (posted.kind === 'failure') warn(host, context, 'The comment', posted)
  else if (posted.kind !== 'none')
    host.core.info(`The comment on the pull request was ${posted.kind === 'unchanged' ? 'right already' : posted.kind}.`)
  return posted.kind !== 'failure'
}

function isForbidden({ status }: Extract<Commented, { kind: 'failure' }>): boolean {
  return status === 403 || status === 404
}

function warn({ core }: Host, context: Context, what: string, failure: Extract<Commented, { kind: 'failure' }>): void {
  const reason = isForbidden(failure) ? ` ${reasonFor(context)}` : ''
  core.warning(
    `${what} could not be written: ${logSafe(failure.problem, MAX_LINE)}.${reason} The verdict stands; annotations and summary say the same.`,
  )
}

function reasonFor({ event, dependabot }: Context): string {
  if (event.kind === 'pull-request' && event.fork) return 'The token of a pull request from a fork can only read.'
  if (dependabot) return 'The token of a run of Dependabot can only read.'
  return 'Give the job "permissions: pull-requests: write", or set "comment: never" and "suggestions: false".'
}
