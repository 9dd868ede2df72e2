// What `npm test` runs: types, style, tests, and that dist/ is what the sources build. Ends with one line, `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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

function succeeds(args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}

/** The counts of the unit tests; a run that wrote none, or a file of tests that could not start, is a failure. */
function unitTests() {
  const jest = ['--experimental-vm-modules', '--no-warnings', bin('jest', 'bin', 'jest.js'), '--json', `--outputFile=${results}`]
  const ok = succeeds([...jest, ...process.argv.slice(2)])
  try {
    const told = JSON.parse(readFileSync(results, 'utf8'))
    const failed = told.numFailedTests + told.numRuntimeErrorTestSuites
    return { passed: told.numPassedTests, failed: ok ? failed : Math.max(failed, 1), skipped: told.numPendingTests + told.numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

try {
  const broken = CHECKS.filter(([name, args]) => {
    const ok = succeeds(args)
    console.log(`${ok ? 'ok' : 'FAILED'}: ${name}`)
    return !ok
  })
  const units = unitTests()
  if (units.skipped > 0) console.log(`${units.skipped} skipped`)
  const failed = units.failed + broken.length
  console.log(`${units.passed + CHECKS.length - broken.length} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
} finally {
  rmSync(workshop, { recursive: true, force: true })
}
