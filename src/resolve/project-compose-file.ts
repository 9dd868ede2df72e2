import { folderOf, joined } from './paths.js'
import { consistencyProblems } from './project-checks.js'
import { composeFiles } from './project-environment.js'
import { type ComposeReader } from './project-load.js'
import { named } from './project-name.js'
import { type Telling } from './project-telling.js'

const COMPOSE_FILE = 'COMPOSE_FILE'

/** Tells the projects of which a COMPOSE_FILE says what is loaded; gives the folders in which one does. */
export function tellComposeFiles(telling: Telling): ReadonlySet<string> {
  const { environments } = telling.sources
  const { envFiles, process } = environments.environment
  const folders = envFiles.length > 0 || process?.has(COMPOSE_FILE) ? [''] : environments.mentioning(COMPOSE_FILE)
  return new Set(folders.filter((folder) => tellComposeFile(telling, folder)))
}

/** The project that compose loads in a folder whose `.env` (or the environment) says of which files; false if it says nothing. */
function tellComposeFile(telling: Telling, folder: string): boolean {
  const { registry, sources } = telling
  const { environments } = sources
  const { lookup } = environments.of(folder)
  const value = lookup(COMPOSE_FILE)
  if (value === undefined || value.text === '') return false
  const [step] = value.via
  const refuse = (message: string): void => registry.problem({ file: step?.file ?? '.env', ...(step && { span: step.span }), message })
  const paths = filesOf(folder, value.text, lookup('COMPOSE_PATH_SEPARATOR')?.text, sources.read).flatMap((resolved) => {
    if (resolved.kind === 'outside') refuse('COMPOSE_FILE names a file outside of the repository: it was not read')
    else if (typeof sources.read(resolved.path) === 'string') refuse(`open ${resolved.path}: no such file`)
    else return [resolved.path]
    return []
  })
  const [main] = paths
  if (main === undefined) return true
  telling.follow(paths.map((to) => ({ from: step?.file ?? main, to, whole: true })))
  const directory = folderOf(main)
  const second = joined(directory, '.env')
  const more = directory !== folder && environments.environment.envFiles.length === 0 && environments.has(second)
  const variables = more ? environments.behind(lookup, [second]) : { lookup, problems: [] }
  telling.tell(variables.problems)
  const file = sources.read(main)
  const given = typeof file === 'string' ? variables.lookup : named(variables.lookup, main, directory, file)
  const project = telling.load(paths, directory, given)
  telling.tellOthers(project, (use) => registry.also(use))
  telling.tellBuilds(project, directory, given, () => true)
  telling.tell(consistencyProblems(project.services, new Set()))
  return true
}

/** On Windows the separator is `;`: taken where nothing is found otherwise. */
function filesOf(folder: string, value: string, separator: string | undefined, read: ComposeReader): ReturnType<typeof composeFiles> {
  const usual = composeFiles(folder, value, separator)
  const found = usual.some((resolved) => resolved.kind === 'inside' && typeof read(resolved.path) !== 'string')
  return found || separator !== undefined || !value.includes(';') ? usual : composeFiles(folder, value, ';')
}
