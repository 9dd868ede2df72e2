import { parseArgs } from 'node:util'

/** Every option of every command: what it takes, and what `--help` says of it. A command lists those that it knows. */
export const OPTIONS = {
  policy: { value: 'FILE', repeats: true, about: 'add a policy above the one that is found; repeat it for more' },
  format: { value: 'FORMAT', about: 'how to tell it' },
  output: { value: 'FILE', about: 'write there instead of to standard output' },
  base: { value: 'REV', about: 'only what is new since this commit fails' },
  scope: { value: 'new|all', about: 'with --base: what fails (default: new)' },
  'fail-on': { value: 'LEVEL', about: 'error, warning or never: what makes the exit status 1 (default: error)' },
  platform: { value: 'OS/ARCH', about: 'what is built (default: linux/amd64)' },
  'build-platform': { value: 'OS/ARCH', about: 'what builds (default: linux/amd64)' },
  dotenv: { value: 'FILE', repeats: true, about: 'values for compose files, instead of .env; the later one wins' },
  'env-file': { value: 'FILE', repeats: true, about: 'the same as --dotenv, for files that you trust: Node obeys them too' },
  'use-environment': { about: 'values of this process come before those of .env' },
  path: { value: 'FILE', about: 'the file that the reference would stand in' },
  role: { value: 'ROLE', about: 'what the reference would be used for' },
  repositories: { value: 'FILE', about: 'the repositories to fetch and audit: owner/name, one a line' },
  shard: { value: 'I/N', about: 'of --repositories, every N-th from the I-th on' },
  journal: { value: 'FILE', about: 'keep what is done in FILE, and go on from there' },
  merge: { about: 'put the reports together that are named' },
  title: { value: 'TEXT', about: 'what the inventory is called' },
  force: { about: 'overwrite what is there' },
  color: { value: 'WHEN', about: 'auto, always or never (default: auto; NO_COLOR means never)' },
  quiet: { about: 'tell only what there is to mend', short: 'q' },
  help: { about: 'show this help', short: 'h' },
  version: { about: 'show the version' },
} as const satisfies Record<string, Option>

interface Option {
  /** What its value is called; absent for a flag. */
  readonly value?: string
  readonly repeats?: true
  readonly short?: string
  readonly about: string
}

export type OptionName = keyof typeof OPTIONS

/** Options whose values count as those of another one. */
const OTHER_NAMES: Partial<Record<OptionName, OptionName>> = { 'env-file': 'dotenv' }

/** An option's entry in the table, whatever it is. */
export function optionOf(name: OptionName): Option {
  return OPTIONS[name]
}

/** What was written on the command line of one command. */
export interface Arguments {
  readonly positionals: readonly string[]
  /** Whether it was written, by this very name. */
  readonly flag: (name: OptionName) => boolean
  /** The last value, since the last one wins. */
  readonly value: (name: OptionName) => string | undefined
  readonly values: (name: OptionName) => readonly string[]
}

export type ParsedArguments =
  | { readonly kind: 'arguments'; readonly arguments: Arguments }
  /** `unknown` is the word that no option is called, without dashes. */
  | { readonly kind: 'wrong'; readonly problem: string; readonly unknown?: string }

/** An option as it was written; what `parseArgs` makes of it. */
interface Written {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

interface Words {
  readonly options: readonly Written[]
  readonly positionals: readonly string[]
}

/** Reads what follows a command. `--` ends the options; a value may follow its option or stand behind `=`. */
export function parseArguments(argv: readonly string[], known: readonly OptionName[]): ParsedArguments {
  const { options, positionals } = usualWords(argv, known) ?? wordsByNode(argv, known)
  const given = new Map<string, string[]>()
  const written = new Set<string>()
  for (const option of options) {
    const name = known.find((one) => one === option.name)
    if (name === undefined) return { kind: 'wrong', problem: `there is no option ${option.rawName}`, unknown: option.name }
    const fault = faultIn(name, option)
    if (fault !== undefined) return { kind: 'wrong', problem: fault }
    written.add(name)
    const meant = OTHER_NAMES[name] ?? name
    const values = given.get(meant) ?? []
    values.push(option.value ?? '')
    given.set(meant, values)
  }
  const values = (name: OptionName): readonly string[] => given.get(name) ?? []
  return { kind: 'arguments', arguments: { positionals, values, value: (name) => values(name).at(-1), flag: (name) => written.has(name) } }
}

/**
 * The words of a command line of the usual kind, which has no options but known ones in their long form. Undefined for any other: then Node's own parser,
 * which takes a millisecond to load, reads it.
 */
export function usualWords(argv: readonly string[], known: readonly OptionName[]): Words | undefined {
  const options: Written[] = []
  const positionals: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (!word.startsWith('-')) {
      positionals.push(word)
      continue
    }
    const equals = word.indexOf('=')
    const rawName = equals < 0 ? word : word.slice(0, equals)
    const name = known.find((one) => rawName === `--${one}`)
    if (name === undefined) return undefined
    if (equals >= 0) options.push({ name, rawName, value: word.slice(equals + 1), inlineValue: true })
    else if (optionOf(name).value === undefined || index + 1 === argv.length) options.push({ name, rawName })
    else options.push({ name, rawName, value: argv[++index], inlineValue: false })
  }
  return { options, positionals }
}

/** The same by Node's own parser. */
export function wordsByNode(argv: readonly string[], known: readonly OptionName[]): Words {
  const options = Object.fromEntries(known.map((name) => [name, parserOption(name)]))
  const { tokens, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  return { options: tokens.filter((token) => token.kind === 'option'), positionals }
}

function parserOption(name: OptionName): { type: 'string' | 'boolean'; short?: string } {
  const { value, short } = optionOf(name)
  return { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) }
}

function faultIn(name: OptionName, token: Written): string | undefined {
  const { value } = optionOf(name)
  if (value === undefined) return token.value === undefined ? undefined : `--${name} takes no value`
  if (token.value === undefined || token.value === '') return `--${name} needs a value: --${name} ${value}`
  const swallowed = token.inlineValue !== true && token.value.startsWith('-')
  return swallowed
    ? `--${name} needs a value: --${name} ${value} (one that begins with a dash is written --${name}=${token.value})`
    : undefined
}
