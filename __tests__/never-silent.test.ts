import { describe, expect, test } from '@jest/globals'
import { loadWholeReader } from '../src/extract/compose.js'
import { createCaches } from '../src/resolve/inventory.js'
import { survey } from '../src/survey.js'
import { memoryFiles } from './memory-files.js'

await loadWholeReader()

const PLATFORMS = { target: 'linux/amd64', build: 'linux/amd64' }

/** What a repository is said to name: the text of each place with all that it is resolved to, `never pulled` where that is said, and the problems. */
async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { views } = await survey(memoryFiles({ ...files }), [], { paths: [], platforms: PLATFORMS, envFiles: [] }, createCaches())
  const [inventory] = views.map((view) => view.inventory)
  const references = inventory?.references ?? []
  const places = references.map(({ occurrence, own, also }) => {
    const names = [own, ...also].map(({ resolved, target }) => resolved ?? target.kind)
    return `${occurrence.file} ${names.join(' or ')}${occurrence.pullable === false ? ' never pulled' : ''}`
  })
  return [...places, ...(inventory?.problems ?? []).map(({ file, message }) => `${file}: ${message}`)].sort()
}

const BASE = 'ARG BASE=good\nFROM $BASE\n'

describe('a key or a tag that is written with escapes', () => {
  test('extends', async () => {
    const files = { 'compose.yml': 'services:\n  s:\n    image: x\n    "\\x65xtends": {file: a.inc, service: s}\n' }
    expect(await told({ ...files, 'a.inc': 'services: {s: {pre_start: [{image: evil}]}}' })).toEqual(['a.inc evil', 'compose.yml x'])
  })

  test('args', async () => {
    const files = { 'compose.yml': 'services:\n  s:\n    build:\n      context: .\n      "\\x61rgs": [BASE]\n', 'prod.env': 'BASE=evil' }
    expect(await told({ ...files, Dockerfile: BASE })).toEqual(['Dockerfile good or evil'])
  })

  test.each([
    ['in full', '', '!<!%72eset>'],
    ['with the number of a byte', '', '!%72eset'],
    ['behind a handle', '%TAG !e! !re\n---\n', '!e!set'],
  ])('a tag %s', async (_, head, tag) => {
    const file = `${head}services:\n  s:\n    build:\n      context: .\n      dockerfile: ${tag} no\n      args: {BASE: evil}\n`
    expect(await told({ 'compose.yml': file, Dockerfile: BASE })).toEqual(['Dockerfile good or evil'])
  })
})
