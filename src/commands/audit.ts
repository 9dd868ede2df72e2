import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { takeAudit } from '../audit/audit.js'
import { auditFormats } from '../audit/formats.js'
import { mergeRepositories } from '../audit/merge.js'
import { type Audit, type RepositoryAudit } from '../audit/model.js'
import { parseRepositoryList, parseShard, pickShard } from '../audit/shard.js'
import { type Arguments } from './arguments.js'
import { type Journal, openJournal } from './audit-journal.js'
import { readReportFiles } from './audit-merge.js'
import { type Auditor } from './audit-repository.js'
import { auditFolders, auditRemotes, type Told } from './audit-run.js'
import { codeOf } from '../files/disk.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { deliver } from './output.js'
import { type Command } from './table.js'
import { nameOf } from './words.js'

const LEVELS = { error: 'errors', warning: 'errors and warnings', never: 'nothing' } as const
const TITLE = 'Container images'

export const audit: Command = {
  takes: 'FOLDER… | --repositories FILE [--shard I/N] | --merge REPORT…  [OPTIONS]',
  about: `Checks many repositories and tells what they use in one inventory: every image, where it is used, what the policy says, exceptions and their ends.
Each FOLDER is a checkout. --repositories names a file of owner/name, one a line, whose newest commits are fetched as git objects (GITHUB_TOKEN is sent to
GITHUB_SERVER_URL). --merge puts reports together: JSON of audit, check or list, journals, or folders of these. A repository without a policy is listed.
One that cannot be checked is told, and never stands in the way of another.`,
  options: ['repositories', 'shard', 'journal', 'merge', 'policy', 'format', 'output', 'title', 'fail-on', 'quiet'],
  formats: Object.keys(auditFormats),
  examples: [
    ['image-policy audit --format html --output images.html ../api ../web', 'a page of two checkouts'],
    [
      'image-policy audit --repositories acme.txt --shard 2/8 --journal 2.jsonl',
      'an eighth of an organisation, to go on with if it is cut off',
    ],
    ['image-policy audit --merge shards --repositories acme.txt --format csv', 'all eighths, and what is missing of the list'],
  ],
  exits:
    '0 done; 1 a repository has errors (as --fail-on says); 2 one could not be checked, or wrong usage. What could be found out is told all the same.',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const format = await nameOf(given, 'format', auditFormats, 'markdown')
  if (isFailure(format)) return format
  const failOn = await nameOf(given, 'fail-on', LEVELS, 'error')
  if (isFailure(failOn)) return failOn
  const names = namesOf(given, io)
  if (isFailure(names)) return names
  const generated = timeOf(io)
  const repositories = await collect(given, names, generated, io)
  if (isFailure(repositories)) return repositories
  const taken = takeAudit(repositories, { title: given.value('title') ?? TITLE, generated })
  const render = await auditFormats[format]()
  return deliver(render(taken), given, io) ?? statusOf(taken, failOn)
}

/** The repositories that were asked for by name; undefined if none were. */
function namesOf(given: Arguments, { workingFolder }: Io): readonly string[] | undefined | Failure {
  const path = given.value('repositories')
  const part = given.value('shard')
  if (path === undefined) return part === undefined ? undefined : failure('--shard needs --repositories FILE')
  const shard = part === undefined ? { index: 1, of: 1 } : parseShard(part)
  if (shard === undefined)
    return failure(`--shard ${JSON.stringify(part)} is no part of a whole`, 'write it as 2/8, with at most 256 parts')
  try {
    const list = parseRepositoryList(readFileSync(resolve(workingFolder, path), 'utf8'))
    return list.kind === 'names' ? pickShard(list.names, shard) : failure(`${path}:${list.line}: ${list.problem}`)
  } catch (error) {
    return failure(`--repositories ${path}: it cannot be read (${codeOf(error)})`)
  }
}

async function collect(
  given: Arguments,
  names: readonly string[] | undefined,
  generated: string,
  io: Io,
): Promise<readonly RepositoryAudit[] | Failure> {
  const paths = given.positionals
  if (given.flag('merge')) {
    if (paths.length === 0) return failure('--merge needs the reports that are to be put together')
    return mergeRepositories(readReportFiles(paths, io.workingFolder), names)
  }
  if ((names === undefined) === (paths.length === 0))
    return failure('what is to be audited? Either FOLDER…, or --repositories FILE, or --merge REPORT…')
  const auditor: Auditor = { policies: given.values('policy'), today: generated.slice(0, 'YYYY-MM-DD'.length), io, fetched: new Map() }
  const journal = journalOf(given, io)
  if (isFailure(journal)) return journal
  const told: Told = { quiet: given.flag('quiet'), done: (repository) => keep(journal, repository, io) }
  const wanted = new Set(names?.map((name) => name.toLowerCase()))
  const done = (journal?.done ?? []).filter(({ name }) => names === undefined || wanted.has(name.toLowerCase()))
  const known = new Set(done.map(({ name }) => name.toLowerCase()))
  const fresh = names === undefined ? await auditFolders(paths, known, auditor, told) : await auditRemotes(names, known, auditor, told)
  return isFailure(fresh) ? fresh : mergeRepositories([...done, ...fresh], names)
}

function journalOf(given: Arguments, { workingFolder }: Io): Journal | undefined | Failure {
  const path = given.value('journal')
  if (path === undefined) return undefined
  const journal = openJournal(resolve(workingFolder, path))
  return typeof journal === 'string' ? failure(`--journal ${path}: ${journal}`) : journal
}

/** A full disk ends the journal, not the audit. */
function keep(journal: Journal | undefined, repository: RepositoryAudit, { stderr }: Io): void {
  try {
    journal?.add(repository)
  } catch (error) {
    stderr.write(`the journal cannot be written (${codeOf(error)})\n`)
  }
}

/** Now, or what SOURCE_DATE_EPOCH says (https://reproducible-builds.org/specs/source-date-epoch), so that a page can be made twice. In UTC, to the second. */
function timeOf({ env }: Io): string {
  const epoch = Number(env['SOURCE_DATE_EPOCH'] ?? '')
  const time = Number.isSafeInteger(epoch) && epoch > 0 ? new Date(epoch * 1000) : new Date()
  return Number.isNaN(time.getTime()) ? new Date().toISOString() : `${time.toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}Z`
}

function statusOf({ summary }: Audit, failOn: keyof typeof LEVELS): number {
  if (summary.failed + summary.missing > 0) return EXIT.failed
  const counted = { error: summary.errors, warning: summary.errors + summary.warnings, never: 0 }[failOn]
  return counted > 0 ? EXIT.refused : EXIT.clean
}
