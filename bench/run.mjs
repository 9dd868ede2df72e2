// Node 20 does not run TypeScript: the bench is bundled into the cache folder first, and what it measures from inside beside it.
import { mkdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const bench = fileURLToPath(new URL('.', import.meta.url))
const out = fileURLToPath(new URL('../.cache/bench/programs/', import.meta.url))
mkdirSync(out, { recursive: true })

/** Bundles one program of the bench. */
async function bundle(name) {
  const outfile = `${out}${name}.mjs`
  await build({
    entryPoints: [`${bench}${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'silent',
    external: ['esbuild'],
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
  })
  return outfile
}

const { main } = await import(pathToFileURL(await bundle('main')).href)
process.exitCode = await main(process.argv.slice(2), { bench, bundle })
