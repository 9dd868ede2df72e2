import { sliceOf } from '../extract/values.js'
import { type Value } from '../model.js'

/** As the build argument BUILDKIT_SYNTAX the frontend that is built in, whatever the file says (BuildKit's solver/llbsolver). */
export const BUILT_IN = 'dockerfile.v0'

/** Where the image stands in a value of BUILDKIT_SYNTAX: its first word; what follows is for the frontend itself. */
export function frontendRange(text: string): { readonly from: number; readonly to: number } {
  const from = text.length - text.trimStart().length
  const [word = ''] = text.trim().split(' ', 1)
  return { from, to: from + word.length }
}

/** That word, with the blanks before it: what a variable without a value would be there, nobody knows. */
export function frontendNamedIn(value: Value): Value {
  const { from, to } = frontendRange(value.text)
  const word = sliceOf(value, from, to)
  const before = value.unset.filter(({ at }) => at < from).map((blank) => ({ ...blank, at: 0 }))
  return before.length === 0 ? word : { ...word, unset: [...before, ...word.unset] }
}
