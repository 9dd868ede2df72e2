import { describe, expect, test } from '@jest/globals'
import { type InputsResult, readInputs } from '../src/github/inputs.js'
import { ACTION } from './github/runner.js'

async function read(given: Readonly<Record<string, string>>): Promise<{ asked: string[]; masked: string[]; result: InputsResult }> {
  const asked: string[] = []
  const masked: string[] = []
  const getInput = (name: string): string => {
    asked.push(name)
    return given[name] ?? ''
  }
  return { asked, masked, result: await readInputs({ getInput, setSecret: (secret) => masked.push(secret) }) }
}

describe('the inputs', () => {
  test('are those of action.yml, and its defaults are what is meant where nothing is given', async () => {
    const defaults = Object.fromEntries(
      Object.entries(ACTION.inputs).map(([name, input]) => [name, name === 'github-token' ? '' : input.default]),
    )
    const { asked, result } = await read(defaults)
    expect([...asked].sort()).toEqual(Object.keys(ACTION.inputs).sort())
    const bare = (await read({})).result
    expect(result).toMatchObject({ kind: 'inputs', inputs: { scope: 'auto', failOn: 'error', comment: 'on-failure', suggestions: true } })
    expect(bare).toMatchObject({ kind: 'inputs', inputs: { scope: 'auto', failOn: 'error', comment: 'on-failure', suggestions: true } })
  })

  test('tokens are masked, also as git sends them', async () => {
    expect((await read({ 'github-token': 'ghs_x' })).masked).toEqual(['ghs_x', Buffer.from('x-access-token:ghs_x').toString('base64')])
  })

  test.each([
    ['scope', 'some'],
    ['fail-on', 'errors'],
    ['comment', 'On-Failure'],
    ['suggestions', 'yes'],
    ['trusted-branches', 'main, !x'],
  ])('%s: %s is a problem', async (name, value) => {
    expect((await read({ [name]: value })).result).toMatchObject({ kind: 'problem', problem: expect.stringContaining(`The input ${name}`) })
  })

  test('trusted-branches takes patterns, separated by commas and blanks', async () => {
    const { result } = await read({ 'trusted-branches': 'release/*, hotfix\n  v?' })
    const trusted =
      result.kind === 'inputs' ? ['release/1', 'hotfix', 'v2', 'release/1/x', 'hotfix2', 'main'].map(result.inputs.trusted) : []
    expect(trusted).toEqual([true, true, true, false, false, false])
  })
})

test('the outputs of action.yml are those that are set', () => {
  expect(Object.keys(ACTION.outputs).sort()).toEqual(['errors', 'existing', 'references', 'report', 'result', 'sarif', 'warnings'])
  expect(ACTION.runs).toEqual({ using: 'node24', main: 'dist/index.js' })
})
