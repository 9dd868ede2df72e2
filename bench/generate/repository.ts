import { generateCompose, generateEnvironment, generateOverride } from './compose.js'
import { generateDockerfile } from './dockerfile.js'
import { generatePolicy } from './policy.js'
import { createRandom, type Some } from './random.js'

/** Part of the name of a kept repository: to be raised with every change of what the generators write. */
export const GENERATOR_VERSION = 1

/** How many files the last commit of a generated repository changes. */
export const CHANGED_FILES = 10

/** How large a repository is to be. */
export interface Extent {
  /** Dockerfiles and compose files together: two of three are Dockerfiles. */
  readonly files: number
  /** Tracked files of other kinds. */
  readonly others: number
}

/** One file of a generated repository. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
  /** What the commit before the last one has at the path, if that differs. */
  readonly before?: string
  /** How it is written, if it is a Dockerfile or a compose file. */
  readonly style?: string
}

/** Every file of a repository that is not filling, in the order of their paths' numbers: the same seed and extent give the same bytes. */
export function* generateFiles(seed: number, { files }: Extent): Generator<GeneratedFile> {
  yield { path: '.github/image-policy.yml', text: generatePolicy() }
  const dockerfiles = Math.ceil((files * 2) / 3)
  const compose = files - dockerfiles
  const every = Math.max(1, Math.floor(dockerfiles / CHANGED_FILES))
  for (let index = 0; index < dockerfiles; index++) {
    const random = createRandom(seed, `dockerfile ${index}`)
    const { text, style } = generateDockerfile(random)
    const changes = index % every === 0 && index / every < CHANGED_FILES
    const path = `${folderOf(index)}/${dockerfileName(seed, index)}`
    yield changes ? { path, style, text: `${text}\nFROM alpine:3.20 AS extra\n`, before: text } : { path, style, text }
    // Compose files stand beside every second Dockerfile; with a `.env` beside every fourth of them.
    if (index % 2 === 0 && index / 2 < compose) yield* composeAt(seed, index / 2)
  }
  for (let index = Math.ceil(dockerfiles / 2); index < compose; index++) yield* composeAt(seed, index)
}

function* composeAt(seed: number, index: number): Generator<GeneratedFile> {
  const random = createRandom(seed, `compose ${index}`)
  const folder = folderOf(index * 2)
  if (isOverride(index)) {
    yield { path: `${folder}/compose.override.yaml`, ...generateOverride(random) }
    return
  }
  const neighbour = index > 0 && !isOverride(index - 1) ? { neighbour: `${up(folder)}${composePath(index - 1)}` } : {}
  yield { path: composePath(index), ...generateCompose(random, { dockerfile: dockerfileName(seed, index * 2), ...neighbour }) }
  if (random.chance(0.25)) yield { path: `${folder}/.env`, text: generateEnvironment(random) }
  if (random.chance(0.03)) yield { path: `${folder}/.env.production`, text: 'TAG=2.0.0\nREGISTRY=registry.acme.example:5000/platform\n' }
}

const isOverride = (index: number): boolean => index % 33 === 32

function composePath(index: number): string {
  const names: Some<string> = ['docker-compose.yml', 'compose.yaml', 'docker-compose.yaml', 'compose.yml', 'docker-compose.dev.yml']
  return `${folderOf(index * 2)}/${names[index % names.length] ?? names[0]}`
}

const AREAS: Some<string> = ['services', 'platform', 'data', 'examples', 'tools', 'infra', 'apps', 'third_party']

const WORDS: Some<string> = [
  'billing',
  'search',
  'ingest',
  'gateway',
  'reports',
  'auth',
  'mailer',
  'catalogue',
  'orders',
  'stock',
  'media',
  'metrics',
]

function folderOf(index: number): string {
  const area = AREAS[index % AREAS.length] ?? AREAS[0]
  const word = WORDS[(index >> 3) % WORDS.length] ?? WORDS[0]
  return `${area}/${word}/${word}-${index}`
}

function up(folder: string): string {
  return '../'.repeat(folder.split('/').length)
}

function dockerfileName(seed: number, index: number): string {
  const random = createRandom(seed, `name ${index}`)
  if (random.chance(0.86)) return 'Dockerfile'
  return random.pick(['Dockerfile.dev', 'Dockerfile.prod', 'app.Dockerfile', 'Containerfile', 'dockerfile', 'Dockerfile-arm64'])
}

/** A file of another kind; its text is one of a few, since nothing but its name is ever looked at. */
export interface Filling {
  readonly path: string
  readonly body: number
}

/** The texts of the filling. */
export const FILLING_BODIES: readonly string[] = Array.from({ length: 32 }, (_, body) => {
  const random = createRandom(0, `filling ${body}`)
  return Array.from(
    { length: 1 + random.below(24) },
    (__, line) => `// line ${line} of a file that names no image: ${random.below(1_000_000)}\n`,
  ).join('')
})

// No ending of JavaScript or TypeScript: the project's own tools walk its folders, and this is none of their work.
const ENDINGS: Some<string> = ['.go', '.go', '.py', '.java', '.rs', '.md', '.txt', '.proto', '_test.go', '.sql', '.yaml', '.sh']

const STEMS: Some<string> = [
  'handler',
  'model',
  'client',
  'server',
  'docker_util',
  'composing',
  'config',
  'types',
  'README',
  'store',
  'index',
  'values',
]

/** The other files, spread over folders of about fifteen. */
export function* generateFilling({ others }: Extent): Generator<Filling> {
  for (let index = 0; index < others; index++) {
    const folder = folderOf(Math.floor(index / 15))
    const stem = STEMS[index % STEMS.length] ?? STEMS[0]
    const ending = ENDINGS[(index * 7) % ENDINGS.length] ?? ENDINGS[0]
    yield { path: `${folder}/src/${stem}_${index % 15}${ending}`, body: index % FILLING_BODIES.length }
  }
}
