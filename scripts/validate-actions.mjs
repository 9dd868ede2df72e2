// Validates action.yml and workflows with GitHub's own language service, as `validate-actions.mjs FILE…`; prints each fault, exits 1 if there is one.
// Node 20 cannot load the service as it is published (it imports JSON without an attribute), so it is bundled first.
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { dirname, join, basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bundle = join(root, '.cache', 'language-service.mjs')

/** The service's `validate(document, config)` and a maker of documents. */
export async function loadValidator() {
  await build({
    stdin: {
      contents: `export { validate } from '@actions/languageservice'; export { TextDocument } from 'vscode-languageserver-textdocument'`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundle,
    logLevel: 'error',
    banner: { js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);` },
  })
  return import(pathToFileURL(bundle).href)
}

/** The faults of one file, each `line: message`; the service caches by URI, so each file gets its own. */
export async function faultsOf({ validate, TextDocument }, name, text, index = 0) {
  const uri = /action\.ya?ml$/.test(name) ? `file:///r${index}/action.yml` : `file:///r/.github/workflows/${index}-${basename(name)}`
  const found = await validate(TextDocument.create(uri, 'yaml', 1, text), {})
  return found.map(({ range, message }) => `${range.start.line + 1}: ${message}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const validator = await loadValidator()
  let faults = 0
  for (const [index, path] of process.argv.slice(2).entries()) {
    for (const fault of await faultsOf(validator, path, readFileSync(path, 'utf8'), index)) {
      console.log(`${path}:${fault}`)
      faults++
    }
  }
  process.exitCode = faults ? 1 : 0
}
