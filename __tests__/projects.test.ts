import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ComposeFile, extractCompose, loadWholeReader } from '../src/extract/compose.js'
import { type Build, type NamedContext, type Reference, type SourceFile } from '../src/model.js'
import { folderOf, joined, resolvePath } from '../src/resolve/paths.js'
import { buildsOf, DockerfileNames } from '../src/resolve/project-builds.js'
import { Environments } from '../src/resolve/project-environment.js'
import { includesFor, loadProject } from '../src/resolve/project-load.js'
import { childOf, textOf } from '../src/resolve/project-tree.js'
import { volumesOf } from '../src/resolve/project-values.js'
import { type ComposeReading, createComposeCache, type Environment, readProjects } from '../src/resolve/projects.js'
import { ROOT } from './golden.js'
import { memoryFiles } from './memory-files.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

const COMPOSE = /^(?:.*[._-])?(?:docker-)?compose(?:[._-].*)?\.ya?ml$/

function read(files: Record<string, string>, environment: Partial<Environment> = {}, outright: readonly string[] = []): ComposeReading {
  const table = memoryFiles(files)
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
  const files = memoryFiles(input.files)
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
  const project = loadProject(composeFiles, folder, given.lookup, {
    read: content,
    environments,
    includes: includesFor(composeFiles.length),
  })
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
      const builds = buildsOf(name, tree, { dockerfiles: new DockerfileNames(files), folder, lookup, platforms: PLATFORMS })
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
      dockerfile.kind === 'inline'
        ? dockerfile.text
        : dockerfile.kind === 'remote'
          ? dockerfile.url
          : dockerfile.kind === 'unknown'
            ? undefined
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

// ---------------------------------------------------------------------------------------------- where values come from

describe('the environment', () => {
  const files = {
    '.env': 'T=env\nS=env\n',
    'a.env': 'T=a\n',
    'b.env': 'T=b\n',
    'compose.yaml': 'services:\n  a:\n    image: x:${T:-none}-${S:-none}\n',
  }
  const own = (environment: Partial<Environment>): unknown => read(files, environment).references.map(({ own: { resolved } }) => resolved)
  const value = (text: string) => ({ text, unset: [], via: [] })

  test.each<[string, Partial<Environment>, string]>([
    ['the .env of the folder', {}, 'x:env-env'],
    ['--env-file takes its place', { envFiles: ['a.env'] }, 'x:a-none'],
    ['of several the later wins', { envFiles: ['a.env', 'b.env'] }, 'x:b-none'],
    ['the process wins over every file, also with an empty value', { process: new Map([['T', '']]) }, 'x:none-env'],
    [
      'the policy fills what nothing else gives',
      {
        envFiles: ['a.env'],
        variables: new Map([
          ['T', value('p')],
          ['S', value('p')],
        ]),
      },
      'x:a-p',
    ],
  ])('%s', (_, environment, resolved) => {
    expect(own(environment)).toEqual([resolved])
  })

  test('a named env file that is missing is a problem', () => {
    expect(read(files, { envFiles: ['gone.env'] }).problems).toMatchObject([
      { file: 'gone.env', message: "couldn't find env file: gone.env" },
    ])
  })

  test('every other env file is tried beside the `.env` and in its place, unless it gives nothing that is named', () => {
    const also = (more: Record<string, string>): unknown => read({ ...files, ...more }).references[0]?.also.map(({ resolved }) => resolved)
    expect(also({})).toEqual(['x:a-env', 'x:a-none', 'x:b-env', 'x:b-none'])
    expect(also({ 'c.env': 'OTHER=1' })).toEqual(also({}))
    expect(also({ 'c.env': 'S=c' })).toEqual(['x:a-env', 'x:a-none', 'x:b-env', 'x:b-none', 'x:env-c', 'x:none-c'])
  })

  test('in the place of the `.env` one counts only if it gives what an image may depend on', () => {
    const compose = 'services: {s: {image: "x:${T:-latest}", environment: {L: "${L:-1}"}, build: {args: [B]}}}'
    const also = (env: string): unknown => read({ 'compose.yaml': compose, '.env': 'T=1', 'a.env': env }).references[0]?.also.length
    expect([also('L=2'), also('B=2'), also('T=2')]).toEqual([0, 1, 1])
  })

  test('one that is encrypted by its name is no problem', () => {
    const table = memoryFiles({
      '.env.gpg': { kind: 'unreadable', problem: 'it is binary' },
      'compose.yaml': 'services: {s: {image: "${T:-x}"}}',
    })
    const { problems } = readProjects(table, [{ path: 'compose.yaml', kind: 'compose' }], { envFiles: [], platforms: PLATFORMS })
    expect(problems).toEqual([])
  })

  test('in the place of the `.env` one counts only where it leaves nothing open', () => {
    const { references, builds } = read({
      '.env': 'R=r\nB=b:1',
      'a.env': 'T=1',
      'compose.yaml': 'services: {s: {image: "${R}/x:${T:-0}"}, t: {build: {context: ., args: {A: "$B$T"}}}}',
    })
    expect(references[0]?.also.map(({ resolved }) => resolved)).toEqual(['r/x:1'])
    expect(builds.map(({ inputs: { args } }) => args.get('A')?.text)).toEqual(['b:1', 'b:11'])
  })

  test('an image that an env file chooses without giving a part of it', () => {
    const { references } = read({
      '.env': 'B=good\nI=evil',
      'prod.env': 'A=1\nB=\nF=b',
      'compose.yaml':
        'services:\n  a: {image: "${A:+evil/}x:1"}\n  b: {image: "${B:-evil}/y:1"}\n  c: {extends: {file: "${F:-a}.inc", service: s}}\n',
      'a.inc': 'services: {s: {image: z}}',
      'b.inc': 'services: {s: {image: "${I:-good}/z"}}',
    })
    const also = references.flatMap((one) => one.also.map(({ resolved }) => resolved))
    expect(also).toEqual(expect.arrayContaining(['evil/x:1', 'evil/y:1']))
    expect(references.map(({ own }) => own.resolved)).toContain('evil/z')
  })

  test('one that cannot be read is a problem where a project may need it', () => {
    const table = memoryFiles({
      'prod.env': { kind: 'unreadable', problem: 'it is too large' },
      'compose.yaml': 'services: {s: {image: "${T:-x}"}}',
      'a/compose.yaml': 'services: {s: {image: x}}',
      'a/prod.env': { kind: 'unreadable', problem: 'it is too large' },
      'b/.env': { kind: 'unreadable', problem: 'it leads out of the repository' },
      'c/compose.yaml': 'include: [{path: d.inc, env_file: "${E:-d}.env"}]',
      'c/d.inc': 'services: {s: {image: x}}',
      'c/d.env': 'F=1',
      'c/e.env': 'E=x/f',
      'c/x/f.env': { kind: 'unreadable', problem: 'it is binary' },
    })
    const sources = ['compose.yaml', 'a/compose.yaml', 'c/compose.yaml'].map((path): SourceFile => ({ path, kind: 'compose' }))
    expect(readProjects(table, sources, { envFiles: [], platforms: PLATFORMS }).problems).toEqual([
      { file: 'b/.env', message: 'it leads out of the repository' },
      { file: 'prod.env', message: 'it is too large' },
      { file: 'c/x/f.env', message: 'with c/e.env: it is binary' },
    ])
  })

  test('too many env files are a problem', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.env`, `T=${i}`]))
    const { references, problems } = read({ ...files, ...many })
    expect(references[0]?.also).toHaveLength(64)
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('more than 32 env files')])
  })

  test('an env file that git ignores is not read: it is not listed', () => {
    const table = memoryFiles(files)
    const ignoring = { ...table, find: (test: (name: string) => boolean) => table.find(test).filter((path) => path !== '.env') }
    const { references } = readProjects(ignoring, [{ path: 'compose.yaml', kind: 'compose' }], { envFiles: [], platforms: PLATFORMS })
    expect(references[0]?.own.resolved).toBe('x:none-none')
  })
})

describe('what other env files have a project take in', () => {
  const service = (image: string): string => `services: {s: {image: "${image}"}}`
  const lines = (reading: ComposeReading): string[] =>
    reading.references.flatMap((one) => [lineOf(one), ...one.also.map(({ resolved }) => `  also ${resolved}`)])
  const messages = ({ problems }: ComposeReading): string[] =>
    problems.map(({ file, span, message }) => `${file}:${span?.start.line} ${message}`)

  test('a file that one includes only with them is read, with all that it reaches itself', () => {
    const extending = (file: string): string => `services: {s: {extends: {file: "${file}", service: s}}}`
    const reading = read({
      'compose.yaml': 'include: ["${MORE:-a/base.inc}"]\n',
      'prod.env': 'MORE=a/prod.inc',
      'a/base.inc': service('base:1'),
      'a/prod.inc': extending('../b/${DEEP:-none}.inc'),
      'b/none.inc': extending('${DEEP:-none}.inc'),
      'b/.env.deep': 'DEEP=deep',
      'b/deep.inc': service('deep:1'),
    })
    expect(lines(reading).sort()).toEqual(['a/base.inc:1 service s base:1 => base:1', 'b/deep.inc:1 service s deep:1 => deep:1'])
    expect(reading.edges).toContainEqual({ from: 'compose.yaml', to: 'a/prod.inc' })
    expect(reading.followed.map(({ path }) => path)).toEqual(['a/base.inc', 'a/prod.inc', 'b/none.inc', 'b/deep.inc'])
  })

  test('a service that one extends only with them is read', () => {
    const reading = read({
      'compose.yaml': 'services: {s: {extends: {file: "${FROM:-a.inc}", service: s}}}',
      'prod.env': 'FROM=b.inc',
      'a.inc': service('a:1'),
      'b.inc': service('b:1'),
    })
    expect(lines(reading).sort()).toEqual(['a.inc:1 service s a:1 => a:1', 'b.inc:1 service s b:1 => b:1'])
  })

  test('they hold in an included file of another folder, also where the including file takes no variable', () => {
    const reading = read({ 'compose.yaml': 'include: [a/b.inc]\n', 'prod.env': 'T=x:2', 'a/b.inc': service('${T:-x:1}') })
    expect(lines(reading)).toEqual(['a/b.inc:1 service s ${T:-x:1} => x:1', '  also x:2'])
  })

  test('those beside an included file that is not listed are tried', () => {
    const reading = read({ 'compose.yaml': 'include: [a/b.inc]\n', 'a/b.inc': service('${T:-x:1}'), 'a/prod.env': 'T=x:2' })
    expect(lines(reading)).toEqual(['a/b.inc:1 service s ${T:-x:1} => x:1', '  also x:2'])
  })

  test('what was not read is told once, with the first env file; what compose refuses is not', () => {
    const files = {
      'compose.yaml': 'include:\n  - ${MORE:-a.inc}\n',
      'a.inc': service('a:1'),
      '1.env': 'MORE=https://example.com/a.git',
      '2.env': 'MORE=https://example.com/a.git',
      '3.env': 'MORE=/opt/a.yaml',
      '4.env': 'MORE=gone.yaml',
      '5.env': 'MORE=compose.yaml',
    }
    expect(messages(read(files)).sort()).toEqual([
      'compose.yaml:2 with 1.env: https://example.com/a.git is not in this repository: it was not read',
      'compose.yaml:2 with 3.env: /opt/a.yaml lies outside of the repository: it was not read',
    ])
  })

  test('what was not read without them either is told without them', () => {
    const files = { 'compose.yaml': 'include:\n  - https://example.com/${A:-a}.git\n', '1.env': 'B=1', '2.env': 'A=a' }
    expect(messages(read(files))).toEqual(['compose.yaml:2 https://example.com/a.git is not in this repository: it was not read'])
  })

  test('a file that cannot be read is told with why', () => {
    const table = memoryFiles({
      'compose.yaml': 'include:\n  - ${MORE:-a.inc}\n',
      'a.inc': service('a:1'),
      '1.env': 'MORE=b.inc',
      'b.inc': { kind: 'unreadable', problem: 'it is binary' },
    })
    const reading = readProjects(table, [{ path: 'compose.yaml', kind: 'compose' }], { envFiles: [], platforms: PLATFORMS })
    expect(messages(reading)).toEqual(['compose.yaml:2 with 1.env: cannot read b.inc: it is binary'])
  })

  test('they use up nothing of what files may take in by themselves, and where they take in too much it is told', () => {
    const files: Record<string, string> = {}
    for (let i = 0; i < 120; i++) files[`${i}.compose.yaml`] = `include: [a.inc, "\${V:-b}.inc"]\nservices: {s${i}: {image: "x:${i}"}}`
    for (let i = 0; i < 32; i++) files[`.env.v${i}`] = `V=v${i}`
    files['later/compose.yaml'] = 'include: [../a.inc, ../b.inc]'
    const included = ['a', 'b', ...Array.from({ length: 32 }, (_, i) => `v${i}`)]
    for (const name of included) files[`${name}.inc`] = service(`${name}:1`)
    const reading = read(files)
    const own = included.map((name) => `${name}:1`)
    expect(reading.references.map(({ own: { resolved } }) => resolved).filter((text) => own.includes(text ?? ''))).toHaveLength(own.length)
    const told = reading.problems.filter(({ message }) =>
      /^with \.env\.v\d+: the files of this repository include .* too often/.test(message),
    )
    expect(told.length).toBeGreaterThan(10)
    expect(reading.problems).toHaveLength(told.length)
  })
})

describe('COMPOSE_FILE in other env files', () => {
  test('the files that it names are read, of whatever name, with the variables beside it', () => {
    const { references, followed, edges, problems, builds } = read({
      'compose.yaml': 'services: {a: {image: a:1}}',
      '.env.prod': 'COMPOSE_FILE=b/stack.yml:b/more.yml:gone.yml\nT=2\nD=prod',
      'b/stack.yml': 'services: {s: {image: "s:${T:-1}", build: {context: .}}}',
      'b/more.yml': 'services: {s: {build: {dockerfile: "${D:-dev}.Dockerfile"}}}',
    })
    expect(references.map((one) => [lineOf(one), one.also.map(({ resolved }) => resolved)])).toEqual([
      ['b/stack.yml:1 build-output s s:${T:-1} => s:1', ['s:2']],
      ['compose.yaml:1 service a a:1 => a:1', []],
    ])
    expect(followed.map(({ path }) => path)).toEqual(['b/stack.yml', 'b/more.yml'])
    expect(edges).toEqual(['b/stack.yml', 'b/more.yml'].map((to) => ({ from: '.env.prod', to })))
    expect(builds.map(({ dockerfile }) => dockerfile)).toContainEqual({ kind: 'file', path: 'b/prod.Dockerfile' })
    expect(problems).toEqual([])
  })

  test('what lies elsewhere is told, what is nowhere is not', () => {
    const { problems } = read({ 'a.env': 'X=1\nCOMPOSE_FILE=/opt/compose.yaml:gone.yaml' })
    expect(problems).toMatchObject([
      { file: 'a.env', span: { start: { line: 2 } }, message: 'COMPOSE_FILE names a file outside of the repository: it was not read' },
    ])
  })

  test('what its project takes in and cannot be read is told with it', () => {
    const { problems, references } = read({
      'a.env': 'COMPOSE_FILE=a.inc\nMORE=oci://x/y',
      'a.inc': 'include:\n  - ${MORE:-b.inc}\n',
      'b.inc': 'services: {s: {image: "b:1"}}',
    })
    expect(references.map(lineOf)).toEqual(['b.inc:1 service s b:1 => b:1'])
    expect(problems.map(({ message }) => message)).toEqual(['with a.env: oci://x/y is not in this repository: it was not read'])
  })

  test('that of a folder that is not wanted, or of a `.env` beside it, is not its own', () => {
    const files = {
      '.env': 'COMPOSE_FILE=a.inc',
      'b.env': 'T=1',
      'c.env': 'COMPOSE_FILE=c.inc',
      'a.inc': 'services: {}',
      'c.inc': 'services: {}',
    }
    expect(read(files).followed.map(({ path }) => path)).toEqual(['a.inc', 'c.inc'])
    expect(read(files, { wanted: (path) => path !== 'c.env' }).followed.map(({ path }) => path)).toEqual(['a.inc'])
    expect(read(files, { envFiles: ['b.env'] }).followed).toEqual([])
  })

  test('they are tried as well where the `.env` says what is loaded', () => {
    const files = { '.env': 'COMPOSE_FILE=a.inc:b.inc', 'c.env': 'T=2', 'a.inc': 'services: {s: {build: {args: {A: "${T:-1}"}}}}' }
    const { references, builds, problems } = read({ ...files, 'b.inc': 'services: {s: {build: {context: .}, image: "x:${T:-1}"}}' })
    expect(references.map((one) => [lineOf(one), one.also.map(({ resolved }) => resolved)])).toEqual([
      ['b.inc:1 build-output s x:${T:-1} => x:1', ['x:2']],
    ])
    expect(builds.map(({ inputs: { args } }) => args.get('A')?.text)).toEqual(['1', '2'])
    expect(problems).toEqual([])
  })

  test('what its project takes in is followed', () => {
    const { followed } = read({ 'a.env': 'COMPOSE_FILE=a.inc\nT=b', 'a.inc': 'include: ["${T:-c}.inc"]', 'b.inc': '{}', 'c.inc': '{}' })
    expect(followed.map(({ path }) => path)).toEqual(['a.inc', 'b.inc', 'c.inc'])
  })

  test('what is looked for in the folders above has a limit', () => {
    const value = `COMPOSE_FILE=${'a.yml:'.repeat(150)}`
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`a/b/c/${i}/prod.env`, value]))
    const { problems } = read(many)
    expect(problems.map(({ file, message }) => `${file} ${message}`)).toEqual([
      expect.stringMatching(/prod\.env .*not looked for in the folders above$/),
    ])
  })

  test('of more than 32 in a folder the others are told, and of fewer where they have many services', () => {
    const told = (count: number, services: string): readonly string[] => {
      const many = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.env`, 'COMPOSE_FILE=a.inc']))
      return read({ ...many, 'a.inc': `services:\n${services}` }).problems.map(({ file, message }) => `${file} ${message}`)
    }
    const message = (count: number): unknown => expect.stringMatching(new RegExp(`^\\d+\\.env more than ${count} env files .* not tried$`))
    expect(told(32, '  {}')).toEqual([])
    expect(told(34, '  {}')).toEqual([message(32)])
    const thousand = Array.from({ length: 1000 }, (_, i) => `  s${i}: {image: "x:1"}\n`).join('')
    expect(told(12, thousand)).toEqual([message(11)])
  })
})

