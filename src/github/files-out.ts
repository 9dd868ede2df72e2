import { lstatSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { pathWithin } from '../files/root.js'
import { type Environment } from './event.js'

export type Written = { readonly kind: 'written'; readonly path: string } | { readonly kind: 'failure'; readonly problem: string }

/** Writes a file into a folder of its own in the runner's temporary folder, which no later step of another job sees. */
export function writeTemporary(env: Environment, name: string, text: string): Written {
  try {
    const folder = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'image-policy-'))
    const path = join(folder, name)
    writeFileSync(path, text, { flag: 'wx' })
    return { kind: 'written', path }
  } catch (error) {
    return failure(error)
  }
}

/**
 * Writes a file that the workflow names, relative to the workspace. The workspace holds what a pull request put there, links included: neither the file nor a
 * folder above it may lead out, so a link in the file's place is replaced, not followed.
 */
export function writeInWorkspace(env: Environment, name: string, text: string): Written {
  try {
    const workspace = realpathSync(env['GITHUB_WORKSPACE'] ?? '.')
    const path = resolve(workspace, name)
    const parent = makeFolder(dirname(path), isAbsolute(name) ? undefined : workspace)
    if (parent === undefined) return { kind: 'failure', problem: `${name} leads out of the workspace` }
    const target = join(parent, path.slice(dirname(path).length).replace(/^[/\\]/, ''))
    if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true) return { kind: 'failure', problem: `${name} is a folder` }
    const scratch = mkdtempSync(join(parent, '.image-policy-'))
    try {
      writeFileSync(join(scratch, 'new'), text, { flag: 'wx' })
      renameSync(join(scratch, 'new'), target) // takes a link's place
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
    return { kind: 'written', path }
  } catch (error) {
    return failure(error)
  }
}

/** The folder, made if need be, with its links resolved; undefined if it is outside `within`. What exists of it is looked at before anything is made. */
function makeFolder(folder: string, within: string | undefined): string | undefined {
  let existing = folder
  while (lstatSync(existing, { throwIfNoEntry: false }) === undefined && dirname(existing) !== existing) existing = dirname(existing)
  if (within !== undefined && pathWithin(within, realpathSync(existing)) === undefined) return undefined
  mkdirSync(folder, { recursive: true })
  const real = realpathSync(folder)
  return within === undefined || pathWithin(within, real) !== undefined ? real : undefined
}

function failure(error: unknown): Written {
  return { kind: 'failure', problem: error instanceof Error ? error.message : String(error) }
}
