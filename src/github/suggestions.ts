import { createHash } from 'node:crypto'
import { type Files, type Finding, type Fix, type Report } from '../model.js'
import { markdownText } from '../report/escape.js'
import { type Api } from './api.js'
import { isBy, type Identity, whoAmI } from './comment.js'
import { at, listAt, textAt } from './json.js'

/** Review comments that one run adds at most: each is a mail to everybody who follows the pull request. */
const MAX_SUGGESTIONS = 20

/** GitHub lists no more than 3,000 changed files of a pull request, a hundred on a page. */
const MAX_FILE_PAGES = 30

const MAX_COMMENT_PAGES = 20

/** UTF-16 units of a line that a suggestion shows, so that twenty of them fit into one request. */
const MAX_LINE = 2_000

/** A line as it is, and as it should be. */
export interface Suggestion {
  readonly file: string
  /** 1-based, at the head. */
  readonly line: number
  readonly before: string
  readonly after: string
  readonly messages: readonly string[]
}

export type Suggested =
  { readonly kind: 'suggested'; readonly count: number } | { readonly kind: 'failure'; readonly status?: number; readonly problem: string }

/** The pull request, and the commit that its files are shown at. */
export interface Review {
  readonly owner: string
  readonly repo: string
  readonly number: number
  readonly head: string
}

/**
 * What could be written instead, line by line: each new finding with a known fix replaces exactly its token. Lines with a carriage return or with characters
 * that nobody sees are left alone, because the suggestion would change more than it shows.
 */
export function suggestionsFor(report: Report, files: Files): readonly Suggestion[] {
  const lines = new Map<string, { file: string; line: number; fixes: Map<string, Fix>; messages: Set<string> }>()
  const add = ({ state, fix, message }: Finding): void => {
    if (state !== 'new' || fix === undefined || fix.span.start.line !== fix.span.end.line) return
    const { file, span } = fix
    const key = `${span.start.line}:${file}`
    const line = lines.get(key) ?? { file, line: span.start.line, fixes: new Map<string, Fix>(), messages: new Set<string>() }
    lines.set(key, line)
    const known = line.fixes.get(`${span.start.column}`)
    if (known !== undefined && known.text !== fix.text) return
    line.fixes.set(`${span.start.column}`, fix)
    line.messages.add(message)
  }
  for (const verdict of report.verdicts) for (const { findings } of [verdict, ...verdict.also]) findings.forEach(add)
  const texts = new Map<string, readonly string[]>()
  return [...lines.values()].flatMap(({ file, line, fixes, messages }) => {
    const text = texts.get(file) ?? linesOf(files, file)
    texts.set(file, text)
    const before = text[line - 1]
    const after = before === undefined ? undefined : replaced(before, [...fixes.values()])
    if (before === undefined || after === undefined || after === before) return []
    return [{ file, line, before, after, messages: [...messages] }]
  })
}

function linesOf(files: Files, path: string): readonly string[] {
  const content = files.read(path)
  return content.kind === 'text' ? content.text.replace(/^\ufeff/, '').split('\n') : []
}

const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

/** The line with each fix in its place, undefined if they overlap, or if either text holds what is not seen. */
function replaced(line: string, fixes: readonly Fix[]): string | undefined {
  const inOrder = [...fixes].sort((a, b) => a.span.start.column - b.span.start.column)
  const parts: string[] = []
  let done = 0
  for (const { span, text } of inOrder) {
    const [start, end] = [span.start.column - 1, span.end.column - 1]
    if (start < done || end <= start || end > line.length) return undefined
    parts.push(line.slice(done, start), text)
    done = end
  }
  parts.push(line.slice(done))
  const after = parts.join('')
  return line.length > MAX_LINE || UNSEEN.test(line) || UNSEEN.test(after) ? undefined : after
}

