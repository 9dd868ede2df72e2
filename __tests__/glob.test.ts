import { describe, expect, test } from '@jest/globals'
import { compileGlobs } from '../src/policy/glob.js'
import { hostPattern, matchesAll, matchesLeading, matchesRun, overlap, pathPattern, splitHost } from '../src/policy/pattern.js'
import { processorTime } from './processor-time.js'

describe('patterns of paths', () => {
  test.each([
    ['**', 'a/b', true],
    ['legacy/**', 'legacy/Dockerfile', true],
    ['legacy/**', 'legacy/a/b', true],
    ['legacy/**', 'legacy', false],
    ['legacy/**', 'legacy2/x', false],
    ['legacy/', 'legacy/a/b', true],
    ['Dockerfile', 'Dockerfile', true],
    ['Dockerfile', 'a/Dockerfile', false],
    ['**/Dockerfile', 'Dockerfile', true],
    ['**/Dockerfile', 'a/b/Dockerfile', true],
    ['**/Dockerfile', 'a/xDockerfile', false],
    ['*.Dockerfile', 'app.Dockerfile', true],
    ['*.Dockerfile', 'a/app.Dockerfile', false],
    ['**/testdata/**', 'a/testdata/b/c', true],
    ['**/testdata/**', 'testdata/b', true],
    ['**/testdata/**', 'a/testdata', false],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a/?/c', 'a/b/c', true],
    ['[ab]/x', 'a/x', true],
    ['**/*', '.github/x', true],
    ['*/x', '.hidden/x', true],
    ['#x', '#x', true],
    ['@(a)', '@(a)', true],
    ['@(a)', 'a', false],
    ['A/**', 'a/x', false],
  ])('%s covers %s: %s', async (pattern, path, expected) => {
    const globs = compileGlobs([pattern], '')
    await globs.ready
    expect(globs.matches(path)).toBe(expected)
  })
  test('are relative to the folder of the policy', () => {
    const globs = compileGlobs(['app/**'], 'sub/folder')
    expect([globs.matches('sub/folder/app/x'), globs.matches('app/x'), globs.matches('sub/folderapp/x')]).toEqual([true, false, false])
  })
  test('take no long time for a hostile pattern', async () => {
    const globs = compileGlobs([`${'*a'.repeat(200)}b`, `${'**/'.repeat(100)}x`], '')
    await globs.ready
    expect(processorTime(() => [globs.matches('a'.repeat(1000)), globs.matches('y/'.repeat(100))])).toBeLessThan(1500)
  })
})

describe('a run', () => {
  test.each([
    ['3.*', '3.20', true],
    ['3.*', '13.2', false],
    ['*', '', true],
    ['*-alpine', '3-alpine', true],
    ['*-alpine', '-alpine', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'acb', false],
    ['a*a', 'a', false],
    ['*a*', 'xay', true],
  ])('%s matches %s: %s', (pattern, text, expected) => expect(matchesRun(pattern, text)).toBe(expected))
  test('of at least one character', () =>
    expect([matchesRun('a*b', 'ab', 1), matchesRun('a*b', 'axb', 1), matchesRun('*', '', 1)]).toEqual([false, true, false]))
})

describe('patterns of hosts', () => {
  test.each([
    ['*.acme.example', 'registry.acme.example', true],
    ['*.acme.example', 'REGISTRY.ACME.example', true],
    ['*.acme.example', 'a.b.acme.example', false],
    ['*.acme.example', '.acme.example', false],
    ['*.acme.example', 'acme.example', false],
    ['*.acme.example', 'x.acme.example:5000', false],
    ['*.acme.example:5000', 'x.acme.example:5000', true],
    ['*.acme.example', 'x.acme.example.evil.example', false],
    ['reg-*.acme.example', 'reg-.acme.example', false],
    ['reg-*.acme.example', 'reg-1.acme.example', true],
    ['[::1]:5000', '[::1]:5000', true],
  ])('%s covers %s: %s', (pattern, host, expected) =>
    expect(matchesAll(hostPattern(pattern), splitHost(host.toLowerCase()))).toBe(expected),
  )
})

describe('patterns of repositories', () => {
  test.each([
    ['acme/*', 'acme/x', true],
    ['acme/*', 'acme/x/y', false],
    ['acme-*/tool', 'acme-x/tool', true],
    ['acme-*/tool', 'acme-x/y/tool', false],
  ])('%s is %s: %s', (pattern, path, expected) => expect(matchesAll(pathPattern(pattern), path.split('/'))).toBe(expected))
  test('cover what is under them', () => expect(matchesLeading(pathPattern('acme-*'), ['acme-x', 'y', 'z'])).toBe(true))
})

describe('two patterns overlap', () => {
  test.each([
    ['a*', '*b', true],
    ['a*', 'b*', false],
    ['*-tools', 'acme-*', true],
    ['a*c', 'ab*', true],
    ['a*c', 'a*d', false],
    ['x/y*', 'x/*z', true],
    ['x/y*', 'y/*z', false],
    ['a*', 'a/b', false],
    ['*a*b*', 'x*', true],
    ['ab', 'a*', true],
    ['ab', 'ab', true],
  ])('%s and %s: %s', (a, b, expected) =>
    expect([overlap(pathPattern(a), pathPattern(b)), overlap(pathPattern(b), pathPattern(a))]).toEqual([expected, expected]),
  )
})
