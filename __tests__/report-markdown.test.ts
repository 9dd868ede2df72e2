import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Report } from '../src/model.js'
import { type MarkdownContext } from '../src/report/context.js'
import { fit, units } from '../src/report/fit.js'
import { lineLinks } from '../src/report/links.js'
import { MAX_COMMENT_CHARACTERS, MAX_SUMMARY_BYTES, renderComment, renderMarkdown, renderSummary } from '../src/report/markdown.js'
import { mermaid } from '../src/report/mermaid.js'
import { FIXTURES, expectGolden } from './golden.js'
import { ATTACKS, CLEAN, EMPTY, SHOP, finding, hostile, image, occurrence, verdict } from './report-sample.js'

const MARKER = '<!-- image-policy:0123456789abcdef -->'
const link = lineLinks('https://github.com', 'acme/shop', '0a1b2c3')
const CONTEXT: MarkdownContext = { marker: MARKER, link, repeat: 'npx image-policy check --base origin/main' }
const golden = (name: string, text: string): void => expectGolden(join(FIXTURES, 'report', name), text)

/** So many findings in as many files, every second of them a warning. */
function many(count: number, message = 'quay.io is not an allowed registry'): Report {
  const verdicts = Array.from({ length: count }, (_, index) =>
    verdict(
      occurrence(`services/s${`${index}`.padStart(6, '0')}/Dockerfile`, 1, 6, 'base', `quay.io/acme/s${index}:1`),
      image(`quay.io/acme/s${index}:1`),
      [finding('allowed-registry', `${message} ${index}`, { severity: index % 2 === 0 ? 'warning' : 'error' })],
    ),
  )
  return { ...EMPTY, verdicts }
}

describe('the comment', () => {
  test('of a shop', () => {
    golden('shop-comment.md', renderComment(SHOP, CONTEXT))
  })

  test.each([
    ['of errors', SHOP, {}, '### ❌ Image policy: 5 errors, 2 warnings in 4 files'],
    ['of warnings', many(1), {}, '### ⚠️ Image policy: 1 warning in 1 file'],
    ['of a clean run', CLEAN, {}, '### ✅ Image policy: 4 references in 4 files, all allowed'],
    ['of nothing', EMPTY, {}, '### ✅ Image policy: 0 references in 0 files, all allowed'],
    ['of what is mended', CLEAN, { resolved: true }, '### ✅ Image policy: all earlier findings are resolved'],
    ['of what is not mended', SHOP, { resolved: true }, '### ❌ Image policy: 5 errors, 2 warnings in 4 files'],
    [
      'with a title',
      CLEAN,
      { title: 'Image policy (not yet in force)' },
      '### ✅ Image policy (not yet in force): 4 references in 4 files, all allowed',
    ],
    ['with an alert', CLEAN, { alert: 'The workflow is not the one of main.' }, '**⚠️ The workflow is not the one of main.**'],
  ])('says its verdict first: %s', (_, report, more: MarkdownContext, first) => {
    expect(renderComment(report, more).split('\n')[0]).toBe(first)
    expect(
      renderComment(report, { ...more, marker: MARKER })
        .split('\n')
        .slice(0, 3),
    ).toEqual([MARKER, '', first])
  })

  test('shows both verdicts if the change would bring another policy', () => {
    expect(renderComment(CLEAN, { ...CONTEXT, proposed: SHOP })).toContain(
      '<details><summary>With the policy as this change makes it: 5 errors, 2 warnings</summary>',
    )
    expect(renderComment(SHOP, { ...CONTEXT, proposed: CLEAN })).toContain('With the policy as this change makes it: 0 errors, 0 warnings.')
  })

  test('folds what is more than ten places', () => {
    expect(renderComment(many(10), CONTEXT)).not.toContain('<details>')
    expect(renderComment(many(12), CONTEXT)).toContain('<details><summary>2 places more</summary>')
  })

  test('links only to the web', () => {
    const at = (target: string | undefined): string => renderComment(many(1), { link: () => target })
    expect(at('https://github.com/a/b#L1')).toContain('[`services/s000000/Dockerfile:1`](https://github.com/a/b#L1)')
    expect(at('javascript:alert(1)')).not.toContain('](')
    expect(at(undefined)).not.toContain('](')
  })

  test('links to the line of the commit, whatever the path', () => {
    expect(link('a b/#x(1).Dockerfile', 4)).toBe('https://github.com/acme/shop/blob/0a1b2c3/a%20b/%23x%281%29.Dockerfile#L4')
  })

  test('tells a problem that no rule speaks of', () => {
    expect(renderComment({ ...EMPTY, problems: [{ file: 'x/Dockerfile', message: 'is a folder', findings: [] }] }, {})).toContain(
      '| `x/Dockerfile` | is a folder |',
    )
  })
})

