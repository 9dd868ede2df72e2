import {
  type Finding,
  type Judged,
  type JudgedProblem,
  type Occurrence,
  type Place,
  type Resolution,
  type Step,
  type Verdict,
} from '../model.js'

/** One side of a comparison: everything that was judged of a tree. */
export interface Judgement {
  readonly verdicts: readonly Verdict[]
  readonly problems: readonly JudgedProblem[]
}

export interface Comparison {
  /** The path at the base of a path at the head, for a finding of that layer: another one only if the file was renamed and the same settings apply at both. */
  readonly basePath: (file: string) => string
  /** Whether the file's content is the same on both sides. */
  readonly unchanged: (file: string) => boolean
  /** How exactly a resolution is pinned, as a rank: a higher one is more exact. */
  readonly exactness: (resolution: Resolution) => number
}

/**
 * Marks what the base has already as existing. A finding's identity is its layer, file, role, registry and repository, and rule: neither lines nor tags count,
 * and if the base has two and the head three, one is new. `pinned` is new if less exact than before, `allowed-tag` if the tag changed, `unreadable` unless the
 * content is the same; what has scope `all` is always new. Where a step of the chain is new and the occurrence itself is not, the finding points to that step.
 */
export function markExisting(head: Judgement, base: Judgement, comparison: Comparison): Judgement {
  const debts = collectDebts(base, comparison)
  let known: Written | undefined
  const written = (): Written => (known ??= writtenAt(base))
  const problems = new Set(
    base.problems.flatMap((problem) => problem.findings.map((finding) => problemKey(problem.file, problem.message, finding))),
  )
  return {
    verdicts: head.verdicts.map((verdict) => markVerdict(verdict, debts, written, comparison)),
    problems: head.problems.map((problem) => {
      const file = comparison.basePath(problem.file)
      const isOld = (finding: Finding): boolean =>
        comparison.unchanged(problem.file) && problems.has(problemKey(file, problem.message, finding))
      return {
        ...problem,
        findings: problem.findings.map((finding) => (finding.scope === 'new' && isOld(finding) ? existing(finding) : finding)),
      }
    }),
  }
}

function existing(finding: Finding): Finding {
  return finding.state === 'new' ? { ...finding, state: 'existing' } : finding
}

function problemKey(file: string, message: string, finding: Finding): string {
  return JSON.stringify([finding.policy.path, finding.rule, file, message])
}

/** What one occurrence of the base owes: the exactness and the tag that a finding there had. */
interface Debt {
  readonly exactness: number
  readonly tag: string
}

type Debts = Map<string, Debt[]>

const itself = (file: string): string => file

function collectDebts(base: Judgement, comparison: Comparison): Debts {
  const debts: Debts = new Map()
  for (const verdict of base.verdicts) {
    if (isClean(verdict)) continue
    for (const [key, group] of findingsByKey(verdict, itself)) {
      const debt = debtOf(group, comparison)
      const list = debts.get(key)
      if (list === undefined) debts.set(key, [debt])
      else list.push(debt)
    }
  }
  return debts
}

/** Nearly every verdict is. */
function isClean({ findings, also }: Verdict): boolean {
  return findings.length === 0 && (also.length === 0 || also.every((other) => other.findings.length === 0))
}

interface Found {
  readonly finding: Finding
  readonly resolution: Resolution
}

/** The findings of a verdict that count, by identity: what several resolutions of one occurrence say alike counts once. */
function findingsByKey(verdict: Verdict, basePath: (file: string) => string): Map<string, Found[]> {
  const groups = new Map<string, Found[]>()
  for (const { resolution, findings } of [verdict, ...verdict.also]) {
    for (const finding of findings) {
      if (finding.state === 'excepted') continue
      const key = findingKey(verdict.occurrence, resolution, finding, basePath)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [{ finding, resolution }])
      else group.push({ finding, resolution })
    }
  }
  return groups
}

