import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { House, type Ran } from './house.js'

/*
 * Follows the three lists of CONTRIBUTING.md in a copy of the project: a rule, a format and a file kind are added as they say, and nothing else is done.
 * Then the copy must hold together (types, documents, schemas, architecture), and its command line must know all three.
 */

const house = new House()
afterAll(() => house.remove())

interface Recipe {
  readonly steps: readonly string[]
  /** The files that it names. */
  readonly files: readonly string[]
}

function recipe(title: string): Recipe {
  const section = house.read('CONTRIBUTING.md').split(`## ${title}\n\n`)[1]?.split('\n\n')[0] ?? ''
  const steps = section.split('\n')
  const told = steps.map((step) => step.replace(/\([^)]*\)/g, ''))
  const names = told.flatMap((step) => [...step.matchAll(/`((?:[\w.-]+\/)+[\w.-]+|README\.md)`/g)].map(([, name = '']) => name))
  return { steps, files: [...new Set(names)].sort() }
}

const RULE = `import { shown } from './names.js'
import { type Rule } from './rule.js'

export const myRule: Rule = {
  id: 'my-rule',
  summary: 'The repository has more than three components.',
  check({ decision }) {
    if (decision === undefined || decision.reference.repository.split('/').length <= 3) return undefined
    return { message: \`\${shown(decision)} lies too deep\`, advice: ['Push it under a shorter name'], place: decision.place }
  },
}
`

const RULE_SECTION = `## my-rule

**What.** The repository has more than three components. Default: error.

**Why.** Nobody finds it.

**How to fix.** Push it under a shorter name.

\`\`\`dockerfile before
FROM ghcr.io/acme/a/b/c:1
\`\`\`

\`\`\`dockerfile after
FROM ghcr.io/acme/a/b:1
\`\`\`
`

const FORMAT = `import { type ReportContext } from './context.js'
import { MAX_SENTENCE, plain } from './escape.js'
import { type Report } from '../model.js'

/** One line a finding: place, rule, message. */
export function renderMyFormat(report: Report, _context: ReportContext): string {
  return report.verdicts
    .flatMap(({ occurrence: { file, span }, findings }) =>
      findings.map(({ rule, message }) => \`\${plain(file, MAX_SENTENCE)}:\${span.start.line} \${rule} \${plain(message, MAX_SENTENCE)}\\n\`),
    )
    .join('')
}
`

const FORMAT_TEST = `import { expect, test } from '@jest/globals'
import { renderMyFormat } from '../src/report/my-format.js'
import { ATTACKS, hostile, SHOP } from './report-sample.js'

test('has a line for each finding', () => expect(renderMyFormat(SHOP, {})).toContain('api/Dockerfile:4 pinned '))
test.each(ATTACKS)('holds %s harmless', (_, text) => expect(renderMyFormat(hostile(text), {})).not.toMatch(/[^\\n\\x20-\\x7e\\xa0-\\uffff]/))
`

const KIND = `import { type Extraction } from './extraction.js'

/** One image a line; a line that begins with \`#\` is a comment. */
export function extractMyKind(text: string): Extraction {
  const occurrences = text.split('\\n').flatMap((line, index) => {
    const image = line.trim()
    if (image === '' || image.startsWith('#')) return []
    const start = { line: index + 1, column: line.indexOf(image) + 1 }
    return [{ role: 'service', text: image, span: { start, end: { ...start, column: start.column + image.length } } } as const]
  })
  return { occurrences, problems: [] }
}
`

