import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  MAX_SENTENCE,
  MAX_SHOWN,
  breakCommands,
  code,
  codeCell,
  html,
  jsonText,
  linkTarget,
  logSafe,
  markdownText,
  plain,
  uriPath,
  visible,
  xml,
} from '../src/report/escape.js'
import { processorTime } from './processor-time.js'
import { ATTACKS } from './report-sample.js'

/** Text that is likely to hurt: pieces of attacks between arbitrary characters. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(...ATTACKS.map(([, text]) => text.slice(0, 40))),
      fc.constantFrom(
        '`',
        '|',
        '\\',
        '<',
        '>',
        '!',
        '-',
        '&',
        '#',
        '@',
        ':',
        '/',
        '[',
        ']',
        '(',
        ')',
        '\n',
        '\r',
        '\u001b',
        '\u2028',
        '\u202e',
        '\ud800',
        '.',
        'www',
        'GH-1',
      ),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|[^\S ]/u

/** What CommonMark takes a code span's content to be, or undefined if the whole text is not one code span. */
function spanContent(markdown: string): string | undefined {
  const fence = /^`+/.exec(markdown)?.[0] ?? ''
  if (fence === '' || !markdown.endsWith(fence) || markdown.length <= 2 * fence.length) return undefined
  const inner = markdown.slice(fence.length, -fence.length)
  if (inner.startsWith('`') || inner.endsWith('`') || (inner.match(/`+/g) ?? []).some((run) => run.length === fence.length))
    return undefined
  return /^ .*[^ ].* $/u.test(inner) ? inner.slice(1, -1) : inner
}

/** Undoes CommonMark's entities and backslashes: what a reader sees of prose. */
function seen(markdown: string): string {
  const entities = new Map([['&amp;', '&'], ['&lt;', '<'], ['&gt;', '>'], ['&dollar;', '$'], ['&#8203;', '']]) // prettier-ignore
  return markdown.replace(
    /\\([!-/:-@[-`{-~])|&(?:amp|lt|gt|dollar|#8203);/g,
    (found, escaped?: string) => escaped ?? entities.get(found) ?? '',
  )
}

describe('plain', () => {
  test.each([
    ['docker.io/library/nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['größe/приклад 例', 'größe/приклад 例'],
    ['a\nb\tc', 'a\\u{a}b\\u{9}c'],
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['x\u202ey\u200bz', 'x\\u{202e}y\\u{200b}z'],
    ['no\u00a0break', 'no\\u{a0}break'],
    ['\u2028\u2029\u0085', '\\u{2028}\\u{2029}\\u{85}'],
    ['\ud800', '\\u{d800}'],
    ['🐳', '🐳'],
    ['\u{e0041}\ufe0f\u3164', '\\u{e0041}\\u{fe0f}\\u{3164}'],
  ])('%j is shown as %j', (text, shown) => {
    expect(plain(text)).toBe(shown)
  })

  test('is cut at its limit, with a sign, and not within a character or its name', () => {
    expect(plain('x'.repeat(MAX_SHOWN))).toBe('x'.repeat(MAX_SHOWN))
    expect(plain('x'.repeat(MAX_SHOWN + 1))).toBe(`${'x'.repeat(MAX_SHOWN - 1)}…`)
    expect(plain('🐳🐳🐳', 4)).toBe('🐳…')
    expect(plain('ab\u202ecd', 8)).toBe('ab…')
    expect(plain('\u202e\u202e', 9)).toBe('\\u{202e}…')
  })

  test('is one visible, bounded line, whatever it is given', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 300 }), (text, limit) => {
        const shown = plain(text, limit)
        expect(UNSEEN.test(shown)).toBe(false)
        expect(shown.length).toBeLessThanOrEqual(limit)
        if (shown === visible(text)) return
        expect(visible(text).startsWith(shown.slice(0, -1)) && shown.endsWith('…')).toBe(true)
      }),
    )
  })

  test('takes linear time', () => {
    for (const piece of ['\u202e', '\\u{', '#', '`', ':a', '<!', '@', '\\|']) {
      const text = piece.repeat(2_000_000 / piece.length)
      expect(
        processorTime(() => {
          for (const show of [plain, logSafe, code, codeCell, markdownText, html, xml]) show(text)
        }),
      ).toBeLessThan(2500)
    }
  })
})

