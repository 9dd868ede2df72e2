import { linkTarget, uriPath, visible } from '../report/escape.js'
import { type Audit, type AuditSummary, type ExceptionGroup, type RepositoryAudit, type Use, type UseFinding } from './model.js'
import { namespaceOf, VERDICTS } from './sources.js'

/** UTF-16 units of one text of the page: more than any name and any sentence of a report has, and a bound on what a stranger's file can weigh. */
const MAX_TEXT = 2_000

/** The columns of a use; each holds positions in `strings`, but `line`, `verdict` (a position in VERDICTS), `findings` and `via` (positions in the lists of that name). */
export const USE_COLUMNS = [
  'repository',
  'file',
  'line',
  'role',
  'owner',
  'text',
  'resolved',
  'target',
  'registry',
  'namespace',
  'imageRepository',
  'image',
  'verdict',
  'findings',
  'via',
  'error',
] as const

export type UseColumn = (typeof USE_COLUMNS)[number]

export interface PageRepository {
  readonly name: string
  readonly status: RepositoryAudit['status']
  readonly error: string
  readonly revision: string
  readonly policies: readonly string[]
  readonly references: number
  readonly images: number
  readonly errors: number
  readonly warnings: number
  readonly existing: number
  readonly excepted: number
  readonly unresolved: number
  readonly notes: readonly string[]
  /** Of its files, to which `/path#Lline` is added; empty where there is none. */
  readonly link: string
}

export interface PageFinding {
  readonly rule: string
  readonly severity: string
  readonly state: string
  readonly message: string
  readonly advice: string
  readonly policy: string
  readonly excuse: string
}

export interface PageProblem {
  readonly repository: string
  readonly file: string
  readonly line: number
  readonly message: string
}

/**
 * An audit as the page reads it: every text once, everything unseen named (`\u{202e}`), each use a number in sixteen columns.
 * 50,000 uses weigh about 5 MB instead of 30.
 */
export interface PageData {
  readonly title: string
  readonly generated: string
  readonly summary: AuditSummary
  readonly strings: readonly string[]
  readonly uses: Readonly<Record<UseColumn, readonly number[]>>
  readonly findings: readonly (readonly PageFinding[])[]
  readonly via: readonly (readonly string[])[]
  readonly repositories: readonly PageRepository[]
  readonly exceptions: readonly ExceptionGroup[]
  readonly problems: readonly PageProblem[]
}

/** Turns an audit into the page's data. The first of `strings` is empty, the first of `findings` and `via` an empty list. */
export function pageData(audit: Audit): PageData {
  const strings = new Pool<string>([''])
  const findings = new Pool<readonly PageFinding[]>([[]], JSON.stringify)
  const via = new Pool<readonly string[]>([[]], JSON.stringify)
  const uses: Record<UseColumn, number[]> = {
    ...{ repository: [], file: [], line: [], role: [], owner: [], text: [], resolved: [], target: [] },
    ...{ registry: [], namespace: [], imageRepository: [], image: [], verdict: [], findings: [], via: [], error: [] },
  }
  const text = (value: string | null | undefined): number => strings.position(shown(value ?? ''))
  for (const { name, references } of audit.repositories) {
    for (const use of references) addUse(uses, name, use, { text, findings, via })
  }
  return {
    title: shown(audit.title),
    generated: shown(audit.generated),
    summary: audit.summary,
    strings: strings.items,
    uses,
    findings: findings.items,
    via: via.items,
    repositories: audit.repositories.map(pageRepository),
    exceptions: audit.exceptions.map(pageException),
    problems: audit.repositories.flatMap(({ name, problems }) =>
      problems.map(({ file, line = 0, message }) => ({ repository: shown(name), file: shown(file), line, message: shown(message) })),
    ),
  }
}

interface Pools {
  readonly text: (value: string | null | undefined) => number
  readonly findings: Pool<readonly PageFinding[]>
  readonly via: Pool<readonly string[]>
}

function addUse(uses: Readonly<Record<UseColumn, number[]>>, repository: string, use: Use, { text, findings, via }: Pools): void {
  const { image } = use
  uses.repository.push(text(repository))
  uses.file.push(text(use.file))
  uses.line.push(use.line)
  uses.role.push(text(use.role))
  uses.owner.push(text(use.owner))
  uses.text.push(text(use.text))
  uses.resolved.push(text(use.resolved))
  uses.target.push(text(use.target))
  uses.registry.push(text(image?.registry))
  uses.namespace.push(text(image && namespaceOf(image.repository)))
  uses.imageRepository.push(text(image?.repository))
  uses.image.push(text(image?.canonical))
  uses.verdict.push(VERDICTS.indexOf(use.verdict))
  uses.findings.push(use.findings.length === 0 ? 0 : findings.position(use.findings.map(pageFinding)))
  uses.via.push(use.via.length === 0 ? 0 : via.position(use.via.map((step) => shown(`${step.text} (${step.file}:${step.line})`))))
  uses.error.push(text(use.error))
}

function pageFinding({ rule, severity, state, message, advice, policy, exception }: UseFinding): PageFinding {
  return {
    ...{ rule: shown(rule), severity, state, message: shown(message), advice: advice.split('\n').map(shown).join('\n').slice(0, MAX_TEXT) },
    policy: policy === undefined ? '' : shown(placeOf(policy)),
    excuse:
      exception === undefined
        ? ''
        : shown(`${exception.owner}: ${exception.reason}${exception.expires === undefined ? '' : `, until ${exception.expires}`}`),
  }
}

function pageRepository({ name, status, error = '', revision = '', url = '', counts, policies, notes }: RepositoryAudit): PageRepository {
  const { references, images, errors, warnings, existing, excepted, unresolved } = counts
  const base = url === '' || revision === '' ? undefined : linkTarget(`${url}/blob/${uriPath(revision)}`)
  return {
    ...{ name: shown(name), status, error: shown(error), revision: shown(revision), link: base ?? '' },
    ...{ references, images, errors, warnings, existing, excepted, unresolved },
    policies: policies.map(({ path, revision: at }) => shown(at === undefined ? path : `${path}@${at}`)),
    notes: notes.map(shown),
  }
}

function pageException(exception: ExceptionGroup): ExceptionGroup {
  const { image, owner, reason, policy, repositories } = exception
  return {
    ...exception,
    ...(image !== undefined && { image: shown(image) }),
    owner: shown(owner),
    reason: shown(reason),
    policy: { ...policy, path: shown(policy.path) },
    repositories: repositories.map(shown),
  }
}

function placeOf({ path, revision, line }: NonNullable<UseFinding['policy']>): string {
  return `${path}${revision === undefined ? '' : `@${revision.slice(0, 7)}`} line ${line}`
}

function shown(text: string): string {
  return text.length <= MAX_TEXT ? visible(text) : `${visible(text.slice(0, MAX_TEXT))}…`
}

/** Keeps each item once and tells its position. */
class Pool<Item> {
  private readonly positions = new Map<string | Item, number>()
  readonly items: Item[]

  constructor(
    first: readonly Item[],
    private readonly keyOf: (item: Item) => string | Item = (item) => item,
  ) {
    this.items = [...first]
    first.forEach((item, position) => this.positions.set(keyOf(item), position))
  }

  position(item: Item): number {
    const key = this.keyOf(item)
    const known = this.positions.get(key)
    if (known !== undefined) return known
    this.positions.set(key, this.items.length)
    return this.items.push(item) - 1
  }
}
