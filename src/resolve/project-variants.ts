import { mayHold } from '../extract/compose.js'
import { type Lookup } from '../model.js'
import { COMPOSE_FILE, MAX_BELOW, mostVariants } from './project-environment.js'
import { named } from './project-name.js'
import { type Alone, type How, type Telling } from './project-telling.js'
import { type Tree, VARIABLE } from './project-tree.js'
import { type Use } from './project-uses.js'

/**
 * Tells what each other env file of a folder makes of a project: of the places that take a variable from it, and of the files that it takes in. Of what is
 * wrong with it only what was not read is told: what compose refuses names nothing, and many an env file is not meant for every project beside it.
 */
export function tellVariants(
  telling: Telling,
  folder: string,
  project: readonly [Alone, ...Alone[]],
  wanted: (service: string) => boolean,
  how: How = {},
): void {
  const { registry } = telling
  const { environments } = telling.sources
  if (!project.some(takesVariables)) return
  const [first] = project
  const variants = environments.variants(folder, servicesOf(project))
  if (variants.more) {
    const message = `more than ${variants.paths.length} env files lie beside the file: the others were not tried`
    registry.problem({ file: first.path, message })
  }
  for (const path of variants.paths) {
    const together = environments.before(folder, path)
    if (!ENCRYPTED.test(path)) telling.tell(together.unread)
    tell(together.lookup, path)
    const instead = environments.instead(folder, path)
    if (instead !== undefined && givesSome(project, path, instead.lookup)) tell(instead.lookup, path, true)
  }

  function tell(lookup: Lookup, path: string, sure = false): void {
    tellWith(telling, { folder, project, wanted, how: { ...how, sure } }, lookup, path)
  }
}

/**
 * Tells what the default project of a folder is for whoever calls compose in a folder below: compose looks for its file there, then above, and reads the `.env`
 * of both folders (compose-go, cli/options.go).
 */
export function tellFromBelow(telling: Telling, folder: string, project: readonly [Alone, ...Alone[]]): void {
  const { environments } = telling.sources
  if (!project.some(takesVariables)) return
  const most = mostVariants(servicesOf(project), MAX_BELOW)
  let tried = 0
  for (const path of environments.below(folder)) {
    const { lookup, unread } = environments.standingAt(path, folder)
    telling.tell(unread)
    if (lookup(COMPOSE_FILE)?.via[0]?.file === path || !givesSome(project, path, lookup)) continue
    if (++tried > most) {
      const message = `more than ${most} folders below have a .env with variables of this file: the others were not tried`
      return telling.registry.problem({ file: project[0].path, message })
    }
    tellWith(telling, { folder, project, wanted: () => true, how: {} }, lookup, path)
  }
}

/** What is told once more with other variables. */
interface Told {
  readonly folder: string
  readonly project: readonly [Alone, ...Alone[]]
  readonly wanted: (service: string) => boolean
  /** With `sure`, only what takes no blank: an env file that stands in the place of another one may be meant to stand beside it. */
  readonly how: How
}

function tellWith(telling: Telling, { folder, project, wanted, how }: Told, lookup: Lookup, envFile: string): void {
  const { registry } = telling
  const [first] = project
  const given = named(lookup, folder, project)
  const also = ({ resolution, ...use }: Use): void => {
    const { target, open, via } = resolution
    // a sure image may be another one because of the file without a part of it from there
    const isSure = target.kind === 'image' && open === undefined
    if (isSure || (how.sure !== true && via.some(({ file }) => file === envFile))) registry.also({ ...use, resolution })
  }
  const paths = project.map(({ path }) => path)
  const loaded = telling.loadWith(envFile, paths, folder, given)
  telling.tellOthers(loaded, also)
  telling.walkQuietly(telling.scopeOf(first.path, first.file, given), loaded, also)
  telling.tellBuilds(loaded, folder, given, wanted, how)
}

/** Nobody passes these to compose as they are. */
const ENCRYPTED = /\.(?:age|asc|enc|gpg|vault)$/

function servicesOf(project: readonly Alone[]): number {
  return project.reduce((sum, one) => sum + one.project.services.size, 0)
}

/** Whether other variables may make something else of a file, or of what it takes in. */
function takesVariables({ file, project }: Alone): boolean {
  return file.templates.length > 0 || mayHold(file.text, 'args') || project.reached.length > 0
}

/** Whether an env file gives a variable that may decide an image of a project: one that gives none is there for something else. */
function givesSome(project: readonly Alone[], path: string, lookup: Lookup): boolean {
  const gives = (name: string): boolean => lookup(name)?.via.some(({ file }) => file === path) === true
  return project.some((one) => [...namesOf(one)].some(gives))
}

const namesIn = new WeakMap<Alone, ReadonlySet<string>>()

/** The variables of a file in what can name an image; of one that takes in others, all of them. */
function namesOf(one: Alone): ReadonlySet<string> {
  const known = namesIn.get(one)
  if (known !== undefined) return known
  const names = new Set<string>()
  const { services, jobs, models, reached } = one.project
  if (reached.length > 0) for (const { text } of one.file.templates) addNames(text, names)
  for (const section of [services, jobs, models]) for (const { value } of section.values()) addNamesBelow(value, names)
  namesIn.set(one, names)
  return names
}

function addNamesBelow(tree: Tree, names: Set<string>): void {
  if (tree.kind === 'leaf') addNames(tree.node.text, names)
  else if (tree.kind === 'items') for (const item of tree.items) addNamesBelow(item, names)
  else
    for (const [key, { value }] of tree.entries) {
      names.add(key) // an argument without a value takes that of its name
      addNamesBelow(value, names)
    }
}

function addNames(text: string, names: Set<string>): void {
  if (!text.includes('$')) names.add(text)
  else for (const [, name = ''] of text.matchAll(VARIABLE)) names.add(name)
}
