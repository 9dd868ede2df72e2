import {
  type ExceptionUse,
  type Finding,
  type ImageReference,
  type Judged,
  type JudgedProblem,
  type Layer,
  type Place,
  type PolicyPlace,
  type Report,
  type Resolution,
  type Span,
  type Step,
  type Target,
  type Verdict,
} from '../model.js'
import { canonical } from '../resolve/reference.js'
import { jsonText } from './escape.js'
import { summarize } from './summary.js'
import { sourceName } from './words.js'

/** The version of the document's shape, `report.schema.json`. */
const VERSION = 1

/**
 * The JSON document that `report.schema.json` describes: one record a line, so that it can be read by eye and by `grep`.
 * Members without a value are left out, except where the schema asks for null.
 */
export function renderJson(report: Report): string {
  const members = [
    `"version": ${VERSION}`,
    `"summary": ${JSON.stringify(summarize(report))}`,
    list('files', report.files, ({ path, kind }) => ({ path, kind })),
    list('references', report.verdicts, reference),
    list('problems', report.problems, problem),
    list('skipped', report.skipped, ({ file, reason }) => ({ file, reason })),
    list('policies', report.layers, policy),
    list('exceptions', report.exceptions, exceptionUse),
    list('notes', report.notes, (note) => note),
  ]
  return `{\n${members.join(',\n')}\n}\n`
}

/** The same document for an inventory: nothing in it has findings. */
export function renderInventory(report: Report): string {
  const bare = (judged: Judged): Judged => ({ resolution: judged.resolution, findings: [] })
  return renderJson({
    ...report,
    verdicts: report.verdicts.map((verdict) => ({ ...verdict, findings: [], also: verdict.also.map(bare) })),
    problems: report.problems.map((problem) => ({ ...problem, findings: [] })),
  })
}

function list<Item>(name: string, items: readonly Item[], record: (item: Item) => unknown): string {
  if (items.length === 0) return `"${name}": []`
  return `"${name}": [\n${items.map((item) => jsonText(record(item))).join(',\n')}\n]`
}

function reference({ occurrence, resolution, findings, also }: Verdict): object {
  const { file, kind, role, owner, onbuild, span, text } = occurrence
  return {
    ...{ file, kind, role, owner, onbuild, ...ends(span), text },
    ...outcome(resolution),
    also: also.map((other) => ({ ...outcome(other.resolution), findings: other.findings.map(finding) })),
    findings: findings.map(finding),
  }
}

function outcome({ resolved, target, variables, via }: Resolution): object {
  return { resolved, target: target.kind, ...details(target), variables, via: via.map(step) }
}

function details(target: Target): object {
  switch (target.kind) {
    case 'image':
      return { image: image(target.reference, canonical(target.reference)) }
    case 'local':
      return { local: target.as }
    case 'malformed':
      return { error: target.problem }
    case 'unresolved': {
      const kept = target.reference
      // its tag is open: `latest` would be invented
      return kept === undefined ? {} : { image: image(kept, (kept.tag ?? kept.digest) ? canonical(kept) : sourceName(kept)) }
    }
  }
}

function image({ registry, repository, tag, digest }: ImageReference, name: string): object {
  return { registry, repository, tag: tag ?? null, digest: digest ?? null, canonical: name }
}

function step({ file, span, text }: Step): object {
  return { file, line: span.start.line, column: span.start.column, text }
}

function finding({ rule, severity, state, message, advice, replacement, fix, policy, at, exception }: Finding): object {
  return {
    ...{ rule, severity, state, message, advice, replacement },
    fix: fix && { file: fix.file, ...ends(fix.span), text: fix.text },
    at: at && place(at),
    policy: policyPlace(policy),
    exception: exception && {
      owner: exception.owner,
      reason: exception.reason,
      expires: exception.expires,
      policy: policyPlace(exception.policy),
    },
  }
}

function problem({ file, span, message, findings }: JudgedProblem): object {
  return { file, line: span?.start.line, column: span?.start.column, message, findings: findings.map(finding) }
}

function policy({ path, revision, contact, own }: Layer): object {
  return { path, revision, contact, own }
}

function exceptionUse({ policy, image, owner, reason, expires, uses }: ExceptionUse): object {
  return { image, owner, reason, expires, uses, policy: policyPlace(policy) }
}

function policyPlace({ path, revision, line }: PolicyPlace): object {
  return { path, revision, line }
}

function place({ file, span }: Place): object {
  return { file, ...ends(span) }
}

function ends({ start, end }: Span): object {
  return { start: { line: start.line, column: start.column }, end: { line: end.line, column: end.column } }
}
