import { type Finding, type Fix, type Occurrence, type Place, type Resolution, type RuleId, type Span, type Suppression } from '../model.js'
import { nearest } from '../policy/nearest.js'
import { type Decision } from '../policy/decide.js'
import { type PolicyLayer } from '../policy/layers.js'
import { RULE_FACTS, RULE_IDS } from '../policy/rule-facts.js'
import { type Excuse, type ExceptionBook } from './exception-book.js'
import { type Enriched } from './levels.js'

/** What the rules of one layer say of a text, before exceptions. */
export interface Verdicts {
  readonly violations: readonly Enriched[]
  readonly decision?: Decision
  /** What they are wherever the place has no part in it: such findings are shared. */
  plain?: readonly Finding[]
}

/** One occurrence, and what findings about it need to know. */
export interface Situation {
  readonly layers: readonly PolicyLayer[]
  readonly index: number
  readonly occurrence: Occurrence
  readonly resolution: Resolution
  readonly path: string
  readonly book: ExceptionBook
}

/** Makes findings of violations: exceptions, the place of the fix, and the advice that a reader of this place needs. */
export function assemble(verdicts: Verdicts, situation: Situation): readonly Finding[] {
  const { violations, decision } = verdicts
  const findings = violations.map((violation) => findingOf(violation, decision, situation))
  if (!violations.every(({ plain }, index) => plain !== undefined && plain === findings[index])) return findings
  return (verdicts.plain ??= findings)
}

type Writable = { -readonly [Key in keyof Finding]: Finding[Key] }

function findingOf(violation: Enriched, decision: Decision | undefined, situation: Situation): Finding {
  const { rule, severity, message, replacement, place, scope, text } = violation
  const suppression = suppressionOf(rule, situation)
  const excuse = suppression.kind === 'excused' ? suppression : excuseOf(rule, decision, situation)
  const isPlain = suppression.kind === 'none' && excuse === undefined && replacement === undefined
  if (isPlain && violation.plain !== undefined) return violation.plain
  const finding: Writable = { rule, severity, state: 'new', message, advice: text, policy: place, scope }
  if (isPlain) violation.plain = finding
  if (replacement !== undefined) replace(finding, replacement, situation)
  if (suppression.kind === 'useless') add(finding, suppression.why)
  if (excuse?.kind === 'excused') {
    finding.state = 'excepted'
    finding.exception = excuse.exception
  } else if (excuse !== undefined) {
    add(finding, excuseLine(excuse))
    // What an ended exception excused counts again, and is no debt of the base.
    if (excuse.kind === 'expired') finding.scope = 'all'
  }
  add(finding, contactLine(rule, decision !== undefined, situation))
  return finding
}

function add(finding: Writable, line: string): void {
  if (line === '') return
  finding.advice = finding.advice === '' ? line : `${finding.advice}\n${line}`
}

function replace(finding: Writable, replacement: string, situation: Situation): void {
  const fix = fixOf(replacement, situation)
  finding.replacement = replacement
  if (fix !== undefined) finding.fix = fix
  add(finding, insteadLine(replacement, fix, situation.occurrence))
}

function excuseOf(rule: RuleId, decision: Decision | undefined, { book, index, occurrence, path }: Situation): Excuse | undefined {
  if (book.isEmpty) return undefined
  return book.excuse({ index, rule, occurrence, path, ...(decision === undefined ? {} : { reference: decision.reference, decision }) })
}

/** Where the replacement can be written: at the occurrence if its text is the whole reference, else at the step whose value is. */
function fixOf(replacement: string, { occurrence, resolution, layers }: Situation): Fix | undefined {
  // what is built here has a name of its own
  if (occurrence.role === 'build-output') return undefined
  const place = placeOfText(occurrence, resolution)
  // A value that a policy declares is no line of the repository's files.
  if (place === undefined || layers.some(({ layer }) => layer.path === place.file)) return undefined
  return { file: place.file, span: place.span, text: replacement }
}

function placeOfText(occurrence: Occurrence, { resolved, via }: Resolution): Place | undefined {
  if (resolved === null) return undefined
  if (occurrence.text === resolved) return isEmpty(occurrence.span) ? undefined : { file: occurrence.file, span: occurrence.span }
  return via.find((step) => step.value === resolved && !isEmpty(step.span))
}

/** The place of a value in a `dockerfile_inline` that is not written as it is read is where that begins: nothing can be written there. */
function isEmpty({ start, end }: Span): boolean {
  return start.line === end.line && start.column === end.column
}

function insteadLine(replacement: string, fix: Fix | undefined, occurrence: Occurrence): string {
  if (fix === undefined) return `Write instead: ${replacement}`
  const where = fix.file === occurrence.file ? '' : `${fix.file} `
  return `Write instead, on ${where}line ${fix.span.start.line}: ${replacement}`
}

type SuppressionResult =
  Extract<Excuse, { readonly kind: 'excused' }> | { readonly kind: 'useless'; readonly why: string } | { readonly kind: 'none' }

/** What the comments beside the occurrence do for a rule; one without effect says why. */
function suppressionOf(rule: RuleId, { occurrence, layers, index, book }: Situation): SuppressionResult {
  const policy = layers[index]?.policy
  if (occurrence.suppressions === undefined || policy === undefined) return { kind: 'none' }
  let useless: SuppressionResult = { kind: 'none' }
  for (const suppression of occurrence.suppressions) {
    const line = suppression.span.start.line
    if (!suppression.rules.includes(rule)) {
      const meant = misspelled(rule, suppression)
      if (meant !== undefined)
        useless = { kind: 'useless', why: `The comment on line ${line} has no effect: ${meant} is no rule, did you mean ${rule}?` }
    } else if (!policy.inline.has(rule)) {
      useless = {
        kind: 'useless',
        why: `The comment on line ${line} has no effect: ${policy.source.path} does not list ${rule} in inline-exceptions`,
      }
    } else if (suppression.reason.trim() === '') {
      useless = { kind: 'useless', why: `The comment on line ${line} has no effect: it gives no reason (ignore ${rule} -- reason)` }
    } else return { kind: 'excused', exception: book.useInline(occurrence.file, suppression) }
  }
  return useless
}

function misspelled(rule: RuleId, { rules }: Suppression): string | undefined {
  return rules.find((word) => !RULE_IDS.some((id) => id === word) && nearest(word, RULE_IDS) === rule)
}

function excuseLine(excuse: Exclude<Excuse, { readonly kind: 'excused' }>): string {
  const { place, expires } = excuse.exception
  const where = `The exception in ${place.path} line ${place.line}`
  return excuse.kind === 'expired' ? `${where} ended on ${expires}` : `${where} holds for that policy only: ${excuse.why}`
}

/** Whom to ask, and where exceptions live; "add it to the policy" only where the policy is the reader's to change. */
function contactLine(rule: RuleId, namesImage: boolean, { layers, index }: Situation): string {
  const layer = layers[index]?.layer
  if (layer === undefined) return ''
  // an exception is about an image
  if (!namesImage) return layer.contact === undefined ? '' : `Not possible? ${layer.contact}.`
  const ask = layer.contact === undefined ? '' : ` ${layer.contact}.`
  if (layer.own)
    return `Not possible?${ask} ${RULE_FACTS[rule].where ? 'Allow it, or add an exception,' : 'Add an exception'} in ${layer.path}`
  const repository = /^[\w.-]+\/[\w.-]+(?=:)/.exec(layer.path)?.[0]
  return `Not possible?${ask} Exceptions live in ${repository ?? layer.path}`
}
