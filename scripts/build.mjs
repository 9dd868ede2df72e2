// Builds what runs: dist/index.js for the action, dist/cli/index.js for the command line, each with everything it needs.
// usage: node scripts/build.mjs [--check]     with --check: fails if the committed dist/ is not what the sources build
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle, transformSync } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const ncc = join(root, 'node_modules', '@vercel', 'ncc', 'dist', 'ncc', 'cli.js')

/** Both are CommonJS: Node takes eight milliseconds longer to start a module. */
const COMMONJS = '{"type":"commonjs"}\n'

const SMALL = { platform: 'node', target: 'node20', legalComments: 'none', charset: 'ascii' }

/** What a usual run loads goes into one file; what a run may need besides, each into one of its own. */
const COMMON = {
  cli: ['commands/check.ts', 'report/text.ts', 'report/escape.ts'],
  main: ['github/run.ts', 'report/json.ts'],
}

/** What Node's `require` is called in the sources of a bundle. */
const REQUIRE = { cli: 'require', main: '__non_webpack_require__' }

/** Builds everything into a folder that is empty or not there, by way of a workshop of its own: two builds may run at a time. */
async function build(workshop, out) {
  const [cli, main] = [join(workshop, 'cli'), join(workshop, 'main')]
  const ofCli = await flatten('cli', cli, [])
  const parts = new Map(filesBelow(cli).map((name) => [name, part(readFileSync(join(cli, name), 'utf8'))]))
  const usual = usualParts(ofCli)
  for (const [name, text] of parts) if (!usual.has(name)) write(join(out, 'cli', name), `module.exports=${text}\n`)
  write(join(out, 'cli', 'program.js'), program(usual, parts))
  write(join(out, 'cli', 'index.js'), await starter())
  // npm makes it so where it links it, but not where it remembers a link to the same path
  chmodSync(join(out, 'cli', 'index.js'), 0o755)
  write(join(out, 'cli', 'package.json'), COMMONJS)
  write(join(out, 'cli', 'licenses.txt'), [...licensesOf(Object.keys(ofCli.inputs)).values()].join(''))

  const ofMain = await flatten('main', main, ['@actions/github', '@octokit/*', 'minimatch', 'yaml'])
  write(join(workshop, 'package.json'), '{}\n') // the project's own would make modules of everything
  const args = ['build', join(main, 'index.js'), '--out', join(workshop, 'packed'), '--license', 'licenses.txt', '--no-cache', '--quiet']
  execFileSync(process.execPath, [ncc, ...args], { cwd: workshop, stdio: ['ignore', 'inherit', 'inherit'] })
  const packed = (name) => readFileSync(join(workshop, 'packed', name), 'utf8')
  for (const name of filesBelow(join(workshop, 'packed'))) if (name.endsWith('.js')) write(join(out, name), minified(packed(name)))
  const others = [...licensesOf(Object.keys(ofMain.inputs))].filter(([name]) => !packed('licenses.txt').includes(`${name}\n`))
  write(join(out, 'licenses.txt'), [packed('licenses.txt'), ...others.map(([, text]) => text)].join('\n'))
  write(join(out, 'package.json'), COMMONJS)
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/**
 * An entry and all that it imports as few flat files, each of them one scope: what stands in functions within functions is read again and again
 * before it runs. Tells what went into which.
 */
async function flatten(name, outdir, external) {
  const { metafile } = await bundle({
    entryPoints: { index: join(root, 'src', `${name}.ts`) },
    outdir,
    absWorkingDir: root,
    bundle: true,
    preserveSymlinks: true,
    splitting: true,
    format: 'esm',
    ...SMALL,
    mainFields: ['module', 'main'],
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
    metafile: true,
    plugins: [joining(COMMON[name].map((file) => join(root, 'src', file))), requiring(REQUIRE[name])],
    external,
  })
  return metafile
}

/** A file that every part leads to is in the part that all share: so each part that is loaded on demand imports what a usual run loads anyway. */
function joining(common) {
  const head = common.map((file) => `import ${JSON.stringify(file)}\n`).join('')
  const parts = new Set()
  return {
    name: 'joining',
    setup({ onResolve, onLoad, resolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind === 'dynamic-import') parts.add(join(resolveDir, path).replace(/\.js$/, '.ts'))
        return undefined
      })
      // Its parts for OpenID and for processes load a network client before anybody asks for them; what is not used has no effect.
      onResolve({ filter: /^@actions\/core$|^\.\/[a-z-]+\.js$/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === 'resolved' || !/@actions[\\/]core/.test(path + from.importer)) return undefined
        const found = await resolve(path, { ...from, pluginData: 'resolved' })
        return { ...found, sideEffects: false }
      })
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) =>
        parts.has(path) && !common.includes(path) ? { contents: head + readFileSync(path, 'utf8'), loader: 'ts' } : undefined,
      )
    },
  }
}

