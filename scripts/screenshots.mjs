// Pictures of the real program for README and docs, light and dark: `npm run screenshots`. It needs a Chromium (CHROMIUM_PATH, or Debian's package).
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { marked } from 'marked'
import { chromium } from 'playwright-core'

const root = fileURLToPath(new URL('..', import.meta.url))
const images = join(root, 'docs', 'images')
const cli = join(root, 'dist', 'cli', 'index.js')
const browserPath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path))
if (browserPath === undefined) throw new Error('there is no Chromium here: install one, or set CHROMIUM_PATH')

const workshop = mkdtempSync(join(tmpdir(), 'screenshots-'))
const shop = join(workshop, 'storefront')
const gitIn = (cwd, ...args) =>
  execFileSync('git', ['-c', 'user.name=docs', '-c', 'user.email=docs@example.com', ...args], { cwd, encoding: 'utf8' })
const git = (...args) => gitIn(shop, ...args)

/** A repository of Acme from an example, or from a part of it. */
function makeRepository(name, example, folders) {
  const folder = join(workshop, name)
  const from = join(root, 'examples', example)
  const wanted = (path) => folders === undefined || path === from || folders.some((one) => path.startsWith(join(from, one)))
  cpSync(from, folder, { recursive: true, filter: wanted })
  gitIn(folder, 'init', '-q', '-b', 'main')
  gitIn(folder, 'remote', 'add', 'origin', `https://github.com/acme/${name}.git`)
  gitIn(folder, 'add', '-A')
  gitIn(folder, 'commit', '-qm', 'Start')
}

/** The storefront with a pull request on top: three new images, beside the debt that is there. */
function makePullRequest() {
  makeRepository('storefront', 'storefront')
  const edit = (path, from, to) => writeFileSync(join(shop, path), readFileSync(join(shop, path), 'utf8').replace(from, to))
  edit('web/Dockerfile', 'nginx:1.27-alpine', 'bitnami/nginx:1.27')
  edit('compose.yaml', 'postgres:${POSTGRES_VERSION:-16.3}', 'ghrc.io/acme/postgres:16.4')
  edit('worker/Dockerfile', 'golang:1.23 AS', 'golang:latest AS')
}

function run(...args) {
  try {
    return execFileSync(process.execPath, [cli, ...args], { cwd: shop, encoding: 'utf8' })
  } catch (error) {
    if (error.status === 1) return error.stdout
    throw error
  }
}

