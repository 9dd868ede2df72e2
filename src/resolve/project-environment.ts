import { type Files, type Lookup, type NameTest, type Platforms, type Problem, type Span, type Value } from '../model.js'
import { append } from './append.js'
import { isUsualDotenv, readDotenv } from './dotenv.js'
import { baseOf, folderOf, joined, resolvePath } from './paths.js'
import { isDefaultName } from './project-folder.js'

/** Where the values of variables come from, besides the repository's own `.env` files. */
export interface Environment {
  /** `--dotenv`: paths from the root; the later wins, and no `.env` is read. */
  readonly envFiles: readonly string[]
  /** The environment of the process, only if the user asked for it; it wins over every file. */
  readonly process?: ReadonlyMap<string, string>
  /** What the policy declares that a pipeline passes: it fills what nothing else gives. */
  readonly variables?: ReadonlyMap<string, Value>
  readonly platforms: Platforms
  /** A COMPOSE_FILE counts where its `.env` is wanted: a check of one folder does not begin with another one's project. Absent: everywhere. */
  readonly wanted?: (path: string) => boolean
  /** How many compose files there are, where only a part of them is read. */
  readonly composeFiles?: number
}

/** Variables of one project folder, with what kept us from reading them. */
export interface Variables {
  readonly lookup: Lookup
  readonly problems: readonly Problem[]
  /** Those of them that compose itself would not have. */
  readonly unread: readonly Problem[]
}

/** Env files of one folder that are tried one by one; somebody who has more has named something else so. */
export const MAX_VARIANTS = 32

/** Services of a project, times the env files that are tried: 300 services can have all 32. */
export const MAX_TRIED = 10_000

/** How many env files are tried for a project with some services; one in any case. */
export function mostVariants(services: number, most = MAX_VARIANTS): number {
  return Math.max(1, Math.min(most, Math.floor(MAX_TRIED / Math.max(services, 1))))
}

/** Folders below a default file whose `.env` is tried; each packet of a large repository may have one. */
export const MAX_BELOW = 1_000

/** One line holds one name, so this is many thousand names. */
const MAX_CHARACTERS = 1_048_576

/** UTF-16 units of env files that are kept until their folder's turn comes; the others are read again. */
const MAX_KEPT = 4_194_304

/** What says which compose files are loaded. */
export const COMPOSE_FILE = 'COMPOSE_FILE'

/** The env file that compose reads without being told. */
export const ENV = '.env'

const START: Span = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } }

/** Gives each project folder its variables; what was read once is kept. */
export class Environments {
  private readonly folders = new Map<string, Variables>()
  private readonly declared = new WeakMap<Lookup, Lookup>()
  private readonly process: Lookup
  /** Of a folder without an env file, as most are. */
  private readonly none: Variables
  private envFiles: ReadonlyMap<string, readonly string[]> | undefined
  private paths: ReadonlySet<string> | undefined
  private belowByHome: ReadonlyMap<string, readonly string[]> | undefined
  private readonly texts = new Map<string, string>()
  private room = MAX_KEPT

  constructor(
    private readonly files: Files,
    readonly environment: Environment,
  ) {
    const given = new Map<string, Value>()
    for (const [name, text] of environment.process ?? []) given.set(name, { text, unset: [], via: [] })
    this.process = (name) => given.get(name)
    this.none = { lookup: this.process, problems: [], unread: [] }
  }

  /** The variables of a project whose first file lies in this folder: process, then `--env-file`s or the folder's `.env`. */
  of(folder: string): Variables {
    const { envFiles } = this.environment
    const key = envFiles.length > 0 ? '' : folder
    const known = this.folders.get(key)
    if (known !== undefined) return known
    const own = joined(folder, ENV)
    const paths = envFiles.length > 0 ? envFiles : this.has(own) ? [own] : []
    if (paths.length === 0) return this.none
    const variables = this.areUsual(folder) ? this.readLater(paths) : this.read(paths, this.process)
    this.folders.set(key, variables)
    return variables
  }

  /** Variables without a problem: few files ask for any of them. */
  private readLater(paths: readonly string[]): Variables {
    let lookup: Lookup | undefined
    return { lookup: (name) => (lookup ??= this.read(paths, this.process).lookup)(name), problems: [], unread: [] }
  }

  /** The same with more env files that stand behind what is given: an included project's own, or those of a second folder. */
  behind(given: Lookup, paths: readonly string[]): Variables {
    return paths.length === 0 ? { lookup: given, problems: [], unread: [] } : this.read(paths, given)
  }

  /** The same with one env file put before the `.env`, as `--env-file .env --env-file PATH` has it. */
  before(folder: string, path: string): Variables {
    const own = joined(folder, ENV)
    return this.read(this.has(own) ? [own, path] : [path], this.process)
  }

  /** The same with one env file in the place of the `.env`, as `--env-file PATH` has it; undefined where there is no `.env`. */
  instead(folder: string, path: string): Variables | undefined {
    return this.has(joined(folder, ENV)) ? this.read([path], this.process) : undefined
  }

  /** The committed env files beside the compose files of a folder that somebody may name with `--env-file`; `more` tells that there are too many. */
  variants(folder: string, services: number): { readonly paths: readonly string[]; readonly more: boolean } {
    if (this.environment.envFiles.length > 0) return { paths: [], more: false }
    const paths = this.others(folder)
    const most = mostVariants(services)
    return { paths: paths.slice(0, most), more: paths.length > most }
  }

  /** Each `.env` from the folder of which compose finds the default file of this one: the nearest above, where none lies beside it. */
  below(folder: string): readonly string[] {
    const { envFiles, process } = this.environment
    if (envFiles.length > 0 || process?.has(COMPOSE_FILE)) return []
    return (this.belowByHome ??= this.findBelow()).get(folder) ?? []
  }

