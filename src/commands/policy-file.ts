import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { codeOf } from '../files/disk.js'
import { locate } from '../files/root.js'
import { findPolicy, policyBase } from '../files/policy-file.js'
import { type Files } from '../model.js'
import { type PolicySource } from '../policy/parse.js'
import { PROGRAM } from '../version.js'
import { failure, isFailure, type Failure } from './failure.js'

const SMALLEST = ['version: 1', 'registries: any', 'pin: tag']

/**
 * The policies of a run: the one that holds for the folders that were named, and above it those that `--policy` adds. Without any there is nothing to
 * judge by.
 */
export function policySources(
  files: Files,
  root: string,
  folders: readonly string[],
  added: readonly string[],
  workingFolder: string,
): readonly PolicySource[] | Failure {
  const own = ownPolicy(files, folders, added.length > 0)
  if (isFailure(own)) return own
  const sources = own === undefined ? [] : [own]
  for (const path of added) {
    const source = addedPolicy(path, root, workingFolder)
    if (isFailure(source)) return source
    sources.push(source)
  }
  return sources
}

function ownPolicy(files: Files, folders: readonly string[], mayLack: boolean): PolicySource | undefined | Failure {
  const found = folders.map((folder) => findPolicy(files, folder))
  const [first] = found
  const wrong = found.find(({ kind }) => kind === 'several' || kind === 'unreadable') ?? first
  if (wrong?.kind === 'several')
    return failure(
      `two policies: ${wrong.paths.join(' and ')}`,
      'which of them holds? Keep one, and let it extend the other if both should',
    )
  if (wrong?.kind === 'unreadable') return failure(`${wrong.path} cannot be read: ${wrong.problem}`)
  const paths = new Set(found.map((one) => (one.kind === 'found' ? one.path : undefined)))
  if (paths.size > 1) {
    const names = [...paths].map((path) => path ?? 'none')
    return failure(`the paths have different policies: ${names.join(', ')}`, 'check them one by one')
  }
  if (first?.kind === 'found') return { path: first.path, text: first.text, own: true, base: policyBase(first.path) }
  return mayLack || first?.kind !== 'none' ? undefined : noPolicy(first.looked)
}

function noPolicy(looked: readonly string[]): Failure {
  return failure(
    'there is no policy to check by. Looked for:',
    ...looked.filter((path) => path.endsWith('.yml')).map((path) => `  ${path} (or .yaml)`),
    `${PROGRAM} init writes one that this repository passes; or begin with these three lines in .github/image-policy.yml:`,
    ...SMALLEST.map((line) => `  ${line}`),
    `or name one that lies elsewhere: --policy FILE`,
  )
}

/** A file that the user names may lie anywhere. Only within the root may its reader be asked to change it. */
function addedPolicy(path: string, root: string, workingFolder: string): PolicySource | Failure {
  const located = locate(path, workingFolder, root)
  const inside = located.kind === 'located' ? located.path : undefined
  try {
    const text = readFileSync(resolve(workingFolder, path), 'utf8')
    return {
      path: inside ?? resolve(workingFolder, path),
      text,
      own: inside !== undefined,
      base: inside === undefined ? '' : policyBase(inside),
    }
  } catch (error) {
    const code = codeOf(error)
    const problem =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission denied' : code
    return failure(`--policy ${path}: ${problem}`)
  }
}
