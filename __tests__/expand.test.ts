import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { plain } from '../src/extract/shell.js'
import { type Lookup } from '../src/model.js'
import { expandWord } from '../src/resolve/expand.js'
import { ROOT } from './golden.js'

interface Cases {
  env: Record<string, string>
  cases: { input: string; escape: '\\' | '`'; result?: string; error?: string }[]
}

const { env, cases }: Cases = JSON.parse(readFileSync(join(ROOT, '__tests__/data/dockerfile-expand.json'), 'utf8'))
const values = new Map(Object.entries(env).map(([name, text]) => [name, plain(text)]))
const lookup: Lookup = (name) => values.get(name)

describe('as BuildKit expands', () => {
  test.each(cases.map((c) => [c.escape, c.input, c] as const))('%s %j', (escape, input, want) => {
    const got = expandWord(input, escape, lookup)
    expect(got.kind === 'error' ? { error: got.problem } : { result: got.value.text }).toEqual(
      want.error === undefined ? { result: want.result } : { error: want.error },
    )
  })
})
