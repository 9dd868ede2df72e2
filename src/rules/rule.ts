import { type Layer, type Occurrence, type PolicyPlace, type Resolution, type RuleId } from '../model.js'
import { type Decider, type Decision, type PathClass } from '../policy/decide.js'

/** One reference under one layer: what a rule looks at. */
export interface Case {
  readonly occurrence: Occurrence
  readonly resolution: Resolution
  readonly layer: Layer
  readonly decider: Decider
  readonly at: PathClass
  /** What the policy says of the image; absent if the reference names none. */
  readonly decision?: Decision
  /** Another build of the repository gives every variable. */
  readonly given: boolean
}

/** What a rule found. */
export interface Violation {
  readonly message: string
  /** What to do, a line each; the exceptions and whom to ask are added later. */
  readonly advice: readonly string[]
  /** What to write instead of the whole reference. */
  readonly replacement?: string
  /** The line that decided. */
  readonly place: PolicyPlace
}

/** A rule is data and one pure function. */
export interface Rule {
  readonly id: RuleId
  /** What it finds, in one line. */
  readonly summary: string
  /**
   * Of an image that is known as a whole: it is about the registry and repository, so that with no entry of `deny` for that repository it finds
   * something in all of its images or in none; or about tag and digest. Absent: about the place, or about what is no such image.
   */
  readonly about?: 'source' | 'tag'
  /** Absent for the rules that do not look at references: they are about files that cannot be read, or about the policy's own lines. */
  readonly check?: (subject: Case) => Violation | undefined
}

/** A short list for a message: at most `most` names, the rest counted. */
export function listed(names: readonly string[], most = 12): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
