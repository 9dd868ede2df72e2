import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Report, type Verdict } from '../src/model.js'
import { type ReportContext } from '../src/report/context.js'
import { MAX_RESULTS, renderSarif } from '../src/report/sarif.js'
import { FIXTURES, expectGolden } from './golden.js'
import { ATTACKS, CLEAN, EMPTY, SHOP, finding, hostile, image, occurrence, verdict } from './report-sample.js'

interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly baselineState?: string
  readonly suppressions?: readonly object[]
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: Readonly<Record<string, number>> }
  }[]
  readonly partialFingerprints: { readonly primaryLocationLineHash: string }
}
interface Rule {
  readonly id: string
  readonly shortDescription: { readonly text: string }
  readonly fullDescription: { readonly text: string }
  readonly help: { readonly text: string; readonly markdown: string }
  readonly helpUri: string
  readonly defaultConfiguration: { readonly level: string }
  readonly properties: { readonly tags: readonly string[]; readonly precision: string; readonly 'security-severity': string }
}
interface Run {
  readonly tool: { readonly driver: { readonly name: string; readonly semanticVersion?: string; readonly rules: readonly Rule[] } }
  readonly results: readonly Result[]
  readonly columnKind: string
  readonly invocations: readonly {
    readonly executionSuccessful: boolean
    readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[]
  }[]
}

const RULES = [{ id: 'pinned', summary: 'An image is pinned' }]

/** What code scanning asks of a rule. */
function isAccepted({ shortDescription, fullDescription, help, defaultConfiguration, properties }: Rule): boolean {
  return (
    [shortDescription.text, fullDescription.text].every((text) => text.length > 0 && text.length <= 1_024) &&
    [help.text, help.markdown].every((text) => text.length > 0) &&
    ['error', 'warning', 'note'].includes(defaultConfiguration.level) &&
    properties.tags.includes('security') &&
    properties.tags.length <= 20 &&
    ['very-high', 'high', 'medium', 'low'].includes(properties.precision) &&
    /^\d\.\d$/.test(properties['security-severity'])
  )
}

/** What code scanning asks of a result: one place in the repository, and a fingerprint. */
function isPlaced({ level, message, locations: [location, ...more], partialFingerprints }: Result): boolean {
  if (location === undefined || more.length > 0) return false
  const { artifactLocation, region } = location.physicalLocation
  return (
    ['error', 'warning'].includes(level) &&
    message.text !== '' &&
    /^(?:[\w.~/-]|%[0-9A-F]{2})+$/.test(artifactLocation.uri) &&
    (region['startLine'] ?? 0) > 0 &&
    /^[0-9a-f]{16}:\d+$/.test(partialFingerprints.primaryLocationLineHash)
  )
}

/** The one run of the log, after everything that code scanning asks of it was looked at. */
function run(report: Report, context: ReportContext = {}): Run {
  const log = JSON.parse(renderSarif(report, context)) as { $schema: string; version: string; runs: [Run] }
  expect([log.$schema, log.version, log.runs.length]).toEqual(['https://json.schemastore.org/sarif-2.1.0.json', '2.1.0', 1])
  const [{ tool, results, columnKind }] = log.runs
  expect([tool.driver.name, columnKind]).toEqual(['Image Policy', 'utf16CodeUnits'])
  expect(tool.driver.rules.filter((rule) => !isAccepted(rule))).toEqual([])
  expect(results.filter((result) => tool.driver.rules[result.ruleIndex]?.id !== result.ruleId || !isPlaced(result))).toEqual([])
  const prints = results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash)
  expect(new Set(prints).size).toBe(prints.length)
  return log.runs[0]
}

const prints = (report: Report): string[] =>
  run(report).results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash)

function at(line: number, text: string): Verdict {
  return verdict(occurrence('Dockerfile', line, 6, 'base', text), image(text), [finding('pinned', `${text} floats`)])
}