/** The runner's own test (actions/runner, ActionCommand.TryParseV2 and TryParse). */
const isCommand = (line: string): boolean => line.trimStart().startsWith('::') || line.includes('##[')

describe('logSafe', () => {
  test.each([
    ['a command', '::error::x', '\\u{3a}:error::x'],
    ['a command after blanks', '  ::error::x', '  \\u{3a}:error::x'],
    ['an IPv6 address', '[::1]:5000/x', '[::1]:5000/x'],
    ['a legacy command', 'x##[stop-commands]t', 'x#\\u{23}[stop-commands]t'],
    ['a third sign', '###[a]', '##\\u{23}[a]'],
    ['a line feed', 'a\n::error::x', 'a\\u{a}::error::x'],
  ])('breaks %s', (_, text, shown) => {
    expect(logSafe(text)).toBe(shown)
  })

  test('leaves nothing that a runner would obey', () => {
    fc.assert(fc.property(nasty, (text) => !isCommand(logSafe(text)) && !UNSEEN.test(logSafe(text))))
  })

  test('breaks whole lines as well, where two harmless parts make a command', () => {
    expect(isCommand(`:${':x::y'}`)).toBe(true)
    fc.assert(fc.property(nasty, nasty, (a, b) => !isCommand(breakCommands(plain(a) + plain(b)))))
  })
})

describe('jsonText', () => {
  test('says the same, and is plain to a terminal and a runner', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const told = jsonText({ [text]: [text] })
        expect(JSON.parse(told)).toEqual({ [text]: [text] })
        expect(UNSEEN.test(told) || isCommand(told)).toBe(false)
      }),
    )
  })
})

describe('code', () => {
  test.each([
    ['nginx:1.27', '`nginx:1.27`'],
    ['a`b', '`` a`b ``'],
    ['``', '``` `` ```'],
    ['a|b', '`a|b`'],
    ['a\nb', '`a\\u{a}b`'],
    [' ', '` `'],
    [' a ', '`  a  `'],
    ['<!-- image-policy -->', '`\\u{3c}!-- image-policy -->`'],
    ['', ''],
  ])('%j is written %j', (text, written) => {
    expect(code(text)).toBe(written)
  })

  test('is one code span that holds the whole text', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = logSafe(text).replace(/<(?=!--)/g, '\\u{3c}')
        if (shown !== '') expect(spanContent(code(text))).toBe(shown)
        expect(code(text)).not.toMatch(/<!--|##\[/)
      }),
    )
  })

  test('in a cell has no pipe that ends it', () => {
    expect(codeCell('a|b')).toBe('`a\\|b`')
    expect(codeCell('a\\|b')).toBe('`a\\\\u{7c}b`')
    fc.assert(fc.property(nasty, (text) => !/(?:^|[^\\])(?:\\\\)*\|/.test(codeCell(text))))
  })
})

