import { describe, expect, test } from '@jest/globals'
import { parseSuppression } from '../src/extract/suppression.js'

const at = { line: 4, column: 3 }

describe('an inline exception', () => {
  test.each([
    ['# image-policy: ignore pinned -- moves weekly', ['pinned'], 'moves weekly'],
    ['#image-policy:ignore pinned,allowed-tag -- x', ['pinned', 'allowed-tag'], 'x'],
    [' image-policy: ignore pinned , allowed-tag --  two words  ', ['pinned', 'allowed-tag'], 'two words'],
    ['# image-policy: ignore pinned', ['pinned'], ''],
    ['# image-policy: ignore pinned --', ['pinned'], ''],
    ['# image-policy: ignore -- no rule', [], 'no rule'],
    ['# image-policy: ignore pinned pinned -- a -- b', ['pinned'], 'a -- b'],
    ['# image-policy: ignore pinned --not-a-reason', ['pinned', '--not-a-reason'], ''],
  ])('%s', (comment, rules, reason) => {
    expect(parseSuppression(comment, at)).toMatchObject({ rules, reason })
  })

  test.each([
    '# just a comment',
    '# image-policy: ignored pinned',
    '# image-policy ignore pinned',
    '# Image-Policy: ignore pinned',
    '',
    '# see image-policy: ignore x',
  ])('%j is none', (comment) => {
    expect(parseSuppression(comment, at)).toBeUndefined()
  })

  test('its place is the comment', () => {
    expect(parseSuppression('# image-policy: ignore pinned  ', at)?.span).toEqual({ start: at, end: { line: 4, column: 32 } })
  })
})
