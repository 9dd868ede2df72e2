import { describe, expect, test } from '@jest/globals'
import { loadLayers, type Fetch, type FetchTarget } from '../src/policy/layers.js'
import { type PolicySource } from '../src/policy/policy.js'
import { filesOf, variablesOf, viewsOf } from '../src/policy/settings.js'
import { layersOf, TODAY } from './judging.js'

const ANY = 'version: 1\nregistries: any\n'
const own = (text: string, more: Partial<PolicySource> = {}): PolicySource => ({
  path: '.github/image-policy.yml',
  text,
  own: true,
  base: '',
  ...more,
})

/** Files that `extends` can reach, by path or `owner/repo:path@ref`. */
function fetching(files: Record<string, string>, asked: FetchTarget[] = []): Fetch {
  return (target) => {
    asked.push(target)
    const key = target.kind === 'path' ? target.path : `${target.repository}:${target.path}@${target.ref}`
    const text = files[key]
    if (text === undefined) return Promise.resolve({ kind: 'failed', problem: 'there is no such file' })
    const base = target.kind === 'path' ? key.slice(0, Math.max(0, key.lastIndexOf('/'))) : ''
    return Promise.resolve({
      kind: 'found',
      source: {
        path: target.kind === 'path' ? key : `${target.repository}:${target.path}`,
        text,
        own: target.kind === 'path',
        base,
        ...(target.kind === 'remote' ? { revision: 'c0ffee' } : {}),
      },
    })
  }
}

async function paths(sources: readonly PolicySource[], files: Record<string, string>): Promise<string[]> {
  const loaded = await loadLayers(sources, fetching(files), TODAY)
  return loaded.kind === 'layers'
    ? loaded.layers.map(({ layer }) => layer.path)
    : loaded.errors.map(({ path, line, column, message }) => `${path}:${line}:${column} ${message}`)
}

describe('layers', () => {
  test("begin with the repository's own, each followed by what it extends; then those that were added", async () => {
    const files = {
      'policies/base.yml': `${ANY}extends: deeper/more.yml\n`,
      'policies/deeper/more.yml': ANY,
      'acme/.github:p.yml@v3': `${ANY}contact: "#org"\n`,
    }
    expect(
      await paths([own(`${ANY}extends: [policies/base.yml, acme/.github:p.yml@v3]\n`), own(ANY, { path: 'inline', own: false })], files),
    ).toEqual(['.github/image-policy.yml', 'policies/base.yml', 'policies/deeper/more.yml', 'acme/.github:p.yml', 'inline'])
  })
  test('carry revision, contact and whose they are', async () => {
    const loaded = await loadLayers(
      [own(`${ANY}extends: acme/.github:p.yml@v3\n`)],
      fetching({ 'acme/.github:p.yml@v3': `${ANY}contact: "#org"\n` }),
      TODAY,
    )
    expect(loaded.kind === 'layers' && loaded.layers.map(({ layer }) => layer)).toEqual([
      { path: '.github/image-policy.yml', own: true },
      { path: 'acme/.github:p.yml', revision: 'c0ffee', contact: '#org', own: false },
    ])
  })
  test('are each one layer, however often they are reached', async () => {
    expect(await paths([own(`${ANY}extends: [a.yml, b.yml]\n`)], { 'a.yml': `${ANY}extends: b.yml\n`, 'b.yml': ANY })).toEqual([
      '.github/image-policy.yml',
      'a.yml',
      'b.yml',
    ])
  })
  test('find relative paths from the folder of the policy', async () => {
    const asked: FetchTarget[] = []
    await loadLayers([own(`${ANY}extends: [../shared/p.yml, ./q.yml]\n`, { base: 'team/a' })], fetching({}, asked), TODAY)
    expect(asked).toMatchObject([
      { kind: 'path', path: 'team/shared/p.yml' },
      { kind: 'path', path: 'team/a/q.yml' },
    ])
  })
})

