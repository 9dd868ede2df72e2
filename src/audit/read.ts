import { FieldReader, isFields, type Fields } from './fields.js'
import {
  type AuditException,
  type AuditProblem,
  type ImageName,
  type PolicyLine,
  type RepositoryAudit,
  type RepositoryCounts,
  type Use,
  type UseFinding,
  type UseVerdict,
} from './model.js'

/** What a JSON text gave: the repositories it tells of, or why it is no report. */
export type ReadReports =
  | { readonly kind: 'repositories'; readonly repositories: readonly RepositoryAudit[] }
  | { readonly kind: 'invalid'; readonly problem: string }

/** What a report of one repository does not say of itself. */
export interface RepositoryIdentity {
  readonly name: string
  readonly revision?: string
  readonly url?: string
}

/** The version of `report.schema.json` and of `audit.schema.json` that is understood. */
const VERSION = 1

/**
 * Reads a JSON document: an audit (a shard's, say) tells of many repositories by name, a report of `check` or `list` of the one that `identity` names.
 * The text may be anybody's: what does not fit the two schemas is refused with the place of the fault. Never throws.
 */
export function readReports(text: string, identity: RepositoryIdentity): ReadReports {
  const document = parseJson(text)
  if (!isFields(document)) return { kind: 'invalid', problem: 'it is not a JSON object' }
  if (document.version !== VERSION) return { kind: 'invalid', problem: `its version is not ${VERSION}` }
  const reader = new FieldReader()
  const repositories = Array.isArray(document.repositories) ? readAudit(reader, document) : [readReport(reader, document, identity)]
  return reader.faults.length === 0 ? { kind: 'repositories', repositories } : { kind: 'invalid', problem: reader.faults.join('; ') }
}

