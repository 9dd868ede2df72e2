import { affectedFolders, staysWithin } from './affected.js'
import { type QuickUses } from './extract/quick-uses.js'
import { type Files, type Reference, type Report, type Resolution, type SourceFile, type Verdict } from './model.js'
import { exactness } from './policy/pin.js'
import { type PolicyLayer } from './policy/layers.js'
import { viewsOf } from './policy/settings.js'
import { createCaches } from './resolve/inventory.js'
import { folderOf } from './resolve/paths.js'
import { createJudge, type Judge } from './rules/judge.js'
import { markExisting, type Judgement } from './rules/newness.js'
import { passingOf } from './rules/passing.js'
import { listed } from './rules/rule.js'
import { byPlace, judgeAll } from './rules/verdicts.js'
import { survey, type Part, type Survey, type SurveyOptions } from './survey.js'

/** Where a check starts from: what the base has already is existing, not new. */
export interface Base {
  readonly files: Files
  /** Paths at the head whose content differs from the base's. */
  readonly changed: ReadonlySet<string>
  /** Paths at the base that the head has not, or not so. */
  readonly before: ReadonlySet<string>
  /** Path at the head → path at the base. */
  readonly renamed: ReadonlyMap<string, string>
}

export interface CheckOptions extends Omit<SurveyOptions, 'suspects' | 'only'> {
  /** `YYYY-MM-DD`, UTC: what exceptions are held against. */
  readonly today: string
  /** `owner/name`, for exceptions of a shared layer that hold for some repositories only. */
  readonly repository?: string
  /** May still be on its way: the head is read meanwhile. Undefined where there is none after all. */
  readonly base?: Base | Promise<Base | undefined>
  /** What the base has already counts as well; it tells which files have changed. */
  readonly everythingIsNew?: boolean
  /** Nobody asks for what is allowed: it need only be counted. */
  readonly findingsOnly?: true
}

/**
 * THE PIPELINE: discover → extract → resolve (survey), judge; reporting is the caller's. Everything that the files name is judged under every layer;
 * with a base, which is judged in the same way, only what it lacks is new.
 */
export async function check(files: Files, layers: readonly PolicyLayer[], options: CheckOptions): Promise<Report> {
  // a base is read beside the head, and has most of its files
  const caches = options.base === undefined ? {} : createCaches()
  const views = viewsOf(layers)
  const judge = createJudge(layers, options)
  const passing = options.findingsOnly === true ? passingOf(layers, views, judge) : undefined
  const head = await survey(files, views, suspecting(options, changedSince(options.base)), caches, passing)
  const judged = judgeAll(head, judge)
  const [own, exceptions] = [judge.close({ partial: options.paths.length > 0 }), judge.exceptions()]
  const base = await options.base
  const { verdicts, problems } = base === undefined || options.everythingIsNew === true ? judged : await sinceBase(judged, base)
  return {
    files: head.files,
    verdicts,
    ...(passing && { passed: head.passed }),
    problems: [...problems, ...own],
    skipped: head.skipped,
    layers: layers.map(({ layer }) => layer),
    exceptions,
    notes: notesOn(files),
  }

  async function sinceBase(now: Judgement, base: Base): Promise<Judgement> {
    return markExisting(now, await judgedThere(now, base), {
      basePath: renamedAlike(now, layers, judge, base.renamed),
      unchanged: (file) => !base.changed.has(file),
      exactness: (resolution: Resolution) => (resolution.target.kind === 'image' ? exactness(resolution.target.reference) : 0),
    })
  }

  /** Only a part of the base is looked at if that is enough. */
  async function judgedThere(now: Judgement, base: Base): Promise<Judgement> {
    // what the head reads for its name, or because something builds it, the base did not read for its text: that would be no debt
    const suspects = new Set([...head.suspected].map((path) => base.renamed.get(path) ?? path))
    const moved = new Set(base.renamed.values())
    // what a file of the base writes is asked for where the head's has findings; what was renamed has another path there
    const passes = (source: SourceFile, uses: QuickUses): boolean =>
      head.passed.paths.has(source.path) && !moved.has(source.path) && passing?.(source, uses) === true
    const passedTwice = passing && Object.assign(passes, passing)
    const surveyed = (only?: Part): Promise<Survey> =>
      survey(base.files, views, { ...suspecting(options, suspects), ...(only && { only }) }, caches, passedTwice)
    const judgedIn = (there: Survey): Judgement => judgeAll(there, createJudge(layers, options))
    // such env files hold in every folder
    const folders = options.envFiles.length > 0 ? undefined : affectedFolders(head, files, base)
    const composeFiles = head.files.filter(({ kind }) => kind === 'compose').length
    const part = folders && (await surveyed({ folders, composeFiles }))
    if (folders === undefined || part === undefined || !staysWithin(part, folders)) return judgedIn(await surveyed())
    return withUnaffected(judgedIn(part), now, folders)
  }
}