describe('nothing is judged if', () => {
  test('a policy cannot be reached', async () => {
    expect(await paths([own(`${ANY}extends: acme/.github:p.yml@v3\n`)], {})).toEqual([
      '.github/image-policy.yml:3:10 acme/.github:p.yml@v3 cannot be read: there is no such file',
    ])
  })
  test('policies extend one another in a circle', async () => {
    expect(await paths([own(`${ANY}extends: a.yml\n`)], { 'a.yml': `${ANY}extends: b.yml\n`, 'b.yml': `${ANY}extends: a.yml\n` })).toEqual([
      'b.yml:3:10 a.yml extends this policy in turn',
    ])
    expect(await paths([own(`${ANY}extends: a.yml\n`, { path: 'a.yml' })], { 'a.yml': ANY })).toEqual([
      'a.yml:3:10 a.yml extends this policy in turn',
    ])
  })
  test('more than five extend one another', async () => {
    const chain = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`p${index}.yml`, `${ANY}extends: p${index + 1}.yml\n`]))
    expect(await paths([own(`${ANY}extends: p0.yml\n`)], chain)).toEqual(['p4.yml:3:10 more than 5 policies extend one another'])
    expect(await paths([own(`${ANY}extends: p3.yml\n`)], { ...chain, 'p7.yml': ANY })).toHaveLength(6)
  })
  test('a path leaves the repository', async () => {
    expect(await paths([own(`${ANY}extends: [../p.yml, /etc/p.yml]\n`)], {})).toEqual([
      '.github/image-policy.yml:3:11 "../p.yml" leaves the repository',
      '.github/image-policy.yml:3:21 "/etc/p.yml" leaves the repository',
    ])
  })
  test('one of them is wrong; all errors of all are told', async () => {
    expect(await paths([own('version: 1\n'), own('pin: x\n', { path: 'other.yml' })], {})).toEqual([
      '.github/image-policy.yml:1:1 the policy lacks "registries"',
      'other.yml:1:1 the policy lacks "registries"',
      'other.yml:1:1 the policy lacks "version"',
      'other.yml:1:6 "x" is not a pin level',
    ])
  })
})

describe('files', () => {
  test('name more to read, and what not to discover', async () => {
    const [layer] = await layersOf(`${ANY}files: { dockerfiles: [build/*.txt], compose: [stack.yml], exclude: [third_party/] }\n`)
    const files = layer && filesOf(layer.policy)
    expect([
      files?.extra?.('build/a.txt'),
      files?.extra?.('stack.yml'),
      files?.extra?.('x'),
      files?.excluded('third_party/a/Dockerfile'),
      files?.excluded('Dockerfile'),
    ]).toEqual(['dockerfile', 'compose', undefined, true, false])
  })
  test('add nothing unless they say so', async () => {
    const [layer] = await layersOf(ANY)
    expect(layer && filesOf(layer.policy).extra).toBeUndefined()
  })
})

describe('variables', () => {
  const below = `${ANY}variables: { REG: ghcr.io/acme, TAG: 3.10 }\n`
  test('show where they are declared', async () => {
    const layers = await layersOf(below)
    expect(variablesOf(layers, 0).get('TAG')).toEqual({
      text: '3.10',
      unset: [],
      via: [
        {
          file: '.github/image-policy.yml',
          span: { start: { line: 3, column: 38 }, end: { line: 3, column: 42 } },
          text: 'variables.TAG=3.10',
          value: '3.10',
        },
      ],
    })
  })
  test('serve their own layer only', async () => expect([...variablesOf(await layersOf(below, ANY), 1).keys()]).toEqual([]))
  test('serve the layer above if it accepts them; its own win', async () => {
    const above = `${ANY}accept-variables: true\nvariables: { TAG: "4" }\n`
    const layers = await layersOf(below, above)
    expect([...variablesOf(layers, 1)].map(([name, { text }]) => [name, text])).toEqual([
      ['REG', 'ghcr.io/acme'],
      ['TAG', '4'],
    ])
    expect(viewsOf(layers).map(({ variables }) => variables.get('TAG')?.text)).toEqual(['3.10', '4'])
  })
  test('never serve a layer below', async () =>
    expect([...variablesOf(await layersOf(`${ANY}accept-variables: true\n`, below), 0).keys()]).toEqual([]))
  test('may be empty, which is a value', async () =>
    expect(variablesOf(await layersOf(`${ANY}variables: { X: "" }\n`), 0).get('X')?.text).toBe(''))
})
