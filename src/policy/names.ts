import { catalogueEntry, catalogueIds, registryOf } from './catalogue.js'
import { splitHost } from './pattern.js'
import { nearest } from './nearest.js'
import { type Flaw } from './schema.js'

/*
 * What may stand for a registry, a namespace, a repository or an image in a policy, and what to say of the rest.
 */

/** Longest host, path or tag pattern; Docker's own limits are 255 for paths and 128 for tags. */
const MAX_NAME = 512

/** A host as a JSON Schema pattern: the last two labels are literal, a port is a number. */
export const HOST_PATTERN =
  '^(?!.*\\*\\*)(localhost(:[0-9]+)?|\\[[0-9A-Fa-f:]+\\](:[0-9]+)?|[A-Za-z0-9_-]+:[0-9]+|([A-Za-z0-9_*-]+\\.)*[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+(:[0-9]+)?)$'

/** A namespace or repository as a JSON Schema pattern. */
export const PATH_PATTERN = '^(?!.*\\*\\*)[a-z0-9*](?:[a-z0-9._*-]*[a-z0-9*])?(/[a-z0-9*](?:[a-z0-9._*-]*[a-z0-9*])?)*$'

/** Names that Docker's Hub has beside `docker.io`, none of which a reference is mapped to. */
const HUB_SPELLINGS: ReadonlySet<string> = new Set(['index.docker.io', 'hub.docker.com', 'www.docker.io', 'docker.com'])

/** Whether Docker takes a first component for a host: it holds `.` or `:`, or is `localhost`. */
function looksLikeHost(component: string): boolean {
  return component === 'localhost' || component.includes('.') || component.includes(':')
}

/** What is wrong with a key of `registries`: a host with its port, a pattern of hosts, or an id of the catalogue. */
export function registryKeyFlaw(key: string, settings: readonly string[]): Flaw | undefined {
  if (catalogueEntry(key) !== undefined) return undefined
  if (looksLikeHost(key) || key.includes('/') || key.includes('*')) return hostFlaw(key)
  if (settings.includes(key)) return { message: `"${key}" is no registry`, advice: 'it is a setting of a registry: indent it under one' }
  const meant = nearest(key, catalogueIds())
  if (meant !== undefined) return { message: `"${key}" is no registry`, advice: `did you mean ${meant}?` }
  return {
    message: `"${key}" is no registry: neither a host nor a name of the catalogue`,
    advice: `for ${key} on Docker Hub write docker.io: { namespaces: [${key}] }`,
  }
}

/** What is wrong with a host or a pattern of hosts. */
function hostFlaw(text: string): Flaw | undefined {
  if (text.length > MAX_NAME) return { message: 'the host is too long', advice: `at most ${MAX_NAME} characters` }
  const scheme = text.indexOf('://')
  if (scheme >= 0)
    return { message: `"${text}" has a scheme`, advice: `a registry is a host: ${text.slice(scheme + 3).split('/')[0] ?? ''}` }
  const slash = text.indexOf('/')
  if (slash >= 0) return hostWithPath(text.slice(0, slash), text.slice(slash + 1))
  if (text.includes('**')) return { message: `"${text}" holds **`, advice: 'a * stands within one label: *.example.com' }
  if (text === '*') return { message: '"*" is every registry', advice: 'write registries: any' }
  if (HUB_SPELLINGS.has(text.toLowerCase()))
    return { message: `"${text}" is Docker Hub, which Docker calls docker.io`, advice: 'write docker.io' }
  return labelsFlaw(text)
}

function hostWithPath(host: string, path: string): Flaw {
  const first = path.replace(/\/+$/, '')
  const advice = first === '' ? `write ${host}` : `write ${host}: { namespaces: [${first}] }`
  return { message: `"${host}/${path}" is more than a registry`, advice }
}

