/**
 * Every domain type that passes from one room to another. No code.
 *
 * Words are Docker's and OCI's own: registry, repository, namespace, tag, digest, reference, stage, service.
 * Paths are relative to the root of what is checked, with `/` between components and no leading `./`.
 */

/** A place in a text. Lines and columns are 1-based, columns count UTF-16 units, a byte order mark is no column. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A stretch of a text; `end` is exclusive. */
export interface Span {
  readonly start: Position
  readonly end: Position
}

/** A stretch of a file. */
export interface Place {
  readonly file: string
  readonly span: Span
}

// ---------------------------------------------------------------------------------------------- files

export type FileKind = 'dockerfile' | 'compose'

/** What a read gave. `unreadable` says in words why (a link that leaves the tree, a folder, too large, not UTF-8, no permission). */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  /** `text`: what can be read for those who ask for no UTF-8 in comments. */
  | { readonly kind: 'unreadable'; readonly problem: string; readonly text?: string }

/**
 * A test of a base name. `bytes` may say no before a name is decoded (it says no only where the test would), from the bytes `list[start, end)` of the name:
 * most names of a large repository are then never made into strings.
 */
export interface NameTest {
  (name: string): boolean
  readonly bytes?: (list: Uint8Array, start: number, end: number) => boolean
}

/** The only port to the world: a working folder, a git revision, or a plain table in a test. All calls are synchronous; case counts in every path. */
export interface Files {
  /** Every path whose base name (the part after the last `/`) passes the test, sorted by code unit. Before `settled` it may lack what takes longer to list. */
  find(test: NameTest): readonly string[]
  /** Tells which tests will be asked for: a long list need not be kept for more. */
  expect?(tests: readonly NameTest[]): void
  /** Fulfilled once `find` is complete: untracked files take git longer to list than tracked ones, and extraction can begin meanwhile. */
  settled(): Promise<void>
  /** The text at a path. Never throws; never follows a link out of the root. A byte order mark is kept. */
  read(path: string): Content
  isFolder(path: string): boolean
  /** What kept the tree from being listed as a whole, if anything did. Complete once settled. */
  problems?(): readonly Problem[]
  /** Paths that `find` told and `read` did not find: git's index has them, and the disk has not. Complete once everything was read. */
  absent?(): readonly string[]
  /** Folders of the tree that are repositories of their own: nothing in them is found. */
  submodules?(): readonly string[]
  /** Same identity, same content: what is derived from the content alone may be kept under it. */
  identity(path: string): string
}

/** A file that is to be read. A template's marked lines are unresolved, its literal ones are judged. */
export interface SourceFile {
  readonly path: string
  readonly kind: FileKind
  readonly template?: true
}

/** A file that discovery found and the policy leaves out. */
export interface Skipped {
  readonly file: string
  readonly reason: string
}

// ---------------------------------------------------------------------------------------------- extract

/** Where an image is named. Built upon: base … sbom; run: service, image-volume, init, model; named only: build-output, cache-to. */
export type Role =
  | 'base'
  | 'copy-from'
  | 'mount-from'
  | 'syntax'
  | 'named-context'
  | 'cache-from'
  | 'sbom'
  | 'service'
  | 'image-volume'
  | 'init'
  | 'model'
  | 'build-output'
  | 'cache-to'

/** An inline exception: `# image-policy: ignore pinned -- reason`. It excuses nothing unless the policy lists the rule and `reason` is not empty. */
export interface Suppression {
  readonly rules: readonly string[]
  readonly reason: string
  readonly span: Span
}

/** One place that names an image: one text, one occurrence, however many services alias it. */
export interface Occurrence {
  readonly file: string
  readonly kind: FileKind
  readonly role: Role
  /** The lower-cased stage, or the service, that the place belongs to, if it has a name. */
  readonly owner?: string
  /** It stands in an ONBUILD trigger. */
  readonly onbuild?: true
  /** Of the reference alone, without quotes or the prefix of a composite value. */
  readonly span: Span
  /** As written, without line continuations. */
  readonly text: string
  /** Of a build-output: the service's `pull_policy` lets it be pulled as well (anything but `build` and `never`). */
  readonly pullable?: boolean
  readonly suppressions?: readonly Suppression[]
}

