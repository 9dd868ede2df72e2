import { type QuickCompose } from '../extract/compose-quick.js'
import { type QuickArgument, type QuickBuild } from '../extract/compose-quick-builds.js'
import { type Passing, type QuickUse } from '../extract/quick-uses.js'
import { type Build, type Lookup, type Reference, type SourceFile, type Value } from '../model.js'
import { folderOf } from './paths.js'
import { referencesOf } from './placed.js'
import { argumentStep, DEFAULT_PLATFORM, dockerfileIn, type DockerfileNames } from './project-builds.js'
import { type Contents } from './project-contents.js'
import { type Environments } from './project-environment.js'
import { defaultsOf } from './project-folder.js'
import { resolveValue } from './resolution.js'

interface Waiting {
  readonly source: SourceFile
  readonly uses: QuickCompose
}

/** What a folder has besides its compose files. */
interface Around {
  readonly folder: string
  /** Env files that somebody may name, and whether they are too many. */
  readonly others: boolean
  readonly more: boolean
  /** No variable has a long value, or a problem. */
  readonly usual: boolean
}

/** Told of files that need no more than a quick look: what they build, and what those name that do not pass. */
export interface Told {
  build(build: Build): void
  references(references: readonly Reference[]): void
}

/** Files of one folder that are to be read fully, and the others of the list. */
export interface Left {
  readonly folder: string
  readonly files: readonly SourceFile[]
  readonly beside: readonly SourceFile[]
}

/**
 * The compose files that can be read quickly. They wait until all others are read: only then is it known which files these include, extend or
 * name, and of such a file more than its own images is told.
 */
export class QuickFiles {
  private readonly waiting = new Map<string, { readonly waiting: readonly Waiting[]; readonly sources: readonly SourceFile[] }>()

  constructor(
    private readonly contents: Contents,
    private readonly environments: Environments,
    private readonly passes: Passing,
    private readonly dockerfiles: DockerfileNames,
  ) {}

  /** Takes those files of a folder that can wait; gives the others. They are all that the list has in it. */
  take(folder: string, sources: readonly SourceFile[]): Left {
    const { main, override } = defaultsOf(sources)
    const joined = main !== undefined && override !== undefined
    const waiting: Waiting[] = []
    const files: SourceFile[] = []
    let around: Around | undefined
    for (const source of sources) {
      const uses = joined && (isDefault(source) || isOverride(source)) ? undefined : this.contents.quick(source.path)
      const waits = uses !== undefined && this.isAlone(source, uses, sources) && this.isAll(uses, (around ??= this.around(folder)))
      if (waits) waiting.push({ source, uses })
      else files.push(source)
    }
    if (waiting.length > 0) this.waiting.set(folder, { waiting, sources })
    return { folder, files, beside: waiting.map(sourceOf) }
  }

  /**
   * Nothing else of the folder has to be known. Compose refuses a default file in which a service has no image that another file could give; and
   * files may be joined, so that one says more of what another one builds, or whether its image is pulled.
   */
  private isAlone(source: SourceFile, { partial, builds, ruled }: QuickCompose, sources: readonly SourceFile[]): boolean {
    if (sources.length > 1 && (builds.length > 0 || ruled)) return false
    return !partial || !isDefault(source)
  }

  private around(folder: string): Around {
    const { environments } = this
    const others = environments.hasOthers(folder)
    return { folder, others, more: others && environments.variants(folder, MAX_SERVICES).more, usual: environments.areUsual(folder) }
  }

  /** Nothing has a say in what a file names: no image takes a value from a variable, and no template grows beyond what is read. */
  private isAll({ builds, defaulted, images, overridable, variables, templates }: QuickCompose, around: Around): boolean {
    const { environments } = this
    if (around.others && (templates || defaulted.length > 0 || around.more)) return false
    if ((overridable && this.passes.overridable !== true) || !images.every(isImage)) return false
    if (builds.length > 0 && environments.of(around.folder).lookup(DEFAULT_PLATFORM) !== undefined) return false
    if (defaulted.length === 0 && around.usual) return true
    if (environments.environment.envFiles.length > 0) return false
    const { lookup, problems } = environments.of(around.folder)
    const declared = environments.withDeclared(lookup)
    return problems.length === 0 && defaulted.every((name) => isUnset(name, declared)) && variables.every((name) => isShort(name, declared))
  }

  /** Tells of what waits, and gives the files that are to be read fully all the same. Nothing waits any more. */
  left(reached: ReadonlySet<string>, joined: ReadonlyMap<string, unknown>, told: Told): readonly Left[] {
    const left: Left[] = []
    for (const [folder, { waiting, sources }] of this.waiting) {
      const files = new Set<SourceFile>()
      for (const { source, uses } of waiting) {
        const alone = !joined.has(folder) && !reached.has(source.path)
        if (!alone || !this.tell(source, uses, told)) files.add(source)
      }
      if (files.size > 0) left.push({ folder, files: [...files], beside: sources.filter((source) => !files.has(source)) })
    }
    this.waiting.clear()
    return left
  }

  /** False if the file is to be read fully. */
  private tell(source: SourceFile, uses: QuickCompose, told: Told): boolean {
    if (!this.passes(source, uses)) {
      const placed = this.contents.placed(source.path)
      if (placed === undefined) return false
      told.references(referencesOf(source, placed))
    }
    for (const build of uses.builds) told.build(this.buildOf(source.path, build))
    this.contents.forget(source.path)
    return true
  }

  private buildOf(file: string, { service, span, context, dockerfile, args }: QuickBuild): Build {
    const { platforms } = this.environments.environment
    const found = dockerfileIn(folderOf(file), context, dockerfile, this.dockerfiles)
    return { service, place: { file, span }, dockerfile: found, inputs: { args: passedBy(file, args), contexts: NO_CONTEXTS, platforms } }
  }
}

function passedBy(file: string, args: readonly QuickArgument[]): Build['inputs']['args'] {
  const valueOf = ({ name, text, span }: QuickArgument): Value => ({ text, unset: NONE, via: [argumentStep(file, span, name, text)] })
  return new Map(args.map((one) => [one.name, valueOf(one)]))
}

const sourceOf = ({ source }: Waiting): SourceFile => source

/** Compose loads a file of this name without being told, unless there is one that it likes better. */
function isDefault(source: SourceFile): boolean {
  return defaultsOf([source]).main !== undefined
}

function isOverride(source: SourceFile): boolean {
  return defaultsOf([source]).override !== undefined
}

const NONE: readonly never[] = []
const NO_CONTEXTS: Build['inputs']['contexts'] = new Map()

/** More than a file of the usual kind may have. */
const MAX_SERVICES = 1024

/** UTF-16 units, and blanks: 64 such values stay far below what a template may grow by. */
const MAX_VALUE = 1000
const MAX_BLANKS = 4

/** Always defined, but not among the variables of a folder. */
const PROJECT_NAME = 'COMPOSE_PROJECT_NAME'

function isUnset(name: string, lookup: Lookup): boolean {
  return name !== PROJECT_NAME && lookup(name) === undefined
}

function isShort(name: string, lookup: Lookup): boolean {
  const value = lookup(name)
  return value === undefined || (value.text.length <= MAX_VALUE && value.unset.length <= MAX_BLANKS)
}

function isImage({ text }: QuickUse): boolean {
  return resolveValue({ text, unset: NONE, via: NONE }).target.kind === 'image'
}