/** A script has a `require` of its own: Node's module that makes one would load all that ECMAScript modules need. */
function requiring(own) {
  return {
    name: 'requiring',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:module$/ }, ({ path }) => ({ path, namespace: 'requiring' }))
      onLoad({ filter: /./, namespace: 'requiring' }, () => ({ contents: `export const createRequire = () => ${own}` }))
    },
  }
}

/** A part of the command line as a function; in parentheses, so that it is compiled at once and not looked through before. */
function part(text) {
  const { code } = transformSync(text, { ...SMALL, minify: true, format: 'cjs', supported: { 'dynamic-import': false } })
  return `(function(exports,require,module){${code.replace(/^#!.*\n/, '').replace(/\n$/, '')}\n})`
}

/** The names of the parts that a usual run loads. */
function usualParts({ outputs }) {
  const names = new Map(Object.keys(outputs).map((path) => [path, path.split('/').at(-1)]))
  const entries = ['cli.ts', ...COMMON.cli].map((file) => `src/${file}`)
  const queue = Object.keys(outputs).filter((path) => entries.includes(outputs[path].entryPoint))
  const usual = new Set()
  for (const path of queue) {
    usual.add(names.get(path))
    for (const { path: next, kind } of outputs[path].imports)
      if (kind === 'import-statement' && names.has(next) && !queue.includes(next)) queue.push(next)
  }
  return usual
}

/** The script that `src/start.ts` runs: the usual parts, and how they and the others find each other. */
function program(usual, parts) {
  const body = `(function(require){
const parts={${[...usual]
    .sort()
    .map((name) => `${JSON.stringify(`./${name}`)}:${parts.get(name)}`)
    .join(',\n')}}
const loaded=new Map()
function load(name){
const known=loaded.get(name)
if(known!==undefined)return known.exports
if(!name.startsWith('./'))return require(name)
const module={exports:{}}
loaded.set(name,module);
(parts[name]??require(name))(module.exports,load,module)
return module.exports
}
load('./index.js')
})\n`
  // esbuild leaves regular expressions as they are
  if (/[^\x00-\x7f]/.test(body)) throw new Error('the program is read as ASCII: write other characters of regular expressions as \\u')
  return `// ${createHash('sha256').update(body).digest('hex')}\n${body}`
}

async function starter() {
  const { outputFiles } = await bundle({
    ...SMALL,
    entryPoints: [join(root, 'src', 'start.ts')],
    bundle: true,
    minify: true,
    format: 'cjs',
    write: false,
  })
  return outputFiles[0].text
}

function minified(text) {
  return compiledAtOnce(transformSync(text, { ...SMALL, minify: true, format: 'cjs' }).code)
}

/** The wrapper and the modules of webpack run at once: as functions in parentheses they are read once, as arrows once more at each level. */
function compiledAtOnce(code) {
  return code.replace(/^\(\(\)=>\{/, '(function(){').replace(/(?<=[{,]\d+:\()\(([\w$,]*)\)=>\{/g, 'function($1){')
}

/** The licences of the packages that some files belong to, by the packages' names, which they are in order of. */
function licensesOf(files) {
  const folders = new Set(files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  return new Map(
    [...folders].sort().map((folder) => {
      const { name, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one))
      if (file === undefined) throw new Error(`${name} has no licence file`)
      return [name, `${name}\n${license}\n${readFileSync(join(root, folder, file), 'utf8')}\n`]
    }),
  )
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
}

/** What would have to change for `kept` to be `built`: missing, extra and differing files, in order of their names. */
function differences(built, kept) {
  const [wanted, there] = [new Set(filesBelow(built)), new Set(existsSync(kept) ? filesBelow(kept) : [])]
  const isProgram = (path) => process.platform !== 'win32' && (statSync(path).mode & 0o111) !== 0
  const same = (name) =>
    readFileSync(join(built, name)).equals(readFileSync(join(kept, name))) && isProgram(join(built, name)) === isProgram(join(kept, name))
  return [...new Set([...wanted, ...there])].sort().flatMap((name) => {
    if (!there.has(name)) return [`${name} is missing`]
    if (!wanted.has(name)) return [`${name} is built by nothing`]
    return same(name) ? [] : [`${name} differs`]
  })
}

function check(built) {
  const found = differences(built, dist)
  if (found.length === 0) return console.log('dist/ is what the sources build')
  console.error(
    `dist/ is not what the sources build:\n${found.map((line) => `  dist/${line}`).join('\n')}\nrun npm run build, and commit dist/`,
  )
  process.exitCode = 1
}

// Within the project, so that packages are found, and always as deep: a bundler numbers modules by their paths as seen from where it runs.
mkdirSync(join(root, '.cache'), { recursive: true })
const workshop = mkdtempSync(join(root, '.cache', 'build-'))
const out = join(workshop, 'dist')
try {
  await build(workshop, out)
  if (process.argv.includes('--check')) check(out)
  else {
    rmSync(dist, { recursive: true, force: true }) // chunks of an earlier build would stay
    cpSync(out, dist, { recursive: true })
    console.log(`dist/ has ${filesBelow(dist).length} files`)
  }
} finally {
  rmSync(workshop, { recursive: true, force: true })
}
