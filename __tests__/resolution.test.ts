import { describe, expect, test } from '@jest/globals'
import { type Value } from '../src/model.js'
import { resolveValue, unresolvedValue } from '../src/resolve/resolution.js'

/** `‹NAME›` stands for a blank. */
function value(written: string): Value {
  const unset: { name: string; at: number }[] = []
  let text = ''
  for (const part of written.split(/(‹\w+›)/)) {
    if (part.startsWith('‹')) unset.push({ name: part.slice(1, -1), at: text.length })
    else text += part
  }
  return { text, unset, via: [] }
}

const nginx = { registry: 'docker.io', repository: 'library/nginx' }

describe('a text that is valid with its blanks is an image; what the blanks touch is told', () => {
  test.each([
    ['nginx:1.27', undefined, []],
    ['‹X›nginx:1.27', 'source', ['X']],
    ['nginx‹X›:1.27', 'source', ['X']],
    ['nginx:1.27‹X›', 'tag', ['X']],
    ['nginx:‹A›1‹B›‹A›', 'tag', ['A', 'B']],
    ['nginx‹X›', 'source', ['X']],
    ['localhost:5000/‹X›nginx', 'source', ['X']],
    ['localhost:5000/nginx:1‹X›', 'tag', ['X']],
    ['‹A›nginx:1‹B›', 'source', ['A', 'B']],
  ])('%s', (written, open, variables) => {
    const resolution = resolveValue(value(written))
    expect(resolution.target.kind).toBe('image')
    expect(resolution.resolved).toBe(value(written).text)
    expect(resolution.open).toBe(open)
    expect(resolution.variables).toEqual(variables)
  })
})

describe('a text that is not is unresolved; registry and repository stand where only tag or digest are open', () => {
  test.each([
    ['nginx:‹T›', 'tag', nginx],
    ['nginx@sha256:‹D›', 'tag', nginx],
    ['nginx:1@‹D›', 'tag', nginx],
    ['nginx:‹T›@sha256:' + 'a'.repeat(64), 'tag', nginx],
    ['r.io:5000/a/b:‹T›', 'tag', { registry: 'r.io:5000', repository: 'a/b' }],
    ['‹R›/nginx:1', 'source', undefined],
    ['‹R›/nginx:‹T›', 'source', undefined],
    ['‹I›', 'source', undefined],
    ['Nginx:‹T›', 'source', undefined],
    ['localhost:‹P›/nginx', 'source', undefined],
  ])('%s', (written, open, reference) => {
    const resolution = resolveValue(value(written))
    expect(resolution).toMatchObject({ resolved: null, open, target: { kind: 'unresolved' } })
    expect(resolution.target).toEqual(reference === undefined ? { kind: 'unresolved' } : { kind: 'unresolved', reference })
  })
})

test('without blanks a text is an image or malformed, and an explicit blank is one', () => {
  expect(resolveValue(value('nginx:'))).toMatchObject({ resolved: 'nginx:', target: { kind: 'malformed' }, variables: [] })
  expect(resolveValue(value(''))).toMatchObject({ resolved: '', target: { kind: 'malformed' } })
})

test('what compose refuses for want of a value is unresolved, even where the blank would be valid', () => {
  expect(unresolvedValue(value('nginx‹T›'))).toMatchObject({
    resolved: null,
    target: { kind: 'unresolved' },
    open: 'source',
    variables: ['T'],
  })
  expect(unresolvedValue(value('nginx:‹T›'))).toMatchObject({ target: { kind: 'unresolved', reference: nginx }, open: 'tag' })
})