describe('what is followed', () => {
  test('a file of any name that COMPOSE_FILE names, without any compose file of a usual name', () => {
    const { references, followed, edges } = read({ '.env': 'COMPOSE_FILE=stack.yml', 'stack.yml': 'services: {a: {image: a:1}}' })
    expect(references.map(lineOf)).toEqual(['stack.yml:1 service a a:1 => a:1'])
    expect(followed).toEqual([{ path: 'stack.yml', kind: 'compose' }])
    expect(edges).toEqual([{ from: '.env', to: 'stack.yml' }])
  })

  test('`;` separates on Windows', () => {
    const { followed } = read({
      '.env': 'COMPOSE_FILE=a.yml;b.yml',
      'a.yml': 'services: {a: {image: a:1}}',
      'b.yml': 'services: {b: {image: b:1}}',
    })
    expect(followed.map(({ path }) => path)).toEqual(['a.yml', 'b.yml'])
  })

  test('a file that cannot be read is a problem', () => {
    const table = memoryFiles({ 'compose.yaml': { kind: 'unreadable', problem: 'a link out of the tree' } })
    const { problems } = readProjects(table, [{ path: 'compose.yaml', kind: 'compose' }], { envFiles: [], platforms: PLATFORMS })
    expect(problems).toEqual([{ file: 'compose.yaml', message: 'a link out of the tree' }])
  })
})

