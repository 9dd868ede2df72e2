import { type Dockerfile, type DockerfileProblem } from '../extract/dockerfile.js'
import { plain } from '../extract/values.js'
import { type BuildInputs, type Resolution } from '../model.js'
import { BUILT_IN, frontendNamedIn } from './frontend.js'
import { resolveValue } from './resolution.js'
import { contextFor, contextResolution } from './stages-contexts.js'
import { resolveReading } from './stages-resolver.js'

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
  const { readings, escape, found } = dockerfile
  const [only] = readings
  if (found === undefined && only !== undefined) return resolveReading(only, escape, file, inputs)
  const resolved = readings.map((reading) => resolveReading(reading, escape, file, inputs))
  const resolutions = (found ?? []).map((indexes) => {
    const [first, older] = indexes.map((index, reading) => resolved[reading]?.resolutions[index])
    if (first === undefined) return older ?? syntax(dockerfile.syntax?.image ?? '', inputs)
    // what one frontend finds in the file itself, another pulls
    return older?.target.kind === 'image' && first.target.kind !== 'image' ? older : first
  })
  return { resolutions, problems: resolved[0]?.problems ?? [] }
}

/** The build argument BUILDKIT_SYNTAX comes before the file. */
function syntax(image: string, inputs: BuildInputs): Resolution {
  const given = inputs.args.get('BUILDKIT_SYNTAX')
  const passed = given && frontendNamedIn(given)
  const value = passed === undefined || passed.text === BUILT_IN ? plain(image) : passed
  const context = contextFor(value.text, inputs, inputs.platforms.target)
  return context === undefined ? resolveValue(value) : contextResolution(context, value)
}