describe('a limit', () => {
  const reports: [string, Report][] = [
    ['many places', many(3_000)],
    ['long messages', many(500, '@'.repeat(5_000))],
    ['wide characters', many(500, '🐳'.repeat(1_000))],
    [
      'everything at once',
      {
        ...SHOP,
        ...many(3_000),
        notes: Array.from({ length: 100 }, () => '$'.repeat(2_000)),
        exceptions: Array.from({ length: 2_000 }, () => SHOP.exceptions).flat(),
      },
    ],
    [
      'debt',
      {
        ...EMPTY,
        verdicts: many(3_000).verdicts.map((one) => ({ ...one, findings: one.findings.map((said) => ({ ...said, state: 'existing' })) })),
      },
    ],
    ['hostile text', { ...many(3_000), layers: hostile('$'.repeat(5_000)).layers, notes: hostile('$'.repeat(5_000)).notes }],
  ]

  test.each(reports)('of the comment holds for %s, marker included', (_, report) => {
    for (const context of [CONTEXT, { ...CONTEXT, proposed: report, alert: '$'.repeat(9_000), title: '$'.repeat(9_000) }]) {
      const comment = renderComment(report, context)
      expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS)
      expect(comment.startsWith(`${MARKER}\n`)).toBe(true)
    }
    expect(renderComment(report, { link }).length + MARKER.length + 1).toBeLessThanOrEqual(MAX_COMMENT_CHARACTERS)
  })

  test.each([...reports, ['a crowd', many(20_000, '🐳'.repeat(200))] as const])('of the summary holds in bytes for %s', (_, report) => {
    expect(Buffer.byteLength(renderSummary(report, CONTEXT))).toBeLessThanOrEqual(MAX_SUMMARY_BYTES)
  })

  test('is used up, cuts the mildest, and says how many', () => {
    const comment = renderComment(many(3_000), CONTEXT)
    expect(comment.length).toBeGreaterThan(0.95 * MAX_COMMENT_CHARACTERS)
    const shown = comment.match(/^\| (?:❌|⚠️) /gm) ?? []
    expect(shown).not.toContain('| ⚠️ ')
    expect(comment).toContain(`**${3_000 - shown.length} places more are not shown here**`)
    expect(comment).toContain('❌ Image policy: 1500 errors, 1500 warnings in 3000 files')
  })

  test('of rows keeps their order and takes the first of the ranking', () => {
    expect(
      fit(
        ['a', 'b', 'c'],
        (row) => row.repeat(3),
        { max: 8, size: units },
        (row) => (row === 'b' ? 1 : 0),
      ),
    ).toEqual({ rows: ['aaa', 'ccc'], cut: 1 })
    expect(fit(['a'], (row) => row, { max: 1, size: units })).toEqual({ rows: [], cut: 1 })
  })
})

describe('the summary', () => {
  test('of a shop', () => {
    golden('shop-summary.md', renderSummary(SHOP, CONTEXT))
  })

  test('without images has no graph', () => {
    expect(renderSummary(EMPTY, {})).not.toContain('mermaid')
  })
})

