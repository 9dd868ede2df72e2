import { PROGRAM } from '../version.js'
import { type OptionName, optionOf } from './arguments.js'
import { type Command, COMMANDS } from './table.js'

/** Help for the program: what it does, its commands, where to begin. */
export function programHelp(): string {
  const names = Object.keys(COMMANDS)
  return lines(
    'Finds every container image that a repository names, resolves it as Docker would, and refuses what the policy does not allow.',
    '',
    `usage: ${PROGRAM} COMMAND [PATH…] [OPTIONS]`,
    '',
    ...columns(names.map((name) => [name, COMMANDS[name]?.summary ?? ''])),
    '',
    'examples:',
    ...columns([
      [`${PROGRAM} check`, 'the folder you are in, under its policy'],
      [`${PROGRAM} check --base origin/main`, 'only what is new since then fails'],
      [`${PROGRAM} list --format json api`, 'every image under api/, for another program'],
    ]),
    '',
    'exit status: 0 clean, 1 something is refused, 2 it could not be found out.',
    `${PROGRAM} COMMAND --help tells more of each; ${PROGRAM} --version tells the version.`,
  )
}

/** Help for one command: usage, options, examples, exit status. */
export function commandHelp(name: string, command: Command): string {
  return lines(
    `usage: ${PROGRAM} ${name} ${command.takes}`,
    '',
    command.about,
    '',
    'options:',
    ...columns(command.options.map((option) => [spelled(option), about(option, command)])),
    '',
    'examples:',
    ...columns(command.examples),
    '',
    `exit status: ${command.exits}`,
  )
}

function spelled(name: OptionName): string {
  const { value, short } = optionOf(name)
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

function about(name: OptionName, { formats }: Command): string {
  return name === 'format' && formats !== undefined ? `${formats.join(', ')} (default: ${formats[0] ?? ''})` : optionOf(name).about
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

function lines(...text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join('')
}
