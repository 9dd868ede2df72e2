import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { check, list } from '../check.js'
import { findPolicy } from '../files/policy-file.js'
import { type Place, type Report, type RuleId } from '../model.js'
import { type LoadedLayers, loadLayers } from '../policy/layers.js'
import { renderDraft } from '../report/draft.js'
import { draftPolicy, type Draft } from '../rules/draft.js'
import { PROGRAM } from '../version.js'
import { type Arguments } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { type Command } from './table.js'
import { openTarget, type Target } from './target.js'

const PLACE = '.github/image-policy.yml'

export const init: Command = {
  takes: '[FOLDER] [OPTIONS]',
  about: `Writes ${PLACE}: the smallest policy that this repository passes, with a comment for each entry that says what uses it. It never overwrites a policy.`,
  options: ['force', 'output', 'platform', 'build-platform', 'dotenv', 'env-file', 'use-environment'],
  examples: [
    [`${PROGRAM} init`, 'for the folder you are in'],
    [`${PROGRAM} init --output policy.yml`, 'elsewhere'],
    [`${PROGRAM} init --force`, 'anew, over the one that is there'],
  ],
  exits: '0 written; 2 there is one already, or it cannot be written.',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const target = openTarget(given, io)
  if (isFailure(target)) return target
  const [folder = '', ...others] = target.folders
  if (others.length > 0) return failure('init takes one folder', `for example: ${PROGRAM} init ${given.positionals[0] ?? '.'}`)
  const output = given.value('output')
  const place = output === undefined ? placeIn(folder, target, given.flag('force')) : placeAt(output, io.workingFolder, given.flag('force'))
  if (isFailure(place)) return place
  const { path, shown } = place
  const draft = await draftFor(target)
  const text = renderDraft(draft)
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return failure(`${path} cannot be written (${reason})`)
  }
  io.stdout.write(told(shown, draft))
  return EXIT.clean
}

/** Where the policy is written, and how that is called. */
interface Destination {
  readonly path: string
  readonly shown: string
}

/** The usual place in a folder, or that of the folder's own policy, which is written anew: two would be none to choose from. */
function placeIn(folder: string, { root, files }: Target, force: boolean): Destination | Failure {
  const found = findPolicy(files, folder)
  if (found.kind === 'several') return failure(`there are two policies: ${found.paths.join(', ')}`, 'keep one of them')
  const below = folder === '' ? '' : `${folder}/`
  const shown = found.kind === 'found' && found.path.startsWith(below) ? found.path : `${below}${PLACE}`
  const path = join(root, shown)
  const taken = found.kind === 'found' ? found.path : existsSync(path) ? path : undefined
  if (taken === undefined || force) return { path, shown }
  return failure(`there is a policy already: ${taken}`, `${PROGRAM} check judges by it; init --force writes it anew`)
}

function placeAt(output: string, workingFolder: string, force: boolean): Destination | Failure {
  const path = resolve(workingFolder, output)
  return existsSync(path) && !force ? failure(`${output} is there already`, 'init --force writes it anew') : { path, shown: output }
}

/** The draft, softened until what is there passes: what no entry can allow (an unset variable, a file that cannot be read) becomes a warning. */
async function draftFor(target: Target): Promise<Draft> {
  const { verdicts } = await list(target.files, target)
  const left = await unnamed(draftPolicy(verdicts))
  const draft = draftPolicy(verdicts, [], (host) => left.has(host))
  const softened = errorsOf(await judged(target, draft))
  return draftPolicy(verdicts, softened, (host) => left.has(host))
}

/** Hosts that no policy may name, or not so: another spelling of Docker Hub, a word without a dot. */
async function unnamed(draft: Draft): Promise<ReadonlySet<string>> {
  const left = new Set<string>()
  if ((await loaded(draft)).kind === 'layers') return left
  for (const registry of draft.registries)
    if ((await loaded({ ...draft, registries: [registry] })).kind === 'errors') left.add(registry.host)
  return left
}

async function judged(target: Target, draft: Draft): Promise<Report> {
  const policy = await loaded(draft)
  // a draft that our own parser refuses would be a fault of ours: it must not pass for one without errors
  if (policy.kind === 'errors')
    throw new Error(`the drafted policy is broken: ${policy.errors.map(({ line, message }) => `${line}: ${message}`).join('; ')}`)
  return check(target.files, policy.layers, target)
}

function loaded(draft: Draft): Promise<LoadedLayers> {
  return loadLayers([{ path: PLACE, text: renderDraft(draft), own: true, base: '' }], () =>
    Promise.resolve({ kind: 'failed', problem: 'a draft extends nothing' }),
  )
}

function errorsOf({ verdicts, problems }: Report): Draft['softened'] {
  const uses = new Map<RuleId, Place[]>()
  const note = (rule: RuleId, place: Place): void => {
    const places = uses.get(rule)
    if (places === undefined) uses.set(rule, [place])
    else places.push(place)
  }
  for (const verdict of verdicts) {
    for (const finding of [verdict, ...verdict.also].flatMap(({ findings }) => findings))
      if (finding.severity === 'error') note(finding.rule, verdict.occurrence)
  }
  const start = { line: 1, column: 1 }
  for (const { file, span, findings } of problems) {
    for (const finding of findings) if (finding.severity === 'error') note(finding.rule, { file, span: span ?? { start, end: start } })
  }
  return [...uses].map(([rule, places]) => ({ rule, uses: places }))
}

function told(path: string, { registries, softened }: Draft): string {
  const names = registries.reduce((sum, registry) => sum + registry.names.length, 0)
  const open = softened.length === 0 ? '' : `; ${softened.map(({ rule }) => rule).join(', ')} warn until what breaks them is mended`
  return `${path} is written: ${registries.length} registries, ${names} entries${open}.\nRead it, delete what surprises you, then: npx ${PROGRAM} check\n`
}
