import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { generatePolicy } from '../bench/generate/policy.js'
import { generateFiles } from '../bench/generate/repository.js'
import { check, type CheckOptions } from '../src/check.js'
import { type Files, type Report, type Role } from '../src/model.js'
import { viewsOf } from '../src/policy/settings.js'
import { parseReference } from '../src/resolve/reference.js'
import { renderGithub } from '../src/report/annotations.js'
import { renderSarif } from '../src/report/sarif.js'
import { summarize } from '../src/report/summary.js'
import { renderText } from '../src/report/text.js'
import { createJudge } from '../src/rules/judge.js'
import { passingOf } from '../src/rules/passing.js'
import { FIXTURES } from './golden.js'
import { layersOf, occurrenceOf, resolutionOf, TODAY } from './judging.js'
import { memoryFiles } from './memory-files.js'

const OPTIONS: CheckOptions = { paths: [], platforms: { target: 'linux/amd64', build: 'linux/amd64' }, envFiles: [], today: TODAY }
const DIGEST = `sha256:${'a'.repeat(64)}`
const TEN = join(FIXTURES, 'policy/ten')

const tenPolicies = readdirSync(TEN).filter((name) => name.endsWith('.yml'))

const CROOKED = `version: 1
pin: minor
floating: [latest, "nightly*"]
contact: "#images"
registries:
  docker.io:
    namespaces: { library: {}, acme: { tags: ["1.*", "2.0"] }, bitnami: { roles: [service], pin: digest } }
`

const POLICIES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(tenPolicies.map((name) => [name, [readFileSync(join(TEN, name), 'utf8')]])),
  'the example': [readFileSync('policy.example.yml', 'utf8').replace(/^extends: .*$/m, '')],
  'tags, roles and pins': [CROOKED],
  'pinned off': ['version: 1\nregistries: any\npin: patch\nrules: { pinned: off }\n'],
  denials: [
    'version: 1\nregistries: any\npin: none\ndeny:\n  - { image: docker.io/library/node, tags: ["1*"], reason: old }\n  - { image: docker.io/library/centos, reason: gone }\n',
  ],
  'built here': ['version: 1\nregistries: any\npin: digest\nbuilt-here: [acme/base]\n'],
  'excluded files': ['version: 1\nregistries: any\npin: none\nfiles: { exclude: ["legacy/**"] }\n'],
  overrides: [
    'version: 1\nregistries: any\npin: patch\noverrides:\n  - { paths: ["examples/**"], pin: none }\n  - { paths: ["strict/**"], pin: digest }\n',
  ],
  'two layers': ['version: 1\nregistries: any\npin: tag\n', CROOKED],
}

const PATHS = ['Dockerfile', 'examples/a/Dockerfile', 'strict/Dockerfile', 'ml/train/Dockerfile', 'legacy/Dockerfile', 'compose.yaml']
const ROLES: readonly Role[] = ['base', 'copy-from', 'mount-from', 'syntax', 'service']
const NAMES = [
  '',
  'acme/base',
  'acme/tool',
  'bitnami/redis',
  'node',
  'centos',
  'alpine',
  'docker/dockerfile',
  'k8s.gcr.io/pause',
  'ghcr.io/acme/x',
]
const SUFFIXES = ['', ':1', ':1.2', ':1.2.3-alpine', ':2.0', ':latest', ':nightly-20240211', `@${DIGEST}`, `:1.2@${DIGEST}`]

const written = tenPolicies.flatMap((name) =>
  [...readFileSync(join(TEN, name.replace('.yml', '.txt')), 'utf8').matchAll(/^\w+ (\S+)/gm)].map(([, image = '']) =>
    image.replaceAll('{D}', DIGEST),
  ),
)
const TEXTS = [
  ...new Set([...written, ...NAMES.flatMap((name) => SUFFIXES.map((suffix) => name + suffix)), 'localhost:5000/a', 'localhost:5000/a/b:1']),
].filter((text) => parseReference(text).kind === 'image')

const neither = (): never => {
  throw new Error('no layer asks for steps')
}