function findingKey(occurrence: Occurrence, resolution: Resolution, finding: Finding, basePath: (file: string) => string): string {
  return JSON.stringify([finding.policy.path, finding.rule, basePath(occurrence.file), occurrence.role, sourceOf(occurrence, resolution)])
}

/** Registry and repository; what has none is known by its text. */
function sourceOf(occurrence: Occurrence, { target, resolved }: Resolution): string {
  const reference = target.kind === 'image' || target.kind === 'unresolved' ? target.reference : undefined
  return reference === undefined ? `:${resolved ?? occurrence.text}` : `${reference.registry}/${reference.repository}`
}

function debtOf(group: readonly Found[], comparison: Comparison): Debt {
  const tags = group.map(({ resolution }) => (resolution.target.kind === 'image' ? (resolution.target.reference.tag ?? '') : ''))
  return {
    exactness: Math.min(...group.map(({ resolution }) => comparison.exactness(resolution))),
    tag: [...new Set(tags)].sort().join(' '),
  }
}

/** Takes the debt that covers this one out of the list; false if there is none. */
function settle(debts: Debt[] | undefined, debt: Debt, rule: Finding['rule']): boolean {
  if (debts === undefined) return false
  const index = debts.findIndex((owed) =>
    rule === 'pinned' ? owed.exactness <= debt.exactness : rule === 'allowed-tag' ? owed.tag === debt.tag : true,
  )
  if (index < 0) return false
  debts.splice(index, 1)
  return true
}

function markVerdict(verdict: Verdict, debts: Debts, written: () => Written, comparison: Comparison): Verdict {
  if (isClean(verdict)) return verdict
  const old = new Set<Finding>()
  for (const [key, group] of findingsByKey(verdict, comparison.basePath)) {
    const rule = group[0]?.finding.rule ?? 'unreadable'
    if (settle(debts.get(key), debtOf(group, comparison), rule))
      for (const { finding } of group) if (finding.scope === 'new') old.add(finding)
  }
  const mark = ({ resolution, findings }: Judged): Judged => {
    if (findings.length === 0) return { resolution, findings }
    const at = changedStep(verdict.occurrence, resolution, written, comparison)
    return {
      resolution,
      findings: findings.map((finding) => (old.has(finding) ? existing(finding) : at === undefined ? finding : { ...finding, at })),
    }
  }
  return { ...verdict, ...mark(verdict), also: verdict.also.map(mark) }
}

/** What the base wrote where: occurrences and steps by file and text, without their lines. */
interface Written {
  readonly occurrences: ReadonlySet<string>
  readonly steps: ReadonlySet<string>
}

// No path holds the character 0; what may hold anything is counted or stands last.
const occurrenceKey = (file: string, { role, owner = '', text }: Occurrence): string => `${file}\0${role} ${owner.length} ${owner}${text}`
const stepKey = (file: string, { text }: Step): string => `${file}\0${text}`

function writtenAt(base: Judgement): Written {
  const occurrences = new Set<string>()
  const steps = new Set<string>()
  for (const verdict of base.verdicts) {
    occurrences.add(occurrenceKey(verdict.occurrence.file, verdict.occurrence))
    if (verdict.resolution.via.length === 0 && verdict.also.length === 0) continue
    for (const { resolution } of [verdict, ...verdict.also]) for (const step of resolution.via) steps.add(stepKey(step.file, step))
  }
  return { occurrences, steps }
}

/** The nearest step of the chain that the base does not have, if the base has the occurrence itself. */
function changedStep(
  occurrence: Occurrence,
  resolution: Resolution,
  writtenByBase: () => Written,
  { basePath }: Comparison,
): Place | undefined {
  if (resolution.via.length === 0) return undefined
  const written = writtenByBase()
  if (!written.occurrences.has(occurrenceKey(basePath(occurrence.file), occurrence))) return undefined
  const step = resolution.via.find((one) => !written.steps.has(stepKey(basePath(one.file), one)))
  return step && { file: step.file, span: step.span }
}
