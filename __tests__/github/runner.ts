import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { type LoopbackGitHub } from './loopback.js'
import { type Shop } from './repository.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** The bundle as a workflow runs it. */
export const BUNDLE = process.env['IMAGE_POLICY_BUNDLE'] ?? join(ROOT, 'dist', 'index.js')

/** What runs the bundles: the Node that runs the tests, or another one. */
export const NODE = process.env['IMAGE_POLICY_NODE'] ?? process.execPath

export const ACTION: {
  inputs: Record<string, { default: string }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
} = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as typeof ACTION

/** What tests change of a payload; there is far more in each. */
export interface Payload {
  action?: string
  number?: number
  ref?: string
  before?: string
  after?: string
  repository: { full_name: string; default_branch: string }
  pull_request: {
    number: number
    head: { sha: string; ref: string; repo: { full_name: string } | null }
    base: { sha: string; ref: string; repo: { full_name: string } }
  }
  merge_group: { base_sha: string; base_ref: string; head_sha: string }
}

/** Payloads as GitHub sent them (npm: @octokit/webhooks-examples). */
const examples = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json'), 'utf8'),
) as { name: string; examples: Payload[] }[]

export function payloadsOf(event: string): Payload[] {
  return structuredClone(examples.find(({ name }) => name === event)?.examples ?? [])
}

/** The first payload of an event (with that action, if one is named), to be changed at will. */
export function payloadOf(event: string, action?: string): Payload {
  const found = payloadsOf(event).find((payload) => action === undefined || payload.action === action)
  if (found === undefined) throw new Error(`there is no example of ${event} ${action ?? ''}`)
  return found
}

/** A real pull_request payload, about `acme/shop`. */
export function pullRequestPayload(options: { number?: number; head: string; base: string; branch?: string; fork?: boolean }): Payload {
  const payload = payloadOf('pull_request', 'synchronize')
  const { number = 7, head, base, branch = 'main', fork = false } = options
  payload.number = number
  Object.assign(payload.pull_request, { number })
  Object.assign(payload.pull_request.head, { sha: head, ref: 'topic' })
  Object.assign(payload.pull_request.base, { sha: base, ref: branch })
  payload.pull_request.base.repo.full_name = 'acme/shop'
  payload.pull_request.head.repo = { full_name: fork ? 'mallory/shop' : 'acme/shop' }
  Object.assign(payload.repository, { full_name: 'acme/shop', default_branch: 'main' })
  return payload
}

export interface ActionRun {
  readonly event: string
  readonly payload: unknown
  /** GITHUB_SHA. */
  readonly commit: string
  readonly ref?: string
  readonly workspace: string
  readonly shop: Shop
  readonly github?: LoopbackGitHub | undefined
  readonly inputs?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

export interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

export interface ActionResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** Every workflow command that the runner would find in the log. */
  readonly commands: readonly Command[]
  readonly milliseconds: number
}

/** Runs the bundle in the environment that a runner gives to a step. */
export async function runAction(run: ActionRun): Promise<ActionResult> {
  const temp = mkdtempSync(join(run.shop.root, 'runner-'))
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_EVENT_PATH', 'GITHUB_STATE', 'GITHUB_ENV'].map((name) => [name, join(temp, name)]),
  )
  for (const path of Object.values(files)) writeFileSync(path, '')
  writeFileSync(files['GITHUB_EVENT_PATH'] ?? '', JSON.stringify(run.payload))
  mkdirSync(join(temp, 'home'))
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(temp, 'home'),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    RUNNER_TEMP: temp,
    GITHUB_WORKSPACE: run.workspace,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_EVENT_NAME: run.event,
    GITHUB_SHA: run.commit,
    GITHUB_REF: run.ref ?? 'refs/pull/7/merge',
    GITHUB_JOB: 'images',
    GITHUB_RUN_ID: '12345',
    GITHUB_ACTOR: 'octocat',
    GITHUB_WORKFLOW_REF: `acme/shop/.github/workflows/images.yml@${run.ref ?? 'refs/pull/7/merge'}`,
    GITHUB_SERVER_URL: run.shop.server,
    GITHUB_API_URL: run.github?.apiUrl ?? 'http://127.0.0.1:9',
    ...files,
    ...inputVariables({ 'github-token': run.github?.token ?? '', ...run.inputs }),
    ...run.env,
  }
  const start = Date.now()
  const { code, stdout, stderr } = await spawned(env, run.workspace)
  const milliseconds = Date.now() - start
  const outputs = readOutputs(readFileSync(files['GITHUB_OUTPUT'] ?? '', 'utf8'))
  return {
    code,
    stdout,
    stderr,
    outputs,
    summary: readFileSync(files['GITHUB_STEP_SUMMARY'] ?? '', 'utf8'),
    commands: commandsIn(stdout),
    milliseconds,
  }
}

/** Every input, with its default where none is given, as the runner passes them. */
function inputVariables(given: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries(ACTION.inputs).map(
    ([name, { default: value }]) => [`INPUT_${name.toUpperCase()}`, given[name] ?? value] as const,
  )
  return Object.fromEntries(all)
}

function spawned(env: Record<string, string>, cwd: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  if (!existsSync(BUNDLE)) throw new Error(`${BUNDLE} is not there: npm run build`)
  return new Promise((resolve) => {
    const child = spawn(NODE, [BUNDLE], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('close', (code) => resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') }))
  })
}

/** `name<<delimiter`, lines, `delimiter`: as the runner reads GITHUB_OUTPUT. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const [name, delimiter] = (lines[index] ?? '').split('<<')
    if (name === undefined || delimiter === undefined) continue
    const end = lines.indexOf(delimiter, index + 1)
    outputs[name] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return outputs
}

/** The commands that the runner finds (actions/runner, ActionCommand.cs): `::name props::message` at the start of a line, `##[name props]message` anywhere in it. */
export function commandsIn(log: string): readonly Command[] {
  const commands: Command[] = []
  for (const line of log.split(/\r\n|\r|\n/)) {
    const modern = /^\s*::([^\s:]+)(?: ([^]*?))?::([^]*)$/.exec(line)
    if (modern !== null)
      commands.push({
        name: (modern[1] ?? '').toLowerCase(),
        properties: properties(modern[2] ?? '', ','),
        message: unescaped(modern[3] ?? ''),
      })
    else if (line.includes('##[')) {
      const legacy = /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/.exec(line)
      if (legacy !== null)
        commands.push({ name: (legacy[1] ?? '').toLowerCase(), properties: properties(legacy[2] ?? '', ';'), message: legacy[3] ?? '' })
    }
  }
  return commands
}

function properties(text: string, separator: string): Record<string, string> {
  const pairs = text.split(separator).filter((pair) => pair.includes('='))
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), unescaped(pair.slice(pair.indexOf('=') + 1))]))
}

function unescaped(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
}

/** Annotations of one kind, without the one that makes the step fail. */
export function annotationsOf(result: ActionResult, name: 'error' | 'warning'): readonly Command[] {
  return result.commands.filter((command) => command.name === name && command.properties['title'] !== undefined)
}

/** What the step failed with. */
export function failureOf(result: ActionResult): string | undefined {
  return result.commands.find((command) => command.name === 'error' && command.properties['title'] === undefined)?.message
}

/** Warnings that are about the run, not about a place. */
export function warningsOf(result: ActionResult): readonly string[] {
  return result.commands
    .filter((command) => command.name === 'warning' && command.properties['title'] === undefined)
    .map(({ message }) => message)
}
