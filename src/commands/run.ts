import { PROGRAM, VERSION } from '../version.js'
import { parseArguments, type OptionName } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { type Command, COMMANDS, commandOf } from './table.js'

/** Runs the command that `argv` (without program and script) asks for; the exit status. Never rejects, and never shows a stack trace. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const outcome = await dispatch(argv, io).catch(unexpected)
  if (!isFailure(outcome)) return outcome
  const { logSafe, MAX_SENTENCE } = await import('../report/escape.js')
  const [first, ...others] = [`${PROGRAM}: ${outcome.problem}`, ...outcome.advice.map((line) => `  ${line}`)]
  for (const line of [first, ...others]) io.stderr.write(`${logSafe(line, MAX_SENTENCE)}\n`)
  return EXIT.failed
}

async function unexpected(error: unknown): Promise<Failure> {
  const { GitFailure } = await import('../files/git.js')
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
  if (error instanceof GitFailure) return failure(message)
  return failure(`this is a bug of version ${VERSION}: ${message}`, 'please report it, with the command and the file that led to it')
}

async function dispatch(argv: readonly string[], io: Io): Promise<number | Failure> {
  const [name, ...rest] = argv
  switch (name) {
    case undefined:
      io.stderr.write(await programHelp())
      return EXIT.failed
    case '--help':
    case '-h':
      io.stdout.write(await programHelp())
      return EXIT.clean
    case 'help':
      return dispatch(rest[0] === undefined ? ['--help'] : [rest[0], '--help'], io)
    case '--version':
      io.stdout.write(`${VERSION}\n`)
      return EXIT.clean
    default: {
      const entry = commandOf(name)
      return entry === undefined ? unknownCommand(name) : runCommand(name, await entry.load(), rest, io)
    }
  }
}

async function runCommand(name: string, command: Command, argv: readonly string[], io: Io): Promise<number | Failure> {
  const options: readonly OptionName[] = [...command.options, 'help', 'version']
  const parsed = parseArguments(argv, options)
  if (parsed.kind === 'wrong') return wrongUsage(name, parsed.problem, parsed.unknown, options)
  if (parsed.arguments.flag('help')) {
    const { commandHelp } = await import('./usage.js')
    io.stdout.write(commandHelp(name, { ...command, options }))
    return EXIT.clean
  }
  if (parsed.arguments.flag('version')) return dispatch(['--version'], io)
  if (parsed.arguments.flag('env-file')) io.stderr.write(`${PROGRAM}: ${READ_BY_NODE}\n`)
  return command.run(parsed.arguments, io)
}

/** Node looks for this option of its own among all words of the command line (Dotenv::GetPathFromArgs), before any program begins. */
const READ_BY_NODE =
  'Node itself reads what --env-file names, and runs what a NODE_OPTIONS in it says: write --dotenv instead, which nothing else reads'

async function programHelp(): Promise<string> {
  return (await import('./usage.js')).programHelp()
}

async function unknownCommand(name: string): Promise<Failure> {
  const meant = await nearestOf(name, Object.keys(COMMANDS))
  return failure(
    name.startsWith('-') ? `a command comes first, then its options: ${name}` : `there is no command ${JSON.stringify(name)}`,
    ...(meant === undefined ? [] : [`did you mean ${PROGRAM} ${meant}?`]),
    `commands: ${Object.keys(COMMANDS).join(', ')}`,
  )
}

async function wrongUsage(command: string, problem: string, unknown: string | undefined, options: readonly string[]): Promise<Failure> {
  const meant = unknown === undefined ? undefined : await nearestOf(unknown, options)
  return failure(problem, ...(meant === undefined ? [] : [`did you mean --${meant}?`]), `${PROGRAM} ${command} --help tells the options`)
}

async function nearestOf(word: string, valid: readonly string[]): Promise<string | undefined> {
  return (await import('../policy/nearest.js')).nearest(word, valid)
}
