import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ComposeFile, extractCompose } from '../src/extract/compose.js'
import { type Build, type Files, type NamedContext, type Reference, type SourceFile } from '../src/model.js'
import { folderOf, joined, resolvePath } from '../src/resolve/paths.js'
import { buildsOf } from '../src/resolve/project-builds.js'
import { Environments } from '../src/resolve/project-environment.js'
import { loadProject } from '../src/resolve/project-load.js'
import { childOf, textOf } from '../src/resolve/project-tree.js'
import { volumesOf } from '../src/resolve/project-values.js'
import { type ComposeReading, type Environment, readProjects } from '../src/resolve/projects.js'
import { ROOT } from './golden.js'

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

/** A repository as a plain table. */
function memory(files: Record<string, string>): Files {
  const table = new Map(Object.entries(files))
  const names = [...table.keys()].sort()
  return {
    find: (test) => names.filter((path) => test(path.slice(path.lastIndexOf('/') + 1))),
    settled: () => Promise.resolve(),
    read: (path) => {
      const text = table.get(path)
      return text === undefined ? { kind: 'missing' } : { kind: 'text', text }
    },
    identity: (path) => path,
  }
}

const COMPOSE = /^(?:.*[._-])?(?:docker-)?compose(?:[._-].*)?\.ya?ml$/

function read(files: Record<string, string>, environment: Partial<Environment> = {}, outright: readonly string[] = []): ComposeReading {
  const table = memory(files)
  const sources = [...table.find((name) => COMPOSE.test(name)), ...outright].map((path): SourceFile => ({ path, kind: 'compose' }))
  return readProjects(table, sources, { envFiles: [], platforms: PLATFORMS, ...environment })
}

const lineOf = ({ occurrence: { file, span, role, owner, text }, own }: Reference): string =>
  `${file}:${span.start.line} ${role} ${owner ?? '-'} ${text} => ${own.resolved ?? '?'}`

// ---------------------------------------------------------------------------------------------- compose-go's answers

interface LoadedService {
  readonly image: string
  readonly imageVolumes?: readonly string[]
  readonly preStartImages?: readonly string[]
  readonly build?: {
    readonly context: string
    readonly dockerfile?: string
    readonly dockerfile_inline?: string
    readonly target?: string
    readonly args?: Record<string, string>
    readonly additional_contexts?: Record<string, string>
    readonly cache_from?: readonly string[]
    readonly cache_to?: readonly string[]
    readonly tags?: readonly string[]
    readonly sbom?: string
  }
}
interface ProjectCase {
  readonly name: string
  readonly composeFiles?: readonly string[]
  readonly error?: string
  readonly input: {
    readonly files: Record<string, string>
    readonly env?: Record<string, string>
    readonly envFiles?: readonly string[]
    readonly cwd?: string
    readonly configs?: readonly string[]
  }
  readonly services?: Record<string, LoadedService>
  readonly models?: Record<string, string>
}
const cases = JSON.parse(readFileSync(join(ROOT, '__tests__/data/compose-projects.json'), 'utf8')) as ProjectCase[]

/** Loads the case as the command line of compose would, given which files it chose. */
function loaded({ input, composeFiles = [] }: ProjectCase) {
  const files = memory(input.files)
  const process = new Map(Object.entries(input.env ?? {}))
  const environments = new Environments(files, { envFiles: input.envFiles ?? [], process, platforms: PLATFORMS })
  const folder = folderOf(composeFiles[0] ?? '')
  // with discovery compose reads the .env of the working directory first, then that of the first file
  const working = environments.of(input.configs === undefined ? (input.cwd ?? '') : folder)
  const second = joined(folder, '.env')
  const given = environments.has(second) && input.envFiles === undefined ? environments.behind(working.lookup, [second]) : working
  const content = (path: string): ComposeFile | string => {
    const found = files.read(path)
    return found.kind === 'text' ? extractCompose(found.text) : 'no such file'
  }
  const project = loadProject(composeFiles, folder, given.lookup, content, environments)
  return { project, files, folder, lookup: given.lookup }
}

