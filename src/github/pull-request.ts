import { logSafe } from '../report/escape.js'
import { renderComment } from '../report/markdown.js'
import { counted } from '../report/words.js'
import { type Api } from './api.js'
import { type Commented, markerOf, postComment } from './comment.js'
import { type Context } from './event.js'
import { type Host } from './host.js'
import { type Inputs } from './inputs.js'
import { markdownContext, MAX_LINE, type Outcome } from './publish.js'
import { suggest, suggestionsFor } from './suggestions.js'

type OfPullRequest = Context & { readonly event: { readonly kind: 'pull-request' } }

/** The comment, and the suggestions if they are wanted. */
export async function writeOnPullRequest(host: Host, context: OfPullRequest, inputs: Inputs, outcome: Outcome): Promise<void> {
  const { event, repository } = context
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
  const posted = await postComment(
    api,
    { ...place, marker: markerFor(context, inputs) },
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

/** Steps are told apart by the policy that they add, whatever its version: a change of that is no reason for another comment. */
function markerFor(context: Context, { workingDirectory, policy }: Inputs): string {
  return markerOf(context, workingDirectory, policy.replace(/@[^@]*$/, ''))
}

/** A comment of an earlier run says no longer what is so, once nothing can be judged. */
export async function writeFailureOnPullRequest(host: Host, context: OfPullRequest, inputs: Inputs, body: string): Promise<void> {
  const { event, repository } = context
  const api = await host.connect(inputs.githubToken, (line) => host.core.info(logSafe(line)))
  const place = { owner: repository.owner, repo: repository.name, number: event.number, marker: markerFor(context, inputs) }
  const message = { findings: true, wanted: inputs.comment === 'always', onlyUpdate: true, render: () => body }
  const posted = await postComment(api, place, message)
  if (posted.kind === 'failure') host.core.info(`The comment could not be brought up to date: ${logSafe(posted.problem, MAX_LINE)}`)
}

function isForbidden({ status }: Extract<Commented, { kind: 'failure' }>): boolean {
  return status === 403 || status === 404
}

function warn({ core }: Host, context: Context, what: string, failure: Extract<Commented, { kind: 'failure' }>): void {
  const isLocked = /\block(?:ed)?\b/i.test(failure.problem)
  const reason = isForbidden(failure) && !isLocked ? ` ${reasonFor(context)}` : ''
  core.warning(
    `${what} could not be written: ${logSafe(failure.problem, MAX_LINE).replace(/\.$/, '')}.${reason} The verdict stands; annotations and summary say the same.`,
  )
}

function reasonFor({ event, dependabot }: Context): string {
  if (event.kind === 'pull-request' && event.fork) return 'The token of a pull request from a fork can only read.'
  if (dependabot) return 'The token of a run of Dependabot can only read.'
  return 'Give the job "permissions: pull-requests: write", or set "comment: never" and "suggestions: false".'
}