describe('SARIF', () => {
  test('of a shop', () => {
    expectGolden(join(FIXTURES, 'report', 'shop.sarif'), renderSarif(SHOP, { version: '1.2.3', rules: RULES }))
    expect(run(SHOP).results).toHaveLength(8)
  })

  test.each([
    ['a clean run', CLEAN],
    ['nothing', EMPTY],
  ])('of %s is valid and has no results, so that old alerts close', (_, report) => {
    expect(run(report).results).toEqual([])
  })

  test('explains every rule it is given, used or not, and every one that it uses', () => {
    const { rules } = run(SHOP, { rules: RULES }).tool.driver
    expect(rules[0]).toMatchObject({
      id: 'pinned',
      shortDescription: { text: 'An image is pinned' },
      helpUri: 'https://github.com/image-policy/image-policy/blob/HEAD/docs/rules.md#pinned',
    })
    expect(rules[0]?.fullDescription.text).toMatch(/^The image is fixed less exactly than pin asks: none < tag </)
    expect(rules[0]?.help.text).toMatch(/^What\. The image [^`*]+\nWhy\. latest [^`*]+\nHow to fix\. Write [^`*]+ finds it\.$/)
    expect(rules[0]?.help.markdown).toMatch(/\n\n\*\*How to fix\.\*\* Write .+\n\n\[Examples\]\(https:.+#pinned\)$/)
    expect(run(EMPTY, { rules: RULES }).tool.driver.rules).toHaveLength(1)
  })

  test('tells what was there before as unchanged, and what is excepted only when asked', () => {
    const told = run(SHOP).results
    expect(told.filter(({ baselineState }) => baselineState === 'unchanged').map(({ ruleId }) => ruleId)).toEqual(['pinned'])
    expect(told.some(({ suppressions }) => suppressions !== undefined)).toBe(false)
    const all = run(SHOP, { suppressed: true }).results
    expect(all.length).toBe(told.length + 1)
    expect(all.find(({ suppressions }) => suppressions !== undefined)).toMatchObject({
      suppressions: [{ kind: 'external', status: 'accepted', justification: '@acme/platform: Moves with the broker migration, PLAT-812.' }],
    })
  })

  test('has the place with an exclusive end, a URI for the path, and brackets that are no links', () => {
    const verdicts = [verdict(occurrence('a b/ü#.Dockerfile', 4, 6, 'base', '[x](1)'), image('nginx'), [finding('pinned', '[click](2)')])]
    const [result] = run({ ...EMPTY, verdicts }).results
    expect(result?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'a%20b/%C3%BC%23.Dockerfile' },
      region: { startLine: 4, startColumn: 6, endLine: 4, endColumn: 12 },
    })
    expect(result?.message.text).toContain('\\[click\\](2)')
  })

  test('knows an alert again after lines were shifted or the tag was changed', () => {
    const before = prints({ ...EMPTY, verdicts: [at(1, 'nginx:1'), at(5, 'redis:7')] })
    expect(prints({ ...EMPTY, verdicts: [at(9, 'nginx:2'), at(30, 'redis:7')] })).toEqual(before)
    expect(new Set([...before, ...prints({ ...EMPTY, verdicts: [at(1, 'node:1')] })]).size).toBe(3)
  })

  test('tells two alike apart by their number', () => {
    const [first, second] = prints({ ...EMPTY, verdicts: [at(1, 'nginx:1'), at(5, 'nginx:1')] })
    expect([first?.split(':')[0], first?.split(':')[1], second?.split(':')[1]]).toEqual([second?.split(':')[0], '1', '2'])
  })

  test('holds what code scanning takes, the worst first, and says what was left out', () => {
    const severities = ['warning', 'error'] as const
    const verdicts = Array.from({ length: MAX_RESULTS + 10 }, (_, index) => {
      const one = at(index + 1, 'nginx')
      return { ...one, findings: one.findings.map((said) => ({ ...said, severity: severities[index % 2] ?? 'error' })) }
    })
    const log = JSON.parse(renderSarif({ ...EMPTY, verdicts }, {})) as { runs: [Run] }
    const { results, invocations } = log.runs[0]
    expect(results).toHaveLength(MAX_RESULTS)
    expect(results.filter(({ level }) => level === 'error')).toHaveLength((MAX_RESULTS + 10) / 2)
    expect(invocations[0]?.toolExecutionNotifications.at(-1)?.message.text).toContain('10 results left out')
  })

  test.each(ATTACKS)('holds %s as text alone', (_, text) => {
    const { results } = run(hostile(text), { suppressed: true })
    const printed = renderSarif(hostile(text), { suppressed: true })
    expect(printed).not.toMatch(/##\[|^\s*::/m)
    expect(printed.replaceAll('\n', '')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
    for (const { message } of results) expect(message.text.replace(/\\[\\[\]]/g, '')).not.toMatch(/[[\]]/)
  })
})
