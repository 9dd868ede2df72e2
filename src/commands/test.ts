import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseCases, type PolicyCase } from '../policy/cases.js'
import { type PolicyLayer } from '../policy/layers.js'
import { paint, type Paint } from '../report/ansi.js'
import { plain } from '../report/escape.js'
import { explainReference } from '../rules/explain.js'
import { PROGRAM } from '../version.js'
import { type Arguments } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { readLayers, tellErrors } from './layers.js'
import { COLOR, deliver, isColored } from './output.js'
import { type Command } from './table.js'
import { openTarget, repositoryName } from './target.js'
import { nameOf } from './words.js'

export const test: Command = {
  takes: 'FILE… [OPTIONS]',
  about: `Tests the policy. FILE is a YAML list of references with the verdict that each must get:
  - { image: "nginx:1.27", expect: allowed }
  - { image: "ghcr.io/acme-evil/x:1", path: api/Dockerfile, role: base, expect: refused, rule: allowed-namespace }`,
  options: ['policy', 'output', 'color', 'quiet'],
  examples: [
    [`${PROGRAM} test image-policy.tests.yml`, 'the policy of the folder you are in'],
    [`${PROGRAM} test --policy organisation.yml cases.yml`, 'with a layer above it'],
  ],
  exits: '0 every case gets its verdict; 1 one gets another; 2 it could not be found out (a broken policy or file, wrong usage).',
  run,
}

interface Outcome {
  readonly file: string
  readonly one: PolicyCase
  /** What is wrong; absent if the case holds. */
  readonly fault?: string
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  if (given.positionals.length === 0) return failure('test needs a file of cases', `for example: ${PROGRAM} test image-policy.tests.yml`)
  const color = await nameOf(given, 'color', COLOR, 'auto')
  if (isFailure(color)) return color
  const target = openTarget({ ...given, positionals: [] }, io)
  if (isFailure(target)) return target
  const layers = await readLayers(target, given, io)
  if (isFailure(layers)) return layers
  const repository = repositoryName(target.root, io.env)
  const context = { today: target.today, ...(repository !== undefined && { repository }) }
  const outcomes: Outcome[] = []
  for (const file of given.positionals) {
    const cases = await readCases(file, io)
    if (isFailure(cases)) return cases
    for (const one of cases) {
      const fault = faultOf(one, layers, context)
      outcomes.push({ file, one, ...(fault !== undefined && { fault }) })
    }
  }
  const failed = outcomes.some(({ fault }) => fault !== undefined)
  const text = render(outcomes, given.flag('quiet'), paint(isColored(color, given, io)))
  return deliver(text, given, io) ?? (failed ? EXIT.refused : EXIT.clean)
}

async function readCases(file: string, io: Io): Promise<readonly PolicyCase[] | Failure> {
  let text: string
  try {
    text = readFileSync(resolve(io.workingFolder, file), 'utf8')
  } catch (error) {
    return failure(`${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`)
  }
  const parsed = await parseCases(file, text)
  return parsed.kind === 'cases' ? parsed.cases : failure('nothing was tested', ...tellErrors(parsed.errors))
}

function faultOf(
  one: PolicyCase,
  layers: readonly PolicyLayer[],
  context: { readonly today: string; readonly repository?: string },
): string | undefined {
  const says = explainReference(one.image, one.role, one.path, layers, context)
  const refusals = says.flatMap(({ findings }) => findings.filter(({ severity, state }) => severity === 'error' && state !== 'excepted'))
  if (one.expect === 'allowed')
    return refusals.length === 0
      ? undefined
      : `refused: ${refusals.map(({ rule, message, policy }) => `${rule}, ${message} (${policy.path} line ${policy.line})`).join('; ')}`
  if (refusals.length === 0) return 'allowed'
  if (one.rule === undefined || refusals.some(({ rule }) => rule === one.rule)) return undefined
  return `refused by ${refusals.map(({ rule }) => rule).join(', ')}, not by ${one.rule}`
}

function render(outcomes: readonly Outcome[], quiet: boolean, style: Paint): string {
  const passed = outcomes.filter(({ fault }) => fault === undefined).length
  const lines = outcomes.flatMap(({ file, one, fault }) => {
    const where = style.dim(`${plain(file)}:${one.line}`)
    if (fault === undefined) return quiet ? [] : [`${style.green('✓')} ${plain(one.image)} ${one.expect}  ${where}`]
    return [
      `${style.red('✗')} ${plain(one.image)}  ${where}`,
      `    expected ${one.expect}${one.rule === undefined ? '' : ` by ${one.rule}`}, was ${plain(fault)}`,
    ]
  })
  return `${[...lines, `${passed} passed, ${outcomes.length - passed} failed`].join('\n')}\n`
}
