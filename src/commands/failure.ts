/** It could not be found out: told on standard error, and the exit status is 2. */
export interface Failure {
  readonly kind: 'failure'
  /** What is wrong. */
  readonly problem: string
  /** What to do, or more of what is wrong: a line each. */
  readonly advice: readonly string[]
}

/** What is wrong, then what to do. */
export function failure(problem: string, ...advice: readonly string[]): Failure {
  return { kind: 'failure', problem, advice }
}

/** Whether a step gave a failure in place of its result. */
export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'failure'
}