  private findBelow(): ReadonlyMap<string, readonly string[]> {
    const below = new Map<string, string[]>()
    const paths = [...this.byFolder().keys()].filter((folder) => folder !== '').map((folder) => joined(folder, ENV))
    const there = paths.filter((path) => this.has(path))
    if (there.length === 0) return below
    const homes = new Set(this.files.find(isDefaultName).map(folderOf))
    for (const path of there) {
      let home = folderOf(path)
      if (homes.has(home)) continue
      do home = folderOf(home)
      while (home !== '' && !homes.has(home))
      if (homes.has(home)) append(below, home, path)
    }
    return below
  }

  /** The variables of whoever stands in a folder below: what its `.env` gives goes before what the project's own does. */
  standingAt(path: string, folder: string): Variables {
    const first = this.read([path], this.process)
    const own = joined(folder, ENV)
    const { lookup } = this.behind(first.lookup, this.has(own) ? [own] : [])
    return { ...first, lookup }
  }

  /** Whether env files lie in a folder besides its `.env`, or below it where compose finds the folder's default file. */
  hasOthers(folder: string): boolean {
    const paths = this.byFolder().get(folder)
    if (paths !== undefined && (paths.length > 1 || !this.has(joined(folder, ENV)))) return true
    return this.below(folder).length > 0
  }

  /** Whether an env file is there: one that git ignores is not, so that all checkouts say the same. */
  has(path: string): boolean {
    this.paths ??= new Set([...this.byFolder().values()].flat())
    return this.paths.has(path)
  }

  /** The env files that are wanted and may define a variable, also where a `.env` cannot be read. */
  mentioning(name: string): readonly string[] {
    const wanted = this.environment.wanted ?? (() => true)
    return [...this.byFolder().values()].flat().filter((path) => {
      if (!wanted(path)) return false
      const content = this.files.read(path)
      if (content.kind !== 'text') return content.kind === 'unreadable' && baseOf(path) === ENV
      if (content.text.length <= this.room) {
        this.room -= content.text.length
        this.texts.set(path, content.text)
      }
      return content.text.includes(name)
    })
  }

  /** Whether the variables of a folder surely have no problem and no long value. */
  areUsual(folder: string): boolean {
    const { envFiles, process, variables } = this.environment
    if (envFiles.length > 0 || process !== undefined || (variables?.size ?? 0) > 0) return false
    const path = joined(folder, ENV)
    if (!this.has(path)) return true
    const text = this.content(path)
    return typeof text === 'string' && isUsualDotenv(text)
  }

  /** What the policy declares, behind all that is given: the same for the same. */
  withDeclared(given: Lookup): Lookup {
    const { variables } = this.environment
    if (variables === undefined || variables.size === 0) return given
    const known = this.declared.get(given)
    if (known !== undefined) return known
    const lookup: Lookup = (name) => given(name) ?? variables.get(name)
    this.declared.set(given, lookup)
    return lookup
  }

  /** The env files of a folder besides its `.env`. */
  others(folder: string): readonly string[] {
    return (this.byFolder().get(folder) ?? []).filter((path) => baseOf(path) !== ENV)
  }

  private byFolder(): ReadonlyMap<string, readonly string[]> {
    if (this.envFiles !== undefined) return this.envFiles
    const folders = new Map<string, string[]>()
    for (const path of this.files.find(isEnvFile)) append(folders, folderOf(path), path)
    this.envFiles = folders
    return folders
  }

  private read(paths: readonly string[], given: Lookup): Variables {
    const problems: Problem[] = []
    const unread: Problem[] = []
    let values: ReadonlyMap<string, Value> = new Map()
    for (const path of paths) {
      const content = this.content(path)
      if (typeof content !== 'string') {
        problems.push(content)
        if (content.span === undefined) unread.push(content)
        continue
      }
      const read = readDotenv(path, content, given, values)
      values = read.values
      if (read.problem === undefined) continue
      const { message, line } = read.problem
      problems.push({
        file: path,
        span: { start: { line, column: 1 }, end: { line, column: 1 } },
        message: `failed to read ${path}: ${message}`,
      })
    }
    return { lookup: (name) => given(name) ?? values.get(name), problems, unread }
  }

  private content(path: string): string | Problem {
    const kept = this.texts.get(path)
    if (kept !== undefined && kept.length <= MAX_CHARACTERS) return kept
    const content = this.files.read(path)
    if (content.kind === 'missing') return { file: path, span: START, message: `couldn't find env file: ${path}` }
    if (content.kind === 'unreadable') return { file: path, message: content.problem }
    if (content.text.length > MAX_CHARACTERS)
      return { file: path, message: `the file is longer than ${MAX_CHARACTERS} characters and was not read` }
    return content.text
  }
}

/** `.env` with anything behind it or before it. */
export const isEnvFile: NameTest = Object.assign((name: string): boolean => name.startsWith(ENV) || name.endsWith(ENV), {
  bytes: (list: Uint8Array, start: number, end: number): boolean =>
    end - start >= ENV.length && (holdsEnv(list, start) || holdsEnv(list, end - ENV.length)),
})

function holdsEnv(list: Uint8Array, at: number): boolean {
  return list[at] === 0x2e && list[at + 1] === 0x65 && list[at + 2] === 0x6e && list[at + 3] === 0x76
}

/** The files that a COMPOSE_FILE names, from the folder it is used in. */
export function composeFiles(folder: string, value: string, separator: string | undefined): readonly ReturnType<typeof resolvePath>[] {
  return value
    .split(separator === undefined || separator === '' ? ':' : separator)
    .filter((path) => path !== '')
    .map((path) => resolvePath(folder, path))
}
