import { lower } from './characters.js'
import { flagsError, type FlagType } from './dockerfile-flags.js'
import { healthcheckError } from './dockerfile-healthcheck.js'
import { readMount } from './dockerfile-mounts.js'
import { suggestion } from './dockerfile-suggestions.js'
import { splitArguments, splitWords, type Word } from './dockerfile-words.js'
import { goQuote } from './go-text.js'
import { isHeredoc } from './heredoc.js'
import { PLAIN, readArguments, splitInstruction, type Arguments, type Instruction } from './instructions.js'

const NO_FLAGS: ReadonlyMap<string, FlagType> = new Map()

const FLAGS: ReadonlyMap<string, ReadonlyMap<string, FlagType>> = new Map<string, ReadonlyMap<string, FlagType>>([
  ['from', new Map([['platform', 'text']])],
  [
    'copy',
    new Map<string, FlagType>([
      ['chown', 'text'],
      ['from', 'text'],
      ['chmod', 'text'],
      ['link', 'boolean'],
      ['exclude', 'texts'],
      ['parents', 'boolean'],
    ]),
  ],
  [
    'add',
    new Map<string, FlagType>([
      ['chown', 'text'],
      ['chmod', 'text'],
      ['link', 'boolean'],
      ['keep-git-dir', 'boolean'],
      ['checksum', 'text'],
      ['unpack', 'boolean'],
      ['exclude', 'texts'],
    ]),
  ],
  [
    'run',
    new Map<string, FlagType>([
      ['mount', 'texts'],
      ['network', 'text'],
      ['security', 'text'],
      ['device', 'texts'],
    ]),
  ],
  [
    'healthcheck',
    new Map<string, FlagType>([
      ['interval', 'text'],
      ['timeout', 'text'],
      ['start-period', 'text'],
      ['start-interval', 'text'],
      ['retries', 'text'],
    ]),
  ],
])

const KEYWORDS: readonly string[] = [
  ...['add', 'arg', 'cmd', 'copy', 'entrypoint', 'env', 'expose', 'from', 'healthcheck', 'label', 'maintainer', 'onbuild', 'run'],
  ...['shell', 'stopsignal', 'user', 'volume', 'workdir'],
]

const WORD_KEYWORDS = new Set(['arg', 'env', 'label'])
const JSON_KEYWORDS = new Set(['run', 'cmd', 'entrypoint', 'shell', 'copy', 'add', 'volume'])

const NOT_STRINGS = 'when using JSON array syntax, arrays must be comprised of strings only'

/** The arguments of an instruction in the form that it reads. HEALTHCHECK may have JSON behind its type. */
export function argumentsOf({ keyword, text, start, end }: Instruction, escape: number): Arguments {
  if (JSON_KEYWORDS.has(keyword)) return readArguments(text, start, end)
  if (WORD_KEYWORDS.has(keyword)) return { kind: 'words', words: splitWords(text, start, end, escape) }
  if (keyword !== 'healthcheck') return PLAIN
  const [type] = splitArguments(text, start, end)
  let at = type?.end ?? end
  while (at < end && text.charCodeAt(at) <= 32) at++
  return readArguments(text, at, end)
}

/** What stops BuildKit's parser at an instruction: the whole file is then refused before any instruction is looked at. */
export function parserError(instruction: Instruction, given: Arguments, escape: number): string | undefined {
  const { keyword, text, start, end } = instruction
  if (given.kind === 'mixed') return NOT_STRINGS
  if (given.kind === 'words') return keyword === 'arg' ? undefined : pairsError(instruction, given.words)
  if (keyword !== 'onbuild' || start >= end) return undefined
  const trigger = splitInstruction(text, start, escape, false)
  return trigger.keyword === 'onbuild' ? undefined : parserError(trigger, argumentsOf(trigger, escape), escape)
}

function pairsError({ keyword, text, start, end }: Instruction, words: readonly Word[]): string | undefined {
  const [first] = words
  if (first === undefined) return undefined
  if (first.equals < 0) return splitArguments(text, start, end).length < 2 ? `${keyword.toUpperCase()} must have two arguments` : undefined
  const plain = words.find((word) => word.equals < 0)
  if (plain === undefined) return undefined
  return `Syntax error - can't find = in ${goQuote(text.slice(plain.start, plain.end))}. Must be of the form: name=value`
}

