import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOf } from '../files/disk.js'
import { type Arguments } from './arguments.js'
import { failure, type Failure } from './failure.js'
import { type Io } from './io.js'

/** Writes what a command has to tell to the file of `--output`, or to standard output. */
export function deliver(text: string, given: Arguments, io: Io): Failure | undefined {
  const path = given.value('output')
  if (path === undefined) {
    io.stdout.write(text)
    return undefined
  }
  try {
    writeFileSync(resolve(io.workingFolder, path), text)
    return undefined
  } catch (error) {
    return failure(`--output ${path}: it cannot be written (${codeOf(error)})`)
  }
}

/** When the text format is coloured. */
export const COLOR = { auto: 'on a terminal', always: 'anyway', never: 'not at all' } as const

/** Whether the text format is coloured: as `--color` says; else on a terminal, unless NO_COLOR is set (https://no-color.org) or the terminal is a dumb one. */
export function isColored(when: keyof typeof COLOR, given: Arguments, { stdout, env }: Io): boolean {
  if (when !== 'auto') return when === 'always'
  return given.value('output') === undefined && stdout.isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** The command as it could be typed again in a POSIX shell. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}
