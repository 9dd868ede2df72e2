import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '@jest/globals'
import { canonical, familiar, parseReference } from '../src/resolve/reference.js'
import { expectGolden, fixturesIn, FIXTURES } from './golden.js'

/** Each rule of Docker's reference grammar and normalization, a reference a line. */
test.each(fixturesIn('reference'))('%s is told as its golden file says', (name) => {
  const path = join(FIXTURES, 'reference', name)
  const told = readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((text) => {
      const parsed = parseReference(text)
      if (parsed.kind === 'malformed') return `${text}\n  refused   ${parsed.problem}\n`
      const { registry, repository, tag = '-', digest = '-' } = parsed.reference
      return `${text}\n  canonical ${canonical(parsed.reference)}\n  familiar  ${familiar(parsed.reference)}\n  parts     ${registry} ${repository} ${tag} ${digest}\n`
    })
  expectGolden(`${path}.out`, told.join(''))
})