test('one text is one occurrence: its owner is the first service, and its place is where it is written', () => {
  const text = 'x-a: &a {image: a:1}\nservices:\n  one: {<<: *a}\n  two: *a\n  three: {image: &t t:1}\n  four: {image: *t}\n'
  expect(read({ 'compose.yaml': text }).references.map(lineOf)).toEqual([
    'compose.yaml:1 service one a:1 => a:1',
    'compose.yaml:5 service three t:1 => t:1',
  ])
})

test('what was extracted once is not extracted again', () => {
  const table = memoryFiles({ 'compose.yaml': 'services: {a: {image: a:1}}' })
  let reads = 0
  const counting = { ...table, read: (path: string) => (path === 'compose.yaml' && reads++, table.read(path)) }
  const cache = createComposeCache()
  const sources: SourceFile[] = [{ path: 'compose.yaml', kind: 'compose' }]
  for (let i = 0; i < 3; i++) readProjects(counting, sources, { envFiles: [], platforms: PLATFORMS }, cache)
  expect(reads).toBe(1)
})

test('the platform is that of the service, or those of its build', () => {
  const { builds } = read({
    'compose.yaml':
      'services:\n  a: {build: ., platform: linux/arm64}\n  b: {build: {context: ., platforms: [linux/s390x, linux/arm64]}}\n  c: {build: .}\n',
  })
  expect(builds.map(({ service, inputs }) => `${service} ${inputs.platforms.target}`)).toEqual([
    'a linux/arm64',
    'b linux/s390x',
    'b linux/arm64',
    'c linux/amd64',
  ])
})

test('arbitrary files never throw', () => {
  const name = fc.constantFrom('compose.yaml', 'compose.override.yml', 'sub/compose.yml', '.env', 'x.env', 'a.yml')
  const text = fc
    .array(
      fc.constantFrom(
        'services:\n',
        '  a:\n',
        '    image: x:${T}\n',
        '    extends: {file: a.yml, service: a}\n',
        'include: [a.yml]\n',
        '    build: ../..\n',
        'T=1\n',
        'COMPOSE_FILE=a.yml\n',
        '---\n',
      ),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.dictionary(name, fc.oneof(text, fc.string()), { maxKeys: 6 }), (files) => {
      for (const { occurrence, own } of read(files).references) {
        expect(['image', 'local', 'unresolved', 'malformed']).toContain(own.target.kind)
        expect(occurrence.span.start.line).toBeGreaterThan(0)
      }
    }),
    { numRuns: 500 },
  )
})
