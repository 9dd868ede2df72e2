import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { expectGolden, ROOT } from './golden.js'

/** The text behind a bold word of a section, on one line. */
function paragraph(section: string, word: string): string {
  const start = section.indexOf(`**${word}.** `)
  const text = section.slice(start + word.length + '**.** '.length)
  return start < 0 ? '' : (text.split(/\n\n/)[0] ?? '').replace(/\s*\n\s*/g, ' ').trim()
}

const DOCUMENT = readFileSync(join(ROOT, 'docs', 'rules.md'), 'utf8')

function moduleOf(document: string): string {
  const entries = document
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [id = ''] = section.split('\n', 1)
      const said = { what: 'What', why: 'Why', fix: 'How to fix' }
      const lines = Object.entries(said).map(([key, word]) => `    ${key}: ${JSON.stringify(paragraph(section, word))},`)
      return `  ${JSON.stringify(id)}: {\n${lines.join('\n')}\n  },`
    })
  return `// Made from docs/rules.md by npm run schema; do not edit.
/** What docs/rules.md says of each rule, markdown. */
export const RULE_HELP: Readonly<Record<string, { readonly what: string; readonly why: string; readonly fix: string }>> = {
${entries.join('\n')}
}
`
}

test('the help of the rules is what docs/rules.md says', () => {
  expectGolden(join(ROOT, 'src', 'report', 'rule-help.generated.ts'), moduleOf(DOCUMENT))
})

test('nothing in it is empty', () => expect(moduleOf(DOCUMENT)).not.toContain('""'))
