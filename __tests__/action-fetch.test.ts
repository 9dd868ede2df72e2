import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { basicCredentials } from '../src/files/history.js'
import { type GitServer, serveGit } from './github/git-server.js'
import { git } from './github/repository.js'
import { failureOf } from './github/runner.js'
import { BAD, GOOD, Scene } from './github/scene.js'

jest.setTimeout(60_000)

let scene: Scene
let server: GitServer
beforeEach(async () => {
  scene = await Scene.open()
  server = await serveGit(dirname(dirname(scene.shop.remote)), `basic ${basicCredentials(scene.github.token)}`)
})
afterEach(async () => {
  await server.stop()
  await scene.close()
})

describe('fetching the base of a checkout that is one commit deep', () => {
  test('shows the token to the server, in one header', async () => {
    const result = await scene.judge({ ...scene.pullRequest(BAD), env: { GITHUB_SERVER_URL: server.url } })
    expect(result).toMatchObject({ code: 1, outputs: { errors: '1', existing: '1' } })
    expect(server.shown.length).toBeGreaterThan(0)
  })

  test('replaces the header that actions/checkout left in the configuration', async () => {
    const pull = scene.pullRequest(GOOD)
    git(pull.workspace, 'config', `http.${server.url}/.extraheader`, 'AUTHORIZATION: basic b3RoZXI=')
    const result = await scene.judge({ ...pull, env: { GITHUB_SERVER_URL: server.url } })
    expect(result).toMatchObject({ code: 0, outputs: { existing: '1' } })
    expect(server.shown.every((headers) => headers.length === 1)).toBe(true)
  })

  test('puts the token into no argument and no file', async () => {
    const pull = scene.pullRequest(GOOD)
    const { folder, log } = recordingGit(scene.shop.root)
    const result = await scene.judge({ ...pull, env: { GITHUB_SERVER_URL: server.url, PATH: `${folder}:${process.env['PATH']}` } })
    expect(result.code).toBe(0)
    const commands = readFileSync(log, 'utf8')
    expect(commands).toContain(' fetch ')
    for (const secret of [scene.github.token, basicCredentials(scene.github.token)]) {
      expect(commands).not.toContain(secret)
      expect(readFileSync(join(pull.workspace, '.git', 'config'), 'utf8')).not.toContain(secret)
      expect(result.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain(secret)
    }
  })

  test('a token that the server does not take: could not check, without asking anybody for a password', async () => {
    const result = await scene.judge({
      ...scene.pullRequest(GOOD),
      env: { GITHUB_SERVER_URL: server.url },
      inputs: { 'github-token': 'ghs_wrong' },
    })
    expect(result).toMatchObject({ code: 1, outputs: { result: 'fail' } })
    expect(failureOf(result)).toMatch(/^The policy of [0-9a-f]{40} could not be read: /)
  })
})

/** A git that writes down what it is called with, before it does it. */
function recordingGit(root: string): { folder: string; log: string } {
  const folder = join(root, 'bin')
  const log = join(root, 'git.log')
  mkdirSync(folder)
  const real = (process.env['PATH'] ?? '').split(':').map((part) => join(part, 'git'))
  const path = join(folder, 'git')
  const candidates = real.map((one) => `[ -x ${one} ] && exec ${one} "$@"`).join('\n')
  writeFileSync(path, `#!/bin/sh\nprintf '%s ' "$@" >> ${log}\nprintf '\\n' >> ${log}\n${candidates}\n`)
  chmodSync(path, 0o755)
  return { folder, log }
}
