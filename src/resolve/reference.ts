import { type ImageReference } from '../model.js'
import { diagnose } from './reference-problem.js'

/*
 * The grammar of distribution/reference, read by hand: one pass, no backtracking.
 *
 *     reference = name [ ":" tag ] [ "@" digest ]
 *     name      = [ domain "/" ] component *( "/" component )
 *     domain    = ( label *( "." label ) | "[" ( HEX | ":" )+ "]" ) [ ":" DIGIT+ ]
 *     label     = ALNUM [ *( ALNUM | "-" ) ALNUM ]                    both cases
 *     component = lower *( ( "." | "_" | "__" | "-"+ ) lower )        lower = [a-z0-9]+
 *     tag       = ( ALNUM | "_" ) 0*127( ALNUM | "_" | "." | "-" )
 *     digest    = algorithm ":" 32*HEX
 *     algorithm = alpha *( ( "-" | "_" | "+" | "." ) alpha )          alpha = ALPHA *ALNUM
 */

export type ParsedReference =
  { readonly kind: 'image'; readonly reference: ImageReference } | { readonly kind: 'malformed'; readonly problem: string }

const HUB = 'docker.io'
const HUB_INDEX = 'index.docker.io'
const OFFICIAL = 'library/'

/** Bytes; distribution/reference counts the path alone, after `library/` was put in front. */
const MAX_PATH = 255
const MAX_TAG = 128
const MIN_DIGEST_HEX = 32
const IDENTIFIER_HEX = 64
/** UTF-16 units of a name in a message. */
const MAX_SHOWN = 400

/** Algorithms that Docker's programs link in, with their length in hex digits. */
const DIGEST_HEX: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
])

const SLASH = 47
const COLON = 58
const AT = 64
const DOT = 46
const DASH = 45
const UNDERSCORE = 95
const PLUS = 43

const isDigit = (c: number): boolean => c >= 48 && c <= 57
const isLower = (c: number): boolean => c >= 97 && c <= 122
const isUpper = (c: number): boolean => c >= 65 && c <= 90
const isLowerAlnum = (c: number): boolean => isLower(c) || isDigit(c)
const isAlpha = (c: number): boolean => isLower(c) || isUpper(c)
const isAlnum = (c: number): boolean => isLowerAlnum(c) || isUpper(c)
const isLowerHex = (c: number): boolean => isDigit(c) || (c >= 97 && c <= 102)
const isHex = (c: number): boolean => isLowerHex(c) || (c >= 65 && c <= 70)
const isTagChar = (c: number): boolean => isAlnum(c) || c === UNDERSCORE || c === DOT || c === DASH

/**
 * Reads a reference as distribution/reference's ParseNormalizedNamed does: Docker Hub and `library/` are filled in, no tag is.
 * A problem begins with Docker's own text, and tells after `; ` what to do. Never throws.
 *
 * Docker lets a first component such as `host_name.com` pass as part of the path, and containerd then contacts it as a host:
 * it is the registry here, and the canonical text is the same.
 */
export function parseReference(text: string): ParsedReference {
  const docker = parse(text)
  return typeof docker === 'string' ? { kind: 'malformed', problem: diagnose(text, docker) } : { kind: 'image', reference: docker }
}

/** The reference as machines compare it, `:latest` added only if there is neither tag nor digest (TagNameOnly). */
export function canonical(reference: ImageReference): string {
  const tagged = suffix(reference)
  return `${reference.registry}/${reference.repository}${tagged === '' ? ':latest' : tagged}`
}

/** The reference as people type it (FamiliarString): without `docker.io/`, and without the `library/` of an official image. */
export function familiar(reference: ImageReference): string {
  const { registry, repository } = reference
  if (registry !== HUB) return `${registry}/${repository}${suffix(reference)}`
  const official = repository.startsWith(OFFICIAL) && !repository.includes('/', OFFICIAL.length)
  return (official ? repository.slice(OFFICIAL.length) : repository) + suffix(reference)
}

function suffix({ tag, digest }: ImageReference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}

/** A string is Docker's error. */
function parse(text: string): ImageReference | string {
  if (text.length === IDENTIFIER_HEX && every(text, 0, text.length, isLowerHex)) {
    return `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`
  }
  const { domain, remainder } = splitDomain(text)
  const colon = remainder.indexOf(':')
  const name = colon < 0 ? remainder : remainder.slice(0, colon)
  if (changesInLowerCase(name)) return `invalid reference format: repository name (${shown(name)}) must be lowercase`
  const parsed = match(domain, remainder)
  if (parsed !== undefined) return parsed
  const lower = match(domain.toLowerCase(), remainder.toLowerCase())
  return lower === undefined ? 'invalid reference format' : 'repository name must be lowercase'
}

function shown(name: string): string {
  return name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name
}

/** splitDockerDomain: what decides whether the part before the first slash is a registry. */
function splitDomain(text: string): { domain: string; remainder: string } {
  const slash = text.indexOf('/')
  if (slash < 0) return { domain: HUB, remainder: OFFICIAL + text }
  const first = text.slice(0, slash)
  const isDomain = first === 'localhost' || first.includes('.') || first.includes(':') || changesInLowerCase(first)
  const domain = !isDomain || first === HUB_INDEX ? HUB : first
  const remainder = isDomain ? text.slice(slash + 1) : text
  return { domain, remainder: domain === HUB && !remainder.includes('/') ? OFFICIAL + remainder : remainder }
}

