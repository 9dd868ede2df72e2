import { type Position, type PolicyPlace, type Role, type RuleId, type Severity } from '../model.js'
import { type Globs } from './glob.js'
import { type Pieces } from './pattern.js'
import { type PinLevel } from './pin.js'
import { type Registry } from './registry.js'

/*
 * A policy file, compiled: patterns are ready to match, and everything remembers the line that says it. Types only.
 */

/** A policy file before it is read. */
export interface PolicySource {
  readonly path: string
  /** The commit it was read at, where that is not the working folder. */
  readonly revision?: string
  readonly text: string
  /** It belongs to the repository that is checked, so that the reader of the report may change it. */
  readonly own: boolean
  /** The folder that `paths` globs and relative `extends` are relative to: root-relative, '' for the root. */
  readonly base: string
}

/** A setting with the line that makes it. */
export interface Sourced<T> {
  readonly value: T
  readonly place: PolicyPlace
}

/** What an entry of `registries` says of the images it covers; absent means the level above decides. */
export interface Settings {
  readonly pin?: Sourced<PinLevel>
  readonly tags?: Sourced<readonly string[]>
  readonly roles?: Sourced<ReadonlySet<Role>>
  readonly paths?: Sourced<Globs>
  readonly severity?: Sourced<Severity>
  readonly direct?: Sourced<boolean>
}

/** Which hosts an entry is about. */
export type HostCover =
  | { readonly kind: 'literal'; readonly host: string }
  | { readonly kind: 'pattern'; readonly pattern: Pieces }
  | { readonly kind: 'catalogue'; readonly registry: Registry }

/** One key of `registries`. */
export interface Entry {
  readonly key: string
  readonly place: PolicyPlace
  readonly at: Position
  readonly hosts: HostCover
  /** Only images of these owners, where the name carries the owner. */
  readonly owners?: ReadonlySet<string>
  readonly settings: Settings
  /** Covers the whole registry: there is no list, or `anyone: true`. */
  readonly whole?: Leaf
  readonly namespaces: Names
  readonly repositories: Names
  /** The line that lists what is allowed there. */
  readonly listPlace: PolicyPlace
}

/** Namespaces or repositories of an entry. */
export interface Names {
  readonly literal: ReadonlyMap<string, Leaf>
  readonly patterns: readonly Leaf[]
}

/** What covers an image: a registry, a namespace of it, or one repository. */
export interface Leaf {
  readonly kind: 'registry' | 'namespace' | 'repository'
  readonly entry: Entry
  /** Of a namespace or repository. */
  readonly name?: Pieces
  /** Its own settings, without those it inherits. */
  readonly settings: Settings
  readonly place: PolicyPlace
  readonly at: Position
}

/** `registry[/path]`: covers that image and everything under it. */
export interface ImagePattern {
  readonly text: string
  readonly host: Pieces
  readonly path?: Pieces
  /** Only these tags and digests; both absent: all. */
  readonly tags?: readonly string[]
  readonly digests?: ReadonlySet<string>
}

export interface Mirror {
  readonly from: ImagePattern
  /** `registry[/path]`, literal. */
  readonly to: string
  readonly place: PolicyPlace
}

export interface Denial {
  readonly image: ImagePattern
  readonly reason?: string
  readonly use?: string
  readonly place: PolicyPlace
}

export interface Override {
  readonly paths: Globs
  readonly pin?: Sourced<PinLevel>
  readonly severity?: Sourced<Severity>
}

export interface Exception {
  readonly image?: ImagePattern
  readonly paths?: Globs
  /** Absent: every rule. */
  readonly rules?: ReadonlySet<RuleId>
  readonly roles?: ReadonlySet<Role>
  /** `owner/name`, each possibly with `*`. */
  readonly repos?: readonly Pieces[]
  readonly owner: string
  readonly reason: string
  /** Last day, `YYYY-MM-DD`, UTC. */
  readonly expires: string
  readonly place: PolicyPlace
  readonly at: Position
}

export interface RuleSetting {
  readonly severity?: Sourced<Severity | 'off'>
  readonly scope?: 'new' | 'all'
}

export interface Variable {
  readonly value: string
  /** Of the value. */
  readonly at: Position
}

export interface Policy {
  readonly source: PolicySource
  readonly contact?: string
  readonly pin: Sourced<PinLevel>
  readonly floating: readonly string[]
  readonly severity?: Sourced<Severity>
  /** `any`: every source is allowed. */
  readonly registries: 'any' | readonly Entry[]
  /** The line `registries:`. */
  readonly registriesPlace: PolicyPlace
  readonly mirrors: readonly Mirror[]
  readonly deny: readonly Denial[]
  readonly builtin: boolean
  /** Canonical names, `registry/repository`. */
  readonly builtHere: ReadonlyMap<string, PolicyPlace>
  readonly rules: ReadonlyMap<RuleId, RuleSetting>
  readonly existingUntil?: string
  readonly overrides: readonly Override[]
  readonly exceptions: readonly Exception[]
  readonly inline: ReadonlySet<RuleId>
  readonly files: { readonly dockerfiles?: Globs; readonly compose?: Globs; readonly exclude?: Globs }
  readonly variables: ReadonlyMap<string, Variable>
  readonly acceptVariables: boolean
  readonly extends: readonly { readonly target: string; readonly at: Position }[]
  readonly delegate?: { readonly rules: ReadonlySet<RuleId>; readonly maxDays?: number; readonly place: PolicyPlace }
  /** Every path condition above: files that meet the same ones are judged alike. */
  readonly conditions: readonly Globs[]
}

/** One mistake in a policy file. */
export interface PolicyError {
  readonly path: string
  readonly revision?: string
  readonly line: number
  readonly column: number
  readonly message: string
  readonly advice: string
}