function parseJson(text: string): unknown {
  try {
    // PowerShell and some editors write a byte order mark
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

// ---------------------------------------------------------------------------------- a report of check or list

const TARGETS = ['image', 'local', 'unresolved', 'malformed'] as const

function readReport(reader: FieldReader, document: Fields, identity: RepositoryIdentity): RepositoryAudit {
  const policies = reader.list(document, 'policies', 'report', (item, where) => readPolicy(reader, item, where))
  const judged = policies.length > 0
  const shared = new Set(policies.filter(({ own }) => !own).map(({ path }) => path))
  return {
    ...identity,
    status: judged ? 'judged' : 'listed',
    counts: readCounts(reader, reader.object(document, 'summary', 'report'), 'summary'),
    policies,
    notes: reader.texts(document, 'notes', 'report'),
    references: reader.list(document, 'references', 'report', (item, where) => readReference(reader, item, where, judged)).flat(),
    problems: reader.list(document, 'problems', 'report', (item, where) => readProblem(reader, item, where)),
    exceptions: reader
      .list(document, 'exceptions', 'report', (item, where) => readException(reader, item, where))
      .map((exception) => (shared.has(exception.policy.path) ? { ...exception, shared: true } : exception)),
  }
}

/** The file's own resolution and every other; local names say nothing of images, unless a rule found something. */
function readReference(reader: FieldReader, item: Fields, where: string, judged: boolean): readonly Use[] {
  const start = reader.object(item, 'start', where)
  const owner = reader.optionalText(item, 'owner', where)
  const place = {
    file: reader.text(item, 'file', where),
    kind: reader.text(item, 'kind', where),
    line: reader.count(start, 'line', `${where}.start`),
    column: reader.count(start, 'column', `${where}.start`),
    role: reader.text(item, 'role', where),
    ...(owner !== undefined && { owner }),
    text: reader.text(item, 'text', where),
  }
  const own: Use = { ...place, ...readResolution(reader, item, where, judged) }
  const also = reader.list(item, 'also', where, (other, at): Use => ({
    ...place,
    ...readResolution(reader, other, at, judged),
    also: true,
  }))
  return [own, ...also].filter(({ target, findings }) => target !== 'local' || findings.length > 0)
}

type ReadResolution = Pick<Use, 'resolved' | 'target' | 'image' | 'error' | 'variables' | 'via' | 'verdict' | 'findings'>

function readResolution(reader: FieldReader, item: Fields, where: string, judged: boolean): ReadResolution {
  const target = reader.word(item, 'target', where, TARGETS)
  const findings = readFindings(reader, item, where)
  const error = reader.optionalText(item, 'error', where)
  return {
    resolved: reader.textOrNull(item, 'resolved', where),
    target,
    ...(item.image !== undefined && { image: readImage(reader, reader.object(item, 'image', where), `${where}.image`) }),
    ...(error !== undefined && { error }),
    variables: reader.texts(item, 'variables', where),
    via: reader.list(item, 'via', where, (step, at) => ({
      file: reader.text(step, 'file', at),
      line: reader.count(step, 'line', at),
      text: reader.text(step, 'text', at),
    })),
    verdict: verdictOf(findings, judged),
    findings,
  }
}

/** The worst that a policy says; what is new is worse than debt, debt than what is excused. */
function verdictOf(findings: readonly UseFinding[], judged: boolean): UseVerdict {
  const has = (state: UseFinding['state'], severity?: UseFinding['severity']): boolean =>
    findings.some((finding) => finding.state === state && (severity === undefined || finding.severity === severity))
  if (has('new', 'error')) return 'error'
  if (has('new')) return 'warning'
  if (has('existing')) return 'existing'
  if (has('excepted')) return 'excepted'
  return judged ? 'allowed' : 'unjudged'
}

// ------------------------------------------------------------------------------------------------ an audit

const STATUSES = ['judged', 'listed', 'failed', 'missing'] as const
const VERDICTS = ['error', 'warning', 'existing', 'excepted', 'allowed', 'unjudged'] as const

/** `repositories` with what the flat lists say of each. What names no known repository is a fault: nothing is dropped in silence. */
function readAudit(reader: FieldReader, document: Fields): readonly RepositoryAudit[] {
  const references = byRepository(reader, document, 'references', (item, where) => readUse(reader, item, where))
  const problems = byRepository(reader, document, 'problems', (item, where) => readProblem(reader, item, where))
  const exceptions = byRepository(reader, document, 'exceptions', (item, where) => readException(reader, item, where))
  const repositories = reader.list(document, 'repositories', 'audit', (item, where) => {
    const repository = readRepository(reader, item, where)
    return {
      ...repository,
      references: references.get(repository.name) ?? [],
      problems: problems.get(repository.name) ?? [],
      exceptions: exceptions.get(repository.name) ?? [],
    }
  })
  const known = new Set(repositories.map(({ name }) => name))
  for (const name of [...references.keys(), ...problems.keys(), ...exceptions.keys()]) {
    if (!known.has(name)) reader.fault(`repository ${name}`, 'among its repositories')
  }
  return repositories
}

function byRepository<Item>(
  reader: FieldReader,
  document: Fields,
  key: string,
  read: (item: Fields, where: string) => Item,
): Map<string, Item[]> {
  const grouped = new Map<string, Item[]>()
  for (const [name, item] of reader.list(
    document,
    key,
    'audit',
    (fields, where) => [reader.text(fields, 'repository', where), read(fields, where)] as const,
  )) {
    const group = grouped.get(name)
    if (group === undefined) grouped.set(name, [item])
    else group.push(item)
  }
  return grouped
}

function readRepository(reader: FieldReader, item: Fields, where: string): RepositoryAudit {
  const [error, revision, url] = ['error', 'revision', 'url'].map((key) => reader.optionalText(item, key, where))
  return {
    name: reader.text(item, 'name', where),
    status: reader.word(item, 'status', where, STATUSES),
    ...(error !== undefined && { error }),
    ...(revision !== undefined && { revision }),
    ...(url !== undefined && { url }),
    counts: readCounts(reader, reader.object(item, 'counts', where), `${where}.counts`),
    policies: reader.list(item, 'policies', where, (policy, at) => readPolicy(reader, policy, at)),
    notes: reader.texts(item, 'notes', where),
    references: [],
    problems: [],
    exceptions: [],
  }
}

function readUse(reader: FieldReader, item: Fields, where: string): Use {
  const owner = reader.optionalText(item, 'owner', where)
  return {
    file: reader.text(item, 'file', where),
    kind: reader.text(item, 'kind', where),
    line: reader.count(item, 'line', where),
    column: reader.count(item, 'column', where),
    role: reader.text(item, 'role', where),
    ...(owner !== undefined && { owner }),
    text: reader.text(item, 'text', where),
    ...readResolution(reader, item, where, true),
    ...(item.also === true && { also: true }),
    verdict: reader.word(item, 'verdict', where, VERDICTS),
  }
}

// --------------------------------------------------------------------------------------- parts of both

function readCounts(reader: FieldReader, item: Fields, where: string): RepositoryCounts {
  const count = (key: keyof RepositoryCounts): number => reader.count(item, key, where)
  return {
    files: count('files'),
    references: count('references'),
    images: count('images'),
    local: count('local'),
    unresolved: count('unresolved'),
    malformed: count('malformed'),
    errors: count('errors'),
    warnings: count('warnings'),
    excepted: count('excepted'),
    existing: count('existing'),
    skipped: count('skipped'),
  }
}

function readImage(reader: FieldReader, item: Fields, where: string): ImageName {
  return {
    registry: reader.text(item, 'registry', where),
    repository: reader.text(item, 'repository', where),
    tag: reader.textOrNull(item, 'tag', where),
    digest: reader.textOrNull(item, 'digest', where),
    canonical: reader.text(item, 'canonical', where),
  }
}

function readFindings(reader: FieldReader, item: Fields, where: string): UseFinding[] {
  return reader.list(item, 'findings', where, (finding, at) => ({
    rule: reader.text(finding, 'rule', at),
    severity: reader.word(finding, 'severity', at, ['error', 'warning']),
    state: reader.word(finding, 'state', at, ['new', 'existing', 'excepted']),
    message: reader.optionalText(finding, 'message', at) ?? '',
    advice: reader.optionalText(finding, 'advice', at) ?? '',
    ...(finding.policy !== undefined && { policy: readPolicyLine(reader, reader.object(finding, 'policy', at), `${at}.policy`) }),
    ...(finding.exception !== undefined && { exception: readExcuse(reader, reader.object(finding, 'exception', at), `${at}.exception`) }),
  }))
}

function readExcuse(reader: FieldReader, item: Fields, where: string): NonNullable<UseFinding['exception']> {
  const expires = reader.optionalText(item, 'expires', where)
  return { owner: reader.text(item, 'owner', where), reason: reader.text(item, 'reason', where), ...(expires !== undefined && { expires }) }
}

function readProblem(reader: FieldReader, item: Fields, where: string): AuditProblem {
  const line = reader.optionalCount(item, 'line', where)
  return {
    file: reader.text(item, 'file', where),
    ...(line !== undefined && { line }),
    message: reader.text(item, 'message', where),
    findings: readFindings(reader, item, where),
  }
}

function readPolicy(reader: FieldReader, item: Fields, where: string): RepositoryAudit['policies'][number] {
  const revision = reader.optionalText(item, 'revision', where)
  return { path: reader.text(item, 'path', where), ...(revision !== undefined && { revision }), own: item.own === true }
}

function readPolicyLine(reader: FieldReader, item: Fields, where: string): PolicyLine {
  const revision = reader.optionalText(item, 'revision', where)
  return { path: reader.text(item, 'path', where), ...(revision !== undefined && { revision }), line: reader.count(item, 'line', where) }
}

function readException(reader: FieldReader, item: Fields, where: string): AuditException {
  const image = reader.optionalText(item, 'image', where)
  return {
    ...(image !== undefined && { image }),
    ...readExcuse(reader, item, where),
    uses: reader.count(item, 'uses', where),
    policy: readPolicyLine(reader, reader.object(item, 'policy', where), `${where}.policy`),
    ...(item.shared === true && { shared: true }),
  }
}
