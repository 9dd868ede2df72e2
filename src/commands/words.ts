import { type Arguments, type OptionName } from './arguments.js'
import { failure, type Failure } from './failure.js'

/** The value of an option that takes one of the names of a table; `fallback` if it was not given. */
export async function nameOf<Name extends string>(
  given: Arguments,
  option: OptionName,
  table: Readonly<Record<Name, unknown>>,
  fallback: NoInfer<Name>,
): Promise<Name | Failure> {
  const word = given.value(option)
  if (word === undefined) return fallback
  if (isNameIn(table, word)) return word
  const { nearest } = await import('../policy/nearest.js')
  const names = Object.keys(table)
  const meant = nearest(word, names)
  return failure(
    `--${option} takes ${listed(names)}, not ${JSON.stringify(word)}`,
    ...(meant === undefined ? [] : [`did you mean --${option} ${meant}?`]),
  )
}

function isNameIn<Name extends string>(table: Readonly<Record<Name, unknown>>, word: string): word is Name {
  return Object.hasOwn(table, word)
}

/** `a, b or c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}
