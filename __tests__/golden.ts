import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from '@jest/globals'

/** The folder of fixtures, as an absolute path. */
export const FIXTURES = join(dirname(fileURLToPath(import.meta.url)), 'fixtures')

/** The project's root, as an absolute path. */
export const ROOT = join(FIXTURES, '..', '..')

/** Holds `actual` against the file beside the fixture; `npm run update` rewrites the file instead. A missing file fails. */
export function expectGolden(path: string, actual: string): void {
  if (process.env['UPDATE'] === '1') writeFileSync(path, actual)
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run update, and read what it wrote`)
  expect(actual).toBe(readFileSync(path, 'utf8'))
}

/** The fixtures of a folder, by name; an output without its fixture fails. */
export function fixturesIn(folder: string): string[] {
  const names = readdirSync(join(FIXTURES, folder)).sort()
  const orphans = names.filter((name) => name.endsWith('.out') && !names.includes(name.slice(0, -'.out'.length)))
  if (orphans.length > 0) throw new Error(`${folder}: nothing belongs to ${orphans.join(', ')}`)
  return names.filter((name) => !name.endsWith('.out'))
}