function labelsFlaw(text: string): Flaw | undefined {
  const parts = splitHost(text)
  const port = parts[parts.length - 1]?.startsWith(':') === true ? parts.pop() : undefined
  if (port !== undefined && !/^:\d{1,5}$/.test(port)) {
    return { message: `"${text}": the port must be a number`, advice: 'a port holds no *: the port is part of the name' }
  }
  const label = text.startsWith('[') ? /^\[[0-9a-fA-F:]+\]$/ : /^[a-zA-Z0-9_*](?:[a-zA-Z0-9_*-]*[a-zA-Z0-9_*])?$/
  if (!parts.every((part) => label.test(part)))
    return { message: `"${text}" is not a host`, advice: 'write a host such as ghcr.io or registry.example.com:5000' }
  if (parts.slice(-2).some((part) => part.includes('*'))) {
    return { message: `"${text}" would cover hosts of others`, advice: 'the last two labels of a host pattern are literal: *.example.com' }
  }
  return undefined
}

/** What is wrong with a namespace or repository of a registry. */
export function pathFlaw(text: string): Flaw | undefined {
  const shape = pathShapeFlaw(text)
  if (shape !== undefined) return shape
  const slash = text.indexOf('/')
  const first = slash < 0 ? text : text.slice(0, slash)
  // A domain may be a namespace (cgr.dev/acme.com), a registry's host may not: its images live elsewhere.
  if (!looksLikeHost(first) || registryOf(first) === undefined) return undefined
  const advice =
    slash < 0
      ? `write ${first} as a key of registries`
      : `write ${first}: { namespaces: [${text.slice(slash + 1)}] } as an entry of its own`
  return { message: `"${text}" begins with a registry's host`, advice }
}

/** What is wrong with the path of an image, whatever stands before it. */
function pathShapeFlaw(text: string): Flaw | undefined {
  if (text.length > MAX_NAME) return { message: 'the name is too long', advice: `at most ${MAX_NAME} characters` }
  if (text.includes('**')) return { message: `"${text}" holds **`, advice: 'a namespace covers everything under it already' }
  if (text.startsWith('/') || text.endsWith('/'))
    return { message: `"${text}" begins or ends with /`, advice: `write ${text.replace(/^\/+|\/+$/g, '')}` }
  if (text.includes('@')) return { message: `"${text}" holds a digest`, advice: 'name the repository, without tag and digest' }
  if (text.includes(':')) return { message: `"${text}" holds a tag or a port`, advice: 'name the repository here, and its tags under tags' }
  if (text !== text.toLowerCase())
    return { message: `"${text}" holds capitals`, advice: `repositories are in lower case: ${text.toLowerCase()}` }
  if (!text.split('/').every((part) => /^[a-z0-9*](?:[a-z0-9._*-]*[a-z0-9*])?$/.test(part))) {
    return { message: `"${text}" is not the name of a namespace or repository`, advice: 'use a-z, 0-9, and . _ - / between them' }
  }
  return undefined
}

/** What is wrong with `registry[/path]`, as `deny`, `exceptions` and `mirrors` take it. */
export function imageFlaw(text: string): Flaw | undefined {
  const slash = text.indexOf('/')
  const host = slash < 0 ? text : text.slice(0, slash)
  if (text.includes('://')) return hostFlaw(text)
  if (!looksLikeHost(host) && !host.includes('*')) {
    const known = catalogueEntry(host)
    const [first = '*', ...more] = known?.hosts ?? []
    const meant = first.includes('*') || (more.length > 0 && first !== 'docker.io') ? 'the host of the registry' : first
    const advice = known === undefined ? `write docker.io/${slash < 0 ? `library/${text}` : text}` : `write ${meant} in its place`
    return { message: `"${text}" does not begin with a registry`, advice }
  }
  if (host === '*') return { message: `"${text}" is about every registry`, advice: 'name one: docker.io, or *.example.com' }
  const flaw = hostFlaw(host)
  if (flaw !== undefined || slash < 0) return flaw
  return pathShapeFlaw(text.slice(slash + 1))
}

/** What is wrong with a pattern of tags. */
export function tagFlaw(text: string): Flaw | undefined {
  if (/^[\w*][\w.*-]{0,127}$/.test(text)) return undefined
  const advice = text.startsWith(':') ? `write ${text.slice(1)}` : 'a tag holds letters, digits, and . _ -; * stands for any run'
  return { message: `"${text}" is no tag`, advice }
}

/** What is wrong with a digest. */
export function digestFlaw(text: string): Flaw | undefined {
  if (/^(sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(text)) return undefined
  return { message: `"${text}" is no digest`, advice: 'write sha256: and 64 hexadecimal digits' }
}