/** What BuildKit says of an instruction once the file is parsed; undefined if it takes it. FROM's own arguments are judged elsewhere. */
export function instructionError(instruction: Instruction, given: Arguments): string | undefined {
  const { keyword, flags } = instruction
  const count = countOf(instruction, given)
  const flagged = (): string | undefined => flagsError(flags, FLAGS.get(keyword) ?? NO_FLAGS)
  switch (keyword) {
    case 'arg':
      return nameError(instruction, given)
    case 'env':
    case 'label':
      return flagged() ?? nameError(instruction, given)
    case 'copy':
    case 'add':
      if (count < 2)
        return `${keyword.toUpperCase()} requires at least two arguments, but only one was provided. Destination could not be determined`
      return flagged() ?? destinationError(instruction, given)
    case 'expose':
    case 'volume':
      if (count === 0) return `${keyword.toUpperCase()} requires at least one argument`
      return flagged() ?? volumeError(given)
    case 'maintainer':
    case 'user':
    case 'workdir':
      return count === 0 ? `${keyword.toUpperCase()} requires exactly one argument` : flagged()
    case 'stopsignal':
      return count === 0 ? 'STOPSIGNAL requires exactly one argument' : undefined
    case 'from':
    case 'cmd':
    case 'entrypoint':
      return flagged()
    case 'run':
      return flagged() ?? runError(instruction)
    case 'shell':
      if (flagged() !== undefined) return flagged()
      if (count === 0) return 'SHELL requires at least one argument'
      return given.kind === 'json' ? undefined : 'SHELL requires the arguments to be in JSON form'
    case 'healthcheck':
      return healthcheckError(instruction, given, flagged)
    case 'onbuild':
      return onbuildError(instruction, flagged)
    default:
      return `unknown instruction: ${instruction.written}${suggestion(instruction.written, KEYWORDS, 'either')}`
  }
}

/** Of the arguments no more than BuildKit has to tell apart. */
function countOf({ text, start, end, keyword }: Instruction, given: Arguments): number {
  if (given.kind === 'json' && keyword !== 'healthcheck') return given.values.length
  if (start >= end) return 0
  return keyword === 'copy' || keyword === 'add' ? splitArguments(text, start, end).length : 1
}

function nameError({ keyword }: Instruction, given: Arguments): string | undefined {
  const words = given.kind === 'words' ? given.words : []
  const [first] = words
  if (first === undefined) return `${keyword.toUpperCase()} requires at least one argument`
  if (keyword !== 'arg' && first.equals < 0) return undefined // `ENV name value`
  return words.some((word) => word.equals === word.start) ? `${keyword.toUpperCase()} names can not be blank` : undefined
}

function destinationError({ keyword, text, start, end }: Instruction, given: Arguments): string | undefined {
  if (!text.includes('<<')) return undefined
  const last = splitArguments(text, start, end).at(-1)
  const destination = given.kind === 'json' ? given.values.at(-1) : last && text.slice(last.start, last.end)
  return destination !== undefined && isHeredoc(destination)
    ? `${keyword.toUpperCase()} cannot accept a heredoc as a destination`
    : undefined
}

function volumeError(given: Arguments): string | undefined {
  const blank = given.kind === 'json' && given.values.some((value) => value.trim() === '')
  return blank ? 'VOLUME specified can not be an empty string' : undefined
}

/** A `from` with a variable is told with its place, as a reference that Docker refuses. */
function runError({ flags }: Instruction): string | undefined {
  for (const { name, value } of flags) {
    if (name !== 'mount') continue
    const read = readMount(value ?? '')
    if (read.kind === 'error') return read.problem
  }
  const network = flags.find(({ name }) => name === 'network')?.value
  if (network !== undefined && !['default', 'none', 'host'].includes(network)) return `invalid network mode ${goQuote(network)}`
  const security = flags.find(({ name }) => name === 'security')?.value
  if (security !== undefined && !['insecure', 'sandbox'].includes(security)) return `security ${goQuote(security)} is not valid`
  return undefined
}

function onbuildError({ text, start, end }: Instruction, flagged: () => string | undefined): string | undefined {
  if (start >= end) return 'ONBUILD requires at least one argument'
  const error = flagged()
  if (error !== undefined) return error
  const [word] = splitArguments(text, start, end)
  const trigger = lower(text.slice(word?.start, word?.end)).toUpperCase()
  if (trigger === 'ONBUILD') return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
  return trigger === 'MAINTAINER' || trigger === 'FROM' ? `${trigger} isn't allowed as an ONBUILD trigger` : undefined
}
