import { type QuickCompose } from '../extract/compose-quick.js'
import { type QuickUse, type QuickUses } from '../extract/quick-uses.js'
import { type Lookup, type SourceFile } from '../model.js'
import { type Contents } from './project-contents.js'
import { type Environments } from './project-environment.js'
import { defaultsOf } from './project-folder.js'
import { resolveValue } from './resolution.js'

/**
 * Asked of each file that names by itself all there is to say of it: plain images, which nothing around it changes. True if everything in it
 * is allowed: then nothing more is told of the file. False if it is to be told as any other.
 */
export type QuickTest = (source: SourceFile, uses: QuickUses) => boolean

interface Waiting {
  readonly source: SourceFile
  readonly uses: QuickCompose
}

/**
 * Folders of which every compose file can be read quickly. They wait until all others are read: only then is it known which files these
 * include, extend or name, and of such a file more than its own images is told.
 */
export class QuickFolders {
  private readonly waiting = new Map<string, readonly Waiting[]>()

  constructor(
    private readonly contents: Contents,
    private readonly environments: Environments,
    private readonly isAllowed: QuickTest,
  ) {}

  /** Whether all files of a folder can wait. They are those of the list. */
  take(folder: string, sources: readonly SourceFile[]): boolean {
    const waiting: Waiting[] = []
    for (const source of sources) {
      const uses = this.contents.quick(source.path)
      if (uses === undefined || !this.isAll(uses, folder)) return false
      // another file of the folder has to name the image, and compose refuses a default file if none does
      if (uses.partial && defaultsOf([source]).main !== undefined) return false
      waiting.push({ source, uses })
    }
    if (sources.length > 1) {
      const { main, override } = defaultsOf(sources)
      if (main !== undefined && override !== undefined) return false
    }
    this.waiting.set(folder, waiting)
    return true
  }

  /** Nothing has a say in what a file names: no image takes a value from a variable, and no template grows beyond what is read. */
  private isAll(uses: QuickCompose, folder: string): boolean {
    const { environments } = this
    const { defaulted, images, variables, templates } = uses
    if (environments.hasOthers(folder) && (templates || defaulted.length > 0 || environments.variants(folder, MAX_SERVICES).more))
      return false
    if (!images.every(isImage)) return false
    if (defaulted.length === 0 && environments.areUsual(folder)) return true
    if (environments.environment.envFiles.length > 0) return false
    const { lookup, problems } = environments.of(folder)
    const declared = environments.withDeclared(lookup)
    return problems.length === 0 && defaulted.every((name) => isUnset(name, declared)) && variables.every((name) => isShort(name, declared))
  }

  /** The files that are to be read fully all the same, by folder. Nothing waits any more. */
  left(
    reached: ReadonlySet<string>,
    joined: ReadonlyMap<string, unknown>,
  ): readonly (readonly [folder: string, paths: readonly string[]])[] {
    const left: (readonly [string, readonly string[]])[] = []
    for (const [folder, waiting] of this.waiting) {
      const alone = !joined.has(folder) && !waiting.some(({ source }) => reached.has(source.path))
      const paths: string[] = []
      for (const { source, uses } of waiting) {
        if (alone && this.isAllowed(source, uses)) this.contents.forget(source.path)
        else paths.push(source.path)
      }
      if (paths.length > 0) left.push([folder, paths])
    }
    this.waiting.clear()
    return left
  }
}

const NONE: readonly never[] = []

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
