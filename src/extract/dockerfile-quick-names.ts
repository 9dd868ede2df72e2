import { ownCopy } from './characters.js'
import { type QuickUse } from './quick-uses.js'

/** The roles that a Dockerfile has. */
export type DockerfileRole = 'base' | 'copy-from' | 'mount-from' | 'syntax'

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const HOST_AND_PORT = '[a-z0-9]+(?:-+[a-z0-9]+)*(?:\\.[a-z0-9]+(?:-+[a-z0-9]+)*)*:[0-9]+'

/** References that are surely valid: the grammar of distribution/reference without capitals in the host and without unusual digests. */
const REFERENCE = new RegExp(
  `^(?:${HOST_AND_PORT}/)?${COMPONENT}(?:/${COMPONENT})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`,
)
/** Below the longest path. */
const MAX_REFERENCE = 240
/** An image ID is none. */
const IDENTIFIER_LENGTH = 64
const IDENTIFIER = /^[a-f0-9]{64}$/

/** A stage name that is surely a reference too, as BuildKit wants it to be. */
const STAGE_NAME = /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/
const MAX_STAGE_NAME = 60

/** `os/arch` and `os/arch/variant`, whatever they are. */
const PLATFORM = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_.-]+){1,2}$/

/** Distinct texts that are remembered; beyond it they are forgotten, so that no input fills the memory. */
const MAX_KNOWN = 65_536

/** A class, since V8 throws compiled code away when it finds that the objects of a literal in it live long. */
class Use implements QuickUse {
  constructor(
    readonly role: DockerfileRole,
    readonly text: string,
  ) {}
}

const uses: Readonly<Record<DockerfileRole, Map<string, QuickUse>>> = {
  base: new Map(),
  'copy-from': new Map(),
  'mount-from': new Map(),
  syntax: new Map(),
}

/** The use of an image that a text surely names, the same object for the same text. */
export function quickUse(role: DockerfileRole, text: string): QuickUse | undefined {
  const known = uses[role]
  const use = known.get(text)
  if (use !== undefined) return use
  if (text.length > MAX_REFERENCE || (text.length === IDENTIFIER_LENGTH && IDENTIFIER.test(text)) || !REFERENCE.test(text)) return undefined
  if (known.size >= MAX_KNOWN) known.clear()
  const own = ownCopy(text)
  const made = new Use(role, own)
  known.set(own, made)
  return made
}

/** The name of a stage in lower case. */
export function quickStageName(text: string): string | undefined {
  if (text.length > MAX_STAGE_NAME) return undefined
  const name = text.toLowerCase()
  return STAGE_NAME.test(name) && name !== 'scratch' && name !== 'context' ? name : undefined
}

export function isQuickPlatform(text: string): boolean {
  return text.length <= MAX_STAGE_NAME && PLATFORM.test(text)
}