/** Offers the suggestions that stand on lines of the diff, and that an earlier run has not offered, as one review. */
export async function suggest(api: Api, review: Review, suggestions: readonly Suggestion[]): Promise<Suggested> {
  if (suggestions.length === 0) return { kind: 'suggested', count: 0 }
  const { owner, repo, number } = review
  const shown = await shownLines(api, review, new Set(suggestions.map(({ file }) => file)))
  if (shown.kind === 'failure') return shown
  // Behind a merge with the base a line may have moved: what GitHub shows under its number has to be the very line that was judged.
  const possible = suggestions.filter(({ file, line, before }) => shown.lines.get(file)?.get(line) === before)
  if (possible.length === 0) return { kind: 'suggested', count: 0 }
  const offered = await offeredBefore(api, review)
  if (offered.kind === 'failure') return offered
  const open = possible.filter((one) => !offered.markers.has(markerOf(one))).slice(0, MAX_SUGGESTIONS)
  if (open.length === 0) return { kind: 'suggested', count: 0 }
  const answer = await api.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
    owner,
    repo,
    pull_number: number,
    commit_id: review.head,
    event: 'COMMENT',
    body: 'What the image policy asks for, ready to be committed:',
    comments: open.map((one) => ({ path: one.file, line: one.line, side: 'RIGHT', body: bodyOf(one) })),
  })
  return answer.kind === 'answer' ? { kind: 'suggested', count: open.length } : answer
}

function markerOf({ file, before, after }: Suggestion): string {
  const key = createHash('sha256')
    .update(JSON.stringify([file, before, after]))
    .digest('hex')
    .slice(0, 16)
  return `<!-- image-policy:suggestion:${key} -->`
}

/** The fence is longer than any run of backticks in the line, so nothing in the line can end it. */
function bodyOf(suggestion: Suggestion): string {
  const longest = [...suggestion.after.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  const messages = suggestion.messages.map((message) => markdownText(message)).join('\n')
  return `${markerOf(suggestion)}\n${messages}\n\n${fence}suggestion\n${suggestion.after}\n${fence}\n`
}

type Failure = { readonly kind: 'failure'; readonly status?: number; readonly problem: string }
type Lines = ReadonlyMap<string, ReadonlyMap<number, string>>

/** The lines of the head that the pull request's diff shows: only on these can be commented. */
async function shownLines(
  api: Api,
  { owner, repo, number }: Review,
  wanted: ReadonlySet<string>,
): Promise<{ kind: 'lines'; lines: Lines } | Failure> {
  const lines = new Map<string, ReadonlyMap<number, string>>()
  for (let page = 1; page <= MAX_FILE_PAGES; page++) {
    const answer = await api.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
      owner,
      repo,
      pull_number: number,
      per_page: 100,
      page,
    })
    if (answer.kind === 'failure') return answer
    for (const file of listAt(answer.data)) {
      const path = textAt(file, 'filename')
      if (path !== undefined && wanted.has(path)) lines.set(path, linesOfPatch(textAt(file, 'patch') ?? ''))
    }
    if (!answer.more || lines.size === wanted.size) break
  }
  return { kind: 'lines', lines }
}

/** Line numbers and texts of the new side of a patch (unified diff, as `pulls/files` gives it). */
export function linesOfPatch(patch: string): ReadonlyMap<number, string> {
  const lines = new Map<number, string>()
  let number = 0
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d{1,9}(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@/.exec(line)
    if (hunk !== null) number = Number(hunk[1])
    else if (line.startsWith('+') || line.startsWith(' ')) lines.set(number++, line.slice(1))
  }
  return lines
}

/** The markers of suggestions that we made already; anybody can write a marker, so the author counts. */
async function offeredBefore(
  api: Api,
  { owner, repo, number }: Review,
): Promise<{ kind: 'markers'; markers: ReadonlySet<string> } | Failure> {
  const markers = new Set<string>()
  let self: Identity | undefined
  for (let page = 1; page <= MAX_COMMENT_PAGES; page++) {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments'
    const answer = await api.request(route, { owner, repo, pull_number: number, per_page: 100, page })
    if (answer.kind === 'failure') return answer
    for (const comment of listAt(answer.data)) {
      const marker = /^<!-- image-policy:suggestion:[0-9a-f]{16} -->/.exec(textAt(comment, 'body') ?? '')?.[0]
      if (marker === undefined) continue
      self ??= await whoAmI(api)
      if (isBy(at(comment, 'user'), self)) markers.add(marker)
    }
    if (!answer.more) break
  }
  return { kind: 'markers', markers }
}
