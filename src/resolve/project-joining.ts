import { type Model } from './project-load.js'
import { childOf, type Tree } from './project-tree.js'

/** The services of a file that only add to what another one builds: by themselves they name no context. */
export function fragmentsOf(project: Model, base: Model): ReadonlySet<string> {
  const fragments = new Set<string>()
  for (const [name, { value }] of project.services) {
    const build = childOf(value, 'build')
    if (build !== undefined && childOf(base.services.get(name)?.value, 'build') !== undefined && onlyAdds(build)) fragments.add(name)
  }
  return fragments
}

function onlyAdds(build: Tree): boolean {
  return build.kind === 'branch' && childOf(build, 'context') === undefined && childOf(build, 'dockerfile_inline') === undefined
}

/** The services of which both files say something that matters, one of them how they are built. */
export function joinedBy(project: Model, base: Model): ReadonlySet<string> {
  const joined = new Set<string>()
  for (const [name, { value }] of project.services) {
    const other = base.services.get(name)?.value
    if (other === undefined || (value.kind === 'branch' && value.entries.size === 0)) continue
    if ((childOf(value, 'build') ?? childOf(other, 'build')) !== undefined) joined.add(name)
  }
  return joined
}

/** The services whose build only adds to another one, and those that are built by themselves. */
export function buildersOf(project: Model): { readonly adding: readonly string[]; readonly whole: readonly string[] } {
  const [adding, whole]: [string[], string[]] = [[], []]
  for (const [name, { value }] of project.services) {
    const build = childOf(value, 'build')
    if (build !== undefined) (onlyAdds(build) ? adding : whole).push(name)
  }
  return { adding, whole }
}
