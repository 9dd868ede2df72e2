import { type Dirent, readdirSync, statSync } from 'node:fs'
import { readIndex } from './git-index.js'
import { type Listing } from './listing.js'

/** Entries of folders that are looked at before git is asked, which takes it as long as thousands of them. */
const MAX_ENTRIES = 2000

/** An index of more than `MAX_ENTRIES` is larger: an entry has 62 bytes and a path. */
const MAX_INDEX_BYTES = 256 * 1024

/**
 * The tracked paths of a small checkout in which nothing but them and empty folders is on disk: git, asked for the files that it does not track, would have
 * none to tell. Undefined for every other checkout, and wherever it is not sure. Never throws.
 */
export function whollyTracked(root: string): Listing | undefined {
  try {
    if (statSync(`${root}/.git/index`).size > MAX_INDEX_BYTES) return undefined
    const tracked = readIndex(root)
    return tracked !== undefined && holdsAll(tracked, root) ? tracked : undefined
  } catch {
    return undefined
  }
}

function holdsAll(tracked: Listing, root: string): boolean {
  const paths = new Set(tracked.texts())
  const waiting = ['']
  let looked = 0
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = readdirSync(`${root}/${folder}`, { withFileTypes: true })
    looked += entries.length
    if (looked > MAX_ENTRIES) return false
    for (const entry of entries) {
      if (folder === '' && entry.name === '.git') continue
      const path = `${folder}${entry.name}`
      if (isUnclear(entry.name)) return false
      const known = paths.has(path)
      // A folder that is an entry is a submodule, or stands where a file was; a file that is none is not tracked.
      if (known === isFolder(entry)) return false
      if (!known) waiting.push(`${path}/`)
    }
  }
  return true
}

/** Another repository within this one, or a name that is not UTF-8. */
function isUnclear(name: string): boolean {
  return name.includes('\ufffd') || name.toLowerCase() === '.git'
}

/** A link to a folder is none: git tracks the link. */
function isFolder(entry: Dirent): boolean {
  return entry.isDirectory()
}
