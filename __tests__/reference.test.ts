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
