import { type Finding, type Layer, type Occurrence, type PolicyPlace, type Resolution, type Role } from '../model.js'
import { decide, type Decision } from '../policy/decide.js'
import { type PolicyLayer } from '../policy/layers.js'
import { type Settings } from '../policy/policy.js'
import { canonical, parseReference } from '../resolve/reference.js'
import { createJudge, type JudgeContext } from './judge.js'

/** A line of a policy, in words. */
export interface Said {
  readonly text: string
  readonly place: PolicyPlace
}

/** What one layer says of a reference. */
export interface LayerSays {
  readonly layer: Layer
  readonly allowed: boolean
  /** What allowed or refused the source. */
  readonly source: Said
  /** What it was judged as, if it stands under a mirror. */
  readonly upstream?: Said
  /** Absent where nothing is asked. */
  readonly pin?: { readonly asked: string; readonly met: string; readonly place: PolicyPlace }
  /** What else was set for it. */
  readonly settings: readonly Said[]
  readonly findings: readonly Finding[]
}

/** What a reference would be told if it stood at a place in a file, layer by layer, by the same judge that checks files. */
export function explainReference(
  text: string,
  role: Role,
  path: string,
  layers: readonly PolicyLayer[],
  context: JudgeContext,
): readonly LayerSays[] {
  const parsed = parseReference(text)
  const resolution: Resolution = {
    resolved: text,
    target: parsed.kind === 'image' ? parsed : { kind: 'malformed', problem: parsed.problem },
    variables: [],
    via: [],
  }
  const judge = createJudge(layers, context)
  return layers.map((layer, index) => {
    const findings = judge.reference(index, occurrenceOf(text, role, path), resolution)
    const allowed = findings.every(({ severity, state }) => severity !== 'error' || state === 'excepted')
    const common = { layer: layer.layer, allowed, findings }
    if (parsed.kind !== 'image')
      return { ...common, source: { text: 'Docker refuses the reference', place: layer.policy.registriesPlace }, settings: [] }
    return { ...common, ...said(decide(layer, parsed.reference, role, path)) }
  })
}

function occurrenceOf(text: string, role: Role, file: string): Occurrence {
  const kind = /\.ya?ml$/i.test(file) ? 'compose' : 'dockerfile'
  return { file, kind, role, text, span: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 + text.length } } }
}

function said(decision: Decision): Pick<LayerSays, 'source' | 'upstream' | 'pin' | 'settings'> {
  const { builtHere, pin, upstream, place } = decision
  if (builtHere !== undefined)
    return { source: { text: 'this repository builds it (built-here): not judged', place: builtHere }, settings: [] }
  return {
    source: { text: sourceWords(decision), place },
    ...(upstream === undefined ? {} : { upstream: { text: canonical(upstream.reference), place: upstream.mirror.place } }),
    ...(pin.exempt ? {} : { pin: { asked: pin.asked.value, met: pin.met, place: pin.asked.place } }),
    settings: settingsWords(decision.settings),
  }
}

function sourceWords({ verdict, by, matches }: Decision): string {
  if (verdict === 'registry') return 'no entry of registries covers it'
  if (verdict === 'mirror') return 'allowed through a mirror only (direct: false)'
  if (verdict === 'namespace') return `${matches.entries[0]?.key ?? 'the registry'} is there, but does not cover it`
  if (by === 'any') return 'any source is allowed'
  if (by === 'builtin') return "Docker's own: allowed unless builtin: none"
  const leaf = matches.match?.leaf
  return leaf?.name === undefined
    ? `${leaf?.entry.key ?? 'an entry'}: the whole registry`
    : `${leaf.entry.key}: ${leaf.kind} ${leaf.name.text}`
}

function settingsWords({ tags, roles, paths, severity, direct }: Settings): Said[] {
  return [
    ...(tags === undefined ? [] : [{ text: `tags: ${tags.value.join(', ')}`, place: tags.place }]),
    ...(roles === undefined ? [] : [{ text: `roles: ${[...roles.value].join(', ')}`, place: roles.place }]),
    ...(paths === undefined ? [] : [{ text: `paths: ${paths.value.patterns.join(', ')}`, place: paths.place }]),
    ...(severity === undefined ? [] : [{ text: `severity: ${severity.value}`, place: severity.place }]),
    ...(direct === undefined ? [] : [{ text: `direct: ${String(direct.value)}`, place: direct.place }]),
  ]
}
