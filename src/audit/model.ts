/**
 * What an audit knows: the reports of many repositories in one inventory. No code.
 *
 * `audit.schema.json` describes the document; everything but `repositories`, `references`, `problems` and `exceptions` is derived from these four.
 */

/** What the policy says of one use of an image: its worst finding. `unjudged` where no policy held. */
export type UseVerdict = 'error' | 'warning' | 'existing' | 'excepted' | 'allowed' | 'unjudged'

/** Worst first. */
export type VerdictCounts = Readonly<Record<UseVerdict, number>>

/** judged: under a policy · listed: there was none · failed: could not be checked · missing: asked for, but no report came. */
export type RepositoryStatus = 'judged' | 'listed' | 'failed' | 'missing'

/** As in a report's summary; `errors` and `warnings` count new findings. */
export interface RepositoryCounts {
  readonly files: number
  readonly references: number
  readonly images: number
  readonly local: number
  readonly unresolved: number
  readonly malformed: number
  readonly errors: number
  readonly warnings: number
  readonly excepted: number
  readonly existing: number
  readonly skipped: number
}

export interface PolicyLine {
  readonly path: string
  readonly revision?: string
  readonly line: number
}

export interface UseFinding {
  readonly rule: string
  readonly severity: 'error' | 'warning'
  readonly state: 'new' | 'existing' | 'excepted'
  readonly message: string
  readonly advice: string
  readonly policy?: PolicyLine
  readonly exception?: { readonly owner: string; readonly reason: string; readonly expires?: string }
}

export interface ImageName {
  readonly registry: string
  readonly repository: string
  readonly tag: string | null
  readonly digest: string | null
  /** With `:latest` where neither tag nor digest was written; without any tag where it is unresolved. */
  readonly canonical: string
}

/** One place of one repository that names an image, as one build of it resolves. Stages and other local names are counted, not listed. */
export interface Use {
  readonly file: string
  readonly kind: string
  readonly line: number
  readonly column: number
  readonly role: string
  readonly owner?: string
  readonly text: string
  readonly resolved: string | null
  readonly target: 'image' | 'local' | 'unresolved' | 'malformed'
  readonly image?: ImageName
  /** Why Docker would refuse it. */
  readonly error?: string
  readonly variables: readonly string[]
  readonly via: readonly { readonly file: string; readonly line: number; readonly text: string }[]
  /** Not what the file's own defaults give, but another build or environment of the repository. */
  readonly also?: true
  readonly verdict: UseVerdict
  readonly findings: readonly UseFinding[]
}

/** What kept us, or Docker, from reading a file. */
export interface AuditProblem {
  readonly file: string
  readonly line?: number
  readonly message: string
  readonly findings: readonly UseFinding[]
}

export interface AuditException {
  readonly image?: string
  readonly owner: string
  readonly reason: string
  /** Last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly expires?: string
  readonly uses: number
  readonly policy: PolicyLine
  /** It stands in a policy that is not the repository's own, and so in the reports of others as well. */
  readonly shared?: true
}

/** One repository: the unit that succeeds, fails, is repeated and is merged. */
export interface RepositoryAudit {
  /** `owner/name`, or a folder. */
  readonly name: string
  readonly status: RepositoryStatus
  /** Why it failed. */
  readonly error?: string
  readonly revision?: string
  /** Where a browser shows it. */
  readonly url?: string
  readonly counts: RepositoryCounts
  readonly policies: readonly { readonly path: string; readonly revision?: string; readonly own: boolean }[]
  readonly notes: readonly string[]
  readonly references: readonly Use[]
  readonly problems: readonly AuditProblem[]
  readonly exceptions: readonly AuditException[]
}

/** A registry, a namespace, a repository of images, or one image, with who uses it. */
export interface Source {
  readonly registry: string
  readonly namespace?: string
  readonly repository?: string
  readonly tag?: string | null
  readonly digest?: string | null
  readonly canonical?: string
  readonly uses: number
  /** How many repositories use it. */
  readonly usedBy: number
  /** Distinct canonical names under it. */
  readonly images: number
  readonly verdicts: VerdictCounts
}

/** One exception with all the repositories whose reports tell of it. */
export interface ExceptionGroup extends AuditException {
  readonly repositories: readonly string[]
  /** Against the day of the audit: ended, or ends within 30 days, or later, or never. */
  readonly end: 'ended' | 'soon' | 'later' | 'never'
}

export interface AuditSummary extends RepositoryCounts {
  readonly repositories: number
  readonly judged: number
  readonly listed: number
  readonly failed: number
  readonly missing: number
  readonly registries: number
  readonly problems: number
  readonly exceptions: number
  /** Exceptions that end within 30 days, and those that have ended. */
  readonly ending: number
  readonly ended: number
}

export interface Audit {
  readonly title: string
  /** When it was made, `2027-03-31T08:00:00Z`. */
  readonly generated: string
  readonly summary: AuditSummary
  /** By name. */
  readonly repositories: readonly RepositoryAudit[]
  /** Most used first. */
  readonly registries: readonly Source[]
  readonly namespaces: readonly Source[]
  readonly imageRepositories: readonly Source[]
  readonly images: readonly Source[]
  /** What ends first, first. */
  readonly exceptions: readonly ExceptionGroup[]
}
