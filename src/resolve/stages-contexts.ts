import { type BuildInputs, type LocalKind, type NamedContext, type Resolution, type Value } from '../model.js'
import { familiar, parseReference } from './reference.js'
import { formatPlatform, parsePlatform } from './stages-platform.js'
import { resolveValue } from './resolution.js'

const LATEST = ':latest'

/** Names that BuildKit never looks up among the contexts. */
const OWN = /^(?:scratch|context)$/i

/**
 * The named context that replaces an image or a stage. Its key is the familiar name without `:latest`, first for the platform (`name::linux/amd64`).
 * Undefined if none does, or if the name is no reference.
 */
export function contextFor(name: string, { contexts }: BuildInputs, platform: string): NamedContext | undefined {
  if (contexts.size === 0 || OWN.test(name)) return undefined
  const parsed = parseReference(name)
  if (parsed.kind === 'malformed') return undefined
  const text = familiar(parsed.reference)
  const key = text.endsWith(LATEST) ? text.slice(0, -LATEST.length) : text
  const normal = parsePlatform(platform)
  const platformed = normal.kind === 'platform' ? contexts.get(`${key}::${formatPlatform(normal.platform)}`) : undefined
  return platformed ?? contexts.get(key)
}

/** What stands where a context replaced it; `written` is what the Dockerfile has there. */
export function contextResolution(context: NamedContext, written: Value): Resolution {
  if (context.kind !== 'image') return local(written, 'context')
  const resolved = context.value.text === 'scratch' ? local(context.value, 'scratch') : resolveValue(context.value)
  if (written.unset.length === 0) return resolved
  // with its variables given, the name may be another, which no context replaces
  const variables = new Set([...resolved.variables, ...written.unset.map(({ name }) => name)])
  return { ...resolved, variables: [...variables], open: 'source' }
}

/** Something of the build itself. A blank in its name may make it something else in another build. */
export function local(value: Value, as: LocalKind): Resolution {
  const variables = [...new Set(value.unset.map(({ name }) => name))]
  return {
    resolved: value.text,
    target: { kind: 'local', as },
    variables,
    ...(variables.length > 0 && { open: 'source' }),
    via: value.via,
  }
}

/** What Docker refuses a reference for. */
export function malformed(resolved: string, problem: string, via: Value['via'] = []): Resolution {
  return { resolved, target: { kind: 'malformed', problem }, variables: [], via }
}
