import { mayHold } from '../extract/compose.js'
import { loadProject } from './project-load.js'
import { named } from './project-name.js'
import { type Alone, type Telling } from './project-telling.js'
import { type Use } from './project-uses.js'

/**
 * Tells what each other env file of a folder makes of a project: of the places that take a variable from it, and of the files that it takes in. Of what is
 * wrong with it only what was not read is told: what compose refuses names nothing, and many an env file is not meant for every project beside it.
 */
export function tellVariants(telling: Telling, folder: string, project: readonly Alone[], wanted: (service: string) => boolean): void {
  const { registry, otherwise } = telling
  const { environments } = otherwise
  const [first] = project
  if (first === undefined || !project.some(takesVariables)) return
  const paths = project.map(({ path }) => path)
  const services = project.reduce((sum, one) => sum + one.project.services.size, 0)
  const variants = environments.variants(folder, services)
  if (variants.more) {
    const message = `more than ${variants.paths.length} env files lie beside the file: the others were not tried`
    registry.problem({ file: first.path, message })
  }
  for (const path of variants.paths) {
    const given = named(environments.before(folder, path).lookup, first.path, folder, first.file)
    const also = (use: Use): void => {
      if (use.resolution.via.some(({ file }) => file === path)) registry.also(use)
    }
    const loaded = loadProject(paths, folder, given, otherwise)
    telling.follow(loaded.reached)
    for (const problem of loaded.unread) registry.problemWith(path, problem)
    telling.tellOthers(loaded, also)
    telling.walkQuietly(telling.scopeOf(first.path, first.file, given), loaded, also)
    telling.tellBuilds(loaded, folder, given, wanted)
  }
}

/** Whether other variables may make something else of a file, or of what it takes in. */
function takesVariables({ file, project }: Alone): boolean {
  return file.templates.length > 0 || mayHold(file.text, 'args') || project.reached.length > 0
}
