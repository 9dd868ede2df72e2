import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import ts from 'typescript'
import { ROOT } from './golden.js'

interface Import {
  readonly file: string
  /** A file of src, from there; or the name of a package. */
  readonly target: string
  readonly how: 'value' | 'type' | 'lazy'
}

const SRC = join(ROOT, 'src')
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((path) => path.split('\\').join('/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .sort()
const IMPORTS = FILES.flatMap(importsOf)

function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.ES2022, true)
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, how: Import['how']): void => {
    if (specifier !== undefined && ts.isStringLiteral(specifier)) found.push({ file, target: targetOf(file, specifier.text), how })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node) ? 'type' : 'value')
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value')
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, 'type')
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], 'lazy')
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (importClause === undefined) return false
  const { isTypeOnly: whole, name, namedBindings } = importClause
  if (whole) return true
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const path = relative(SRC, join(SRC, dirname(file), specifier))
    .split('\\')
    .join('/')
  return path.replace(/\.js$/, '.ts')
}

/** `files` of `files/git.ts`; a file at the top is a room by itself. */
function roomOf(path: string): string {
  return path.split('/')[0] ?? ''
}

const isOurs = (target: string): boolean => FILES.includes(target)
const shown = ({ file, target }: Import): string => `${file} imports ${target}`

/** Which rooms each room may import, beside itself and what everyone may: the data flows one way. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'model.ts': [],
  'version.ts': [],
  files: [],
  extract: [],
  resolve: ['extract'],
  policy: ['extract', 'resolve'],
  rules: ['extract', 'resolve', 'policy'],
  report: ['extract', 'resolve', 'policy', 'rules'],
  'survey.ts': ['files', 'extract', 'resolve'],
  'affected.ts': ['survey.ts', 'resolve'],
  'check.ts': ['affected.ts', 'survey.ts', 'extract', 'resolve', 'policy', 'rules'],
  audit: ['report', 'resolve', 'policy', 'rules'],
  commands: ['check.ts', 'survey.ts', 'files', 'extract', 'resolve', 'policy', 'rules', 'report', 'audit'],
  github: ['check.ts', 'survey.ts', 'files', 'extract', 'resolve', 'policy', 'rules', 'report'],
  'cli.ts': ['commands'],
  'code-cache.ts': [],
  'start.ts': ['code-cache.ts'],
  'main.ts': ['github'],
}
const FOR_ALL = ['model.ts', 'version.ts']
const PURE = ['extract', 'resolve', 'policy', 'rules', 'report', 'affected.ts', 'check.ts', 'survey.ts']

test('every import leads to a file', () => {
  expect(IMPORTS.length).toBeGreaterThan(100)
  expect(IMPORTS.filter(({ target }) => target.endsWith('.ts') && !existsSync(join(SRC, target))).map(shown)).toEqual([])
})

describe('who may import whom', () => {
  test('every room is in the table', () =>
    expect([...new Set(FILES.map(roomOf))].filter((room) => !Object.hasOwn(ROOMS, room))).toEqual([]))

  test('rooms import only what comes before them', () => {
    const allowed = ({ file, target }: Import): boolean => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return from === to || (from !== 'model.ts' && from !== 'version.ts' && FOR_ALL.includes(to)) || (ROOMS[from] ?? []).includes(to)
    }
    expect(IMPORTS.filter((one) => isOurs(one.target) && !allowed(one)).map(shown)).toEqual([])
  })

  test('the pure rooms touch neither disk, processes nor network', () => {
    const worldly =
      /^(?:node:)?(?:fs|fs\/promises|child_process|net|http|https|http2|tls|dgram|worker_threads|os|process)$|^@actions\/|^@octokit\//
    expect(IMPORTS.filter(({ file, target }) => PURE.includes(roomOf(file)) && worldly.test(target)).map(shown)).toEqual([])
  })

  test.each([
    ['yaml', /^(?:extract|policy)\//],
    ['minimatch', /^policy\/glob\.ts$/],
    ['@actions/core', /^main\.ts$/],
    ['@actions/github', /^main\.ts$/],
    ['@octokit/plugin-retry', /^github\//],
    ['@octokit/plugin-throttling', /^github\//],
    ['node:child_process', /^files\//],
    ['node:vm', /^code-cache\.ts$/],
  ])('%s is imported where it belongs', (name, where) => {
    expect(IMPORTS.filter(({ file, target, how }) => target === name && how !== 'type' && !where.test(file)).map(shown)).toEqual([])
  })

  test('packages are those of package.json', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    const packages = IMPORTS.filter(
      ({ target, file, how }) => !isOurs(target) && !target.startsWith('node:') && how !== 'type' && !file.startsWith('audit/page/'),
    )
    expect(
      packages
        .filter(
          ({ target }) =>
            !Object.hasOwn(
              dependencies,
              target
                .split('/')
                .slice(0, target.startsWith('@') ? 2 : 1)
                .join('/'),
            ),
        )
        .map(shown),
    ).toEqual([])
  })
})

describe('no cycles', () => {
  test('of files', () => {
    const edges = new Map(
      FILES.map((file) => [
        file,
        IMPORTS.filter((one) => one.file === file && one.how !== 'lazy' && isOurs(one.target)).map(({ target }) => target),
      ]),
    )
    expect(cycleIn(edges)).toEqual([])
  })

  test('of rooms', () => {
    const edges = new Map<string, string[]>(FILES.map((file) => [roomOf(file), []]))
    for (const { file, target } of IMPORTS)
      if (isOurs(target) && roomOf(file) !== roomOf(target)) edges.get(roomOf(file))?.push(roomOf(target))
    expect(cycleIn(edges)).toEqual([])
  })
})

/** The first circle that is found, as a path; none is an empty one. */
function cycleIn(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): readonly string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node]
    if (done.has(node)) return []
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...path, node])
      if (cycle.length > 0) return cycle
    }
    done.add(node)
    return []
  }
  for (const node of edges.keys()) {
    const cycle = visit(node, [])
    if (cycle.length > 0) return cycle
  }
  return []
}

