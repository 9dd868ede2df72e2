import { type Finding, type Occurrence, type Resolution, type Role } from '../src/model.js'
import { loadLayers, type PolicyLayer } from '../src/policy/layers.js'
import { parseReference } from '../src/resolve/reference.js'
import { createJudge, type Judge, type JudgeContext } from '../src/rules/judge.js'

export const TODAY = '2026-11-21'

/** The layers of policy texts: the repository's own first, then layers above it. */
export async function layersOf(...texts: string[]): Promise<readonly PolicyLayer[]> {
  const sources = texts.map((text, index) => ({
    path: index === 0 ? '.github/image-policy.yml' : `org-${index}/.github:image-policy.yml`,
    text,
    own: index === 0,
    base: '',
  }))
  const loaded = await loadLayers(sources, () => Promise.resolve({ kind: 'failed', problem: 'no network in this test' }), TODAY)
  if (loaded.kind === 'errors') throw new Error(loaded.errors.map(({ line, message }) => `line ${line}: ${message}`).join('\n'))
  return loaded.layers
}

/** A judge of policy texts. */
export async function judgeOf(policies: string | readonly string[], context: Partial<JudgeContext> = {}): Promise<Judge> {
  return createJudge(await layersOf(...[policies].flat()), { today: TODAY, ...context })
}

export interface At {
  readonly path?: string
  readonly role?: Role
  readonly layer?: number
  readonly given?: boolean
  readonly occurrence?: Partial<Occurrence>
  readonly resolution?: Partial<Resolution>
}

/** An occurrence of a text in `Dockerfile`, line 4. */
export function occurrenceOf(text: string, { role = 'base', occurrence = {} }: At = {}): Occurrence {
  return {
    file: 'Dockerfile',
    kind: 'dockerfile',
    role,
    text,
    span: { start: { line: 4, column: 6 }, end: { line: 4, column: 6 + text.length } },
    ...occurrence,
  }
}

/** A text that resolves to itself. */
export function resolutionOf(text: string): Resolution {
  const parsed = parseReference(text)
  const target = parsed.kind === 'image' ? parsed : ({ kind: 'malformed', problem: parsed.problem } as const)
  return { resolved: text, target, variables: [], via: [] }
}

/** What a judge finds in a reference. */
export function findings(judge: Judge, text: string, at: At = {}): readonly Finding[] {
  const options = { ...(at.path === undefined ? {} : { path: at.path }), ...(at.given === undefined ? {} : { given: at.given }) }
  return judge.reference(at.layer ?? 0, occurrenceOf(text, at), { ...resolutionOf(text), ...at.resolution }, options)
}

/** The rules that a reference breaks: `pinned`, `retired (warning)`, `pinned (excepted)`. */
export function told(judge: Judge, text: string, at: At = {}): string {
  return findings(judge, text, at)
    .map(({ rule, severity, state }) => rule + (severity === 'warning' ? ' (warning)' : '') + (state === 'excepted' ? ' (excepted)' : ''))
    .join(', ')
}
