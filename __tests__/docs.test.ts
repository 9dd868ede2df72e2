import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { KINDS } from '../src/extract/kinds.js'
import { parseCases } from '../src/policy/cases.js'
import { parsePolicy } from '../src/policy/parse.js'
import { check } from '../src/check.js'
import { loadLayers } from '../src/policy/layers.js'
import { PIN_LEVELS, tagLevel } from '../src/policy/pin.js'
import { formats } from '../src/report/index.js'
import { RULES } from '../src/rules/index.js'
import { ROOT } from './golden.js'
import { memoryFiles } from './memory-files.js'
import { snippetsOf, type Snippet } from './snippets.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const documents = [...readdirSync(ROOT), ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md'))
  .sort()
const snippets = documents.flatMap((path) => snippetsOf(path, read(path)))
const kinds = (kind: string): readonly Snippet[] => snippets.filter((snippet) => snippet.kind === kind)

describe('documentation', () => {
  test('says of every YAML snippet what it is, so that it is checked', () => {
    const known = new Set(['policy', 'workflow', 'policy-tests', 'compose-before', 'compose-after', '.pre-commit-config.yaml'])
    expect(
      snippets.filter(({ language, kind }) => language === 'yaml' && !known.has(kind)).map(({ file, line }) => `${file}:${line}`),
    ).toEqual([])
  })

  test.each(kinds('policy').map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const))(
    '%s is a policy',
    async (_, { file, text }) => {
      const parsed = await parsePolicy({ path: file, text, own: true, base: '' })
      expect(parsed.kind === 'errors' ? parsed.errors.map(({ line, message }) => `${line}: ${message}`) : []).toEqual([])
    },
  )

  test('has workflows that GitHub accepts', () => {
    const workflows = kinds('workflow').map(({ file, line, text }) => ({ name: `${file.replaceAll('/', '-')}-${line}.yml`, text }))
    expect(workflows.length).toBeGreaterThan(5)
    expect(validated(workflows)).toEqual([])
  })

  test('names every format, in the order of the table', () => {
    const listed = /Formats: ([^.]*)\./.exec(read('README.md'))?.[1] ?? ''
    expect([...listed.matchAll(/`(\w[\w-]*)`/g)].map(([, name]) => name)).toEqual(Object.keys(formats))
  })

  test('names every kind of file, in the order of the table', () => {
    expect([...read('docs/files.md').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, kind]) => kind)).toEqual(Object.keys(KINDS))
  })

  test('links to files that are there', () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => join(dirname(path), match[1] ?? ''))
        .filter((target) => !existsSync(join(ROOT, target))),
    )
    expect(broken).toEqual([])
  })
})