describe('a file passes if the judge finds nothing in what it names', () => {
  test.each(Object.entries(POLICIES))('under %s', async (_, policies) => {
    const layers = await layersOf(...policies)
    const judge = createJudge(layers, { today: TODAY })
    const views = viewsOf(layers)
    const passes = passingOf(layers, views, createJudge(layers, { today: TODAY }))
    if (passes === undefined) return expect(judge.asksSteps).toBe(true)
    const counts = { passed: 0, judged: 0 }
    for (const path of PATHS) {
      for (const role of ROLES) {
        const kind = path.endsWith('.yaml') ? 'compose' : 'dockerfile'
        for (const text of TEXTS) {
          const occurrence = occurrenceOf(text, { role, occurrence: { file: path, kind } })
          const clean = layers.every((_layer, index) => judge.reference(index, occurrence, resolutionOf(text)).length === 0)
          const asked = views.every(({ excluded }) => !excluded(path))
          const passed = passes({ path, kind }, { images: [{ role, text }], local: 0 })
          expect([path, role, text, passed]).toEqual([path, role, text, asked && clean])
          counts[passed ? 'passed' : 'judged']++
        }
      }
    }
    expect(counts.judged).toBeGreaterThan(0)
    expect(counts.passed).toBeGreaterThan(0)
  })

  test('and one image that is refused keeps the whole file from it', async () => {
    const layers = await layersOf('version: 1\nregistries: any\npin: tag\n')
    const passes = passingOf(layers, viewsOf(layers), createJudge(layers, { today: TODAY })) ?? neither
    const [good, bad] = [{ role: 'base', text: 'alpine:3.20' } as const, { role: 'base', text: 'alpine' } as const]
    expect(passes({ path: 'Dockerfile', kind: 'dockerfile' }, { images: [good, good], local: 1 })).toBe(true)
    expect(passes({ path: 'Dockerfile', kind: 'dockerfile' }, { images: [good, bad], local: 1 })).toBe(false)
    expect(passes({ path: 'Dockerfile', kind: 'dockerfile' }, { images: [], local: 0 })).toBe(true)
  })
})

test('no file passes where a layer asks for more of a value than its text', async () => {
  const layers = await layersOf('version: 1\nregistries: any\npin: tag\nrules: { overridable: error }\n')
  expect(passingOf(layers, viewsOf(layers), createJudge(layers, { today: TODAY }))).toBeUndefined()
})

describe('a check that is asked for findings alone', () => {
  const formats = [renderText, renderSarif, renderGithub]
  const told = (report: Report): unknown => [summarize(report), report.files, ...formats.map((render) => render(report, {}))]

  async function compare(files: Files, policy: string, options: Partial<CheckOptions> = {}): Promise<{ kept: number; all: number }> {
    const layers = await layersOf(policy)
    const all = await check(files, layers, { ...OPTIONS, ...options })
    const found = await check(files, layers, { ...OPTIONS, ...options, findingsOnly: true })
    expect(told(found)).toEqual(told(all))
    return { kept: found.verdicts.length, all: all.verdicts.length }
  }

  test.each([1, 2, 3])('tells the same of a generated repository and of a change to it, seed %d', async (seed) => {
    const generated = [...generateFiles(seed, { files: 1_500, others: 0 })]
    const head = Object.fromEntries(generated.map(({ path, text }) => [path, text]))
    const base = Object.fromEntries(generated.map(({ path, before, text }) => [path, before ?? text]))
    const { kept, all } = await compare(memoryFiles(head), generatePolicy())
    expect(kept).toBeLessThan(all)
    const changed = new Set(Object.keys(head).filter((path) => head[path] !== base[path]))
    expect(changed.size).toBeGreaterThan(0)
    const before = memoryFiles(base, (path) => (changed.has(path) ? `base:${path}` : `memory:${path}`))
    await compare(memoryFiles(head), generatePolicy(), { base: { files: before, changed, before: changed, renamed: new Map() } })
  })

  /** So many that a quick look is taken at each file. */
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`many/${at}/Dockerfile`, 'FROM alpine:3.20 AS a\nFROM a\n']))

  test('counts each file once, also where the whole YAML reader has to begin again', async () => {
    const clean = Object.fromEntries(
      Array.from({ length: 5 }, (_, at) => [`many/${at}/compose.yaml`, 'services: { a: { image: nginx:1.27 } }\n']),
    )
    const block = Object.fromEntries(
      Array.from({ length: 5 }, (_, at) => [`block/${at}/compose.yaml`, 'services:\n  a:\n    image: nginx:1.27\n']),
    )
    const odd = { 'zz/compose.yaml': 'services:\n  a:\n    image: ! "nginx:1.27"\n    ? command\n    : [ls]\n' }
    const { kept, all } = await compare(memoryFiles({ ...many, ...clean, ...block, ...odd }), 'version: 1\nregistries: any\npin: tag\n')
    expect(kept).toBeLessThan(all - 50)
  })

  test('takes no quick look where policy variables or another platform have a say', async () => {
    const files = memoryFiles({ ...many, Dockerfile: 'ARG V\nFROM alpine:${V:-3.20}\nFROM base-$TARGETARCH\nFROM scratch AS base-arm64\n' })
    await compare(files, 'version: 1\nregistries: any\npin: digest\nvariables: { V: "3" }\n')
    await compare(files, 'version: 1\nregistries: any\npin: tag\n', { platforms: { target: 'linux/arm64', build: 'linux/amd64' } })
  })

  test('reads a Dockerfile that a compose file builds with what that passes', async () => {
    const files = memoryFiles({
      ...many,
      'a/Dockerfile': 'ARG BASE=alpine:3.20\nFROM $BASE\n',
      'a/compose.yaml': 'services:\n  a:\n    build:\n      context: .\n      args: { BASE: evil.example/x:1 }\n',
    })
    await compare(files, 'version: 1\nregistries: { docker.io: { namespaces: [library] } }\npin: tag\n')
  })
})