/** The grammar above on `domain/remainder`. Undefined if it does not match, a string if it does and is refused all the same. */
function match(domain: string, remainder: string): ImageReference | string | undefined {
  const named = isKnownDomain(domain)
  if (!named && endOfComponent(domain, 0) !== domain.length) return undefined
  const pathEnd = endOfPath(remainder)
  if (pathEnd < 0) return undefined
  const tagEnd = pathEnd < remainder.length && remainder.charCodeAt(pathEnd) === COLON ? endOfTag(remainder, pathEnd + 1) : pathEnd
  if (tagEnd < 0) return undefined
  if (tagEnd < remainder.length && !(remainder.charCodeAt(tagEnd) === AT && isDigest(remainder, tagEnd + 1))) return undefined

  if (pathEnd + (named ? 0 : domain.length + 1) > MAX_PATH) return 'repository name must not be more than 255 characters'
  const digest = tagEnd < remainder.length ? remainder.slice(tagEnd + 1) : undefined
  const refused = digest === undefined ? undefined : digestError(digest)
  if (refused !== undefined) return refused
  return {
    registry: domain,
    repository: remainder.slice(0, pathEnd),
    ...(tagEnd > pathEnd && { tag: remainder.slice(pathEnd + 1, tagEnd) }),
    ...(digest !== undefined && { digest }),
  }
}

let lastDomain = HUB
let lastIsDomain = true

/** The same registry is named again and again. */
function isKnownDomain(text: string): boolean {
  if (text !== lastDomain) [lastDomain, lastIsDomain] = [text, isDomain(text)]
  return lastIsDomain
}

/** Whether the whole text is a host with an optional port. */
function isDomain(text: string): boolean {
  const hostEnd = text.startsWith('[') ? endOfAddress(text) : endOfHost(text)
  if (hostEnd <= 0) return false
  if (hostEnd === text.length) return true
  return text.charCodeAt(hostEnd) === COLON && hostEnd + 1 < text.length && every(text, hostEnd + 1, text.length, isDigit)
}

function endOfAddress(text: string): number {
  const close = text.indexOf(']')
  return close > 1 && every(text, 1, close, (c) => isHex(c) || c === COLON) ? close + 1 : -1
}

function endOfHost(text: string): number {
  let i = 0
  for (;;) {
    const start = i
    while (i < text.length && (isAlnum(text.charCodeAt(i)) || (i > start && text.charCodeAt(i) === DASH))) i++
    if (i === start || text.charCodeAt(i - 1) === DASH) return -1
    if (i === text.length || text.charCodeAt(i) !== DOT) return i
    i++
  }
}

/** Where the path at the start of the text ends; -1 if there is none, or if something follows that can follow no path. */
function endOfPath(text: string): number {
  let i = 0
  for (;;) {
    i = endOfComponent(text, i)
    if (i < 0) return -1
    if (i === text.length) return i
    const c = text.charCodeAt(i)
    if (c === COLON || c === AT) return i
    if (c !== SLASH) return -1
    i++
  }
}

/** -1 unless a component begins at `from`; a separator that nothing follows is not part of it. */
function endOfComponent(text: string, from: number): number {
  let i = from
  for (;;) {
    const start = i
    while (i < text.length && isLowerAlnum(text.charCodeAt(i))) i++
    if (i === start) return -1
    const separator = separatorLength(text, i)
    if (separator === 0) return i
    i += separator
  }
}

function separatorLength(text: string, at: number): number {
  if (at >= text.length) return 0
  const c = text.charCodeAt(at)
  if (c === DOT) return 1
  if (c === UNDERSCORE) return text.charCodeAt(at + 1) === UNDERSCORE ? 2 : 1
  let i = at
  while (text.charCodeAt(i) === DASH) i++
  return i - at
}

/** Where the tag at `from` ends: at the end of the text or at `@`; -1 if it is no tag. */
function endOfTag(text: string, from: number): number {
  const first = from < text.length ? text.charCodeAt(from) : 0
  if (!isAlnum(first) && first !== UNDERSCORE) return -1
  let i = from
  while (i < text.length && isTagChar(text.charCodeAt(i))) i++
  return i - from <= MAX_TAG && (i === text.length || text.charCodeAt(i) === AT) ? i : -1
}

function isDigest(text: string, from: number): boolean {
  let i = from
  for (;;) {
    if (!isAlpha(text.charCodeAt(i))) return false
    while (isAlnum(text.charCodeAt(i))) i++
    const c = text.charCodeAt(i)
    if (c === COLON) break
    if (c !== DASH && c !== UNDERSCORE && c !== PLUS && c !== DOT) return false
    i++
  }
  return text.length - (i + 1) >= MIN_DIGEST_HEX && every(text, i + 1, text.length, isHex)
}

/** go-digest's Validate, on what the grammar let through. */
function digestError(digest: string): string | undefined {
  const colon = digest.indexOf(':')
  const length = DIGEST_HEX.get(digest.slice(0, colon))
  if (length === undefined) {
    return changesInLowerCase(digest.slice(0, colon)) ? 'invalid checksum digest format' : 'unsupported digest algorithm'
  }
  if (digest.length - colon - 1 !== length) return 'invalid checksum digest length'
  return every(digest, colon + 1, digest.length, isLowerHex) ? undefined : 'invalid checksum digest format'
}

function every(text: string, from: number, to: number, test: (c: number) => boolean): boolean {
  for (let i = from; i < to; i++) if (!test(text.charCodeAt(i))) return false
  return true
}

/** Go's `strings.ToLower(text) != text`; letters beyond ASCII count. */
function changesInLowerCase(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (isUpper(c)) return true
    if (c > 127) return text.toLowerCase() !== text
  }
  return false
}
