import { type ImageReference } from '../model.js'
import { registryOf } from './catalogue.js'
import { hostPattern, matchesLeading, matchesAll, matchesRun, pathPattern, splitHost } from './pattern.js'
import { type ImagePattern } from './policy.js'

/** Compiles `registry[/path]`, narrowed to tags or digests. The text must have been checked. */
export function imagePattern(text: string, tags?: readonly string[], digests?: readonly string[]): ImagePattern {
  const slash = text.indexOf('/')
  const narrowed = { ...(tags === undefined ? {} : { tags }), ...(digests === undefined ? {} : { digests: new Set(digests) }) }
  if (slash < 0) return { text, host: hostPattern(text), ...narrowed }
  return { text, host: hostPattern(text.slice(0, slash)), path: pathPattern(text.slice(slash + 1)), ...narrowed }
}

/** A repository, split once for many patterns. */
export interface Subject {
  /** The labels of the host as Docker takes it. */
  readonly host: readonly string[]
  /** The labels of each host that serves the same: an endpoint of Docker Hub, or a port that is meant anyway, is no way around `deny`. */
  readonly alike: readonly (readonly string[])[]
  readonly path: readonly string[]
}

/** Prepares a reference for `excuses` and `denies`. */
export function subject({ registry, repository }: ImageReference): Subject {
  const lower = registry.toLowerCase()
  const numbered = lower.replace(/:0+(?=[0-9])/, ':') // a port is a number, with zeros before it as well
  const plain = numbered.endsWith(':443') ? numbered.slice(0, -':443'.length) : numbered
  const names = new Set([lower, numbered, plain])
  if (registryOf(plain)?.id === 'docker-hub') names.add('docker.io')
  return {
    // Hosts compare without case, but Docker maps no other spelling of docker.io to its Hub.
    host: splitHost(lower === 'docker.io' ? registry : lower),
    alike: [...names].map(splitHost),
    path: repository.split('/'),
  }
}

/** Whether the pattern of an exception or a mirror is about a repository, whatever the tag: its host exactly as Docker takes it. */
export function excuses(pattern: ImagePattern, image: Subject): boolean {
  return matchesAll(pattern.host, image.host) && coversPath(pattern, image)
}

/** Whether the pattern of a `deny` entry is about a repository, whatever the tag, under whatever name its host goes. */
export function denies(pattern: ImagePattern, image: Subject): boolean {
  return image.alike.some((host) => matchesAll(pattern.host, host)) && (coversPath(pattern, image) || isOfficial(pattern, image))
}

/** `docker.io/centos` is a namespace, and what people write for the official image. */
function isOfficial({ path }: ImagePattern, { alike, path: [namespace, ...name] }: Subject): boolean {
  if (path?.pieces.length !== 1 || namespace !== 'library') return false
  return alike.some((host) => host.join('.') === 'docker.io') && matchesAll(path, name)
}

function coversPath(pattern: ImagePattern, { path }: Subject): boolean {
  return pattern.path === undefined || matchesLeading(pattern.path, path)
}

/** Whether a `deny` entry that is about an image's repository is about its tag or its digest too. Neither tag nor digest counts as `latest`. */
export function deniesTag(pattern: ImagePattern, reference: ImageReference): boolean {
  const { tags, digests } = pattern
  return (tags === undefined && digests === undefined) || hasTag(pattern, reference) || hasDigest(pattern, reference)
}

/** The same of an exception: where it names tags and digests, both have to fit. */
export function excusesTag(pattern: ImagePattern, reference: ImageReference): boolean {
  const { tags, digests } = pattern
  return (tags === undefined || hasTag(pattern, reference)) && (digests === undefined || hasDigest(pattern, reference))
}

function hasTag({ tags }: ImagePattern, reference: ImageReference): boolean {
  const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined)
  return tag !== undefined && tags?.some((glob) => matchesRun(glob, tag)) === true
}

function hasDigest({ digests }: ImagePattern, { digest }: ImageReference): boolean {
  return digest !== undefined && digests?.has(digest) === true
}
