import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { plain } from '../src/extract/shell.js'
import { type BuildInputs, type NamedContext, type Resolution, type Span, type Value } from '../src/model.js'
import { canonical } from '../src/resolve/reference.js'
import { resolveDockerfile } from '../src/resolve/stages.js'
import { FIXTURES, expectGolden, fixturesIn } from './golden.js'

const dockerfiles = fixturesIn('extract').filter((name) => name.startsWith('dockerfile-'))

/** `# with arg NAME=VALUE`, `# with context NAME=VALUE`, `# with target NAME` at the top of a fixture are what its build passes. */
function inputsOf(text: string): BuildInputs {
  const args = new Map<string, Value>()
  const contexts = new Map<string, NamedContext>()
  let target: string | undefined
  for (const [, what, name = '', value = ''] of text.matchAll(/^# with (arg|context|target) ([^=\n]+)(?:=(.*))?$/gm)) {
    if (what === 'arg') args.set(name, plain(value))
    else if (what === 'target') target = name
    else contexts.set(name, value.startsWith('docker-image://') ? { kind: 'image', value: plain(value.slice(15)) } : { kind: 'local' })
  }
  return { args, contexts, ...(target !== undefined && { target }), platforms: { target: 'linux/amd64', build: 'linux/amd64' } }
}

function place(span: Span): string {
  return `${span.start.line}:${span.start.column}-${span.end.line}:${span.end.column}`
}

function meaning({ target, variables, open, via }: Resolution): string {
  const chain = via.map((step) => ` <- ${step.text} (${place(step.span)})`).join('')
  const unset = variables.length > 0 ? ` [${open}: ${variables.join(', ')}]` : ''
  if (target.kind === 'image') return `${canonical(target.reference)}${unset}${chain}`
  if (target.kind === 'local') return `${target.as}${unset}${chain}`
  if (target.kind === 'malformed') return `malformed: ${target.problem}${chain}`
  return `unresolved${target.reference ? ` ${target.reference.registry}/${target.reference.repository}` : ''}${unset}${chain}`
}

function tell(name: string): string {
  const text = readFileSync(join(FIXTURES, 'extract', name), 'utf8')
  const dockerfile = extractDockerfile(text, { template: name.endsWith('.j2') })
  const { resolutions, problems } = resolveDockerfile(dockerfile, name, inputsOf(text))
  const places = dockerfile.occurrences.map(({ role, owner, onbuild, span, text, suppressions = [] }, index) => {
    const excused = suppressions.map(({ rules, reason }) => ` (ignore ${rules.join(' ')}: ${reason})`).join('')
    const resolution = resolutions[index]
    return `${place(span)} ${onbuild ? 'onbuild ' : ''}${role}${owner ? ` of ${owner}` : ''} ${text}${excused}\n  = ${resolution ? meaning(resolution) : 'nothing'}`
  })
  const refusals = [...dockerfile.problems, ...problems].map(
    ({ span, message }) => `${span ? `${span.start.line}:${span.start.column} ` : ''}problem ${message}`,
  )
  return [...places, ...refusals, ''].join('\n')
}

describe('what a Dockerfile names', () => {
  test.each(dockerfiles)('%s', (name) => {
    expectGolden(join(FIXTURES, 'extract', `${name}.out`), tell(name))
  })

  test('there are fixtures', () => {
    expect(dockerfiles.length).toBeGreaterThan(20)
  })
})