/** The comment as the action would write it. */
async function comment() {
  const outfile = join(shop, '.git', 'comment.mjs')
  const entry = `
    import { check } from './src/check.js'
    import { changesSince, overlayBase } from './src/files/changes.js'
    import { openWorkspace } from './src/files/workspace.js'
    import { loadLayers } from './src/policy/layers.js'
    import { renderComment } from './src/report/markdown.js'
    export async function comment(root, base) {
      const files = openWorkspace(root)
      const text = files.read('image-policy.yml').text
      const { layers } = await loadLayers([{ path: 'image-policy.yml', text, own: true, base: '' }], async () => ({ kind: 'failed', problem: 'none' }))
      const { changes } = await changesSince(root, base, files)
      const today = new Date().toISOString().slice(0, 10)
      const platforms = { target: 'linux/amd64', build: 'linux/amd64' }
      const report = await check(files, layers, { paths: [], platforms, envFiles: [], today, base: { ...changes, files: overlayBase(root, files, changes) } })
      return renderComment(report, { link: (file, line) => 'https://github.com/acme/storefront/blob/main/' + file + '#L' + line, repeat: 'npx image-policy check --base origin/main' })
    }`
  const banner = { js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);` }
  await build({
    stdin: { contents: entry, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
    banner,
  })
  const { comment: render } = await import(pathToFileURL(outfile).href)
  return render(shop, git('rev-parse', 'HEAD').trim())
}

const CSS = `
  :root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --line: #d1d9e0; --soft: #f6f8fa; --link: #0969da; --dim: #59636e;
    --hunk: #ddf4ff; --added: #dafbe1; --removed: #ffebe9; --red: #cf222e; --green: #1a7f37; --yellow: #9a6700; --cyan: #1b7c83 }
  @media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --paper: #0d1117; --line: #3d444d; --soft: #151b23; --link: #4493f8; --dim: #9198a1;
    --hunk: #121d2f; --added: #12261e; --removed: #25171c; --red: #f85149; --green: #3fb950; --yellow: #d29922; --cyan: #39c5cf } }
  body { margin: 0; padding: 20px; background: var(--paper); color: var(--ink); font: 14px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif }
  main:has(> section > pre) { max-width: none } main { width: max-content; max-width: 1100px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
  main > header { padding: 8px 16px; background: var(--soft); border-bottom: 1px solid var(--line); color: var(--dim) }
  main > header b { color: var(--ink) }
  main > section { padding: 16px }
  table { border-collapse: collapse; margin: 12px 0 } th, td { border: 1px solid var(--line); padding: 6px 13px; text-align: left } tr:nth-child(even) { background: var(--soft) }
  a { color: var(--link); text-decoration: none } code, pre { font: 12px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace } :not(pre) > code { background: var(--soft); padding: 2px 5px; border-radius: 6px }
  pre { margin: 0; white-space: pre } summary { cursor: pointer } h2, h3 { margin: 4px 0 12px } .bold { font-weight: 600 } .dim { color: var(--dim) } .red { color: var(--red) } .green { color: var(--green) } .yellow { color: var(--yellow) } .cyan { color: var(--cyan) }
  .diff { width: 100%; margin: 0; font: 12px/20px ui-monospace, 'DejaVu Sans Mono', monospace } .diff td { border: 0; padding: 0 10px; white-space: pre; background: none }
  .diff .note td { white-space: normal } .diff tr:not(.note) td:not(:last-child) { width: 1%; color: var(--dim); text-align: right } .diff tr:nth-child(even) { background: none }
  .diff .hunk, .diff .hunk:nth-child(even) { background: var(--hunk); color: var(--dim) } .diff .added, .diff .added:nth-child(even) { background: var(--added) } .diff .removed, .diff .removed:nth-child(even) { background: var(--removed) }
  .diff + header { border-top: 1px solid var(--line) } aside { margin: 8px 0; border: 1px solid var(--line); border-left: 4px solid var(--yellow); border-radius: 6px; padding: 8px 12px; background: var(--paper);
    font: 14px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif } aside.error { border-left-color: var(--red) } aside p { margin: 0 0 6px } aside .title { font-weight: 600 } aside pre { white-space: pre-wrap } .by { float: right; color: var(--dim) }`

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const STYLES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' }

/** A terminal's text: the few styles that the program uses become spans. */
function terminal(text) {
  const body = escaped(text).replace(/\u001b\[(\d+)m/g, (_, code) => (STYLES[code] ? `<span class="${STYLES[code]}">` : '</span>'))
  return `<header>$ npx image-policy check web worker</header><section><pre>${body}</pre></section>`
}

/** A workflow command as the runner reads it: its properties and its message. */
function annotation(line) {
  const [, level, properties, message] = /^::(error|warning|notice) (.*?)::(.*)$/.exec(line) ?? []
  if (level === undefined) return []
  const plain = (text) =>
    text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
  const named = Object.fromEntries(
    properties.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), plain(pair.slice(pair.indexOf('=') + 1))]),
  )
  return [{ level, message: plain(message), ...named }]
}

const CHECKS = { error: 'failure', warning: 'warning', notice: 'notice' }

/** The change of one file as the pull request shows it, with the annotations of the log below the lines that they name. */
function annotated(path, annotations) {
  const rows = []
  let [before, after] = [0, 0]
  for (const line of git('diff', '-U2', 'HEAD', '--', path).split('\n').slice(4)) {
    const hunk = /^@@ -(\d+)\S* \+(\d+)/.exec(line)
    if (hunk !== null) {
      ;[before, after] = [Number(hunk[1]), Number(hunk[2])]
      rows.push(`<tr class="hunk"><td></td><td></td><td>${escaped(line)}</td></tr>`)
    } else if (/^[ +-]/.test(line)) {
      const [old, now] = [line[0] !== '+' ? before++ : '', line[0] !== '-' ? after++ : '']
      const kind = { '+': 'added', '-': 'removed', ' ': '' }[line[0]]
      rows.push(`<tr class="${kind}"><td>${old}</td><td>${now}</td><td>${escaped(line)}</td></tr>`)
      for (const { level, message, title } of annotations.filter((one) => now !== '' && Number(one.endLine ?? one.line) === now))
        rows.push(`<tr class="note"><td colspan="3"><aside class="${level}"><p><span class="by"><b>GitHub Actions</b> / image-policy</span>
          <b>Check ${CHECKS[level]}</b> on line ${now} in ${escaped(path)}</p><p class="title">${escaped(title)}</p><pre>${escaped(message)}</pre></aside></td></tr>`)
    }
  }
  return `<header><b>${escaped(path)}</b></header><table class="diff">${rows.join('')}</table>`
}

async function shoot(browser, name, body, colorScheme) {
  const page = await browser.newPage({ colorScheme, deviceScaleFactor: 2, viewport: { width: 1400, height: 900 } })
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${CSS}</style><main>${body}</main>`)
  await page.locator('main').screenshot({ path: join(images, `${name}-${colorScheme}.png`) })
  await page.close()
}

async function shootAudit(browser, colorScheme) {
  const path = join(shop, '.git', 'audit.html')
  run('audit', '.', '../landing', '../recommend', '../worker', '--format', 'html', '--title', 'Image inventory of Acme', '--output', path)
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } })
  await page.goto(pathToFileURL(path).href)
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(images, `audit-${colorScheme}.png`) })
  await page.close()
}

makePullRequest()
makeRepository('landing', 'clean')
makeRepository('recommend', 'storefront', ['image-policy.yml', 'recommend'])
makeRepository('worker', 'storefront', ['image-policy.yml', 'worker'])
mkdirSync(images, { recursive: true })
const markdown = await comment()
const posted = `<header><b>github-actions</b> bot commented now</header><section>${marked.parse(markdown)}</section>`
const checked = terminal(run('check', '--color', 'always', 'web', 'worker'))
const annotations = run('check', '--base', 'HEAD', '--format', 'github').split('\n').flatMap(annotation)
const changed = ['web/Dockerfile', 'worker/Dockerfile'].map((path) =>
  annotated(
    path,
    annotations.filter(({ file }) => file === path),
  ),
)
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  for (const scheme of ['light', 'dark']) {
    await shoot(browser, 'comment', posted, scheme)
    await shoot(browser, 'annotations', changed.join(''), scheme)
    await shoot(browser, 'terminal', checked, scheme)
    await shootAudit(browser, scheme)
  }
} finally {
  await browser.close()
  rmSync(workshop, { recursive: true, force: true })
}
console.log('docs/images is made anew')