/** What kept us, or Docker, from reading a file or a part of it. */
export interface Problem {
  readonly file: string
  readonly span?: Span
  readonly message: string
  /** The frontend that the problem is about: a policy may know it as a mirror's name of Docker's own. */
  readonly frontend?: string
}

// ---------------------------------------------------------------------------------------------- resolve

/** A variable without a value, and the offset in the expanded text where its blank stands. */
export interface Unset {
  readonly name: string
  readonly at: number
  /** What it stands for begins with the separator of a tag or digest. */
  readonly tag?: true
}

/** One step of the chain that a value took, e.g. `ARG BASE=alpine:3` or `build.args.BASE=alpine:3`. */
export interface Step {
  readonly file: string
  /** Of `value` as it stands in the file. */
  readonly span: Span
  /** What a reader sees: keyword or key, name and value. */
  readonly text: string
  /** The value as written there. Where it equals what the reference resolves to, a fix can be written here. */
  readonly value: string
  /** How a build could replace the value: an ARG or a default that an argument or the environment overrides. */
  readonly overridable?: true
}

/** An expanded text, with the variables that had no value and the steps its parts came by, nearest first. */
export interface Value {
  readonly text: string
  readonly unset: readonly Unset[]
  readonly via: readonly Step[]
}

/** Gives the value of a variable; `undefined` means unset, which is not the same as empty. */
export type Lookup = (name: string) => Value | undefined

