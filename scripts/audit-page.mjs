/**
 * Builds the page of `image-policy audit --format html` into one self-contained template, src/audit/page.generated.ts:
 * script and style stand in it, and its Content-Security-Policy names both by their hash. Without network; the same input gives the same bytes.
 *
 *   node scripts/audit-page.mjs           writes the file
 *   node scripts/audit-page.mjs --check   fails if the file is not what the sources give
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('../src/audit/page/', import.meta.url))
const output = fileURLToPath(new URL('../src/audit/page.generated.ts', import.meta.url))

const BUNDLED = ['chart.js', '@kurkle/color', 'tabulator-tables']

const WRITTEN_LATER = ['<!--title-->', '<!--data-->']

/** The text of the module that holds the template. */
export async function buildPage() {
  const [script, style] = await Promise.all([bundle('main.ts', licences()), bundle('style.css', '')])
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ')
  let page = readFileSync(`${folder}index.html`, 'utf8').replaceAll('\r\n', '\n')
  for (const mark of WRITTEN_LATER) {
    if (page.split(mark).length !== 2) throw new Error(`index.html must hold ${mark} once`)
  }
  // in a function, since a text would have its `$&` and the like replaced
  page = page.replace('<!--policy-->', () => policy)
  // the hash is of all that stands between the tags
  page = page.replace(/\s*<!--style-->\s*/, () => style)
  page = page.replace(/\s*<!--script-->\s*/, () => script)
  return module(page)
}

/** What the licences of the bundled packages ask for: that they stand where a copy of the packages stands. */
function licences() {
  const texts = BUNDLED.map((name) => {
    const file = fileURLToPath(new URL(`../node_modules/${name}/`, import.meta.url))
    const { version } = JSON.parse(readFileSync(`${file}package.json`, 'utf8'))
    const licence = readdirSync(file).find((entry) => /^licen[cs]e/i.test(entry))
    return `${name} ${version}\n${readFileSync(file + licence, 'utf8')
      .replaceAll('\r\n', '\n')
      .trim()}`
  })
  return `/*!\n${texts.join('\n\n')}\n*/`
}

/**
 * Classes of chart.js that take a default over from another one stay in every bundle, used or not, since reading a property might do something: here the scales of
 * time, with adapters that must be brought along. Marked as pure, they go when nobody uses them.
 */
const onlyUsedCharts = {
  name: 'only-used-charts',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]chart\.js[\\/]dist[\\/]chart\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^(\s*static \w+ = )(\w+(?:\.\w+)+);$/gm, '$1/* @__PURE__ */ (() => $2)();'),
    }))
  },
}

async function bundle(entry, banner) {
  const { outputFiles } = await build({
    entryPoints: [folder + entry],
    bundle: true,
    minify: true,
    write: false,
    charset: 'ascii',
    legalComments: 'none',
    format: 'iife',
    target: ['es2022', 'chrome123', 'firefox128', 'safari17.5'],
    logLevel: 'warning',
    plugins: [onlyUsedCharts],
  })
  const [file] = outputFiles
  const text = `${banner}${file.text.trim()}`
  // in an HTML document these would end the element, or start another way of reading it
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${entry} holds what would end its element`)
  return text
}

function hash(text) {
  return `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`
}

/** As the formatter would write it: the quotes that need fewer escapes. */
function module(page) {
  const double = JSON.stringify(page)
  const singles = page.split("'").length
  const doubles = page.split('"').length
  const literal = singles > doubles ? double : `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  return `// Made by scripts/audit-page.mjs from src/audit/page; do not edit.\nexport const PAGE =\n  ${literal}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await buildPage()
  if (!process.argv.includes('--check')) {
    writeFileSync(output, text)
    console.log(`${output}: ${Math.round(text.length / 1024)} kB`)
  } else if (readFileSync(output, 'utf8').replaceAll('\r\n', '\n') !== text) {
    console.error('src/audit/page.generated.ts is not what src/audit/page gives: run node scripts/audit-page.mjs')
    process.exitCode = 1
  }
}
