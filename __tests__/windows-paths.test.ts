import { win32 } from 'node:path'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'

/* What is made of paths where they are written as Windows does: Node has those rules on every machine. */

jest.unstable_mockModule('node:path', () => ({ ...win32, default: win32 }))

describe('with the paths of Windows', () => {
  let pathWithin: (folder: string, path: string) => string | undefined
  let insidePath: (path: string) => string | undefined
  beforeAll(async () => {
    ;({ pathWithin } = await import('../src/files/root.js'))
    ;({ insidePath } = await import('../src/files/content.js'))
  })

  test.each([
    ['D:\\a\\shop', 'D:\\a\\shop\\api\\Dockerfile', 'api/Dockerfile'],
    ['D:\\a\\shop', 'D:\\a\\shop', ''],
    ['D:\\', 'D:\\api\\Dockerfile', 'api/Dockerfile'],
    ['D:\\a\\shop', 'D:\\a\\shop-2\\Dockerfile', undefined],
    ['D:\\a\\shop', 'E:\\a\\shop\\Dockerfile', undefined],
    ['\\\\server\\share\\shop', '\\\\server\\share\\shop\\api\\Dockerfile', 'api/Dockerfile'],
  ])('in %s the path of %s is %s', (folder, path, inside) => expect(pathWithin(folder, path)).toBe(inside))

  test.each([
    ['api/Dockerfile', 'api/Dockerfile'],
    ['api/../web/Dockerfile', 'web/Dockerfile'],
    ['api\\Dockerfile', undefined],
    ['..\\..\\secret', undefined],
    ['C:/Windows/win.ini', undefined],
    ['C:Dockerfile', undefined],
    ['Dockerfile:stream', undefined],
    ['//server/share/Dockerfile', undefined],
  ])('what a stranger wrote as %s leads to %s', (path, inside) => expect(insidePath(path)).toBe(inside))
})

test.each(['.git/config', 'a/.GIT/config', '.git./config', '.git ./config', 'git~1/config', 'GIT~12/config', '.g\u200cit/config', '.git'])(
  "%j is git's own on some file system",
  async (path) => expect((await import('../src/files/content.js')).isGitsOwn(path)).toBe(true),
)
test.each(['.github/Dockerfile', '.gitignore', 'git/Dockerfile', 'a.git/config', 'git~x/config'])('%j is not', async (path) =>
  expect((await import('../src/files/content.js')).isGitsOwn(path)).toBe(false),
)
