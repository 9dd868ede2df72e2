import { type Lookup, type Problem, type Value } from '../model.js'
import { baseOf, folderOf, joined } from './paths.js'
import { consistencyProblems } from './project-checks.js'
import { COMPOSE_FILE, composeFiles, ENV, MAX_TRIED, MAX_VARIANTS } from './project-environment.js'
import { groupByFolder } from './project-folder.js'
import { type ComposeReader, NO_SUCH_FILE } from './project-account.js'
import { type Project, type Sources } from './project-load.js'
import { named } from './project-name.js'
import { type Telling } from './project-telling.js'

/** Tells the projects of which a COMPOSE_FILE says what is loaded; gives the folders in which that holds without naming an env file. */
export function tellComposeFiles(telling: Telling): ReadonlySet<string> {
  const { environments } = telling.sources
  const { envFiles, process, wanted = () => true } = environments.environment
  if (envFiles.length > 0 || process?.has(COMPOSE_FILE)) return new Set(tellUsual(telling, '') ? [''] : [])
  const told = new Set<string>()
  const others = new Map<string, readonly string[]>()
  for (const [folder, paths] of groupByFolder(environments.mentioning(COMPOSE_FILE).map((path) => ({ path })))) {
    const usual = paths.some(({ path }) => baseOf(path) === ENV) && tellUsual(telling, folder)
    if (usual) told.add(folder)
    others.set(
      folder,
      usual ? environments.others(folder).filter(wanted) : paths.flatMap(({ path }) => (baseOf(path) === ENV ? [] : [path])),
    )
  }
  for (const [folder, paths] of others) tellFromOthers(telling, folder, paths)
  return told
}

/** The project that compose loads in a folder whose `.env` (or the environment) says of which files; false if it says nothing. */
function tellUsual(telling: Telling, folder: string): boolean {
  const { sources } = telling
  const { lookup, unread: lacking } = sources.environments.of(folder)
  telling.tell(lacking)
  const value = lookup(COMPOSE_FILE)
  if (value === undefined || value.text === '') return false
  const { paths, wrong, unread } = filesOf(folder, value, lookup, sources.read)
  telling.tell([...wrong, ...unread])
  const [main] = paths
  if (main === undefined) return true
  const surroundings = surroundingsOf(main, paths, folder, lookup, sources)
  telling.tell(surroundings.problems)
  const { services } = tellNamed(telling, paths, value.via[0]?.file ?? main, surroundings, (given, directory) =>
    telling.load(paths, directory, given),
  )
  telling.tell(consistencyProblems(services, new Set()))
  return true
}

/** The projects of whoever names one of the other env files of a folder. */
function tellFromOthers(telling: Telling, folder: string, envFiles: readonly string[]): void {
  let services = 0
  for (const [index, envFile] of envFiles.entries()) {
    if (index >= MAX_VARIANTS || services > MAX_TRIED) {
      const message = `more than ${index} env files are there for the projects of ${COMPOSE_FILE} in this folder: this one and those behind it were not tried`
      return telling.tell([{ file: envFile, message }])
    }
    services += tellOther(telling, folder, envFile)
  }
}

/** Tells one of them, and gives how many services it has. What compose refuses is not told: it names nothing, and the file may be a sample. */
function tellOther(telling: Telling, folder: string, envFile: string): number {
  const { sources } = telling
  const { lookup, unread: lacking } = sources.environments.before(folder, envFile)
  telling.tell(lacking)
  const value = lookup(COMPOSE_FILE)
  if (value === undefined || value.text === '') return 0
  const own = filesOf(folder, value, lookup, sources.read)
  const { paths, unread } = own.paths.length > 0 ? own : (fromAbove(telling, folder, value, lookup) ?? own)
  telling.tell(unread)
  const [main] = paths
  if (main === undefined) return 0
  const surroundings = surroundingsOf(main, paths, folder, lookup, sources)
  const { services } = tellNamed(telling, paths, value.via[0]?.file ?? envFile, surroundings, (given, directory) =>
    telling.loadWith(envFile, paths, directory, given),
  )
  return services.size
}