/** A normalized reference. `latest` is never invented here. */
export interface ImageReference {
  /** `docker.io` for Docker Hub; otherwise as written, host and port. Never empty. */
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

export type LocalKind = 'stage' | 'scratch' | 'service' | 'context'

/** What a reference names once it is resolved. Every occurrence ends in exactly one. */
export type Target =
  | { readonly kind: 'image'; readonly reference: ImageReference }
  | { readonly kind: 'local'; readonly as: LocalKind }
  /** With `reference` where only tag or digest are open: its registry and repository stand. */
  | { readonly kind: 'unresolved'; readonly reference?: ImageReference }
  | { readonly kind: 'malformed'; readonly problem: string }

/** How one set of inputs (defaults, one build, one environment) resolves an occurrence. */
export interface Resolution {
  /** After expansion; null if unresolved. */
  readonly resolved: string | null
  readonly target: Target
  /** Names that had no value, each once. */
  readonly variables: readonly string[]
  /** What they touch: `source` if any of them touches registry or repository, `tag` if only tag or digest. */
  readonly open?: 'source' | 'tag'
  readonly via: readonly Step[]
}

/** An occurrence with how the file's own defaults resolve it, and what other builds or environments of the repository give instead. */
export interface Reference {
  readonly occurrence: Occurrence
  readonly own: Resolution
  readonly also: readonly Resolution[]
}

/** What replaces a name in a build (`--build-context`, compose `additional_contexts`). */
export type NamedContext =
  { readonly kind: 'image'; readonly value: Value } | { readonly kind: 'local' } | { readonly kind: 'service'; readonly service: string }

/** What a build passes to a Dockerfile. `args` hold what is passed only: an argument without a value is absent. */
export interface BuildInputs {
  readonly args: ReadonlyMap<string, Value>
  /** Keys as they reach BuildKit: familiar form for the command line, raw for compose and bake. */
  readonly contexts: ReadonlyMap<string, NamedContext>
  readonly target?: string
  readonly platforms: Platforms
  /** Of files that somebody may put together, or may not: it adds what images may be, and what lacks or is wrong then is no problem. */
  readonly tentative?: true
}

/** `os/arch[/variant]` of what is built and of what builds. */
export interface Platforms {
  readonly target: string
  readonly build: string
  /** Somebody says so: there is no other one. */
  readonly only?: true
}

/** One build that a compose file asks for. */
export interface Build {
  readonly service: string
  /** Where the build is written, for problems. */
  readonly place: Place
  readonly dockerfile:
    | { readonly kind: 'file'; readonly path: string }
    /** `dockerfile_inline` after compose's interpolation; `locate` gives the place in the compose file of a place in the text. */
    | { readonly kind: 'inline'; readonly file: string; readonly text: string; readonly locate: (span: Span) => Span }
    | { readonly kind: 'remote'; readonly url: string }
    /** A path that leaves the root. */
    | { readonly kind: 'outside'; readonly path: string }
    /** A path that compose refuses as long as a variable has no value. */
    | { readonly kind: 'unknown' }
  /** Variables without a value that have a say in which Dockerfile it is, or what its images are; absent if there are none. */
  readonly unset?: readonly string[]
  /** Where what decides that is written, if variables stand in it: other projects may give them values. */
  readonly written?: string
  readonly inputs: BuildInputs
}

/** One file reaches another: include, extends.file, COMPOSE_FILE, build. */
export interface Edge {
  readonly from: string
  readonly to: string
}

/** References that nothing is to be said of, counted and not kept; they are not local, or images. */
export interface Passed {
  readonly images: number
  readonly local: number
}

/** Everything that was found in the files, resolved, before any policy looks at it. */
export interface Inventory {
  readonly files: readonly SourceFile[]
  readonly references: readonly Reference[]
  /** Of files that are among the read ones and have no other references; the paths tell which. */
  readonly passed: Passed & { readonly paths: ReadonlySet<string> }
  readonly problems: readonly Problem[]
  readonly edges: readonly Edge[]
}

// ---------------------------------------------------------------------------------------------- judge

export type Severity = 'error' | 'warning'

export type RuleId =
  | 'allowed-registry'
  | 'allowed-namespace'
  | 'denied-image'
  | 'use-mirror'
  | 'pinned'
  | 'allowed-tag'
  | 'unresolved'
  | 'unresolved-tag'
  | 'overridable'
  | 'malformed'
  | 'unreadable'
  | 'retired'
  | 'lookalike'
  | 'policy-removed'
  | 'exception-expired'
  | 'exception-unused'

/** A line of a policy file; `revision` is the commit it was read at, where it was not the working folder. */
export interface PolicyPlace {
  readonly path: string
  readonly revision?: string
  readonly line: number
}

export interface Fix {
  readonly file: string
  readonly span: Span
  readonly text: string
}

/** An exception of the policy that excused a finding. */
export interface ExceptionUse {
  readonly policy: PolicyPlace
  readonly image?: string
  readonly owner: string
  readonly reason: string
  /** Last day on which it holds, `YYYY-MM-DD`, UTC. */
  readonly expires?: string
  readonly uses: number
}

/** A reference, or a problem, breaks a rule of one layer. */
export interface Finding {
  readonly rule: RuleId
  readonly severity: Severity
  readonly state: 'new' | 'existing' | 'excepted'
  /** What is wrong, one line, without markup. */
  readonly message: string
  /** What to do, plain text, possibly several lines. */
  readonly advice: string
  /** What to write instead of the whole reference, where that is known. */
  readonly replacement?: string
  readonly fix?: Fix
  /** What decided: a line of one layer. */
  readonly policy: PolicyPlace
  /** `all`: never "existing", whatever the base has. */
  readonly scope: 'new' | 'all'
  /** Where a reader is pointed to, if not at the occurrence: the step of the chain that this change altered. */
  readonly at?: Place
  /** Of an excepted finding: until when (`YYYY-MM-DD`) and why. */
  readonly exception?: { readonly owner: string; readonly reason: string; readonly expires?: string; readonly policy: PolicyPlace }
}

/** One resolution with what the policy says of it. */
export interface Judged {
  readonly resolution: Resolution
  readonly findings: readonly Finding[]
}

/** Every occurrence ends in exactly one verdict. */
export interface Verdict extends Judged {
  readonly occurrence: Occurrence
  readonly also: readonly Judged[]
}

export interface JudgedProblem extends Problem {
  readonly findings: readonly Finding[]
}

/** One policy file that held. */
export interface Layer {
  readonly path: string
  readonly revision?: string
  readonly contact?: string
  /** The reader of the report may change it: it is of the repository that is checked. */
  readonly own: boolean
}

export interface Report {
  readonly files: readonly SourceFile[]
  readonly verdicts: readonly Verdict[]
  /** What else was found, where only findings were asked for. */
  readonly passed?: Passed
  readonly problems: readonly JudgedProblem[]
  readonly skipped: readonly Skipped[]
  readonly layers: readonly Layer[]
  readonly exceptions: readonly ExceptionUse[]
  /** What a reader must know of how the check was made ("history was missing: everything counts as new"), most important first. */
  readonly notes: readonly string[]
}

/** `errors` and `warnings` count findings that are new; references count their top levels, not `also`. */
export interface Summary {
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
