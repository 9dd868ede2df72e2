import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { cacheFolder, compile } from '../src/code-cache.js'
import { testFolder, type TestFolder } from './repository.js'

const SOURCE = `(function () { return ${JSON.stringify('x'.repeat(2000))}.length })`

let home: TestFolder
let folder = ''
beforeEach(() => {
  home = testFolder()
  folder = join(home.root, 'cache', 'image-policy')
})
afterEach(() => home.remove())

/** Whether a run found what an earlier one had kept. */
function hits(key = 'key', source = SOURCE): boolean {
  const { script, keep } = compile(source, 'file:///program.js', folder, key)
  const program: unknown = script.runInThisContext()
  expect(typeof program === 'function' && Reflect.apply(program, undefined, [])).toBe(2000)
  keep()
  return script.cachedDataRejected === false
}

describe('compiled code', () => {
  test('is kept for the next run, where nobody else can write', () => {
    expect([hits(), hits(), hits('other'), hits('other')]).toEqual([false, true, false, true])
    expect(readdirSync(folder).sort()).toEqual(['key', 'other'])
    expect([lstatSync(folder).mode & 0o777, lstatSync(join(folder, 'key')).mode & 0o777]).toEqual([0o700, 0o600])
  })
  test('is made again where it cannot be used', () => {
    hits()
    writeFileSync(join(folder, 'broken'), 'no code', { mode: 0o600 })
    const fresh = `${SOURCE}\n` // V8 itself remembers what it compiled in this process
    expect([hits('broken', fresh), hits('broken', fresh)]).toEqual([false, true])
    expect(lstatSync(join(folder, 'broken')).size).toBeGreaterThan(100)
  })
  test.each([0o770, 0o707, 0o755])('is not used from a folder of mode %o', (mode) => {
    hits()
    chmodSync(folder, mode)
    expect([hits(), hits('new')]).toEqual([false, false])
    expect(readdirSync(folder)).toEqual(['key'])
  })
  test('is not used from a file that others can write or read, nor through a link', () => {
    hits()
    chmodSync(join(folder, 'key'), 0o620)
    expect(hits()).toBe(false)
    const data = readFileSync(join(folder, 'key'))
    rmSync(join(folder, 'key'))
    writeFileSync(join(home.root, 'elsewhere'), data, { mode: 0o600 })
    symlinkSync(join(home.root, 'elsewhere'), join(folder, 'key'))
    expect(hits()).toBe(false)
  })
  test('does not pile up', () => {
    for (let version = 0; version < 20; version++) hits(`v${version}`)
    expect(readdirSync(folder).length).toBeLessThanOrEqual(8)
  })
  test('that cannot be kept where the kernel makes no folders stops nobody', () => {
    folder = '/proc/self/cache/image-policy'
    expect([hits(), hits()]).toEqual([false, false])
  })
  test('that cannot be kept stops nobody', () => {
    writeFileSync(join(home.root, 'cache'), '')
    expect([hits(), hits()]).toEqual([false, false])
    rmSync(join(home.root, 'cache'))
    mkdirSync(join(home.root, 'real'), { mode: 0o700 })
    mkdirSync(join(home.root, 'cache'))
    symlinkSync(join(home.root, 'real'), folder)
    expect([hits(), readdirSync(join(home.root, 'real'))]).toEqual([false, []])
  })
})

describe("the cache's folder", () => {
  test("is in the user's own cache", () => {
    expect(cacheFolder({ HOME: '/home/a' }, '/home/a/src')).toBe('/home/a/.cache/image-policy')
    expect(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: '/var/c' }, '/src')).toBe('/var/c/image-policy')
    expect(cacheFolder({ HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/src')).toBe('/home/a/.cache/image-policy')
  })
  test.each([
    [{}, '/src'],
    [{ HOME: 'relative' }, '/src'],
    [{ HOME: '/home/a', CI: 'true' }, '/src'],
    [{ HOME: '/home/a', NODE_DISABLE_COMPILE_CACHE: '1' }, '/src'],
    [{ HOME: '/home/a' }, '/home/a'],
    [{ HOME: '/home/a' }, '/'],
    [{ HOME: '/home/a', XDG_CACHE_HOME: '/src/.cache' }, '/src'],
  ])('is none with %j in %s', (env, workingFolder) => expect(cacheFolder(env, workingFolder)).toBeUndefined())
})