describe('CONTRIBUTING.md', () => {
  test('says in five lines how to add a rule, and it is so', () => {
    house.write('src/rules/my-rule.ts', RULE)
    house.addLine('src/model.ts', /^ {2}\| 'lookalike'$/, "  | 'my-rule'")
    house.addLine('src/policy/rule-facts.ts', /^ {2}lookalike: /, "  'my-rule': { severity: 'error', where: false, security: '4.0' },")
    house.addLine('src/rules/index.ts', /^import .* from '\.\/malformed\.js'$/, "import { myRule } from './my-rule.js'")
    house.addLine('src/rules/index.ts', /^ {2}lookalike,$/, '  myRule,')
    house.addLine(
      '__tests__/rules.test.ts',
      /^ {2}\['lookalike', /,
      "  ['my-rule', ANY, 'FROM ghcr.io/a/b/c/d:1', 'FROM ghcr.io/a/b/c:1'],",
    )
    house.replace('docs/rules.md', '## policy-removed\n', `${RULE_SECTION}\n## policy-removed\n`)
    const { steps, files } = recipe('Add a rule')
    expect(steps).toHaveLength(5)
    expect(house.changes()).toEqual(files)
  })

  test('says in five lines how to add a format, and it is so', () => {
    house.write('src/report/my-format.ts', FORMAT)
    house.addLine('src/report/index.ts', /^ {2}github: /, "  'my-format': async () => (await import('./my-format.js')).renderMyFormat,")
    house.write('__tests__/report-my-format.test.ts', FORMAT_TEST)
    house.replace('README.md', '`github`. `--help`', '`github`, `my-format`. `--help`')
    const { steps, files } = recipe('Add a format')
    expect(steps).toHaveLength(5)
    expect(house.changes()).toEqual(files)
  })

  test('says in five lines how to add a file kind, and it is so', () => {
    house.write('src/extract/my-kind.ts', KIND)
    house.replace('src/model.ts', "'dockerfile' | 'compose'", "'dockerfile' | 'compose' | 'my-kind'")
    house.replace(
      'src/files/discover.ts',
      'const ENDINGS: readonly (readonly [ending: string, kind: FileKind])[] = []',
      "const ENDINGS: readonly (readonly [ending: string, kind: FileKind])[] = [['.images', 'my-kind']]",
    )
    house.addLine('src/extract/kinds.ts', /^import .* from '\.\/extraction\.js'$/, "import { extractMyKind } from './my-kind.js'")
    house.addLine('src/extract/kinds.ts', /^ {2}compose: 'projects',$/, "  'my-kind': extractMyKind,")
    house.write('__tests__/fixtures/extract/my-kind-names', '# what runs\nnginx:1.27\n  quay.io/a/b\nNginx\n')
    house.addLine('docs/files.md', /^\| `compose` \|/, '| `my-kind` | `*.images` |')
    const { steps, files } = recipe('Add a file kind')
    expect(steps).toHaveLength(5)
    expect(house.changes()).toEqual(files)
  })
})

describe('what was added', () => {
  let written: readonly Ran[] = []
  let cli: (...args: string[]) => Ran = () => ({ status: null, output: '' })
  beforeAll(() => {
    written = [house.script('schema'), house.script('update', 'extract')]
    cli = house.build('shop')
    mkdirSync(join(house.root, 'shop', 'deploy'), { recursive: true })
    writeFileSync(join(house.root, 'shop', 'image-policy.yml'), 'version: 1\npin: tag\nregistries: any\n')
    writeFileSync(join(house.root, 'shop', 'deploy', 'PROD.images'), '# what runs\nghcr.io/acme/a/b/c:1\nnginx:1.27\n')
  })

  test('lets what is written by a command be written', () => {
    expect(written).toEqual([expect.objectContaining({ status: 0 }), expect.objectContaining({ status: 0 })])
    expect(house.read('__tests__/fixtures/extract/my-kind-names.out')).toBe(
      '2:1-2:11 service nginx:1.27\n  = docker.io/library/nginx:1.27\n' +
        '3:3-3:14 service quay.io/a/b\n  = quay.io/a/b:latest\n' +
        '4:1-4:6 service Nginx\n  = malformed: invalid reference format: repository name (library/Nginx) must be lowercase; ' +
        'write the repository in lower case\n',
    )
    expect(house.read('src/report/rule-help.generated.ts')).toContain("why: 'Nobody finds it.'".replaceAll("'", '"'))
    for (const schema of ['image-policy.schema.json', 'report.schema.json']) expect(house.read(schema)).toContain('"my-rule"')
  })

  test('has its types', () => {
    expect(house.node([join('node_modules', 'typescript', 'bin', 'tsc'), '--noEmit'])).toEqual({
      status: 0,
      output: '',
    })
  })

  test('passes the tests that hold documents, schemas, tables and rooms together', () => {
    const names = ['/rules', 'docs', 'report-my', 'schema', 'rule-help', 'extract-kinds', 'architecture', 'discover']
    const { status, output } = house.script('unit', ...names)
    expect([status, status === 0 ? '' : output]).toEqual([0, ''])
  })

  test('is known to the command line', () => {
    expect(cli('check', '--help').output).toContain('text, json, markdown, sarif, junit, github, my-format (default: text)')
    expect(cli('check', '--format', 'my-forma').output).toContain('did you mean --format my-format?')
    expect(cli('check', '--format', 'my-format')).toEqual({
      status: 1,
      output: 'deploy/PROD.images:2 my-rule ghcr.io/acme/a/b/c:1 lies too deep\n',
    })
    const sarif = cli('check', '--format', 'sarif').output
    expect(sarif).toContain('**Why.** Nobody finds it.')
    expect(sarif).toContain('docs/rules.md#my-rule')
  })

  test('is in the report, which its schema allows', () => {
    const report = JSON.parse(cli('check', '--format', 'json').output) as { files: unknown; references: { text: string }[] }
    expect(report.files).toEqual([{ path: 'deploy/PROD.images', kind: 'my-kind' }])
    expect(report.references.map(({ text }) => text)).toEqual(['ghcr.io/acme/a/b/c:1', 'nginx:1.27'])
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(house.read('report.schema.json')) as object)
    expect([validate(report), validate.errors]).toEqual([true, null])
  })
})
