import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Role } from '../src/model.js'
import { findings, judgeOf } from './judging.js'
import { FIXTURES } from './golden.js'

const FOLDER = join(FIXTURES, 'policy/ten')
const DIGEST = `sha256:${'a'.repeat(64)}`

/** `allowed|refused|warned IMAGE [at PATH] [as ROLE] [RULE]`, a line each; {D} is a digest. */
const LINE = /^(allowed|refused|warned) (\S+)(?: at (\S+))?(?: as (\S+))?(?: (\S+))?$/

test('there are ten', () => expect(readdirSync(FOLDER).filter((name) => name.endsWith('.yml'))).toHaveLength(10))

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.yml'))) {
  describe(name.slice(0, -'.yml'.length), () => {
    const policy = readFileSync(join(FOLDER, name), 'utf8')
    const lines = readFileSync(join(FOLDER, name.replace('.yml', '.txt')), 'utf8')
      .trim()
      .split('\n')
    test('has ten references, allowed and refused', () =>
      expect([lines.length, new Set(lines.map((line) => line.split(' ')[0])).size]).toEqual([10, 2]))
    test.each(lines)('%s', async (line) => {
      const [, verdict, image = '', path = 'Dockerfile', role = 'base', rule] = LINE.exec(line.replaceAll('{D}', DIGEST)) ?? []
      const found = findings(await judgeOf(policy), image, { path, role: role as Role })
      const errors = found.filter(({ severity }) => severity === 'error')
      if (verdict === 'allowed') expect(found.map((finding) => finding.rule)).toEqual([])
      if (verdict === 'refused') expect(errors.map((finding) => finding.rule)).toEqual([rule])
      if (verdict === 'warned') expect([errors, found.map((finding) => finding.rule)]).toEqual([[], [rule]])
    })
  })
}
