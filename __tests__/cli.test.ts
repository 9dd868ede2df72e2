import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { OPTIONS, type OptionName, parseArguments, usualWords, wordsByNode } from '../src/commands/arguments.js'
import { commandLine } from '../src/commands/output.js'
import { watch } from '../src/commands/progress.js'
import { type Io } from '../src/commands/io.js'
import { run } from '../src/commands/run.js'
import { COMMANDS } from '../src/commands/table.js'
import { repositoryName } from '../src/commands/target.js'
import { openWorkspace } from '../src/files/workspace.js'
import { VERSION } from '../src/version.js'
import { ROOT } from './golden.js'
import { testFolder, type TestFolder } from './repository.js'
import { typed, type Told } from './terminal.js'

/** What the tests look at in a report. */
interface Document {
  readonly files: readonly { readonly path: string }[]
  readonly references: readonly { readonly file: string; readonly resolved: string }[]
  readonly problems: readonly { readonly file: string; readonly findings: readonly { readonly rule: string }[] }[]
}

interface Normalized {
  readonly input: string
  readonly error?: string
}

const read = (text: string): Document => JSON.parse(text) as Document
const readLines = (text: string): Normalized[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Normalized)
const schema = (): object => JSON.parse(readFileSync(join(ROOT, 'report.schema.json'), 'utf8')) as object

let folder: TestFolder
beforeEach(() => {
  folder = testFolder()
})
afterEach(() => folder.remove())

function tell(
  argv: readonly string[],
  options: { at?: string; stdin?: string; env?: Record<string, string>; terminal?: boolean } = {},
): Promise<Told> {
  const { at, ...rest } = options
  return typed(at ?? folder.root, argv, rest)
}

const POLICY = 'version: 1\npin: tag\nregistries:\n  docker.io: { namespaces: [library] }\n'