/** What is judged of some folders of the base, and of the others as the head has it. */
function withUnaffected({ verdicts, problems }: Judgement, head: Judgement, folders: ReadonlySet<string>): Judgement {
  return { verdicts: [...verdicts, ...head.verdicts.filter(({ occurrence }) => !folders.has(folderOf(occurrence.file)))], problems }
}

/** The inventory alone, no policy needed. */
export async function list(files: Files, options: SurveyOptions): Promise<Report> {
  const { views, files: read, skipped } = await survey(files, [], options, {})
  const inventory = views.map((view) => view.inventory)
  return {
    files: read,
    verdicts: inventory.flatMap(({ references }) => references.map(unjudged)).sort(byPlace),
    problems: inventory.flatMap(({ problems }) => problems.map((problem) => ({ ...problem, findings: [] }))),
    skipped,
    layers: [],
    exceptions: [],
    notes: notesOn(files),
  }
}

/** What git tracks and the disk lacks is judged by nobody, and so is what belongs to another repository. */
function notesOn(files: Files): readonly string[] {
  const absent = files.absent?.() ?? []
  const submodules = files.submodules?.() ?? []
  const [those, these] = [absent.length === 1 ? '1 tracked file is' : `${absent.length} tracked files are`, submodules.length]
  const own = these === 1 ? '1 submodule is a repository of its own' : `${these} submodules are repositories of their own`
  return [
    ...(absent.length === 0 ? [] : [`${those} not on disk (deleted, or left out by a sparse checkout), so not judged: ${listed(absent)}`]),
    ...(these === 0 ? [] : [`${own}, so not judged: ${listed(submodules)}`]),
  ]
}

function unjudged({ occurrence, own, also }: Reference): Verdict {
  return { occurrence, resolution: own, findings: [], also: also.map((resolution) => ({ resolution, findings: [] })) }
}

function changedSince(base: CheckOptions['base']): SurveyOptions['suspects'] {
  if (!(base instanceof Promise)) return base?.changed
  const changed = base.then((opened) => opened?.changed ?? new Set<string>())
  changed.catch(() => undefined) // told where it is waited for, which is later
  return changed
}

function suspecting(options: SurveyOptions, suspects: SurveyOptions['suspects']): SurveyOptions {
  return suspects === undefined ? options : { ...options, suspects }
}

/** A renamed file goes by its old path only if each layer says the same of everything in it at both paths: nobody moves a file to where less is asked. */
function renamedAlike(
  now: Judgement,
  layers: readonly PolicyLayer[],
  judge: Judge,
  renamed: ReadonlyMap<string, string>,
): (file: string) => string {
  if (renamed.size === 0) return (file) => file
  const apart = new Set<string>()
  for (const { occurrence, resolution, also } of now.verdicts) {
    const old = renamed.get(occurrence.file)
    if (old === undefined) continue
    const said = (path: string): string =>
      JSON.stringify(
        [resolution, ...also.map((other) => other.resolution)].flatMap((one) =>
          layers.flatMap((_, layer) =>
            judge.reference(layer, occurrence, one, { path }).map(({ rule, severity, state, policy }) => [rule, severity, state, policy]),
          ),
        ),
      )
    if (said(old) !== said(occurrence.file)) apart.add(occurrence.file)
  }
  return (file) => (apart.has(file) ? file : (renamed.get(file) ?? file))
}