describe('the graph', () => {
  test('is bounded, and counts the rest', () => {
    const verdicts = Array.from({ length: 4_000 }, (_, index) => {
      const text = `r${index % 40}.example/n${index}/x:1`
      return verdict(occurrence('Dockerfile', index + 1, 6, 'base', text), image(text))
    })
    const graph = mermaid({ ...EMPTY, verdicts })
    expect(graph.split('\n').length).toBeLessThan(130)
    expect(graph).toContain('["4000 image references"]')
    expect(graph).toContain('["28 more registries<br>2800"]')
    expect(graph).toContain('["92 more<br>92"]')
  })

  test('marks what is refused, not what is excused', () => {
    const graph = mermaid(SHOP)
    expect(graph).toContain('["bitnami<br>1 refused"]:::refused')
    expect(graph).toContain('["confluentinc<br>1"]\n')
    expect(graph).toContain('["docker.io<br>5, 1 refused"]\n')
  })

  test.each(ATTACKS)('holds %s as text alone', (_, text) => {
    const graph = mermaid(hostile(text))
    for (const line of graph.split('\n').slice(1)) {
      expect(line).toMatch(
        /^(?:|#### Where the images come from|```mermaid|flowchart LR| {2}classDef .*|```| {2}all\(\["[^"`]*"\]\)| {2}\w+ --> \w+\["(?:[\w ./-]|#\d+;)*<br>(?:\d+|\d+ refused|\d+, \d+ refused)"\](?::::refused)?)$/,
      )
    }
  })
})

/** The markdown without code spans and escaped characters: what can be live. */
function live(markdown: string): string {
  return markdown.replace(/\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`)(?:.*?[^`])\1(?!`)/g, 'x').replaceAll('&#8203;', '\u200b')
}

describe('nothing in a report acts', () => {
  test.each(ATTACKS)('as %s', (_, text) => {
    const report = hostile(text)
    for (const written of [
      renderComment(report, { ...CONTEXT, proposed: report, alert: text, title: text, repeat: text, link: (file) => `https://x/${file}` }),
      renderMarkdown(report, {}),
    ]) {
      const body = written.startsWith(MARKER) ? written.slice(MARKER.length) : written
      expect(body).not.toContain('<!--')
      expect(body).not.toMatch(/##\[|^\s*::/m)
      expect(body.replaceAll('\n', '')).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
      const acting = live(body).replaceAll(/\]\(https:\/\/x\/[^\s<>()|`"]*\)/g, ']')
      expect(acting.match(/<[^>]*>/g)?.filter((tag) => !/^<\/?(?:details|summary|sub|br)>$/.test(tag)) ?? []).toEqual([])
      expect(acting).not.toMatch(/(?:^|[^\w])@\w|#\d|:\/\/|\bGH-\d|\bwww\.|!\[|\]\(|\$/i)
      expect(acting.match(/<details>/g)?.length).toBe(acting.match(/<\/details>/g)?.length)
      for (const line of acting.split('\n'))
        expect(line).toMatch(/^(?:$|### |> |>$|\*\*|\| |\|---|<details><summary>|<\/details>|<sub>|Repeat it with|With the policy)/)
    }
  })

  test.each(ATTACKS)('as %s, and every table keeps its columns', (_, text) => {
    let columns = 0
    for (const line of renderComment(hostile(text), { ...CONTEXT, proposed: hostile(text) }).split('\n')) {
      if (!line.startsWith('|')) continue
      const cells = line.replace(/\\\|/g, '').split('|').length
      if (/^\|(?:---\|)+$/.test(line)) expect(cells).toBe(columns)
      else if (/^\| (?:\| Where|Where|Image|File)/.test(line)) columns = cells
      else expect(cells).toBe(columns)
    }
    expect(columns).toBeGreaterThan(0)
  })
})