/** Everything that a file leads to; `lazily` tells whether what is loaded on demand counts. */
function reach(start: string, lazily: boolean): ReadonlySet<string> {
  const seen = new Set([start])
  const queue = [start]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const one of IMPORTS) {
      if (one.file !== file || one.how === 'type' || (one.how === 'lazy' && !lazily) || seen.has(one.target)) continue
      seen.add(one.target)
      if (isOurs(one.target)) queue.push(one.target)
    }
  }
  return seen
}

describe('the shells', () => {
  test('the command line leads nowhere near @actions or the other shell, by any way', () => {
    expect([...reach('cli.ts', true)].filter((target) => /^@|^github\/|^main\.ts/.test(target))).toEqual([])
  })

  test('the action leads nowhere near the command line', () => {
    expect([...reach('main.ts', true)].filter((target) => /^commands\/|^cli\.ts|^audit\//.test(target))).toEqual([])
  })

  test('the command line starts with nothing but its own shell', () => {
    const atOnce = [...reach('cli.ts', false)].filter((target) => !target.startsWith('commands/') && target !== 'cli.ts')
    expect(atOnce.sort()).toEqual(['files/output.ts', 'node:fs', 'node:util', 'version.ts'])
  })

  test('nobody imports an entry', () =>
    expect(IMPORTS.filter(({ target }) => target === 'main.ts' || target === 'cli.ts' || target === 'start.ts').map(shown)).toEqual([]))

  test.each(['cli.ts', 'start.ts'])('%s begins with the line that makes it a program', (file) => {
    expect(readFileSync(join(SRC, file), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })
})

describe('files', () => {
  const lines = (file: string): number =>
    readFileSync(join(SRC, file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '').length

  test('none is over 400 lines, and the usual one is short', () => {
    const counts = FILES.filter((file) => !file.endsWith('.generated.ts'))
      .map(lines)
      .sort((a, b) => a - b)
    expect(FILES.filter((file) => lines(file) > 400 && !file.endsWith('.generated.ts'))).toEqual([])
    expect(counts[Math.floor(counts.length / 2)]).toBeLessThan(130)
  })

  test('a folder holds three files or more', () => {
    const folders = FILES.filter((file) => file.includes('/')).map((file) => dirname(file))
    expect([...new Set(folders)].filter((folder) => folders.filter((one) => one === folder).length < 3)).toEqual([])
  })
})
