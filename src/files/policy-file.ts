import { type Files } from '../model.js'

/** Where a folder's policy is looked for. */
export const POLICY_NAMES = ['.github/image-policy.yml', '.github/image-policy.yaml', 'image-policy.yml', 'image-policy.yaml'] as const

export type FoundPolicy =
  | { readonly kind: 'found'; readonly path: string; readonly text: string }
  /** With every path that was looked at. */
  | { readonly kind: 'none'; readonly looked: readonly string[] }
  | { readonly kind: 'several'; readonly paths: readonly string[] }
  | { readonly kind: 'unreadable'; readonly path: string; readonly problem: string }

/**
 * The policy that holds for a folder (root-relative, empty for the root): its own or the nearest one above it. Two in one folder are none to choose from, and
 * one that cannot be read is no reason to go on to the next.
 */
export function findPolicy(files: Files, folder: string): FoundPolicy {
  const looked: string[] = []
  for (let at = folder; ; at = parentOf(at)) {
    const here: { path: string; text: string }[] = []
    for (const name of POLICY_NAMES) {
      const path = at === '' ? name : `${at}/${name}`
      const content = files.read(path)
      if (content.kind === 'unreadable') return { kind: 'unreadable', path, problem: content.problem }
      if (content.kind === 'text') here.push({ path, text: content.text })
      looked.push(path)
    }
    const [first, ...others] = here
    if (first !== undefined && others.length > 0) return { kind: 'several', paths: here.map(({ path }) => path) }
    if (first !== undefined) return { kind: 'found', ...first }
    if (at === '') return { kind: 'none', looked }
  }
}

/**
 * The folder that a policy's globs are relative to: the one it is the policy of (`image-policy.yml` beside the files, or in `.github`);
 * the root for a file of any other name, which somebody chose for the whole.
 */
export function policyBase(path: string): string {
  const name = POLICY_NAMES.find((one) => path === one || path.endsWith(`/${one}`))
  return name === undefined ? '' : path.slice(0, Math.max(0, path.length - name.length - 1))
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}