describe('usage', () => {
  test('without a command: help, on standard error', async () => {
    const told = await tell([])
    expect(told).toMatchObject({ status: 2, stdout: '' })
    expect(told.stderr).toContain('usage: image-policy COMMAND')
  })

  test.each([['--help'], ['-h'], ['help']])('%s tells every command', async (word) => {
    const told = await tell([word])
    expect(told).toMatchObject({ status: 0, stderr: '' })
    for (const name of Object.keys(COMMANDS)) expect(told.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  test('--version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await tell(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect((await tell(['check', '--version'])).stdout).toBe(`${VERSION}\n`)
  })

  test.each(Object.keys(COMMANDS))('the help of %s tells its options, an example and its exit status', async (name) => {
    const told = await tell([name, '--help'])
    expect(told.status).toBe(0)
    expect(told.stdout).toMatch(new RegExp(`^usage: image-policy ${name} `))
    expect(told.stdout).toMatch(new RegExp(`examples:\n  image-policy ${name}`))
    expect(told.stdout).toMatch(/exit status: 0 /)
    const command = await COMMANDS[name]?.load()
    for (const option of command?.options ?? []) expect(told.stdout).toMatch(new RegExp(`--${option}( |$)`, 'm'))
    expect(await tell(['help', name])).toEqual(told)
  })

  test.each([
    [['chek'], 'did you mean image-policy check?'],
    [['constructor'], 'there is no command "constructor"'],
    [['--format', 'json'], 'a command comes first'],
    [['check', '--formt', 'json'], 'did you mean --format?'],
    [['list', '--policy', 'x'], 'there is no option --policy'],
    [['check', '--format', 'jsn'], 'did you mean --format json?'],
    [['check', '--format'], '--format needs a value'],
    [['check', '--format', '--quiet'], '--format needs a value'],
    [['check', '--base='], '--base needs a value'],
    [['check', '--quiet=yes'], '--quiet takes no value'],
    [['check', '-x'], 'there is no option -x'],
    [['check', '--scope', 'new'], '--scope new needs --base REV'],
    [['check', '--fail-on', 'errors'], 'did you mean --fail-on error?'],
    [['check', '--color', 'yes'], '--color takes auto, always or never, not "yes"'],
    [['list', '--platform', 'amd64'], '"amd64" is no platform'],
    [['list', 'nowhere'], 'nowhere: there is no such file or folder'],
    [['list', '--dotenv', 'nowhere'], 'nowhere: there is no such file or folder'],
    [['list', '--dotenv', '.'], 'is a folder'],
    [['list', '--format', 'sarif'], '--format takes text or json'],
    [['normalize', '--format', 'xml'], '--format takes text or json'],
  ])('%j is wrong usage', async (argv, problem) => {
    const told = await tell(argv)
    expect(told).toMatchObject({ status: 2, stdout: '' })
    expect(told.stderr).toContain(problem)
    expect(told.stderr).toMatch(/^image-policy: /)
  })

  test('what is wrong cannot forge a command of a runner, or move the cursor', async () => {
    const { stderr } = await tell(['\n::error::x\u001b[2J##[stop-commands]t'])
    expect(stderr).not.toMatch(/^::|\u001b|##\[/m)
  })

  test('an unexpected error is one line without a stack', async () => {
    const broken: Io = {
      stdout: { write: () => undefined, isTerminal: false },
      stderr: { write: (text) => lines.push(text), isTerminal: false },
      stdin: () => Promise.reject(new Error('the disk is on fire')),
      env: {},
      workingFolder: folder.root,
    }
    const lines: string[] = []
    expect(await run(['normalize'], broken)).toBe(2)
    expect(lines.join('')).toMatch(/^image-policy: this is a bug of version [\d.]+: the disk is on fire\n {2}please report it[^\n]*\n$/)
  })

  test('every option is used by some command', async () => {
    const commands = await Promise.all(Object.values(COMMANDS).map(({ load }) => load()))
    const used = new Set(['help', 'version', 'path', 'role', 'force', ...commands.flatMap(({ options }) => options)])
    expect(Object.keys(OPTIONS).filter((name) => !used.has(name))).toEqual([])
  })

  test('the words of a command line are read as they stand', () => {
    const parsed = parseArguments(['a', '--policy', 'x', '--policy=-y', '-q', '--', '--policy', '-'], ['policy', 'quiet'])
    if (parsed.kind === 'wrong') throw new Error(parsed.problem)
    const { positionals, values, value, flag } = parsed.arguments
    expect([positionals, values('policy'), value('policy'), flag('quiet'), flag('policy'), flag('base')]).toEqual([
      ['a', '--policy', '-'],
      ['x', '-y'],
      '-y',
      true,
      true,
      false,
    ])
  })

  test('the usual words are read as Node reads them', () => {
    const words = [
      'a',
      '',
      '-',
      '--',
      '--policy',
      '--policy=',
      '--policy=x=y',
      '--quiet',
      '--quiet=x',
      '-q',
      '-qx',
      '--no-quiet',
      '--Quiet',
      '--pol',
      '-=',
    ]
    const known: readonly OptionName[] = ['policy', 'quiet', 'base']
    const plain = ({ options, positionals }: ReturnType<typeof wordsByNode>): unknown => ({
      positionals,
      options: options.map(({ name, rawName, value, inlineValue }) => ({ name, rawName, value, inlineValue })),
    })
    const lines = words.reduce<string[][]>(
      (some, _, turn) =>
        turn < 4 ? [...some, ...some.filter((line) => line.length === turn).flatMap((line) => words.map((word) => [...line, word]))] : some,
      [[]],
    )
    const read = lines.flatMap((line) => {
      const usual = usualWords(line, known)
      return usual === undefined ? [] : [[line, plain(usual)] as const]
    })
    expect(read.length).toBeGreaterThan(1000)
    for (const [line, usual] of read) expect([line, usual]).toEqual([line, plain(wordsByNode(line, known))])
  })

  test('a command that is shown can be pasted into a shell', () => {
    const words = ['check', "it's", 'a b', '$(x)', '--base', 'origin/main', '*', '', 'ü\n']
    expect(
      execFileSync('sh', ['-c', `printf '%s\\0' ${commandLine(words)}`], { encoding: 'utf8' })
        .split('\0')
        .slice(0, -1),
    ).toEqual(words)
  })
})

describe('normalize', () => {
  test('text: the canonical form of each', async () => {
    expect(await tell(['normalize', 'nginx', 'ghcr.io/a/b@sha256:' + 'a'.repeat(64), 'nginx:1'])).toEqual({
      status: 0,
      stdout: `docker.io/library/nginx:latest\nghcr.io/a/b@sha256:${'a'.repeat(64)}\ndocker.io/library/nginx:1\n`,
      stderr: '',
    })
  })

  test('json: one object a line, unwritten parts null, errors beside the others', async () => {
    const { status, stdout } = await tell(['normalize', '--format', 'json', '--', 'localhost:5000/x', '', '-x', 'a\nb'])
    const [first, ...others] = readLines(stdout)
    expect(status).toBe(1)
    expect(first).toEqual({
      input: 'localhost:5000/x',
      registry: 'localhost:5000',
      repository: 'x',
      tag: null,
      digest: null,
      familiar: 'localhost:5000/x',
      canonical: 'localhost:5000/x:latest',
    })
    expect(Object.keys(first ?? {})).toEqual(['input', 'registry', 'repository', 'tag', 'digest', 'familiar', 'canonical'])
    expect(others).toEqual(['', '-x', 'a\nb'].map((input) => ({ input, error: expect.any(String) })))
  })

  test('lines of standard input are taken untrimmed', async () => {
    const { status, stdout } = await tell(['normalize', '--format=json'], { stdin: 'nginx\n nginx\nnginx\r\n\nredis' })
    const told = readLines(stdout)
    expect(status).toBe(1)
    expect(told.map(({ input, error }) => [input, error === undefined])).toEqual([
      ['nginx', true],
      [' nginx', false],
      ['nginx\r', false],
      ['', false],
      ['redis', true],
    ])
    expect(await tell(['normalize'], { stdin: '' })).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('what is malformed is told on standard error', async () => {
    const told = await tell(['normalize', 'Nginx', 'nginx'])
    expect(told).toMatchObject({ status: 1, stdout: 'docker.io/library/nginx:latest\n' })
    expect(told.stderr).toMatch(/^"Nginx": invalid reference format/)
  })

  test('--output writes a file, --quiet nothing at all', async () => {
    expect(await tell(['normalize', 'nginx', '--output', 'out.txt'])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(join(folder.root, 'out.txt'), 'utf8')).toBe('docker.io/library/nginx:latest\n')
    expect(await tell(['normalize', '-q', 'nginx'])).toEqual({ status: 0, stdout: '', stderr: '' })
    expect((await tell(['normalize', 'nginx', '--output', 'no/such/folder'])).stderr).toContain('it cannot be written (ENOENT)')
  })
})

describe('list', () => {
  test('an empty folder', async () => {
    const { status, stdout } = await tell(['list', '--format', 'json'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, summary: { files: 0, references: 0 }, files: [], references: [], problems: [] })
  })

  test('folders and files, one file named outright, environments and platforms', async () => {
    folder.write({
      'a/Dockerfile': 'ARG TARGETARCH\nFROM --platform=$TARGETPLATFORM alpine:$TARGETARCH\n',
      'b/Dockerfile': 'FROM no\n',
      'c/stack.txt': 'FROM busybox:1\n',
      'a/compose.yml': 'services:\n  x:\n    image: nginx:${TAG}\n',
      '.values': 'TAG=7\n',
    })
    const { stdout } = await tell(['list', '--format', 'json', 'a', 'c/stack.txt', '--dotenv', '.values', '--platform', 'linux/arm64'])
    const told = read(stdout)
    expect(told.references.map((reference) => [reference.file, reference.resolved])).toEqual(
      expect.arrayContaining([
        ['a/compose.yml', 'nginx:7'],
        ['c/stack.txt', 'busybox:1'],
      ]),
    )
    expect(told.files.map(({ path }) => path)).toEqual(['a/Dockerfile', 'a/compose.yml', 'c/stack.txt'])
    const valid = new Ajv2020().compile(schema())
    expect([valid(told), valid.errors]).toEqual([true, null])
  })

  test('an env file by the name that Node knows as well: the same, with a warning', async () => {
    folder.write({ 'compose.yml': 'services: {x: {image: "nginx:$TAG"}}\n', 'a.env': 'TAG=1\n', 'b.env': 'TAG=2\n' })
    const argv = ['list', '--format', 'json', '--env-file', 'a.env', '--dotenv=b.env']
    const { status, stdout, stderr } = await tell(argv)
    expect([status, read(stdout).references[0]?.resolved]).toEqual([0, 'nginx:2'])
    expect(stderr).toBe(
      'image-policy: Node itself reads what --env-file names, and runs what a NODE_OPTIONS in it says: write --dotenv instead, which nothing else reads\n',
    )
    expect((await tell(['list', '--dotenv', 'a.env'])).stderr).toBe('')
  })

  test('the environment of the process counts only when it is asked for', async () => {
    folder.write({ 'compose.yml': 'services:\n  x:\n    image: nginx:${TAG}\n', '.env': 'TAG=1\n' })
    const resolved = async (...argv: string[]): Promise<string | undefined> =>
      read((await tell(['list', '--format', 'json', ...argv], { env: { TAG: '2' } })).stdout).references[0]?.resolved
    expect([await resolved(), await resolved('--use-environment')]).toEqual(['nginx:1', 'nginx:2'])
  })

  test('problems do not change the exit status', async () => {
    folder.write({ Dockerfile: Buffer.from([0]), 'compose.yml': 'a: [' })
    const { status, stdout } = await tell(['list', '--format', 'json'])
    expect([status, read(stdout).problems.length]).toEqual([0, 2])
  })

  test('a path from within a folder of a checkout', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'a/b/Dockerfile': 'FROM x\n', 'c/Dockerfile': 'FROM y\n' })
    const files = async (argv: string[], at: string): Promise<string[]> =>
      read((await tell(['list', '--format', 'json', ...argv], { at: join(folder.root, at) })).stdout).files.map(({ path }) => path)
    expect(await files([], 'a')).toEqual(['a/b/Dockerfile'])
    expect(await files(['../c'], 'a')).toEqual(['c/Dockerfile'])
    expect(await files(['..'], 'a')).toEqual(['a/b/Dockerfile', 'c/Dockerfile'])
  })

  test('paths of two roots are two runs', async () => {
    const other = testFolder()
    try {
      folder.git('init', '--quiet')
      folder.write({ Dockerfile: '' })
      expect((await tell(['list', '.', other.root])).stderr).toContain('check it in a run of its own')
    } finally {
      other.remove()
    }
  })
})

describe('check', () => {
  test('clean: one line with the counts, exit 0; --quiet says nothing', async () => {
    folder.write({ Dockerfile: 'FROM alpine:3.20\n', 'image-policy.yml': POLICY })
    const told = await tell(['check'])
    expect(told).toMatchObject({ status: 0, stderr: '' })
    expect(told.stdout).toMatch(/^1 reference in 1 file: all allowed .*\n$/)
    expect(await tell(['check', '--quiet'])).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('refused: exit 1, with the place', async () => {
    folder.write({ 'api/Dockerfile': 'FROM bitnami/redis:7.2\n', 'image-policy.yml': POLICY })
    const told = await tell(['check'])
    expect(told).toMatchObject({ status: 1, stderr: '' })
    expect(told.stdout).toMatch(/^api\/Dockerfile:1:6 +error +allowed-namespace/)
    const valid = new Ajv2020().compile(schema())
    expect([valid(JSON.parse((await tell(['check', '--format', 'json'])).stdout)), valid.errors]).toEqual([true, null])
  })

  test.each(['markdown', 'sarif', 'junit', 'github'])('--format %s', async (format) => {
    folder.write({ Dockerfile: 'FROM evil/x:1\n', 'image-policy.yml': POLICY })
    const told = await tell(['check', '--format', format])
    expect(told.status).toBe(1)
    expect(told.stdout).toContain('evil/x')
    expect(await tell(['check', '--format', format, '--output', 'report'])).toEqual({ status: 1, stdout: '', stderr: '' })
    expect(readFileSync(join(folder.root, 'report'), 'utf8')).toBe(told.stdout)
  })

  test('an empty repository is clean', async () => {
    folder.write({ '.github/image-policy.yml': POLICY })
    expect(await tell(['check'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^0 references in 0 files/) })
  })

  test('what cannot be read is refused, and the other files are judged', async () => {
    folder.write({
      'image-policy.yml': POLICY,
      'a/Dockerfile': Buffer.from([0x46, 0]),
      'b/Dockerfile': Buffer.alloc(50 << 20, 0x41),
      'c/Dockerfile/x': '',
      'e/compose.yml': ': [',
      'f/Dockerfile': 'FROM evil/x:1\n',
    })
    folder.link('d/Dockerfile', '/etc/passwd')
    const told = await tell(['check', '--format', 'json'])
    const { problems, references } = read(told.stdout)
    expect(told.status).toBe(1)
    expect(problems.map(({ file, findings }) => [file, findings.map(({ rule }) => rule)])).toEqual(
      ['a/Dockerfile', 'b/Dockerfile', 'c/Dockerfile', 'd/Dockerfile', 'e/compose.yml'].map((file) => [file, ['unreadable']]),
    )
    expect(references).toHaveLength(1)
  })

  const WITH_NOTES = [['check'], ['check', '--format', 'json'], ['check', '--format', 'sarif'], ['check', '--format', 'github'], ['list']]
  test('what a sparse checkout leaves out is told in every format with notes, and is no finding', async () => {
    folder.git('init', '-q')
    folder.write({ 'image-policy.yml': POLICY, 'api/Dockerfile': 'FROM nginx:1\n', 'web/Dockerfile': 'FROM quay.io/a/b:1\n', 'web/x': '' })
    folder.git('add', '-A')
    folder.git('commit', '-qm', 'x')
    folder.git('sparse-checkout', 'set', '--cone', 'api')
    const note = '1 tracked file is not on disk (deleted, or left out by a sparse checkout), so not judged: web/Dockerfile'
    for (const command of WITH_NOTES) {
      const told = await tell(command)
      expect([told.status, told.stdout.includes(note)]).toEqual([0, true])
    }
    expect((await tell(['check', '--format', 'markdown'])).stdout).toContain('left out by a sparse checkout')
    expect((await tell(['check', '--base', 'HEAD'])).stdout.split(note)).toHaveLength(2)
    folder.git('sparse-checkout', 'disable')
    expect((await tell(['check'])).stdout).not.toContain('on disk')
  })
  test('a submodule is told in every format with notes, and is no finding', async () => {
    folder.git('init', '-q')
    folder.write({ 'image-policy.yml': POLICY, Dockerfile: 'FROM nginx:1\n' })
    folder.git('add', '-A')
    folder.git('commit', '-qm', 'x')
    expect((await tell(['check'])).stdout).not.toContain('submodule')
    folder.git('update-index', '--add', '--cacheinfo', `160000,${folder.git('rev-parse', 'HEAD').trim()},libs/other`)
    folder.write({ 'libs/other/Dockerfile': 'FROM quay.io/a/b:1\n' })
    folder.git('init', '-q', 'libs/other')
    for (const command of WITH_NOTES) {
      const { status, stdout } = await tell(command)
      expect([status, stdout.includes('1 submodule is a repository of its own, so not judged: libs/other')]).toEqual([0, true])
    }
  })
  test('--fail-on', async () => {
    folder.write({ Dockerfile: 'FROM evil/x:1\n', 'image-policy.yml': `${POLICY}severity: warning\n` })
    const statuses = await Promise.all(
      ['error', 'warning', 'never'].map(async (level) => (await tell(['check', '--fail-on', level])).status),
    )
    expect(statuses).toEqual([0, 1, 0])
  })

  test('colour: on a terminal, unless NO_COLOR is set; --color decides', async () => {
    folder.write({ Dockerfile: 'FROM evil/x:1\n', 'image-policy.yml': POLICY })
    const colored = async (argv: string[], options: Parameters<typeof tell>[1]): Promise<boolean> =>
      (await tell(['check', ...argv], options)).stdout.includes('\u001b[')
    expect(await colored([], {})).toBe(false)
    expect(await colored([], { terminal: true })).toBe(true)
    expect(await colored([], { terminal: true, env: { NO_COLOR: '1' } })).toBe(false)
    expect(await colored([], { terminal: true, env: { NO_COLOR: '' } })).toBe(true)
    expect(await colored([], { terminal: true, env: { TERM: 'dumb' } })).toBe(false)
    expect(await colored(['--color', 'always'], { env: { NO_COLOR: '1' } })).toBe(true)
    expect(await colored(['--color', 'never'], { terminal: true })).toBe(false)
  })

  test('the report is the same with and without somebody watching', async () => {
    folder.write({ Dockerfile: 'FROM evil/x:1\n', 'image-policy.yml': POLICY })
    const watched = await tell(['check', '--color', 'never'], { terminal: true })
    expect(watched).toEqual(await tell(['check']))
  })
})

describe('the policy', () => {
  test('none: where it was looked for, and how to write one', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'a/b/Dockerfile': 'FROM x\n' })
    const told = await tell(['check', 'a/b'])
    expect(told).toMatchObject({ status: 2, stdout: '' })
    for (const place of [
      'a/b/.github/image-policy.yml',
      'a/b/image-policy.yml',
      'a/.github/image-policy.yml',
      '  .github/image-policy.yml',
      '  image-policy.yml',
    ])
      expect(told.stderr).toContain(place)
    expect(told.stderr).toContain('image-policy init')
    expect(told.stderr).toContain('registries: any')
  })

  test.each(['.github/image-policy.yml', '.github/image-policy.yaml', 'image-policy.yml', 'image-policy.yaml'])(
    '%s is found',
    async (path) => {
      folder.write({ Dockerfile: 'FROM evil/x:1\n', [path]: POLICY })
      expect((await tell(['check'])).stdout).toContain(`${path} line 4`)
    },
  )

  test('the nearest one above holds, and its globs count from its folder', async () => {
    folder.git('init', '--quiet')
    const own = 'version: 1\nregistries:\n  docker.io: { anyone: true, paths: ["api/**"] }\n'
    folder.write({
      'image-policy.yml': POLICY,
      'shop/.github/image-policy.yml': own,
      'shop/api/Dockerfile': 'FROM evil/x:1\n',
      'shop/web/Dockerfile': 'FROM evil/y:1\n',
    })
    expect((await tell(['check', 'shop/api'])).status).toBe(0)
    expect((await tell(['check', 'shop/api/Dockerfile'])).status).toBe(0)
    expect((await tell(['check', 'web'], { at: join(folder.root, 'shop') })).status).toBe(1)
    expect((await tell(['check'])).stdout).toContain('image-policy.yml line 4')
  })

  test('two in one folder are none to choose from', async () => {
    folder.write({ 'image-policy.yml': POLICY, '.github/image-policy.yml': POLICY })
    const told = await tell(['check'])
    expect(told).toMatchObject({ status: 2, stdout: '' })
    expect(told.stderr).toContain('two policies: .github/image-policy.yml and image-policy.yml')
  })

  test('paths with different policies are different runs', async () => {
    folder.write({ 'a/image-policy.yml': POLICY, 'b/image-policy.yml': POLICY })
    expect(await tell(['check', 'a', 'b'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a/image-policy.yml, b/image-policy.yml'),
    })
  })

  test('one that cannot be read is no reason to take another', async () => {
    folder.write({ 'a/image-policy.yml': Buffer.from([0]), 'image-policy.yml': POLICY })
    folder.link('b/image-policy.yml', '/etc/passwd')
    for (const path of ['a', 'b'])
      expect(await tell(['check', path])).toMatchObject({ status: 2, stderr: expect.stringContaining('cannot be read') })
  })

  test('every error of a broken one is told with its place, and nothing is judged', async () => {
    folder.write({ Dockerfile: 'FROM x\n', 'image-policy.yml': 'version: 1\nregistrys: any\npin: tagg\n' })
    const told = await tell(['check'])
    expect(told).toMatchObject({ status: 2, stdout: '' })
    expect(told.stderr).toMatch(/image-policy\.yml:2:1 .*registrys/)
    expect(told.stderr).toMatch(/image-policy\.yml:3:6 /)
    expect(told.stderr).toContain('registries')
  })

  test('--policy adds layers: each is judged, and a missing own one is no failure then', async () => {
    const outside = testFolder()
    try {
      outside.write({ 'org.yml': 'version: 1\nregistries: any\npin: digest\n' })
      folder.write({
        Dockerfile: 'FROM alpine:3.20\n',
        'strict.yml': 'version: 1\nregistries: [quay.io]\n'.replace('[quay.io]', '{ quay.io: { anyone: true } }'),
      })
      expect((await tell(['check', '--policy', 'strict.yml'])).stdout).toContain('strict.yml line 2')
      folder.write({ 'image-policy.yml': POLICY })
      expect((await tell(['check'])).status).toBe(0)
      const told = await tell(['check', '--policy', 'strict.yml', '--policy', join(outside.root, 'org.yml')])
      expect(told.status).toBe(1)
      expect(told.stdout).toContain('strict.yml line 2')
      expect(told.stdout).toContain(`${outside.root}/org.yml line 3`)
      expect(await tell(['check', '--policy', 'none.yml'])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('there is no such file'),
      })
    } finally {
      outside.remove()
    }
  })

  test('extends reads a file of the repository, and nothing else without a network', async () => {
    folder.write({
      Dockerfile: 'FROM evil/x:1\n',
      '.github/image-policy.yml': 'version: 1\nregistries: any\nextends: policies/org.yml\n',
      'policies/org.yml': POLICY,
    })
    expect((await tell(['check'])).stdout).toContain('policies/org.yml line 4')
    folder.write({ '.github/image-policy.yml': 'version: 1\nregistries: any\nextends: acme/.github:image-policy.yml@v3\n' })
    const told = await tell(['check'], { env: { GITHUB_API_URL: 'http://127.0.0.1:9' } })
    expect(told).toMatchObject({ status: 2, stdout: '' })
    expect(told.stderr).toMatch(/image-policy\.yml:3:10 .*acme\/\.github:image-policy\.yml@v3 cannot be read: GitHub cannot be reached/)
  })
})

describe('--base', () => {
  test('only what is new fails', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'image-policy.yml': POLICY, 'old/Dockerfile': 'FROM evil/old:1\n' })
    const base = folder.commit()
    expect((await tell(['check'])).status).toBe(1)
    expect(await tell(['check', '--base', 'HEAD'])).toMatchObject({ status: 0, stdout: expect.stringContaining('1 existing') })
    folder.write({ 'new/Dockerfile': 'FROM evil/new:1\n' })
    const told = await tell(['check', '--base', base])
    expect(told.status).toBe(1)
    expect(told.stdout).toContain('new/Dockerfile:1:6')
    expect(told.stdout).not.toContain('old/Dockerfile:1')
    expect((await tell(['check', '--base', base, '--scope', 'all'])).stdout).toContain('old/Dockerfile:1:6')
  })

  test('a policy that is another one than at the base is told', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'image-policy.yml': POLICY, Dockerfile: 'FROM alpine:3.20\n' })
    folder.commit()
    const said = 'image-policy.yml is not as it is at HEAD: this is the verdict of the changed policy'
    expect((await tell(['check', '--base', 'HEAD'])).stdout).not.toContain(said)
    folder.write({ 'image-policy.yml': 'version: 1\nregistries: any\n', 'b/Dockerfile': 'FROM evil/x:1\n' })
    expect(await tell(['check', '--base', 'HEAD'])).toMatchObject({ status: 0, stdout: expect.stringContaining(said) })
    expect((await tell(['check'])).stdout).not.toContain(said)
  })

  test.each<[string, Record<string, string>, Record<string, string | undefined>, string]>([
    [
      'gone, so that another one holds',
      { '.github/image-policy.yml': POLICY, 'sub/image-policy.yml': POLICY },
      { 'sub/image-policy.yml': undefined },
      'sub/image-policy.yml',
    ],
    [
      'new, before the one above',
      { 'image-policy.yml': POLICY },
      { 'sub/image-policy.yml': 'version: 1\nregistries: any\n' },
      'sub/image-policy.yml',
    ],
  ])('a policy is told that is %s', async (_, before, after, path) => {
    folder.git('init', '--quiet')
    folder.write({ ...before, 'sub/Dockerfile': 'FROM alpine:3.20\n' })
    folder.commit()
    for (const [name, text] of Object.entries(after)) {
      if (text === undefined) rmSync(join(folder.root, name))
      else folder.write({ [name]: text })
    }
    expect((await tell(['check', 'sub', '--base', 'HEAD'])).stdout).toContain(`${path} is not as it is at HEAD`)
  })

  test('a policy is told that is a link to what has changed', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'policies/a.yml': POLICY, Dockerfile: 'FROM alpine:3.20\n' })
    folder.link('image-policy.yml', 'policies/a.yml')
    folder.commit()
    expect((await tell(['check', '--base', 'HEAD'])).stdout).not.toContain('is not as it is')
    folder.write({ 'policies/a.yml': 'version: 1\nregistries: any\n' })
    expect((await tell(['check', '--base', 'HEAD'])).stdout).toContain('image-policy.yml is not as it is at HEAD')
  })

  test('a changed file is looked into whatever its name, also where everything counts, and where a comment is not UTF-8', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'image-policy.yml': POLICY, Dockerfile: 'FROM evil/old:1\n' })
    folder.commit()
    writeFileSync(join(folder.root, 'image.build'), Buffer.from('# caf\u00e9\nFROM evil/x:1\n', 'latin1'))
    folder.write({ 'stack.yml': 'x-s: &s {services: {a: {image: "evil/y:1"}}}\n<<: *s\n' })
    for (const [scope, files] of [
      ['new', ['image.build', 'stack.yml']],
      ['all', ['Dockerfile', 'image.build', 'stack.yml']],
    ] as const) {
      const told = await tell(['check', '--base', 'HEAD', '--scope', scope, '--format', 'json'])
      const found = JSON.parse(told.stdout) as { references: { file: string; findings: { state: string }[] }[] }
      const fresh = found.references.filter(({ findings }) => findings.some(({ state }) => state === 'new'))
      expect(fresh.map(({ file }) => file).sort()).toEqual(files)
    }
  })

  test('a changed file is looked into whatever its name', async () => {
    folder.git('init', '--quiet')
    folder.write({ 'image-policy.yml': POLICY })
    folder.commit()
    folder.write({
      'deploy/image.build': 'FROM evil/x:1\n',
      'deploy/site.yml': 'services:\n  a:\n    image: evil/y:1\n',
      'notes.txt': 'From here on\n',
    })
    const told = read((await tell(['check', '--base', 'HEAD', '--format', 'json'])).stdout)
    expect(told.references.map(({ file }) => file).sort()).toEqual(['deploy/image.build', 'deploy/site.yml'])
  })

  test.each([
    ['nowhere', 'it is no commit of this repository'],
    ['--exec=x', '--base needs a value'],
  ])('%s is none', async (revision, problem) => {
    folder.git('init', '--quiet')
    folder.write({ 'image-policy.yml': POLICY })
    folder.commit()
    expect(await tell(['check', '--base', revision])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(problem) })
  })

  test('needs git', async () => {
    folder.write({ 'image-policy.yml': POLICY })
    expect(await tell(['check', '--base', 'HEAD'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--base needs a git checkout'),
    })
  })
})

