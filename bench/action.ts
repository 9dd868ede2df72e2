import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Program } from './measure.js'
import { type Repository } from './store.js'

/**
 * The action's bundle as a runner starts it on `workflow_dispatch`, for the same work as the command line: everything is judged, nothing is
 * commented. The API is an address where nobody listens, so that a request would show.
 */
export function actionOn(bundle: string, repository: Repository, cache: string): Program {
  const folder = join(cache, 'runner')
  mkdirSync(folder, { recursive: true })
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const event = {
    repository: { name: 'monorepo', full_name: 'acme/monorepo', default_branch: 'main', owner: { login: 'acme' } },
    ref: 'refs/heads/main',
  }
  return {
    command: [process.execPath, bundle],
    folder: repository.folder,
    environment: {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'workflow_dispatch',
      GITHUB_EVENT_PATH: file('event.json', JSON.stringify(event)),
      GITHUB_REPOSITORY: 'acme/monorepo',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: execFileSync('git', ['rev-parse', 'HEAD'], { cwd: repository.folder, encoding: 'utf8' }).trim(),
      GITHUB_WORKSPACE: repository.folder,
      GITHUB_WORKFLOW: 'images',
      GITHUB_JOB: 'check',
      GITHUB_RUN_ID: '1',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: 'http://127.0.0.1:9',
      GITHUB_OUTPUT: file('output', ''),
      GITHUB_STEP_SUMMARY: file('summary', ''),
      RUNNER_TEMP: folder,
      INPUT_COMMENT: 'never',
      'INPUT_FAIL-ON': 'error',
      INPUT_SCOPE: 'all',
      'INPUT_WORKING-DIRECTORY': '.',
    },
    expected: [0, 1],
  }
}