describe('every project that compose-go loads', () => {
  test.each(cases.filter(({ error }) => error === undefined).map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { project, files, folder, lookup } = loaded(one)
    expect([...project.services.keys()].sort()).toEqual(Object.keys(one.services ?? {}).sort())
    for (const [name, wanted] of Object.entries(one.services ?? {})) {
      const tree = project.services.get(name)?.value
      if (tree === undefined) throw new Error(`${name} is missing`)
      expect([name, textOf(childOf(tree, 'image')) ?? '']).toEqual([name, wanted.image])
      const volumes = volumesOf(childOf(tree, 'volumes')).filter((volume) => textOf(childOf(volume, 'type')) === 'image')
      expect(volumes.map((volume) => textOf(childOf(volume, 'source')) ?? '')).toEqual(wanted.imageVolumes ?? [])
      const builds = buildsOf(name, tree, { files, folder, lookup, platforms: PLATFORMS })
      expect(builds.slice(0, 1).map(shown)).toEqual(wanted.build === undefined ? [] : [expectedBuild(wanted.build)])
    }
    expect(Object.fromEntries([...project.models].map(([name, { value }]) => [name, textOf(childOf(value, 'model'))]))).toEqual(
      one.models ?? {},
    )
  })
})

const shownContext = (context: NamedContext): string =>
  context.kind === 'image' ? `docker-image://${context.value.text}` : context.kind === 'service' ? `service:${context.service}` : 'local'

function shown({ dockerfile, inputs }: Build) {
  return {
    dockerfile:
      dockerfile.kind === 'file'
        ? dockerfile.path
        : dockerfile.kind === 'inline'
          ? dockerfile.text
          : dockerfile.kind === 'remote'
            ? dockerfile.url
            : dockerfile.path,
    args: Object.fromEntries([...inputs.args].map(([name, { text }]) => [name, text])),
    contexts: Object.fromEntries([...inputs.contexts].map(([name, context]) => [name, shownContext(context)])),
    target: inputs.target,
  }
}

function expectedBuild({
  context,
  dockerfile = '',
  dockerfile_inline,
  args = {},
  additional_contexts = {},
  target,
}: NonNullable<LoadedService['build']>) {
  const folder = context.replace(/^<DIR>\/?/, '')
  const path = resolvePath(folder, dockerfile)
  const local = path.kind === 'inside' ? path.path : dockerfile
  const contexts = Object.entries(additional_contexts).map(([name, value]) => [
    name,
    /^(?:docker-image:\/\/|service:)/.test(value) ? value : 'local',
  ])
  return {
    dockerfile: dockerfile_inline ?? (context.includes('://') ? context : local),
    args,
    contexts: Object.fromEntries(contexts) as Record<string, string>,
    target,
  }
}

/** What the command line sees of a case that needs no working directory of its own: COMPOSE_FILE and variables from the environment. */
function seen({ input }: ProjectCase): ComposeReading {
  const process = new Map(Object.entries({ ...input.env, ...(input.configs && { COMPOSE_FILE: input.configs.join(':') }) }))
  return read(input.files, { process, envFiles: input.envFiles ?? [] })
}

/** Refusals that decide no image. */
const BESIDE_IMAGES =
  /no configuration file provided|depends on undefined service|version must be a string|services\.\w+ additional properties/

describe('every project that compose-go refuses is flagged', () => {
  const refused = cases.filter(({ error = '' }) => error !== '' && !BESIDE_IMAGES.test(error))
  test.each(refused.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { references, problems } = seen(one)
    const open = references.filter(({ own: { target } }) => target.kind === 'unresolved' || target.kind === 'malformed')
    expect(problems.length + open.length).toBeGreaterThan(0)
  })
})

describe('every image of a loaded project is told, and no problem', () => {
  const accepted = cases.filter(({ error, input }) => error === undefined && input.cwd === undefined)
  test.each(accepted.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const { references, problems } = seen(one)
    expect(problems).toEqual([])
    const told = references.flatMap(({ own, also }) => [own, ...also])
    for (const { image, imageVolumes = [], preStartImages = [] } of Object.values(one.services ?? {})) {
      for (const name of [image, ...imageVolumes, ...preStartImages]) {
        const found = told.some(({ resolved, variables }) => resolved === name || (resolved === null && variables.length > 0))
        expect([name, name === '' || found]).toEqual([name, true])
      }
    }
  })
})
