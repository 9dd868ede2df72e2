import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { run } from '../src/commands/run.js'
import { fetchRepository } from '../src/files/fetch.js'

// each repository is several runs of git
jest.setTimeout(60_000)

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function git(at: string, ...args: string[]): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...args], {
    cwd: join(folder, at),
    env,
    encoding: 'utf8',
  }).trim()
}

/** A repository `owner/name.git` of a server that is a folder. */
function publish(name: string, files: Readonly<Record<string, string>>): void {
  const at = `server/${name}.git`
  mkdirSync(join(folder, at), { recursive: true })
  git(at, 'init', '--quiet')
  write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${at}/${path}`, text])))
  if (Object.keys(files).length === 0) return
  git(at, 'add', '--all')
  git(at, 'commit', '--quiet', '--message', 'all')
}

async function audit(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ status: number; out: string; err: string }> {
  const text = { out: '', err: '' }
  const status = await run(['audit', ...argv], {
    stdout: { write: (part) => void (text.out += part), isTerminal: false },
    stderr: { write: (part) => void (text.err += part), isTerminal: false },
    stdin: () => Promise.resolve(''),
    env: {
      PATH: process.env['PATH'],
      GITHUB_SERVER_URL: pathToFileURL(join(folder, 'server')).href,
      SOURCE_DATE_EPOCH: '1806480000',
      ...env,
    },
    workingFolder: folder,
  })
  return { status, ...text }
}

const POLICY = 'version: 1\nregistries:\n  docker.io:\n    namespaces: [library]\npin: tag\n'
const GOOD = { Dockerfile: 'FROM alpine:3.20\n', 'image-policy.yml': POLICY }
const BAD = { Dockerfile: 'FROM bitnami/redis:7.2\n', 'image-policy.yml': POLICY }

interface Told {
  summary: Record<string, number>
  repositories: { name: string; status: string; error?: string; revision?: string }[]
  references: { repository: string; image?: { canonical: string }; verdict: string }[]
}

const told = (out: string): Told => JSON.parse(out) as Told
const states = (out: string): string[][] => told(out).repositories.map(({ name, status }) => [name, status])

describe('folders', () => {
  test('each is checked by its own policy; one that fails hides none', async () => {
    write({ 'good/Dockerfile': GOOD.Dockerfile, 'good/image-policy.yml': POLICY, 'bare/Dockerfile': 'FROM quay.io/x/y:1\n' })
    write({
      'bad/Dockerfile': BAD.Dockerfile,
      'bad/image-policy.yml': POLICY,
      'broken/Dockerfile': 'FROM a\n',
      'broken/image-policy.yml': 'version: 7\n',
    })
    const { status, out, err } = await audit(['broken', 'bad', 'nowhere', 'good', 'bare', '--format', 'json'])
    expect(status).toBe(2)
    expect(states(out)).toEqual([
      ['bad', 'judged'],
      ['bare', 'listed'],
      ['broken', 'failed'],
      ['good', 'judged'],
      ['nowhere', 'failed'],
    ])
    expect(told(out).references.map(({ repository, image, verdict }) => [repository, image?.canonical, verdict])).toEqual([
      ['bad', 'docker.io/bitnami/redis:7.2', 'error'],
      ['bare', 'quay.io/x/y:1', 'unjudged'],
      ['good', 'docker.io/library/alpine:3.20', 'allowed'],
    ])
    expect(err).toMatch(/broken could not be checked: .*version/)
    expect(err).toContain('nowhere could not be checked')
  })

  test.each([
    ['good', [], 0],
    ['bad', [], 1],
    ['bad', ['--fail-on', 'never'], 0],
  ])('%s %j exits %d', async (name, options, status) => {
    for (const [file, text] of Object.entries(name === 'good' ? GOOD : BAD)) write({ [`${name}/${file}`]: text })
    expect((await audit([name, ...options])).status).toBe(status)
  })

  test('--policy holds for all, above their own', async () => {
    write({
      'a/Dockerfile': GOOD.Dockerfile,
      'b/Dockerfile': BAD.Dockerfile,
      'b/image-policy.yml': 'version: 1\nregistries: any\npin: none\n',
      'all.yml': POLICY,
    })
    const { out } = await audit(['a', 'b', '--policy', 'all.yml', '--format', 'json'])
    expect(told(out).references.map(({ repository, verdict }) => [repository, verdict])).toEqual([
      ['a', 'allowed'],
      ['b', 'error'],
    ])
  })

  test('two checkouts of one repository are both told', async () => {
    for (const name of ['one', 'two']) {
      write({ [`${name}/Dockerfile`]: 'FROM alpine:3.20\n' })
      git(name, 'init', '--quiet')
      git(name, 'remote', 'add', 'origin', 'https://github.com/acme/api.git')
    }
    expect(states((await audit(['one', 'two', '--format', 'json'])).out)).toEqual([
      ['acme/api', 'listed'],
      ['two', 'listed'],
    ])
  })

  test.each(['markdown', 'csv', 'html', 'json'])('%s goes to --output', async (format) => {
    write({ 'a/Dockerfile': 'FROM docker.io/library/x:1\n' })
    const { status, out } = await audit(['a', '--format', format, '--output', 'out', '--title', 'Our <images>'])
    expect([status, out]).toEqual([0, ''])
    expect(readFileSync(join(folder, 'out'), 'utf8')).toContain('docker.io')
  })
})

describe('repositories by name', () => {
  beforeEach(() => {
    publish('acme/good', GOOD)
    publish('acme/bad', BAD)
    publish('acme/empty', {})
    write({ 'list.txt': 'acme/good\nacme/bad # comment\nacme/gone\nacme/empty\n' })
  })

  test('are fetched and checked; what is not there is told', async () => {
    const temporary = process.env['TMPDIR']
    mkdirSync(join(folder, 'temporary'))
    process.env['TMPDIR'] = join(folder, 'temporary')
    const { status, out } = await audit(['--repositories', 'list.txt', '--format', 'json'])
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
    expect(status).toBe(2)
    expect(states(out)).toEqual([
      ['acme/bad', 'judged'],
      ['acme/empty', 'listed'],
      ['acme/gone', 'failed'],
      ['acme/good', 'judged'],
    ])
    expect(told(out).repositories[0]?.revision).toMatch(/^[0-9a-f]{40}$/)
    expect(readdirSync(join(folder, 'temporary'))).toEqual([])
  })

  test('shards and their merge give what one run gives', async () => {
    mkdirSync(join(folder, 'shards'))
    for (const part of ['1/3', '2/3', '3/3'])
      await audit(['--repositories', 'list.txt', '--shard', part, '--journal', `shards/${part[0] ?? ''}.jsonl`, '--quiet'])
    const merged = await audit(['--merge', 'shards', '--repositories', 'list.txt', '--format', 'json'])
    const whole = await audit(['--repositories', 'list.txt', '--format', 'json'])
    expect(merged.status).toBe(2)
    expect(told(merged.out)).toEqual(told(whole.out))
  })

  test('a shard that is not there is told as missing', async () => {
    await audit(['--repositories', 'list.txt', '--shard', '1/4', '--format', 'json', '--output', 'one.json'])
    const { status, out } = await audit(['--merge', 'one.json', '--repositories', 'list.txt', '--format', 'json'])
    expect(status).toBe(2)
    expect(states(out)).toEqual([
      ['acme/bad', 'missing'],
      ['acme/empty', 'missing'],
      ['acme/gone', 'missing'],
      ['acme/good', 'judged'],
    ])
  })

  test('goes on where it was cut off, in the middle of a line too; failures are tried again', async () => {
    await audit(['--repositories', 'list.txt', '--journal', 'journal.jsonl'])
    const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n')
    expect(lines).toHaveLength(5)
    const half = lines.find((line) => line.includes('acme/bad')) ?? ''
    writeFileSync(join(folder, 'journal.jsonl'), [...lines.filter((line) => line !== '' && line !== half), half.slice(0, 100)].join('\n'))
    rmSync(join(folder, 'server/acme/good.git'), { recursive: true })
    publish('acme/gone', GOOD)
    const { status, out } = await audit(['--repositories', 'list.txt', '--journal', 'journal.jsonl', '--format', 'json'])
    expect(status).toBe(1)
    expect(states(out)).toEqual([
      ['acme/bad', 'judged'],
      ['acme/empty', 'listed'],
      ['acme/gone', 'judged'],
      ['acme/good', 'judged'],
    ])
    expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n')).toHaveLength(5)
  })

  test('merges plain reports, named after their files', async () => {
    const summary = {
      files: 0,
      references: 0,
      images: 0,
      local: 0,
      unresolved: 0,
      malformed: 0,
      errors: 0,
      warnings: 0,
      excepted: 0,
      existing: 0,
      skipped: 0,
    }
    write({ 'r/acme__api.json': JSON.stringify({ version: 1, summary }), 'r/broken.json': '{' })
    const { status, out } = await audit(['--merge', 'r', '--format', 'json'])
    expect(status).toBe(2)
    expect(states(out)).toEqual([
      ['acme/api', 'listed'],
      [join('r', 'broken.json'), 'failed'],
    ])
  })
})

describe('wrong usage', () => {
  test.each([
    [[], 'what is to be audited'],
    [['a', '--repositories', 'list.txt'], 'what is to be audited'],
    [['--merge'], 'needs the reports'],
    [['--shard', '1/2', 'a'], '--shard needs --repositories'],
    [['--repositories', 'list.txt', '--shard', '3/2'], 'no part of a whole'],
    [['--repositories', 'none.txt'], 'none.txt'],
    [['--repositories', 'odd.txt'], 'odd.txt:1: it is not owner/name'],
    [['a', '--format', 'htm'], 'did you mean --format html'],
  ])('%j', async (argv, problem) => {
    write({ 'list.txt': 'acme/a\n', 'odd.txt': '--upload-pack=touch x\n' })
    const { status, err } = await audit(argv)
    expect(status).toBe(2)
    expect(err).toContain(problem)
  })
})

describe('fetching', () => {
  const origin = (url: string, token = '') => ({ url, token, env: { PATH: process.env['PATH'] } })

  test('nothing of the repository is written to disk but git objects', async () => {
    publish('acme/odd', { Dockerfile: 'FROM a:1\n', '.gitattributes': '* filter=evil\n' })
    const fetched = await fetchRepository(origin(pathToFileURL(join(folder, 'server/acme/odd.git')).href))
    if (fetched.kind !== 'fetched') throw new Error(JSON.stringify(fetched))
    expect(readdirSync(fetched.root)).not.toContain('Dockerfile')
    fetched.remove()
    expect(existsSync(fetched.root)).toBe(false)
  })

  test('only the scheme of the server is spoken', async () => {
    const trap = join(folder, 'trapped')
    const fetched = await fetchRepository(origin(`ext::sh -c "touch ${trap}" `))
    expect(fetched.kind).toBe('failed')
    expect(existsSync(trap)).toBe(false)
  })

  test('the token is in no argument and in no file', async () => {
    const calls = join(folder, 'calls')
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    write({ 'bin/git': `#!/bin/sh\necho "$@" >> ${calls}\nexec ${real} "$@"\n` })
    execFileSync('chmod', ['+x', join(folder, 'bin/git')])
    publish('acme/good', GOOD)
    const fetched = await fetchRepository({
      url: pathToFileURL(join(folder, 'server/acme/good.git')).href,
      token: 'ghs_secret',
      env: { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
    })
    if (fetched.kind !== 'fetched') throw new Error(JSON.stringify(fetched))
    const secret = Buffer.from('x-access-token:ghs_secret').toString('base64')
    for (const text of [readFileSync(calls, 'utf8'), readFileSync(join(fetched.root, 'config'), 'utf8')]) {
      expect(text).not.toContain('ghs_secret')
      expect(text).not.toContain(secret)
    }
    fetched.remove()
  })
})
