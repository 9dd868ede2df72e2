import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { plain } from '../src/extract/values.js'
import { type BuildInputs, type NamedContext, type Resolution, type Span, type Value } from '../src/model.js'
import { canonical } from '../src/resolve/reference.js'
import { resolveDockerfile } from '../src/resolve/stages.js'
import { FIXTURES, expectGolden, fixturesIn } from './golden.js'
import { processorTime } from './processor-time.js'

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

describe('instructions that name no image', () => {
  // a file without marks is read alike whether it may be a template or not, but nothing is skipped in a template
  const keyword = fc.constantFrom(
    ...[
      'RUN',
      'run',
      'CMD',
      'ENTRYPOINT',
      'COPY',
      'ADD',
      'ENV',
      'LABEL',
      'ARG',
      'WORKDIR',
      'HEALTHCHECK',
      'USER',
      'EXPOSE',
      'VOLUME',
      'Run',
      'FROM',
      'RUNX',
    ],
  )
  const argument = fc.constantFrom(
    ...[
      '',
      'a',
      'a b',
      'a=b',
      'a="b c" d=e',
      'a="b \\"c" d=e',
      '--interval=3s --retries=1 CMD a',
      '--interval=3s --interval=3s CMD a',
      'CMD [1]',
      'a=b d',
      '=x',
      '["a", "b"]',
      '["a", 1]',
      '["a", " "]',
      '["a"',
      '[',
      '--from=x:1 a b',
      '--chown=a b c',
    ],
    ...[
      '--chown=a --chown=b c d',
      '--chown=a b',
      '--mount=type=bind,from=y:1 a',
      '--x a',
      'a <',
      '<a',
      'a \\\\',
      '"a',
      "a='b \\c'",
      '\u00a0',
      'a\tb',
      '`',
      '# a',
    ],
  )
  const end = fc.constantFrom('\n', '\n', '\n', ' \\\n', '\\\n', '\\ \n# c\n\n', ' `\n', '\r\n')
  const line = fc.tuple(fc.constantFrom('', '', '  '), fc.option(keyword, { nil: '' }), fc.constantFrom(' ', ' ', '\t', ''), argument, end)

  test('have the same mistakes whether they are taken apart or not', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(line, { maxLength: 6 }), (backtick, lines) => {
        const text = `${backtick ? '# escape=`\n' : ''}FROM a\n${lines.map((parts) => parts.join('')).join('')}`
        expect(extractDockerfile(text)).toEqual(extractDockerfile(text, { template: true }))
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['RUN a \\\n  b <<E\nFROM b\nE\nFROM c\n', ['a', 'c']],
    ['RUN a <\\\n<E\nFROM b\nE\nFROM c\n', ['a', 'c']],
    ['RUN a \\\n# <<E\n\n  b\nFROM b\n', ['a', 'b']],
    ['HEALTHCHECK --interval=3s --retries=3 \\\n\n  CMD a \\\n  b\nFROM b\n', ['a', 'b']],
    ['LABEL a="b \\"c" \\\n  d=e\nFROM b\n', ['a', 'b']],
    ['CMD a <<E\nFROM b\n', ['a', 'b']],
    ['COPY --chown=a b <<E c\nFROM b\nE\n', ['a']],
    ['ENV a=b \\\n  c="d" \\\nFROM=b\nFROM c\n', ['a', 'c']],
  ])('end where they end: %j', (instructions, images) => {
    const { occurrences, problems } = extractDockerfile(`FROM a\n${instructions}`)
    expect([occurrences.map(({ text }) => text), problems]).toEqual([images, []])
  })
})

describe('what a Dockerfile names', () => {
  test.each(dockerfiles)('%s', (name) => {
    expectGolden(join(FIXTURES, 'extract', `${name}.out`), tell(name))
  })

  test('there are fixtures', () => {
    expect(dockerfiles.length).toBeGreaterThan(20)
  })
})

describe('a template', () => {
  const read = (text: string): unknown => {
    const { occurrences, problems } = extractDockerfile(text, { template: true })
    return [occurrences.map((one) => one.text), problems.map(({ message }) => message)]
  }
  const NOTHING = 'no FROM is written out in this template: what it is built on was not read'

  test.each(['{{ base_line }}\nRUN x\n', '{% include "a" %}\nRUN x\n', '@FROM_LINE@\nRUN x\n', '<%= from %>\n'])(
    'without a base says so: %j',
    (text) => expect(read(text)).toEqual([[], [NOTHING]]),
  )

  test('with one says nothing of what is filled in', () => expect(read('FROM a\n{{ more }}\n')).toEqual([['a'], []]))

  test('what opens and never closes is text', () => {
    expect(read('FROM a\nCOPY --exclude={{ --from=b / /\n')).toEqual([['a', 'b'], []])
    expect(read('FROM a\n{{ b\nCOPY --from=c / /\n')).toEqual([['a', 'c'], []])
    expect(read('FROM a\n{{ b\nRUN x\n}}\nCOPY --from=c / /\n')).toEqual([['a', 'c'], []])
  })

  test('with many openings is read in linear time', () => {
    const text = `FROM a\n${'COPY --from={{ a b\n'.repeat(20_000)}RUN ${'{{'.repeat(30_000)}\n`
    expect(processorTime(() => extractDockerfile(text, { template: true }))).toBeLessThan(5_000)
  })
})