describe('docs/rules.md', () => {
  const sections = read('docs/rules.md').split(/^## /m)
  const [intro = '', ...rules] = sections
  const ids = rules.map((section) => section.slice(0, section.indexOf('\n')))

  test('has a section for each rule, in the order of the table', () => {
    expect(ids).toEqual(RULES.map(({ id }) => id))
  })
  test.each(rules.map((section, index) => [ids[index] ?? '', section] as const))('%s says what, why and how to fix', (_, section) => {
    for (const word of ['**What.**', '**Why.**', '**How to fix.**']) expect(section).toContain(word)
  })

  test('gives each rule the default of the table', () => {
    const told = rules.map((section) => / Default: (\w+)(, \*where\*)?\.\s/.exec(section.replace(/\n/g, ' '))?.slice(1) ?? [])
    expect(told).toEqual(RULES.map(({ severity, where }) => [severity, where ? ', *where*' : undefined]))
  })
  test('lists the rules that are about where images come from', () => {
    const listed = /`([\w-]+)`/g
    const sentence = /can excuse one: ([^]*?)\.\n/.exec(intro)?.[1] ?? ''
    expect([...sentence.matchAll(listed)].map(([, id]) => id)).toEqual(RULES.filter(({ where }) => where).map(({ id }) => id))
  })

  const common = policyIn(intro)
  const examples = rules.flatMap((section, index) =>
    snippetsOf('docs/rules.md', section).flatMap((snippet) =>
      /before|after/.test(snippet.kind) ? [{ id: ids[index] ?? '', snippet, policy: policyIn(section) ?? common }] : [],
    ),
  )
  test.each(examples.map((example) => [`${example.id} ${example.snippet.kind}`, example] as const))(
    '%s is judged as it says',
    async (_, { id, snippet, policy }) => {
      const path = snippet.language === 'dockerfile' ? 'Dockerfile' : 'compose.yaml'
      const loaded = await loadLayers([{ path: 'image-policy.yml', text: policy ?? '', own: true, base: '' }], () =>
        Promise.resolve({ kind: 'failed', problem: 'none' }),
      )
      if (loaded.kind === 'errors') throw new Error(JSON.stringify(loaded.errors))
      const report = await check(memoryFiles({ [path]: snippet.text }), loaded.layers, {
        paths: [],
        platforms: { target: 'linux/amd64', build: 'linux/amd64' },
        envFiles: [],
        today: '2026-11-21',
      })
      const found = [...report.verdicts, ...report.problems].flatMap(({ findings }) => findings.map(({ rule }) => rule))
      if (snippet.kind.endsWith('before')) expect(found).toContain(id)
      else expect(found).toEqual([])
    },
  )
  test('shows before and after for every rule about references and files', () => {
    const shown = new Set(examples.map(({ id }) => id))
    expect(ids.filter((id) => !shown.has(id))).toEqual(['policy-removed', 'exception-expired', 'exception-unused'])
  })
})

describe('docs/policy.md', () => {
  const text = read('docs/policy.md')
  test('shows the ten policies that the table test holds to their promises', () => {
    const folder = join(ROOT, '__tests__', 'fixtures', 'policy', 'ten')
    const policies = readdirSync(folder).filter((name) => name.endsWith('.yml'))
    expect(policies.filter((name) => !text.includes(readFileSync(join(folder, name), 'utf8')))).toEqual([])
  })
  test('gives forty tags the level that they have', () => {
    const rows = [...text.matchAll(/^\| `([^`]+)` \| (\S+) \|$/gm)].flatMap(([, tag = '', level]) =>
      PIN_LEVELS.some((one) => one === level) ? [[tag, level]] : [],
    )
    expect(rows).toHaveLength(40)
    expect(rows).toEqual(rows.map(([tag = '']) => [tag, tagLevel(tag)]))
  })
  test('explains every key of the schema', () => {
    const schema = JSON.parse(read('image-policy.schema.json')) as { properties: Record<string, unknown> }
    expect(Object.keys(schema.properties).filter((key) => !new RegExp(`^${key}:`, 'm').test(text))).toEqual([])
  })
  test('has policy tests that the parser takes', async () => {
    const parsed = await Promise.all(kinds('policy-tests').map(({ file, text: cases }) => parseCases(file, cases)))
    expect(parsed.map(({ kind }) => kind)).toEqual(['cases', 'cases'])
  })
})

function policyIn(text: string): string | undefined {
  return snippetsOf('', text).find(({ kind }) => kind === 'policy')?.text
}

describe('the files that GitHub reads', () => {
  test('are accepted by its own language service', () => {
    const folder = join(ROOT, '.github', 'workflows')
    const files = [...readdirSync(folder).map((name) => join(folder, name)), join(ROOT, 'action.yml')]
    expect(
      validated(
        files.map((path) => ({
          name: path.endsWith('action.yml') ? 'action.yml' : relative(folder, path),
          text: readFileSync(path, 'utf8'),
        })),
      ),
    ).toEqual([])
  })
  test('name third-party actions by a commit, with its version beside it', () => {
    const folder = join(ROOT, '.github', 'workflows')
    const uses = readdirSync(folder).flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/^[ -]*uses: (\S+)(.*)/gm)].map((match) => `${match[1]}${match[2]}`),
    )
    expect(uses.filter((use) => !use.startsWith('./') && !/^[\w./-]+@[0-9a-f]{40} # v\d/.test(use))).toEqual([])
    const names = uses.filter((use) => !use.startsWith('./'))
    const versions = new Map([...new Set(names)].map((use) => [use.slice(0, use.indexOf('@')), use]))
    expect(names.filter((use) => versions.get(use.slice(0, use.indexOf('@'))) !== use)).toEqual([])
    const majors = new Map([...versions].map(([name, use]) => [name, /# (v\d+)/.exec(use)?.[1]]))
    const shown = documents.flatMap((path) => [...read(path).matchAll(/uses: ([\w./-]+)@(v\d+)$/gm)])
    expect(shown.length).toBeGreaterThan(5)
    expect(shown.filter(([, name = '', major]) => (majors.get(name) ?? major) !== major).map(([use]) => use)).toEqual([])
  })
})

/** The faults that GitHub's language service finds; it runs in a process of its own, as it is bundled anew. */
function validated(files: readonly { name: string; text: string }[]): unknown {
  const script = `
    import { loadValidator, faultsOf } from ${JSON.stringify(pathToFileURL(join(ROOT, 'scripts', 'validate-actions.mjs')).href)}
    import { readFileSync } from 'node:fs'
    const validator = await loadValidator()
    const faults = []
    for (const [index, { name, text }] of JSON.parse(readFileSync(0, 'utf8')).entries()) faults.push(...(await faultsOf(validator, name, text, index)).map((fault) => name + ':' + fault))
    console.log(JSON.stringify(faults))`
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { input: JSON.stringify(files), encoding: 'utf8' }),
  )
}
