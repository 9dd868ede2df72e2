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

const shop = mkdtempSync(join(tmpdir(), 'storefront-'))
const git = (...args) =>
  execFileSync('git', ['-c', 'user.name=docs', '-c', 'user.email=docs@example.com', ...args], { cwd: shop, encoding: 'utf8' })

/** The storefront with a pull request on top: three new images, beside the debt that is there. */
function makePullRequest() {
  cpSync(join(root, 'examples', 'storefront'), shop, { recursive: true })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-qm', 'Shop')
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
  const banner = { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` }
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
    --red: #cf222e; --green: #1a7f37; --yellow: #9a6700; --cyan: #1b7c83 }
  @media (prefers-color-scheme: dark) { :root { --ink: #f0f6fc; --paper: #0d1117; --line: #3d444d; --soft: #151b23; --link: #4493f8; --dim: #9198a1;
    --red: #f85149; --green: #3fb950; --yellow: #d29922; --cyan: #39c5cf } }
  body { margin: 0; padding: 20px; background: var(--paper); color: var(--ink); font: 14px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif }
  main { width: max-content; max-width: 1100px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
  main > header { padding: 8px 16px; background: var(--soft); border-bottom: 1px solid var(--line); color: var(--dim) }
  main > header b { color: var(--ink) }
  main > section { padding: 16px }
  table { border-collapse: collapse; margin: 12px 0 } th, td { border: 1px solid var(--line); padding: 6px 13px; text-align: left } tr:nth-child(even) { background: var(--soft) }
  a { color: var(--link); text-decoration: none } code, pre { font: 12px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace } :not(pre) > code { background: var(--soft); padding: 2px 5px; border-radius: 6px }
  pre { margin: 0; white-space: pre } summary { cursor: pointer } h2, h3 { margin: 4px 0 12px } .bold { font-weight: 600 } .dim { color: var(--dim) } .red { color: var(--red) } .green { color: var(--green) } .yellow { color: var(--yellow) } .cyan { color: var(--cyan) }`

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const STYLES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' }

/** A terminal's text: the few styles that the program uses become spans. */
function terminal(text) {
  const body = escaped(text).replace(/\u001b\[(\d+)m/g, (_, code) => (STYLES[code] ? `<span class="${STYLES[code]}">` : '</span>'))
  return `<header>$ npx image-policy check web worker</header><section><pre>${body}</pre></section>`
}

async function shoot(browser, name, body, colorScheme) {
  const page = await browser.newPage({ colorScheme, deviceScaleFactor: 2, viewport: { width: 1200, height: 900 } })
  await page.setContent(`<!doctype html><meta charset="utf-8"><style>${CSS}</style><main>${body}</main>`)
  await page.locator('main').screenshot({ path: join(images, `${name}-${colorScheme}.png`) })
  await page.close()
}

async function shootAudit(browser, colorScheme) {
  const path = join(shop, '.git', 'audit.html')
  run('audit', '.', '--format', 'html', '--title', 'Image inventory of Acme', '--output', path)
  const page = await browser.newPage({ colorScheme, viewport: { width: 1200, height: 900 } })
  await page.goto(pathToFileURL(path).href)
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(images, `audit-${colorScheme}.png`) })
  await page.close()
}

makePullRequest()
mkdirSync(images, { recursive: true })
const markdown = await comment()
const posted = `<header><b>github-actions</b> bot commented now</header><section>${marked.parse(markdown)}</section>`
const checked = terminal(run('check', '--color', 'always', 'web', 'worker'))
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  for (const scheme of ['light', 'dark']) {
    await shoot(browser, 'comment', posted, scheme)
    await shoot(browser, 'terminal', checked, scheme)
    await shootAudit(browser, scheme)
  }
} finally {
  await browser.close()
  rmSync(shop, { recursive: true, force: true })
}
console.log('docs/images is made anew')
