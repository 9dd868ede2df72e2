import { type Dockerfile, type DockerfileProblem, type Use } from '../extract/dockerfile.js'
import { plain } from '../extract/shell.js'
import { type BuildInputs, type Resolution, type Value } from '../model.js'
import { contextFor, contextResolution } from './stages-contexts.js'
import { StageResolver } from './stages-resolver.js'
import { resolveValue } from './resolution.js'

/** What a build without any option passes: `docker build .` on a common machine. */
export const DEFAULT_INPUTS: BuildInputs = {
  args: new Map(),
  contexts: new Map(),
  platforms: { target: 'linux/amd64', build: 'linux/amd64' },
}

export interface ResolvedDockerfile {
  /** One for each occurrence, in their order. */
  readonly resolutions: readonly Resolution[]
  /** Why Docker would refuse this build as a whole; what it refuses a single reference for is that reference's target. */
  readonly problems: readonly DockerfileProblem[]
}

/**
 * Resolves what a Dockerfile names as one build of it would: global arguments, stages, named contexts, each place by its own rule
 * (dockerfile2llb of BuildKit). Every stage is resolved, also those that the build's target does not reach. `file` stands in the chains.
 */
export function resolveDockerfile(dockerfile: Dockerfile, file: string, inputs: BuildInputs = DEFAULT_INPUTS): ResolvedDockerfile {
  const resolvers = dockerfile.readings.map((_, reading) => new StageResolver(dockerfile, reading, file, inputs))
  const resolutions = dockerfile.occurrences.map((occurrence, index) => {
    const use = dockerfile.uses[index]
    if (use === undefined) return resolveValue(plain(occurrence.text))
    if (occurrence.role === 'syntax') return syntax(use, inputs)
    return resolvers[use.reading]?.resolve(index) ?? resolveValue(plain(use.value))
  })
  return { resolutions, problems: resolvers[0]?.problems ?? [] }
}

/** The build argument BUILDKIT_SYNTAX comes before the file; there `dockerfile.v0` means the frontend that is built in. */
function syntax(use: Use, inputs: BuildInputs): Resolution {
  const given = inputs.args.get('BUILDKIT_SYNTAX')
  const passed = given === undefined ? undefined : firstWord(given)
  const value = passed === undefined || passed.text === 'dockerfile.v0' ? plain(use.value) : passed
  const context = contextFor(value.text, inputs, inputs.platforms.target)
  return context === undefined ? resolveValue(value) : contextResolution(context, value)
}

function firstWord(value: Value): Value {
  const lead = value.text.length - value.text.trimStart().length
  const [text = ''] = value.text.trim().split(' ', 1)
  return { ...value, text, unset: value.unset.map(({ name, at }) => ({ name, at: Math.max(at - lead, 0) })) }
}
