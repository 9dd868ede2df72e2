import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { renderJunit } from '../src/report/junit.js'
import { FIXTURES, expectGolden } from './golden.js'
import { ATTACKS, EMPTY, SHOP, hostile } from './report-sample.js'

/** The names of the elements in their order, after the text was found to be well-formed XML 1.0. */
function elements(xml: string): string[] {
  const names: string[] = []
  const open: string[] = []
  const token = /<\?xml version="1\.0" encoding="UTF-8"\?>|<(\/?)(\w[\w-]*)((?: [\w-]+="[^"<>]*")*)(\/?)>|[^<>]+/gy
  let end = 0
  for (const match of xml.matchAll(token)) {
    end = match.index + match[0].length
    const [text, close, name, attributes = '', empty] = match
    expect(text).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos|#58|#35);)/)
    if (name === undefined) continue
    const keys = [...attributes.matchAll(/ ([\w-]+)="/g)].map(([, key]) => key)
    expect(new Set(keys).size).toBe(keys.length)
    if (close === '/') expect(open.pop()).toBe(name)
    else names.push(name)
    if (close === '' && empty === '') open.push(name)
  }
  expect([end, open]).toEqual([xml.length, []])
  expect(xml).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
  return names
}

const count = (xml: string, name: string): number => elements(xml).filter((element) => element === name).length

describe('JUnit', () => {
  test('of a shop', () => {
    expectGolden(join(FIXTURES, 'report', 'shop.xml'), renderJunit(SHOP))
  })

  test('has a suite for each file, a case for each reference and problem, and totals that agree', () => {
    const xml = renderJunit(SHOP)
    expect(count(xml, 'testsuite')).toBe(5)
    expect(count(xml, 'testcase')).toBe(11)
    expect([count(xml, 'failure'), count(xml, 'skipped')]).toEqual([4, 2])
    expect(xml).toContain('<testsuites name="Image policy" tests="11" failures="4" errors="0" skipped="2">')
  })

  test('tells the notes, and what was left out, in a suite without cases', () => {
    const xml = renderJunit({ ...EMPTY, notes: ['vendor/ is a <submodule>'], skipped: [{ file: 'old/Dockerfile', reason: 'excluded' }] })
    expect(elements(xml)).toEqual(['testsuites', 'testsuite', 'system-out'])
    expect(xml).toContain('<system-out>vendor/ is a &lt;submodule&gt;\n1 file skipped: excluded</system-out>')
  })

  test('of nothing is well formed', () => {
    expect(elements(renderJunit(EMPTY))).toEqual(['testsuites'])
  })

  test('shows a file without images', () => {
    expect(renderJunit({ ...EMPTY, files: [{ path: 'Dockerfile', kind: 'dockerfile' }] })).toContain(
      '<testsuite name="Dockerfile" tests="0" failures="0" errors="0" skipped="0"/>',
    )
  })

  test.each(ATTACKS)('is well formed with %s', (_, text) => {
    const xml = renderJunit(hostile(text))
    expect(count(xml, 'testcase')).toBe(6)
    expect(xml).not.toMatch(/##\[|^\s*::/m)
  })
})
