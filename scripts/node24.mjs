// The Node that runners execute the action with, beside the one that runs the tests.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The last one whose package for Linux was there when this was written. */
const VERSION = '24.21.0'
const home = fileURLToPath(new URL('../.cache/node24', import.meta.url))

/** Path of a Node 24, installed from the npm registry on first use; undefined where this Node is one, or where its package is not to be had. */
export function node24() {
  if (process.versions.node.startsWith('24.')) return undefined
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const path = join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(path)) {
    const args = ['install', '--silent', '--no-save', '--no-audit', '--no-fund', '--prefix', home, `${name}@${VERSION}`]
    spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { stdio: 'ignore', shell: process.platform === 'win32' })
  }
  return existsSync(path) ? path : undefined
}
