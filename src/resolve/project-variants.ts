import { named } from './project-name.js'
import { loadProject } from './project-load.js'
import { type Alone, type Telling } from './project-telling.js'
import { type Use } from './project-uses.js'

/** Tells what each other env file of a folder makes of the places of a project that take a variable from it. */
export function tellVariants(telling: Telling, folder: string, project: readonly Alone[], wanted: (service: string) => boolean): void {
  const { registry, sources } = telling
  const [first] = project
  if (first === undefined || project.every(({ file }) => file.templates.length === 0 && !file.text.includes('args'))) return
  const paths = project.map(({ path }) => path)
  const services = project.reduce((sum, one) => sum + one.project.services.size, 0)
  const variants = sources.environments.variants(folder, services)
  if (variants.more) {
    const message = `more than ${variants.paths.length} env files lie beside the file: the others were not tried`
    registry.problem({ file: first.path, message })
  }
  for (const path of variants.paths) {
    const variables = sources.environments.before(folder, path)
    const given = named(variables.lookup, first.path, folder, first.file)
    const also = (use: Use): void => {
      if (use.resolution.via.some(({ file }) => file === path)) registry.also(use)
    }
    const loaded = loadProject(paths, folder, given, sources)
    telling.tellOthers(loaded, also)
    telling.walkQuietly(telling.scopeOf(first.path, first.file, given), loaded, also)
    telling.tellBuilds(loaded, folder, given, wanted)
  }
}
