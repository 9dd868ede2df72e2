import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { locate } from '../files/root.js'
import { openWorkspace, type Workspace } from '../files/workspace.js'
import { type Platforms } from '../model.js'
import { USUAL_PLATFORM } from '../resolve/stages-platform.js'
import { type Arguments } from './arguments.js'
import { todayUtc } from '../policy/dates.js'
import { failure, isFailure, type Failure } from './failure.js'
import { type Io } from './io.js'

/** What `check` and `list` look at, and how. */
export interface Target {
  readonly root: string
  readonly files: Workspace
  /** Root-relative; none means everything. */
  readonly paths: readonly string[]
  /** The folders that were named, or that hold the files that were: where a policy is looked for first. */
  readonly folders: readonly string[]
  readonly platforms: Platforms
  readonly envFiles: readonly string[]
  readonly process?: ReadonlyMap<string, string>
  /** `YYYY-MM-DD`, UTC: what exceptions are held against. */
  readonly today: string
}

/** Finds the root of the PATHs that were given (the working folder, if none was) and opens it. */
export function openTarget(given: Arguments, { workingFolder, env }: Io): Target | Failure {
  const paths: string[] = []
  const folders: string[] = []
  let root: string | undefined
  for (const path of given.positionals.length === 0 ? ['.'] : given.positionals) {
    const located = locate(path, workingFolder, root)
    if (located.kind === 'failed') return failure(located.problem)
    root = located.root
    paths.push(located.path)
    folders.push(located.folder ? located.path : parentOf(located.path))
  }
  const top = root ?? workingFolder
  const envFiles = locateAll(given.values('dotenv'), workingFolder, top)
  if (isFailure(envFiles)) return envFiles
  const platforms = platformsOf(given)
  if (isFailure(platforms)) return platforms
  return {
    root: top,
    files: openWorkspace(top),
    paths: paths.includes('') ? [] : paths,
    folders,
    platforms,
    envFiles,
    today: todayUtc(),
    ...(given.flag('use-environment') && {
      process: new Map(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    }),
  }
}

function locateAll(paths: readonly string[], workingFolder: string, root: string): readonly string[] | Failure {
  const located: string[] = []
  for (const path of paths) {
    const one = locate(path, workingFolder, root)
    if (one.kind === 'failed') return failure(one.problem)
    if (one.folder) return failure(`${path} is a folder, not a file of values`)
    located.push(one.path)
  }
  return located
}

/** `linux/arm64`, `linux/arm/v7` */
const PLATFORM = /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/

function platformsOf(given: Arguments): Platforms | Failure {
  const asked = [given.value('platform'), given.value('build-platform')] as const
  const [target = USUAL_PLATFORM, build = USUAL_PLATFORM] = asked
  // the pattern is not compiled for the usual one
  const wrong = [target, build].find((platform) => platform !== USUAL_PLATFORM && !PLATFORM.test(platform))
  return wrong === undefined
    ? { target, build, ...(asked.some((one) => one !== undefined) && { only: true as const }) }
    : failure(`${JSON.stringify(wrong)} is no platform`, 'write it as linux/amd64, or linux/arm/v7')
}

/**
 * `owner/name` on GitHub, for the exceptions that hold for some repositories only: as a job's environment has it, else from the remote `origin` of the checkout.
 */
export function repositoryName(root: string, env: Io['env']): string | undefined {
  const named = env['GITHUB_REPOSITORY'] ?? ''
  if (named !== '') return named
  const config = readText(join(root, '.git', 'config'))
  if (!config.includes('github.com')) return undefined // the patterns are not compiled for other remotes
  const section = /^\[remote "origin"\]$([^[]*)/m.exec(config)?.[1] ?? ''
  return /^[ \t]*url[ \t]*=[ \t]*\S*?github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?[ \t]*$/m.exec(section)?.[1]
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}
