import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Report } from '../src/model.js'
import { formats, inventoryFormats, isFormatName, isInventoryFormatName } from '../src/report/index.js'
import { renderInventoryText } from '../src/report/inventory-text.js'
import { renderText } from '../src/report/text.js'
import { FIXTURES, expectGolden } from './golden.js'
import { ATTACKS, CLEAN, EMPTY, SHOP, finding, hostile, image, occurrence, span, step, verdict } from './report-sample.js'

const golden = (name: string, text: string): void => expectGolden(join(FIXTURES, 'report', name), text)
const lines = (report: Report): string[] => renderText(report, {}).split('\n')

/** Colours written as tags, so that a reader of the fixture sees them. */
function tagged(text: string): string {
  const names = new Map([['1', 'bold'], ['2', 'dim'], ['31', 'red'], ['32', 'green'], ['33', 'yellow'], ['36', 'cyan'], ['22', '/'], ['39', '/']]) // prettier-ignore
  return text.replace(/\u001b\[(\d+)m/g, (_, style: string) => `<${names.get(style) ?? style}>`)
}

describe('the text report', () => {
  test('of a shop', () => {
    golden('shop.txt', renderText(SHOP, {}))
  })

  test('in colour, which adds nothing but colour', () => {
    const colored = renderText(SHOP, { color: true })
    golden('shop-color.txt', tagged(colored))
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(renderText(SHOP, {}))
  })

  test('of a clean run is one line with the counts', () => {
    expect(renderText(CLEAN, {})).toBe(
      '4 references in 4 files: all allowed · 2 images · 2 local · 0 unresolved · 0 malformed · 0 errors · 0 warnings · 0 skipped\n',
    )
  })

  test('of nothing', () => {
    expect(renderText(EMPTY, {})).toBe('0 references in 0 files\n')
  })

  test('of debt and excuses alone is one line that counts them', () => {
    const report = {
      ...SHOP,
      notes: [],
      problems: [],
      verdicts: SHOP.verdicts.filter(({ findings }) => findings.some(({ state }) => state !== 'new')),
    }
    expect(renderText(report, {})).toBe(
      '2 references in 4 files: nothing new · 2 images · 0 local · 0 unresolved · 0 malformed · 0 errors · 0 warnings · 1 excepted · 1 existing · 2 skipped\n',
    )
  })

  test('tells a problem that no rule speaks of', () => {
    const report = { ...EMPTY, problems: [{ file: 'x/Dockerfile', message: 'is a folder', findings: [] }] }
    expect(renderText(report, {})).toBe(
      'x/Dockerfile  problem  is a folder\n\n0 references in 0 files: all allowed · 0 images · 0 local · 0 unresolved · 0 malformed · 0 errors · 0 warnings · 0 skipped\n',
    )
  })

  test('says once what several builds have in common', () => {
    const said = [finding('allowed-registry', 'quay.io is not an allowed registry', { advice: 'Allowed are docker.io, ghcr.io' })]
    const at = occurrence('Dockerfile', 2, 6, 'base', 'quay.io/${X}')
    const builds = ['a', 'b'].map((name) => ({
      resolution: image(`quay.io/${name}:1`, [step('compose.yaml', 3, 9, `build.args.X=${name}:1`, `${name}:1`)]),
      findings: said,
    }))
    const [own = { resolution: image('x'), findings: [] }, ...also] = builds
    expect(lines({ ...EMPTY, verdicts: [{ ...verdict(at, own.resolution, own.findings), also }] }).slice(0, 5)).toEqual([
      'Dockerfile:2:6  error    allowed-registry  quay.io is not an allowed registry',
      '   FROM quay.io/${X}  ←  build.args.X=a:1 (compose.yaml:3:9)',
      '   FROM quay.io/${X}  ←  build.args.X=b:1 (compose.yaml:3:9)',
      '   Allowed are docker.io, ghcr.io                             acme/.github:image-policy.yml@3f2c1ab line 4',
      '',
    ])
  })

  test('says how to repeat it, where there is something to see again', () => {
    expect(renderText(SHOP, { repeat: 'npx image-policy check api' })).toContain('\nRepeat it with: npx image-policy check api\n')
    expect(renderText(CLEAN, { repeat: 'npx image-policy check api' })).toBe(renderText(CLEAN, {}))
  })

  test('puts a long chain on lines of its own', () => {
    const via = [1, 2, 3].map((line) =>
      step('deploy/environments/production/compose.yaml', line, 1, `build.args.BASE_IMAGE=\${NEXT_${line}}`, `\${NEXT_${line}}`),
    )
    const report = {
      ...EMPTY,
      verdicts: [verdict(occurrence('Dockerfile', 2, 6, 'base', '${BASE_IMAGE}'), image('nginx', via), [finding('pinned', 'floats')])],
    }
    expect(lines(report).slice(1, 5)).toEqual([
      '   FROM ${BASE_IMAGE}',
      ...via.map(({ text }, index) => `      ←  ${text} (deploy/environments/production/compose.yaml:${index + 1}:1)`),
    ])
  })

  test.each([
    ['the same line', { file: 'Dockerfile', span: span(4, 6, 5), text: 'new' }, '   Write instead:  new'],
    ['another line', { file: 'Dockerfile', span: span(1, 10, 5), text: 'new' }, '   Write instead, on line 1:  new'],
    ['another file', { file: '.env', span: span(2, 1, 5), text: 'new' }, '   Write instead, in .env on line 2:  new'],
  ])('says where to write: %s', (_, fix, expected) => {
    const report = {
      ...EMPTY,
      verdicts: [verdict(occurrence('Dockerfile', 4, 6, 'base', 'nginx'), image('nginx'), [finding('pinned', 'floats', { fix })])],
    }
    expect(lines(report)).toContain(expected)
  })

  test('says once what the rules say of several findings of a place, and the replacement as its own line', () => {
    const contact = 'Not possible? #images. Exceptions live in acme/.github'
    const findings = [
      finding('allowed-registry', 'x is not allowed', {
        advice: `Allowed registries: docker.io\nWrite instead: y\n${contact}`,
        replacement: 'y',
      }),
      finding('pinned', 'x floats', { advice: `Write a tag\n${contact}` }),
    ]
    const report = { ...EMPTY, verdicts: [verdict(occurrence('Dockerfile', 4, 6, 'base', 'x'), image('x'), findings)] }
    expect(lines(report).slice(2, 8)).toEqual([
      '   FROM x',
      '   Allowed registries: docker.io                              acme/.github:image-policy.yml@3f2c1ab line 4',
      '   Write a tag                                                acme/.github:image-policy.yml@3f2c1ab line 4',
      '   Write instead:  y',
      `   ${contact}`,
      '',
    ])
  })

  test('is sorted by file, line and column, errors and problems alike', () => {
    const at = (file: string, line: number, column: number) =>
      verdict(occurrence(file, line, column, 'base', 'x'), image('x'), [finding('pinned', 'floats')])
    const report = {
      ...EMPTY,
      verdicts: [at('b', 10, 1), at('b', 9, 2), at('b', 9, 1), at('B', 1, 1)],
      problems: [{ file: 'b', message: 'm', findings: [finding('unreadable', 'm')] }],
    }
    expect(lines(report).flatMap((line) => /^\w\S*(?= {2})/.exec(line)?.[0] ?? [])).toEqual(['B:1:1', 'b', 'b:9:1', 'b:9:2', 'b:10:1'])
  })

  test.each(ATTACKS)('is not moved by %s', (_, text) => {
    for (const told of [renderText(hostile(text), {}), renderInventoryText(hostile(text), {})]) {
      expect(told).not.toMatch(/##\[|^\s*::/m)
      expect(told.replaceAll('\n', '')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
      expect(Math.max(...told.split('\n').map((line) => line.length))).toBeLessThan(2_000)
    }
  })

  test('takes a file name that ends where a command would begin', () => {
    const report = { ...EMPTY, verdicts: [verdict(occurrence(':', 4, 6, 'base', 'x'), image('x'), [finding('pinned', 'a::b')])] }
    expect(renderText(report, {})).not.toMatch(/^\s*::/m)
  })
})

describe('the inventory as text', () => {
  test('of a shop', () => {
    golden('shop-list.txt', renderInventoryText(SHOP, {}))
  })

  test('says what stands of a reference whose tag is open', () => {
    expect(renderInventoryText(SHOP, {})).toContain('→ unresolved  quay.io/evilcorp/proxy  without TAG\n')
  })

  test('of nothing', () => {
    expect(renderInventoryText(EMPTY, {})).toBe('0 references in 0 files · 0 images · 0 local · 0 unresolved · 0 malformed · 0 skipped\n')
  })
})

describe('the table of formats', () => {
  test('gives each name its function', async () => {
    expect((await formats.text())(EMPTY, {})).toBe('0 references in 0 files\n')
    expect((await inventoryFormats.json())(SHOP, {})).toContain('"version": 1')
  })

  test('knows no other words', () => {
    expect([isFormatName('json'), isFormatName('toString'), isFormatName('')]).toEqual([true, false, false])
    expect([isInventoryFormatName('text'), isInventoryFormatName('__proto__')]).toEqual([true, false])
  })
})