describe('markdownText', () => {
  test.each([
    ['docker.io/bitnami/redis:7.2 is not allowed', 'docker.io/bitnami/redis:7.2 is not allowed'],
    ['@octocat', '@&#8203;octocat'],
    ['&#64;octocat', '&amp;#&#8203;64;octocat'],
    ['#12', '\\#&#8203;12'],
    ['acme/shop#1', 'acme/shop#&#8203;1'],
    ['GH-7 gh-8', 'GH-&#8203;7 gh-&#8203;8'],
    ['https://evil.example', 'https:&#8203;//evil.example'],
    ['WWW.evil.example', 'WWW&#8203;.evil.example'],
    ['someone@evil.example', 'someone@&#8203;evil.example'],
    ['[a](b)', '\\[a\\](b)'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['<!-- x -->', '&lt;!-- x --&gt;'],
    ['`a` *b* _c_ ~~d~~ |', '\\`a\\` \\*b\\* \\_c\\_ \\~\\~d\\~\\~ \\|'],
    ['$x$', '&dollar;x&dollar;'],
    [':tada:', ':&#8203;tada:'],
    ['- a', '\\- a'],
    ['+ a', '\\+ a'],
    ['1. a', '1\\. a'],
    ['12) a', '12\\) a'],
    ['===', '\\==='],
    ['    indented', 'indented'],
    ['a\n\n# b', 'a\\\\u{a}\\\\u{a}#&#8203; b'],
  ])('%j is written %j', (text, written) => {
    expect(markdownText(text)).toBe(written)
  })

  test('is seen as it is, and nothing in it is live', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const written = markdownText(text)
        expect(seen(written)).toBe(plain(text, MAX_SENTENCE).trim())
        const live = written.replace(/\\[!-/:-@[-`{-~]/g, 'x').replaceAll('&#8203;', '\u200b')
        expect(live).not.toMatch(/[<>`*_[\]|~$]|@[\w-]|#\d|:\/\/|\bGH-\d|\bwww\./i)
        expect(live).not.toMatch(/^(?:[#+=-]|\d+[.)])/)
        expect(UNSEEN.test(written)).toBe(false)
      }),
    )
  })
})

describe('html and xml', () => {
  test.each([
    ['<a href="x">&\'', '&lt;a href=&quot;x&quot;&gt;&amp;&apos;'],
    ['\u0000\ufffe\ud800', '\\u{0}\\u{fffe}\\u{d800}'],
    [']]>', ']]&gt;'],
  ])('%j is written %j', (text, written) => {
    expect(html(text)).toBe(written)
    expect(xml(text)).toBe(written)
  })

  test('in XML are no commands either, and say the same', () => {
    expect(xml('##[group]x')).toBe('#&#35;[group]x')
    expect(xml(' ::error::x')).toBe(' &#58;:error::x')
  })

  test('hold no markup and only what XML allows', () => {
    fc.assert(
      fc.property(nasty, (text) =>
        [html(text), xml(text)].every((shown) => !/[<>"']|&(?!(?:amp|lt|gt|quot|apos|#58|#35);)/.test(shown) && !UNSEEN.test(shown)),
      ),
    )
  })
})

describe('uriPath', () => {
  test.each([
    ['api/Dockerfile', 'api/Dockerfile'],
    ['a b/c#d?e%f', 'a%20b/c%23d%3Fe%25f'],
    ['x:y/z', 'x%3Ay/z'],
    ["(a)'!*", '%28a%29%27%21%2A'],
    ['é\n', '%C3%A9%0A'],
    ['\ud800', '%EF%BF%BD'],
  ])('%j is written %j', (path, written) => {
    expect(uriPath(path)).toBe(written)
  })

  test('has only what a URI may have', () => {
    fc.assert(fc.property(nasty, (path) => /^(?:[\w.~/-]|%[0-9A-F]{2})*$/.test(uriPath(path))))
  })
})

describe('linkTarget', () => {
  test.each([
    ['https://github.com/acme/shop/blob/0a1b/api/Dockerfile#L4', 'https://github.com/acme/shop/blob/0a1b/api/Dockerfile#L4'],
    ['https://x/a b)c"<>|`', 'https://x/a%20b%29c%22%3C%3E%7C%60'],
    ['javascript:alert(1)', undefined],
    ['//x', undefined],
  ])('%j becomes %j', (url, target) => {
    expect(linkTarget(url)).toBe(target)
  })

  test('ends no link', () => {
    fc.assert(fc.property(nasty, (text) => !/[\s<>()[\]|`"\\]/.test(linkTarget(`https://x/${text}`) ?? '')))
  })
})
