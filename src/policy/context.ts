import { type PolicyPlace, type Position, type Role, type Severity } from '../model.js'
import { type Globs } from './glob.js'
import { type PinLevel } from './pin.js'
import { type PolicySource, type Settings, type Sourced } from './policy.js'
import { type ListOf, type Located } from './schema.js'
import { type Complain } from './yaml.js'

/** What the parts of a policy share while they are compiled. */
export interface Compiling {
  readonly source: PolicySource
  /** `YYYY-MM-DD`, UTC: exceptions may not end too far ahead of it. */
  readonly today: string
  readonly complain: Complain
  place(at: Position): PolicyPlace
  globs(patterns: ListOf<Located<string>>): Globs
}

/** The values of a list, without their places. */
export function values<T>(items: ListOf<Located<T>> | undefined): T[] {
  return items?.items.map((item) => item.value) ?? []
}

/** A scalar with the line it stands on. */
export function sourced<T>(item: Located<T> | undefined, context: Compiling): Sourced<T> | undefined {
  return item === undefined ? undefined : { value: item.value, place: context.place(item.at) }
}

/** An object with the key, or an empty one if there is no value: an absent key stays absent. */
export function optional<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T }
export function optional(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value }
}

interface SettingsText {
  readonly pin?: Located<PinLevel> | undefined
  readonly tags?: ListOf<Located<string>> | undefined
  readonly roles?: ListOf<Located<Role>> | undefined
  readonly paths?: ListOf<Located<string>> | undefined
  readonly severity?: Located<Severity> | undefined
  readonly direct?: Located<boolean> | undefined
}

/** The settings of a registry, namespace or repository. */
export function compileSettings(text: SettingsText, context: Compiling): Settings {
  const { tags, roles, paths } = text
  return {
    ...optional('pin', sourced(text.pin, context)),
    ...optional('tags', tags && { value: values(tags), place: context.place(tags.at) }),
    ...optional('roles', roles && { value: new Set(values(roles)), place: context.place(roles.at) }),
    ...optional('paths', paths && { value: context.globs(paths), place: context.place(paths.at) }),
    ...optional('severity', sourced(text.severity, context)),
    ...optional('direct', sourced(text.direct, context)),
  }
}
