/**
 * Docker's error on a reference, followed by what to do about it where the text shows it. The grammar is decided elsewhere:
 * nothing here changes what is accepted.
 */
export function diagnose(text: string, docker: string): string {
  const advice = adviceFor(text, docker)
  return advice === undefined ? docker : `${docker}; ${advice}`
}

const DIGEST = 'a digest is sha256: and 64 hex digits in lower case, or sha384: and 96, or sha512: and 128'

function adviceFor(text: string, docker: string): string | undefined {
  if (docker.includes('digest')) return DIGEST
  if (docker.includes('64-byte')) return 'an image ID cannot be used here: write the name of an image'
  if (docker.includes('255')) return undefined
  if (text === '') return 'write the name of an image'
  const marked = markIn(text)
  if (marked !== undefined) return marked
  return docker.endsWith('must be lowercase') ? 'write the repository in lower case' : adviceForFormat(text)
}

/** What stands there instead of a name: a variable, a template's mark, a scheme, a blank. */
function markIn(text: string): string | undefined {
  if (text.includes('{{') || text.includes('{%') || text.includes('<%')) return 'a template was not filled in'
  if (text.includes('$')) return 'a variable stands where none is replaced'
  const scheme = text.indexOf('://')
  if (scheme >= 0) return `leave out the scheme ${JSON.stringify(text.slice(0, scheme + 3))}: a reference has none`
  if (/\s/.test(text)) return 'a reference has no blanks'
  return undefined
}

function adviceForFormat(text: string): string | undefined {
  const at = text.indexOf('@')
  if (at >= 0) return text.indexOf(':', at) > 0 ? `the digest comes last, and ${DIGEST}` : DIGEST
  const slash = text.lastIndexOf('/')
  if (slash === text.length - 1 || text.startsWith('/') || text.includes('//')) return 'a component of the path is empty'
  const colon = text.lastIndexOf(':')
  if (colon === text.length - 1) return 'the tag is empty: write one after the colon, or leave the colon out'
  if (colon > slash && text.indexOf(':', slash + 1) === colon) return adviceForTag(text.slice(colon + 1))
  if (colon > slash) return 'there is more than one tag'
  return 'a repository is lower-case letters and digits, separated by one dot, one or two underscores, or dashes'
}

function adviceForTag(tag: string): string {
  if (tag.length > 128) return 'a tag has at most 128 characters'
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(tag)) return 'a tag is letters, digits, "_", "." and "-", and begins with none of the last two'
  return 'a repository is lower-case letters and digits, separated by one dot, one or two underscores, or dashes'
}
