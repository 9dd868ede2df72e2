import type * as ChildProcess from 'node:child_process'
import { createRequire } from 'node:module'

/**
 * `node:child_process`, loaded with the first process that is started: it takes milliseconds that a run in a small checkout has no use for.
 * For a built-in module any base will do.
 */
export function processes(): typeof ChildProcess {
  return (loaded ??= load())
}

let loaded: typeof ChildProcess | undefined

function load(): typeof ChildProcess {
  const modules: (name: 'node:child_process') => typeof ChildProcess = createRequire(process.execPath)
  return modules('node:child_process')
}
