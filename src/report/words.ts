import {
  type Finding,
  type ImageReference,
  type Occurrence,
  type PolicyPlace,
  type Resolution,
  type Role,
  type Span,
  type Step,
  type Summary,
} from '../model.js'
import { canonical } from '../resolve/reference.js'

/*
 * The words that several formats share, as they are: nothing here is escaped, each format does that last.
 */

/** What stands before the reference where such a role is written. */
const WRITTEN: Readonly<Record<Role, string>> = {
  base: 'FROM ',
  'copy-from': 'COPY --from=',
  'mount-from': 'RUN --mount=from=',
  syntax: '# syntax=',
  'named-context': 'additional_contexts: ',
  'cache-from': 'cache_from: ',
  'cache-to': 'cache_to: ',
  sbom: 'sbom: ',
  service: 'image: ',
  'image-volume': 'volume: ',
  init: 'pre_start: ',
  model: 'model: ',
  'build-output': 'image: ',
}

/** The occurrence as a reader finds it in the file: `FROM ${BASE}`. */
export function written({ role, onbuild, text }: Occurrence): string {
  return `${onbuild === true ? 'ONBUILD ' : ''}${WRITTEN[role]}${text}`
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** What an image, a local name or a failure is called. Unresolved and malformed texts are given as they are. */
export function targetName({ target, resolved }: Resolution, text: string): string {
  switch (target.kind) {
    case 'image':
      return canonical(target.reference)
    case 'local':
      return resolved ?? text
    case 'unresolved':
    case 'malformed':
      return resolved ?? text
  }
}

/** Registry and repository: what stands of a reference whose tag is open. */
export function sourceName({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`
}

/** Where a value came from, if that is not plain from the text: the steps of a chain that is worth telling. */
export function chainOf({ resolved, via }: Resolution, text: string): readonly Step[] {
  return via.length > 1 || text !== resolved ? via : []
}

/** The step that this change altered, by the place that a finding points to. */
export function isChanged(step: Step, findings: readonly Finding[]): boolean {
  return findings.some(({ at }) => at !== undefined && at.file === step.file && sameStart(at.span, step.span))
}

/** Whether two stretches begin at the same place. */
function sameStart(a: Span, b: Span): boolean {
  return a.start.line === b.start.line && a.start.column === b.start.column
}

/** `file:line:column`, or as much of it as is known. */
export function placeName(file: string, span?: Span): string {
  return span === undefined ? file : `${file}:${span.start.line}:${span.start.column}`
}

/** Characters of a commit id that a reader is shown. */
const SHORT_COMMIT = 7
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

/** A revision as people write it: a commit id is shortened. */
function shortRevision(revision: string): string {
  return COMMIT.test(revision) ? revision.slice(0, SHORT_COMMIT) : revision
}

/** `acme/.github:image-policy.yml@3f2c1ab line 12`. */
export function policyName({ path, revision, line }: PolicyPlace): string {
  return `${layerName({ path, revision })}${line > 0 ? ` line ${line}` : ''}`
}

/** `acme/.github:image-policy.yml@3f2c1ab`. */
export function layerName({ path, revision }: { readonly path: string; readonly revision?: string | undefined }): string {
  return revision === undefined ? path : `${path}@${shortRevision(revision)}`
}

/** What to write, and on which line if it does not stand where the reference is written. */
export interface Instead {
  readonly text: string
  readonly where?: { readonly file: string; readonly line: number }
}

const NOTHING: readonly Instead[] = []

/** What a finding tells to write instead, each text once. */
export function insteadOf(findings: readonly Finding[]): readonly Instead[] {
  if (findings.every(({ fix, replacement }) => fix === undefined && replacement === undefined)) return NOTHING
  const told = new Map<string, Instead>()
  for (const { fix, replacement } of findings) {
    const text = fix?.text ?? replacement
    if (text === undefined) continue
    const where = fix && { file: fix.file, line: fix.span.start.line }
    const key = JSON.stringify([text, where?.file, where?.line])
    if (!told.has(key)) told.set(key, { text, ...(where && { where }) })
  }
  return [...told.values()]
}

/** The advice of a finding by what its lines are for. */
export interface Advice {
  /** What is allowed, and how to get there. */
  readonly steps: readonly string[]
  /** Whom to ask, and where exceptions live: the same for every finding of a layer. */
  readonly contact: readonly string[]
}

/** The rules write advice that stands on its own; a format that shows the replacement and the contact apart does not tell them twice. */
export function adviceOf({ advice, fix, replacement }: Finding): Advice {
  const isTold = fix !== undefined || replacement !== undefined
  const steps: string[] = []
  const contact: string[] = []
  for (const line of advice.split('\n')) {
    if (line.startsWith('Not possible?')) contact.push(line)
    else if (line.trim() !== '' && !(isTold && line.startsWith('Write instead'))) steps.push(line)
  }
  return { steps, contact }
}

/** Each item once, by its key. */
export function distinct<Item>(items: readonly Item[], key: (item: Item) => string): readonly Item[] {
  if (items.length < 2) return items
  const told = new Set<string>()
  return items.filter((item) => told.size < told.add(key(item)).size)
}

/** Whom to ask about these findings: once for each layer, as the finding says it that leaves most ways open. */
export function contactsOf(findings: readonly Finding[]): readonly string[] {
  const [only, ...more] = findings
  if (only !== undefined && more.length === 0) return adviceOf(only).contact
  const layers = new Map<string, readonly string[]>()
  for (const finding of findings) {
    const { contact } = adviceOf(finding)
    const layer = layerName(finding.policy)
    if (contact.join('').length > (layers.get(layer) ?? []).join('').length) layers.set(layer, contact)
  }
  return [...new Set([...layers.values()].flat())]
}

/** Whether the check has anything to refuse or to warn of. */
export function verdictOf({ errors, warnings }: Summary): 'fail' | 'warn' | 'pass' {
  if (errors > 0) return 'fail'
  return warnings > 0 ? 'warn' : 'pass'
}

/** The counts of a report in the order of the summary; those that are hardly ever there only if they are not zero. */
export function counts(summary: Summary): readonly string[] {
  return [
    counted(summary.images, 'image'),
    `${summary.local} local`,
    `${summary.unresolved} unresolved`,
    `${summary.malformed} malformed`,
    counted(summary.errors, 'error'),
    counted(summary.warnings, 'warning'),
    ...(summary.excepted > 0 ? [`${summary.excepted} excepted`] : []),
    ...(summary.existing > 0 ? [`${summary.existing} existing`] : []),
    `${summary.skipped} skipped`,
  ]
}

/** `3 references in 2 files`. */
export function scope(summary: Summary): string {
  return `${counted(summary.references, 'reference')} in ${counted(summary.files, 'file')}`
}