/** Tells the project of some files, which an env file names. */
function tellNamed(
  telling: Telling,
  paths: readonly string[],
  from: string,
  { directory, given }: Surroundings,
  load: (given: Lookup, directory: string) => Project,
): Project {
  telling.follow(paths.map((to) => ({ from, to, whole: true })))
  const project = load(given, directory)
  telling.tellOthers(project)
  telling.tellBuilds(project, directory, given, () => true)
  return project
}

/** Levels that are looked up; an env file deeper than that has its project beside it. */
const MAX_ABOVE = 8

/** What a value names from a folder above the one of its env file: an env file in a folder of its own (`env/prod.env`) is named from there. */
function fromAbove(telling: Telling, folder: string, value: Value, lookup: Lookup): NamedFiles | undefined {
  let above = folder
  for (let level = 0; level < MAX_ABOVE && above !== ''; level++) {
    above = folderOf(above)
    const before = telling.searched
    telling.searched += value.text.length
    if (telling.searched > MAX_SEARCHED) {
      const message =
        'the env files of this repository name too many files that are not beside them: they were not looked for in the folders above'
      if (before <= MAX_SEARCHED) telling.tell([{ file: value.via[0]?.file ?? ENV, message }])
      return undefined
    }
    const found = filesOf(above, value, lookup, telling.sources.read)
    if (found.paths.length > 0) return found
  }
  return undefined
}

/** UTF-16 units of lists of files that are looked for in the folders above, each time. */
const MAX_SEARCHED = 100_000

/** The files that a COMPOSE_FILE names. */
interface NamedFiles {
  readonly paths: readonly string[]
  /** Of files that compose does not find either. */
  readonly wrong: readonly Problem[]
  /** Of files that are somewhere, and were not read. */
  readonly unread: readonly Problem[]
}

function filesOf(folder: string, { text, via }: Value, lookup: Lookup, read: ComposeReader): NamedFiles {
  const [step] = via
  const problem = (message: string): Problem => ({ file: step?.file ?? ENV, ...(step && { span: step.span }), message })
  const paths: string[] = []
  const wrong: Problem[] = []
  const unread: Problem[] = []
  for (const resolved of separated(folder, text, lookup('COMPOSE_PATH_SEPARATOR')?.text, read)) {
    const file = resolved.kind === 'inside' ? read(resolved.path) : undefined
    if (resolved.kind === 'outside') unread.push(problem(`${COMPOSE_FILE} names a file outside of the repository: it was not read`))
    else if (file === NO_SUCH_FILE) wrong.push(problem(`open ${resolved.path}: ${file}`))
    else if (typeof file === 'string') unread.push(problem(`cannot read ${resolved.path}: ${file}`))
    else paths.push(resolved.path)
  }
  return { paths, wrong, unread }
}

/** On Windows the separator is `;`: taken where nothing is found otherwise. */
function separated(folder: string, value: string, separator: string | undefined, read: ComposeReader): ReturnType<typeof composeFiles> {
  const usual = composeFiles(folder, value, separator)
  const found = usual.some((resolved) => resolved.kind === 'inside' && typeof read(resolved.path) !== 'string')
  return found || separator !== undefined || !value.includes(';') ? usual : composeFiles(folder, value, ';')
}

interface Surroundings {
  readonly directory: string
  readonly given: Lookup
  readonly problems: readonly Problem[]
}

/** The project directory is that of the main file, the first; its `.env` stands behind the one that names the files. */
function surroundingsOf(
  main: string,
  paths: readonly string[],
  folder: string,
  lookup: Lookup,
  { environments, read }: Sources,
): Surroundings {
  const directory = folderOf(main)
  const second = joined(directory, ENV)
  const more = directory !== folder && environments.environment.envFiles.length === 0 && environments.has(second)
  const variables = environments.behind(lookup, more ? [second] : [])
  const files = paths.flatMap((path) => {
    const file = read(path)
    return typeof file === 'string' ? [] : [{ path, file }]
  })
  const given = named(variables.lookup, directory, files)
  return { directory, given, problems: variables.problems }
}
