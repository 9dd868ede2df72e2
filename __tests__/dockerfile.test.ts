import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { extractDockerfile } from '../src/extract/dockerfile.js'
import { plain } from '../src/extract/values.js'
import { type BuildInputs, type Resolution } from '../src/model.js'
import { canonical } from '../src/resolve/reference.js'
import { resolveDockerfile } from '../src/resolve/stages.js'
import { ROOT } from './golden.js'

interface Case {
  dockerfile: string
  buildArgs?: Record<string, string>
  escape?: string
  error?: { message: string; phase: string; stage?: number }
  syntax?: { ref: string; line: number }
  stages?: { from: string; expanded: string; name: string; lines: [number, number]; platform: string; base: Told }[]
  refs?: { kind: string; lines: [number, number]; stage: number; value: string; target?: Told }[]
}
interface Told {
  kind: string
  ref?: string
  index?: number
  error?: string
}

const cases: Case[] = JSON.parse(readFileSync(join(ROOT, '__tests__/data/dockerfile.json'), 'utf8'))

const TRIGGER = /^(?:copy|run)\s(?:\s*--\S+)*?\s*--(?:from=|mount=(?:\S*,)?from=)([^\s,]+)/i

/** What BuildKit's code told, in our words. A stage that comes later is refused if the build reaches the place. */
function wanted(target: Told, stage: number, stages: number): RegExp {
  const number = target.index ?? 0
  if (['stage', 'index'].includes(target.kind) && number > stage && number < stages)
    return /^(?:local stage|malformed cannot copy from stage )/
  return new RegExp(`^${start(target, stage, stages).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)
}

function start({ kind, ref, error, index }: Told, stage: number, stages: number): string {
  if (kind === 'image') return `image ${ref}`
  if (kind === 'scratch') return 'local scratch'
  if (kind === 'invalid') return `malformed ${error}`
  const number = index ?? 0
  if (number < 0 || number >= stages) return `malformed invalid stage index ${number}`
  return number === stage ? 'malformed circular dependency detected on stage: ' : 'local stage'
}

function told({ target }: Resolution): string {
  if (target.kind === 'image') return `image ${canonical(target.reference)}`
  if (target.kind === 'local') return `local ${target.as}`
  return target.kind === 'malformed' ? `malformed ${target.problem}` : 'unresolved'
}

function resolved({ dockerfile, buildArgs }: Case) {
  const inputs: BuildInputs = {
    args: new Map(Object.entries(buildArgs ?? {}).map(([name, text]) => [name, plain(text)])),
    contexts: new Map(),
    platforms: { build: 'linux/amd64', target: 'linux/arm64' },
  }
  const extracted = extractDockerfile(dockerfile)
  const { resolutions, problems } = resolveDockerfile(extracted, 'Dockerfile', inputs)
  return {
    extracted,
    problems: [...extracted.problems, ...problems],
    places: extracted.occurrences.flatMap((occurrence, i) => {
      const resolution = resolutions[i]
      return resolution === undefined ? [] : [{ occurrence, resolution }]
    }),
  }
}

describe('as BuildKit reads', () => {
  test.each(cases.map((c) => [c.dockerfile, c.buildArgs ?? {}, c] as const))('%j %j', (_, __, want) => {
    const { extracted, problems, places } = resolved(want)
    const messages = problems.filter(({ message }) => !message.startsWith('the frontend '))
    const syntax = places.filter(({ occurrence }) => occurrence.role === 'syntax')
    expect(syntax.map(({ resolution, occurrence }) => [resolution.resolved, occurrence.span.start.line])).toEqual(
      want.syntax === undefined ? [] : [[want.syntax.ref, Math.max(want.syntax.line, 1)]],
    )
    if (want.error !== undefined) return expectRefusal(want, messages, places)
    expect(messages).toEqual([])
    expect(extracted.escape).toBe(want.escape)

    const bases = places.filter(({ occurrence }) => occurrence.role === 'base')
    const stages = want.stages ?? []
    expect(bases.map(({ occurrence }) => [occurrence.owner ?? '', occurrence.span.start.line >= 1])).toEqual(
      stages.map(({ name }) => [name, true]),
    )
    expect(extracted.readings[0]?.stages.map(({ platform }) => platform)).toEqual(stages.map(({ platform }) => platform))
    bases.forEach(({ resolution, occurrence }, i) => {
      const stage = stages[i]
      if (stage === undefined) throw new Error('a stage too many')
      const { base, expanded, lines } = stage
      expect(occurrence.span.start.line).toBeGreaterThanOrEqual(lines[0])
      expect(occurrence.span.end.line).toBeLessThanOrEqual(lines[1])
      if (resolution.target.kind === 'unresolved') expect(blank(base)).toBe(true)
      else {
        expect(told(resolution)).toEqual(expect.stringMatching(wanted(base, i, i)))
        expect(resolution.resolved).toBe(expanded)
      }
    })

    const sources = places.filter(({ occurrence }) => ['copy-from', 'mount-from'].includes(occurrence.role) && !occurrence.onbuild)
    const refs = (want.refs ?? []).filter(({ kind }) => kind !== 'onbuild')
    expect(sources.map(({ occurrence, resolution }) => [occurrence.role, resolution.resolved])).toEqual(
      refs.map(({ kind, value }) => [kind, value]),
    )
    sources.forEach(({ resolution, occurrence }, i) => {
      const ref = refs[i]
      if (ref?.target === undefined) throw new Error('a reference too many')
      const { target, stage, lines } = ref
      expect(occurrence.span.start.line).toBeGreaterThanOrEqual(lines[0])
      expect(occurrence.span.end.line).toBeLessThanOrEqual(lines[1])
      expect(told(resolution)).toEqual(expect.stringMatching(wanted(target, stage, stages.length)))
    })
    const triggers = (want.refs ?? []).filter(({ kind }) => kind === 'onbuild').flatMap(({ value }) => TRIGGER.exec(value)?.[1] ?? [])
    expect(places.filter(({ occurrence }) => occurrence.onbuild).map(({ occurrence }) => occurrence.text)).toEqual(triggers)
  })
})

/** The unset variables blank, Docker refuses the reference: we say that it is not resolved. */
function blank({ kind, error }: Told): boolean {
  return kind === 'invalid' && error === 'invalid reference format'
}

function expectRefusal(
  { error }: Case,
  problems: readonly { message: string; span?: { start: { line: number } } }[],
  places: ReturnType<typeof resolved>['places'],
): void {
  const [, line, reason] = /^(?:dockerfile parse error on line (\d+): )?(.*)$/s.exec(error?.message ?? '') ?? []
  const [problem] = problems
  if (problem !== undefined) {
    expect(problem.message).toBe(reason)
    if (line !== undefined) expect(problem.span?.start.line).toBe(Number(line))
    return
  }
  // refused for one reference: that reference says so
  const flagged = places.flatMap(({ resolution: { target, variables } }) => {
    if (target.kind === 'malformed') return [target.problem]
    return target.kind === 'unresolved' ? [`base name ($${variables[0]}) should not be blank`] : []
  })
  expect(flagged).toContain(reason)
}
