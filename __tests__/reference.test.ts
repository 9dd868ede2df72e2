import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, familiar, parseReference } from '../src/resolve/reference.js'
import { ROOT } from './golden.js'

interface Case {
  input: string
  error?: string
  domain: string
  path: string
  tag?: string
  digest?: string
  normalized: string
  familiar: string
  tagNameOnly: string
}

const cases: Case[] = JSON.parse(readFileSync(join(ROOT, '__tests__/data/reference.json'), 'utf8'))

describe('as distribution/reference parses', () => {
  test.each(cases.map((c) => [c.input, c] as const))('%j', (input, want) => {
    const got = parseReference(input)
    if (want.error !== undefined) {
      expect(got.kind === 'malformed' && got.problem.startsWith(want.error)).toBe(true)
      expect(got.kind === 'malformed' && got.problem.slice(want.error.length)).toMatch(/^(; .*)?$/)
      return
    }
    if (got.kind === 'malformed') throw new Error(got.problem)
    const { registry, repository, tag, digest } = got.reference
    const [first, rest] = want.path.split(/\/(.*)/s)
    expect({ registry, repository, tag, digest }).toEqual(
      want.domain === ''
        ? { registry: first, repository: rest, tag: want.tag, digest: want.digest }
        : { registry: want.domain, repository: want.path, tag: want.tag, digest: want.digest },
    )
    expect(canonical(got.reference)).toBe(want.tagNameOnly)
    expect(familiar(got.reference)).toBe(want.familiar)
  })
})

describe('what to do about it', () => {
  test.each([
    ['', 'write the name of an image'],
    ['$IMAGE', 'a variable stands where none is replaced'],
    ['{{ image }}', 'a template was not filled in'],
    ['https://ghcr.io/a/b', 'leave out the scheme "https://"'],
    ['alpine 3', 'a reference has no blanks'],
    ['alpine:', 'the tag is empty'],
    ['alpine:a:b', 'there is more than one tag'],
    [`alpine:${'t'.repeat(129)}`, 'at most 128 characters'],
    ['alpine:.x', 'a tag is letters'],
    ['ghcr.io/acme//x', 'a component of the path is empty'],
    ['Acme', 'write the repository in lower case'],
    ['alpine@sha256:abc', 'a digest is sha256: and 64 hex digits'],
    [`alpine@md5:${'a'.repeat(32)}`, 'a digest is sha256: and 64 hex digits'],
    ['a'.repeat(64), 'write the name of an image'],
    ['foo___bar', 'separated by one dot'],
  ])('%j', (text, advice) => {
    const parsed = parseReference(text)
    expect(parsed.kind === 'malformed' && parsed.problem).toContain(advice)
  })

  test('a host in the wrong case is not lower-cased', () => {
    expect(parseReference('Host_name.com/foo')).toMatchObject({
      kind: 'malformed',
      problem: expect.stringMatching(/^repository name must be lowercase/),
    })
  })
})

describe('any text', () => {
  const part = fc.constantFrom(
    'a',
    'B',
    '0',
    '.',
    '-',
    '_',
    '__',
    ':',
    '/',
    '@',
    'sha256:',
    'a'.repeat(64),
    'docker.io',
    'index.docker.io',
    'library',
    'localhost',
    '[::1]',
    ' ',
    'é',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
  )

  /** Docker's familiar name of an official image that is called so is no name to Docker: it takes it for an image's id. */
  const IDENTIFIER = /^[0-9a-f]{64}$/

  test('the familiar name of what is called like an id cannot be read again', () => {
    const parsed = parseReference(`docker.io/${'a'.repeat(64)}`)
    if (parsed.kind === 'malformed') throw new Error(parsed.problem)
    expect(familiar(parsed.reference)).toBe('a'.repeat(64))
    expect(parseReference('a'.repeat(64)).kind).toBe('malformed')
  })

  test('normalizing twice is normalizing once', () => {
    fc.assert(
      fc.property(text, (input) => {
        const once = parseReference(input)
        if (once.kind === 'malformed') return
        const twice = parseReference(canonical(once.reference))
        if (twice.kind === 'malformed') throw new Error(twice.problem)
        expect(canonical(twice.reference)).toBe(canonical(once.reference))
        const short = familiar(once.reference)
        if (!IDENTIFIER.test(short)) expect(parseReference(short)).toEqual(once)
      }),
      { numRuns: 1500 },
    )
  })

  test('the parts make up the name', () => {
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseReference(input)
        if (parsed.kind === 'malformed') return
        const { registry, repository, tag, digest } = parsed.reference
        expect(registry).not.toBe('')
        expect(repository).not.toBe('')
        expect(input.endsWith(`${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`)).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})
