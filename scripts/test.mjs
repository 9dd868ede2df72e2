// What `npm test` runs: types, style, tests, and that dist/ is what the sources build. Ends with one line, `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node24 } from './node24.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (...path) => join(root, 'node_modules', ...path)
const workshop = mkdtempSync(join(tmpdir(), 'image-policy-test-'))
const results = join(workshop, 'jest.json')

const CHECKS = [
  ['types of the sources', [bin('typescript', 'bin', 'tsc'), '--noEmit']],
  ['types of the tests', [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.test.json']],
  ['types of the page', [bin('typescript', 'bin', 'tsc'), '-p', 'src/audit/page']],
  ['lint', [bin('eslint', 'bin', 'eslint.js'), '.']],
  ['format', [bin('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['dist', ['scripts/build.mjs', '--check']],
]

function succeeds(args, env = {}) {
  return (
    spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).status === 0
  )
}

/** The counts of one run of the tests; a run that wrote none, or a file of tests that could not start, is a failure. */
function unitTests(patterns, env = {}) {
  rmSync(results, { force: true })
  const jest = ['--experimental-vm-modules', '--no-warnings', bin('jest', 'bin', 'jest.js'), '--json', `--outputFile=${results}`]
  const ok = succeeds([...jest, ...patterns], env)
  try {
    const told = JSON.parse(readFileSync(results, 'utf8'))
    const failed = told.numFailedTests + told.numRuntimeErrorTestSuites
    return { passed: told.numPassedTests, failed: ok ? failed : Math.max(failed, 1), skipped: told.numPendingTests + told.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** The bundles once more, under the Node that runners execute the action with. */
function bundleTests() {
  const node = node24()
  if (node !== undefined) return unitTests(['__tests__/action-', '__tests__/bundles'], { IMAGE_POLICY_NODE: node })
  const reason = process.versions.node.startsWith('24.') ? 'the tests above ran under it' : 'there is no package of it for this machine'
  console.log(`SKIPPED: the bundles under Node 24 once more: ${reason}`)
  return { passed: 0, failed: 0, skipped: 0 }
}

try {
  const broken = CHECKS.filter(([name, args]) => {
    const ok = succeeds(args)
    console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`)
    return !ok
  })
  const runs = [unitTests(process.argv.slice(2)), bundleTests()]
  const sum = (name) => runs.reduce((total, run) => total + run[name], 0)
  if (sum('skipped') > 0) console.log(`${sum('skipped')} skipped`)
  const failed = sum('failed') + broken.length
  console.log(`${sum('passed') + CHECKS.length - broken.length} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
} finally {
  rmSync(workshop, { recursive: true, force: true })
}
