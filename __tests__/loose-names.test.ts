import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'

/*
 * A disk as Windows and macOS have it: names keep their case, and a file is found in any. Played here over this machine's own, since one machine has one.
 */

const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'loose-names-')))

/** The path as it is spelled on disk. */
function real(path: string | Buffer): string {
  const parts = String(path).split('/')
  return parts.reduce((folder, part) => {
    const names = fs.existsSync(folder === '' ? '/' : folder) ? fs.readdirSync(folder === '' ? '/' : folder) : []
    const name = names.includes(part) ? part : names.find((one) => one.toLowerCase() === part.toLowerCase())
    return `${folder}/${name ?? part}`
  })
}

jest.unstable_mockModule('node:fs', () => ({
  ...fs,
  lstatSync: (path: string, options: fs.StatSyncOptions) => fs.lstatSync(real(path), options),
  openSync: (path: string, flags: number) => fs.openSync(real(path), flags),
  statSync: (path: string, options: fs.StatSyncOptions) => fs.statSync(real(path), options),
  realpathSync: Object.assign((path: string) => fs.realpathSync(real(path)), {
    native: (path: string) => fs.realpathSync.native(real(path)),
  }),
}))

describe('on a disk that does not tell case', () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')
  beforeAll(() => {
    Object.defineProperty(process, 'platform', { value: 'darwin' })
    fs.mkdirSync(join(root, 'api'))
    fs.writeFileSync(join(root, 'api', 'dockerfile'), 'FROM nginx:1\n')
    fs.writeFileSync(
      join(root, 'compose.yaml'),
      'services:\n  a:\n    build: api\n  b:\n    build: { context: API, dockerfile: dockerfile }\n',
    )
  })
  afterAll(() => {
    if (platform !== undefined) Object.defineProperty(process, 'platform', platform)
    fs.rmSync(root, { recursive: true })
  })

  test('a file has the name that is on disk, and no other', async () => {
    const { openWorkspace } = await import('../src/files/workspace.js')
    const files = openWorkspace(root)
    expect(fs.existsSync(join(root, 'API'))).toBe(false)
    expect(
      ['api/dockerfile', 'api/Dockerfile', 'API/dockerfile', 'Compose.yaml', 'compose.yaml'].map((path) => files.read(path).kind),
    ).toEqual(['text', 'missing', 'missing', 'missing', 'text'])
  })

  test('a build that spells its Dockerfile otherwise gets the answer that Linux gives', async () => {
    const { openWorkspace } = await import('../src/files/workspace.js')
    const { list } = await import('../src/check.js')
    const platforms = { target: 'linux/amd64', build: 'linux/amd64' }
    const { verdicts, problems } = await list(openWorkspace(root), { paths: [], platforms, envFiles: [] })
    expect(verdicts.map(({ occurrence: { file, text } }) => `${file} ${text}`)).toEqual(['api/dockerfile nginx:1'])
    expect(problems.map(({ message }) => message)).toContain('the Dockerfile of service b is not in the repository: API/dockerfile')
  })

  test('a file that is named on the command line is judged under the name that is on disk', async () => {
    const { locate } = await import('../src/files/root.js')
    expect(locate('API/DOCKERFILE', root)).toEqual({ kind: 'located', root, path: 'api/dockerfile', folder: false })
  })
})
