import { catalogueEntry } from '../policy/catalogue.js'
import { type Entry, type Leaf } from '../policy/policy.js'
import { type Match } from '../policy/source.js'
import { alternativeOf, isAllowed, wouldFloat } from './alternatives.js'
import { lookalikesOf, type Lookalike } from './lookalikes.js'
import { familiar, judgedImage, shown } from './names.js'
import { Similar } from './similar.js'
import { listed, type Case, type Violation } from './rule.js'

/** The refusal of an image whose source the policy does not allow: what is allowed there, and what to write instead. */
export function refusal(subject: Case): Violation | undefined {
  const { decision, decider } = subject
  if (decision === undefined) return undefined
  const like = lookalikesOf(decider.policy).of(judgedImage(decision), decision.matches.entries.length > 0)
  const alike = like !== undefined && isAllowed(subject, like.reference) ? like.reference : undefined
  const instead = alike ?? alternativeOf(subject)
  const floats = instead !== undefined && wouldFloat(subject, instead)
  return {
    message: `${shown(decision)} is not allowed`,
    advice: [
      ...(decision.verdict === 'registry' ? registryAdvice(subject) : namespaceAdvice(subject)),
      ...likeAdvice(like),
      ...(floats
        ? [`${familiar({ registry: instead.registry, repository: instead.repository })} is allowed, with a tag that does not float`]
        : []),
      ...pullAdvice(subject),
    ],
    ...(instead === undefined || floats ? {} : { replacement: familiar(instead) }),
    place: decision.place,
  }
}

function registryAdvice({ decider: { policy } }: Case): string[] {
  const keys = policy.registries === 'any' ? [] : policy.registries.map(keyWithHosts)
  return [`Allowed registries: ${listed(keys)}`]
}

/** An id with the hosts it stands for. */
function keyWithHosts({ key }: Entry): string {
  const hosts = catalogueEntry(key)?.hosts
  return hosts === undefined ? key : `${key} (${listed(hosts, 2)})`
}

function namespaceAdvice({ decision }: Case): string[] {
  if (decision === undefined) return []
  const { matches } = decision
  const lines = matches.misfits.map(misfitLine).filter((line) => line !== undefined)
  const names = matches.entries.flatMap(allowedIn)
  if (names.length > 0) lines.push(`${judgedImage(decision).registry} allows ${listed(names)}`)
  const near = nearName(matches.entries, judgedImage(decision).repository)
  if (near !== undefined) lines.push(`Did you mean ${near}?`)
  return lines
}

function misfitLine({ leaf, settings, misfit }: Match): string | undefined {
  const what = leaf.name === undefined ? leaf.entry.key : leaf.name.text
  if (misfit === 'path') return `${what} is allowed under ${listed(settings.paths?.value.patterns ?? [])}`
  if (misfit === 'role') return `${what} is allowed as ${listed([...(settings.roles?.value ?? [])])}`
  return undefined
}

function allowedIn(entry: Entry): string[] {
  const names = leavesOf(entry).flatMap(({ name }) => name?.text ?? [])
  return entry.owners === undefined ? names : [`the owners ${listed([...entry.owners])}`, ...names]
}

function leavesOf({ namespaces, repositories }: Entry): Leaf[] {
  return [...namespaces.literal.values(), ...namespaces.patterns, ...repositories.literal.values(), ...repositories.patterns]
}

const similar = new WeakMap<Entry, Similar>()

/** The allowed namespace or repository that the image's is one slip away from. */
function nearName(entries: readonly Entry[], repository: string): string | undefined {
  for (const entry of entries) {
    const names = similar.get(entry) ?? new Similar(leavesOf(entry).flatMap(({ name }) => (name?.literal === true ? [name.text] : [])))
    similar.set(entry, names)
    const first = repository.slice(0, Math.max(0, repository.indexOf('/')))
    const near = names.to(repository) ?? (first.length > 3 ? names.to(first) : undefined)
    if (near !== undefined) return near
  }
  return undefined
}

function likeAdvice(like: Lookalike | undefined): string[] {
  return like === undefined ? [] : [`It is nearly ${like.meant}: is that what was meant?`]
}

/** An image that compose builds under a name which is not allowed is harmless as long as it is never pulled. */
function pullAdvice({ occurrence: { role } }: Case): string[] {
  return role === 'build-output' ? ['It is built here: write pull_policy: build, so that it is never pulled'] : []
}
