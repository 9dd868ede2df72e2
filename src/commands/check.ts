import { type Base, check as judge, type CheckOptions } from '../check.js'
import { findPolicy } from '../files/policy-file.js'
import { type Content, type Report } from '../model.js'
import { type PolicyLayer } from '../policy/layers.js'
import { formats } from '../report/index.js'
import { summarize } from '../report/summary.js'
import { RULES } from '../rules/index.js'
import { PROGRAM, VERSION } from '../version.js'
import { type Arguments, optionOf, type OptionName } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { readLayers } from './layers.js'
import { COLOR, commandLine, deliver, isColored } from './output.js'
import { watch } from './progress.js'
import { type Command } from './table.js'
import { openTarget, repositoryName, type Target } from './target.js'
import { nameOf } from './words.js'

const SCOPES = { new: 'what the base has not', all: 'everything' } as const
const LEVELS = { error: 'errors', warning: 'errors and warnings', never: 'nothing' } as const

/** What a report's command has to repeat: all that has a part in the verdict. */
const REPEATED: readonly OptionName[] = ['policy', 'base', 'scope', 'fail-on', 'platform', 'build-platform', 'dotenv', 'use-environment']

export const check: Command = {
  takes: '[PATH…] [OPTIONS]',
  about: `Judges every image that the files name by the policy: the .github/image-policy.yml or image-policy.yml (also .yaml) of the folder that is
checked, or of the nearest one above it. PATH is a folder, or a file that is read whatever its name.`,
  options: [...REPEATED, 'env-file', 'format', 'output', 'color', 'quiet'],
  formats: Object.keys(formats),
  examples: [
    [`${PROGRAM} check`, 'the folder you are in'],
    [`${PROGRAM} check --base origin/main`, 'only what is new since then fails'],
    [`${PROGRAM} check --format sarif --output images.sarif api web`, 'two folders, for code scanning'],
  ],
  exits: '0 clean; 1 something is refused; 2 it could not be found out (a broken policy, a revision that is not there, wrong usage).',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const settings = await readSettings(given)
  if (isFailure(settings)) return settings
  const target = openTarget(given, io)
  if (isFailure(target)) return target
  const layers = await readLayers(target, given, io)
  if (isFailure(layers)) return layers
  const progress = watch(target.files, io.stderr, given.flag('quiet'))
  const watched = { ...target, files: progress.files }
  const report = await judgeTarget(watched, layers, settings, io).finally(() => progress.end())
  if (isFailure(report)) return report
  const status = statusOf(report, settings.failOn)
  if (status === EXIT.clean && settings.format === 'text' && given.flag('quiet')) return status
  const render = await formats[settings.format]()
  const color = isColored(settings.color, given, io)
  return deliver(render(report, { color, repeat: repeat(given), version: VERSION, rules: RULES }), given, io) ?? status
}

interface Settings {
  readonly format: keyof typeof formats
  readonly color: keyof typeof COLOR
  readonly failOn: keyof typeof LEVELS
  readonly base?: string
  readonly scope: keyof typeof SCOPES
}

async function readSettings(given: Arguments): Promise<Settings | Failure> {
  const base = given.value('base')
  const format = await nameOf(given, 'format', formats, 'text')
  const color = await nameOf(given, 'color', COLOR, 'auto')
  const failOn = await nameOf(given, 'fail-on', LEVELS, 'error')
  const scope = await nameOf(given, 'scope', SCOPES, base === undefined ? 'all' : 'new')
  if (isFailure(format)) return format
  if (isFailure(color)) return color
  if (isFailure(failOn)) return failOn
  if (isFailure(scope)) return scope
  if (scope === 'new' && base === undefined) return failure('--scope new needs --base REV', 'what is new, is new since some commit')
  return { format, color, failOn, scope, ...(base !== undefined && { base }) }
}

async function judgeTarget(target: Target, layers: readonly PolicyLayer[], settings: Settings, { env }: Io): Promise<Report | Failure> {
  const opening = settings.base === undefined ? undefined : await compareWith(target, settings.base)
  if (isFailure(opening)) return opening
  const base = opening?.compared.then((one) => (isFailure(one) ? undefined : one))
  base?.catch(() => undefined) // told where it is waited for
  const repository = repositoryName(target.root, env)
  const options: CheckOptions = {
    ...target,
    ...(repository !== undefined && { repository }),
    ...(base !== undefined && { base, everythingIsNew: settings.scope === 'all' }),
    ...(formats[settings.format].findingsOnly === true && { findingsOnly: true }),
  }
  const report = await judge(target.files, layers, options)
  const one = await opening?.compared
  if (isFailure(one)) return one
  if (one === undefined) return report
  const changed = changedPolicies(report, target, one)
  return { ...report, notes: [...report.notes, ...changed.map((path) => judgedByHead(path, settings.base ?? ''))] }
}

/** The repository's own policies that are other ones than at the base, or would be found there only. */
function changedPolicies({ layers }: Report, { files, folders }: Target, base: Base): readonly string[] {
  const own = layers.filter(({ own, revision }) => own && revision === undefined).map(({ path }) => path)
  const textOf = (content: Content): string | undefined => (content.kind === 'text' ? content.text : undefined)
  const changed = own.filter((path) => textOf(base.files.read(path)) !== textOf(files.read(path)))
  const there = folders.map((folder) => findPolicy(base.files, folder))
  const gone = there.flatMap((found) => (found.kind === 'found' && !own.includes(found.path) ? [found.path] : []))
  return [...new Set([...changed, ...gone])]
}

/** A pull request is not judged by the policy that it brings. */
function judgedByHead(policy: string, base: string): string {
  return `${policy} is not as it is at ${base}: this is the verdict of the changed policy, and a pull request is judged by the one at its base`
}

/** A base that is there; git compares it with the head while that is read. */
async function compareWith(target: Target, revision: string): Promise<{ readonly compared: Promise<Base | Failure> } | Failure> {
  const { findBase, openBase } = await import('./base.js')
  const commit = findBase(target, revision)
  return isFailure(commit) ? commit : { compared: openBase(target, revision, commit) }
}

function statusOf(report: Report, failOn: Settings['failOn']): number {
  const { errors, warnings } = summarize(report)
  const counted = { error: errors, warning: errors + warnings, never: 0 }[failOn]
  return counted > 0 ? EXIT.refused : EXIT.clean
}

/** The one command that repeats this run, from the same folder. */
function repeat(given: Arguments): string {
  const options = REPEATED.flatMap((name) =>
    optionOf(name).value === undefined
      ? given.flag(name)
        ? [`--${name}`]
        : []
      : given.values(name).flatMap((value) => [`--${name}`, value]),
  )
  return commandLine(['npx', PROGRAM, 'check', ...options, ...given.positionals])
}
