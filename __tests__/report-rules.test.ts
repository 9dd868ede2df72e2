import { beforeAll, describe, expect, test } from '@jest/globals'
import { check } from '../src/check.js'
import { type Report } from '../src/model.js'
import { loadLayers } from '../src/policy/layers.js'
import { annotate } from '../src/report/annotations.js'
import { renderComment } from '../src/report/markdown.js'
import { renderSarif } from '../src/report/sarif.js'
import { renderText } from '../src/report/text.js'
import { RULES } from '../src/rules/index.js'
import { memoryFiles } from './memory-files.js'

/*
 * What the rules write, as the formats show it: nothing is lost, and nothing is told twice.
 */

const POLICY = `version: 1
contact: "#platform-images"
pin: tag
registries:
  docker.io: { namespaces: [library] }
deny:
  - { image: docker.io/library/centos, reason: End of life since June 2024., use: docker.io/library/rockylinux:9 }
`

describe('a refusal of the rules', () => {
  let report: Report
  beforeAll(async () => {
    const source = {
      path: 'acme/.github:image-policy.yml',
      revision: '3f2c1ab94d5e60718293a4b5c6d7e8f901234567',
      text: POLICY,
      own: false,
      base: '',
    }
    const loaded = await loadLayers([source], () => Promise.resolve({ kind: 'failed', problem: 'no network in this test' }))
    if (loaded.kind === 'errors') throw new Error(JSON.stringify(loaded.errors))
    const files = memoryFiles({ 'api/Dockerfile': 'ARG BASE=centos:7\n\nFROM ${BASE}\nCOPY --from=quay.io/x/y /a /b\n' })
    report = await check(files, loaded.layers, {
      paths: [],
      platforms: { target: 'linux/amd64', build: 'linux/amd64' },
      envFiles: [],
      today: '2026-11-21',
    })
  })

  test('is told line by line in the text', () => {
    const told = renderText(report, {})
    expect(told).toContain('api/Dockerfile:3:6 ')
    expect(told).toContain('   FROM ${BASE}  ←  ARG BASE=centos:7 (api/Dockerfile:1:10)\n')
    expect(told).toMatch(/ {3}Write instead, on line 1: {2}docker\.io\/library\/rockylinux:9\n/)
    expect(told).toMatch(/ {2}acme\/\.github:image-policy\.yml@3f2c1ab line 7\n/)
    const blocks = told.split(/\n(?=api\/Dockerfile:4)/)
    expect(blocks).toHaveLength(2)
    for (const block of blocks) expect(block.match(/Write instead/g)?.length ?? 0).toBeLessThanOrEqual(1)
    expect(told.match(/^ {3}Not possible\? #platform-images\. Exceptions live in acme\/\.github$/gm)).toHaveLength(1)
  })

  test('names the replacement and the contact once in an annotation and in the comment', () => {
    const [first] = annotate(report).annotations
    expect(first?.message.match(/Write instead/g)).toHaveLength(1)
    expect(first?.message.match(/Not possible\?/g)).toHaveLength(1)
    const comment = renderComment(report, {})
    expect(comment.match(/Not possible\?/g)).toHaveLength(1)
    expect(comment).toMatch(/\| `docker\.io\/library\/rockylinux:9`<br><sub>on line 1<\/sub> \|/)
    expect(comment.match(/Write instead/g)).toHaveLength(1)
  })

  test('is explained in SARIF by the table of rules', () => {
    const log = JSON.parse(renderSarif(report, {})) as {
      runs: [{ tool: { driver: { rules: { id: string; shortDescription: { text: string } }[] } } }]
    }
    expect(log.runs[0].tool.driver.rules.map(({ id, shortDescription }) => [id, shortDescription.text])).toEqual(
      RULES.map(({ id, summary }) => [id, summary]),
    )
  })
})
