/** As the build argument BUILDKIT_SYNTAX the frontend that is built in, whatever the file says (BuildKit's solver/llbsolver). */
export const BUILT_IN = 'dockerfile.v0'

/** Where the image stands in a value of BUILDKIT_SYNTAX: its first word; what follows is for the frontend itself. */
export function frontendIn(text: string): { readonly from: number; readonly to: number } {
  const from = text.length - text.trimStart().length
  const [word = ''] = text.trim().split(' ', 1)
  return { from, to: from + word.length }
}