test('the repository is called as the job says, else as its remote does', () => {
  folder.git('init', '--quiet')
  expect(repositoryName(folder.root, {})).toBeUndefined()
  folder.git('remote', 'add', 'upstream', 'https://github.com/other/thing.git')
  for (const url of [
    'https://github.com/acme/shop.git',
    'git@github.com:acme/shop.git',
    'ssh://git@github.com/acme/shop',
    'https://x:y@github.com/acme/shop/',
  ]) {
    folder.git('config', 'remote.origin.url', url)
    expect(repositoryName(folder.root, {})).toBe('acme/shop')
  }
  expect(repositoryName(folder.root, { GITHUB_REPOSITORY: 'a/b' })).toBe('a/b')
  folder.git('config', 'remote.origin.url', 'https://elsewhere.example/acme/shop.git')
  expect(repositoryName(folder.root, {})).toBeUndefined()
})

test('progress is shown on a terminal after a while, and leaves nothing behind', async () => {
  folder.write({ Dockerfile: '' })
  const written: string[] = []
  const terminal = { write: (text: string) => written.push(text), isTerminal: true }
  const progress = watch(openWorkspace(folder.root), terminal, false)
  await progress.files.settled()
  for (let i = 0; i < 128; i++) progress.files.read('Dockerfile')
  expect(written).toEqual([])
  await new Promise((resolve) => setTimeout(resolve, 550))
  for (let i = 0; i < 64; i++) progress.files.read('Dockerfile')
  expect(written.join('')).toMatch(/^\r\u001b\[K192 files read … \d\.\d s$/)
  progress.end()
  expect(written.at(-1)).toBe('\r\u001b[K')
  const silent = openWorkspace(folder.root)
  expect(watch(silent, { ...terminal, isTerminal: false }, false).files).toBe(silent)
  expect(watch(silent, terminal, true).files).toBe(silent)
})

describe('the bundle', () => {
  const bundle = join(ROOT, 'dist', 'cli', 'index.js')
  const start = (args: string[], input = ''): Told => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
      cwd: folder.root,
      encoding: 'utf8',
      input,
      maxBuffer: 1 << 26,
    })
    return { status: status ?? -1, stdout, stderr }
  }

  test('says what the sources say', async () => {
    folder.write({
      Dockerfile: 'FROM evil/x:1\n',
      'image-policy.yml': POLICY,
      'compose.yml': 'services:\n  a:\n    image: &i nginx\n  b:\n    image: *i\n',
    })
    expect(start(['check'])).toEqual(await tell(['check']))
    expect(start(['list', '--format', 'json'])).toEqual(await tell(['list', '--format', 'json']))
    expect(start(['normalize'], 'nginx\n')).toEqual({ status: 0, stdout: 'docker.io/library/nginx:latest\n', stderr: '' })
    expect(start(['chek']).status).toBe(2)
  })

  test('a reader that goes away is no error', () => {
    const references = Array.from({ length: 100_000 }, (_, index) => `image-${index}\n`).join('')
    folder.write({ references })
    const script = `"${process.execPath}" "${bundle}" normalize < references | head -n 1`
    expect(spawnSync('sh', ['-c', script], { cwd: folder.root, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: 'docker.io/library/image-0:latest\n',
      stderr: '',
    })
  })

  test('a long report reaches its reader as a whole', () => {
    const references = Array.from({ length: 100_000 }, (_, index) => `image-${index}\n`).join('')
    expect(start(['normalize'], references).stdout.split('\n')).toHaveLength(100_001)
  })

  test('runs from another folder, with nothing installed', () => {
    const copy = join(folder.root, 'copy')
    execFileSync('cp', ['-r', join(ROOT, 'dist', 'cli'), copy])
    expect(execFileSync(process.execPath, [join(copy, 'index.js'), '--version'], { encoding: 'utf8' })).toBe(`${VERSION}\n`)
    rmSync(copy, { recursive: true })
  })
})
