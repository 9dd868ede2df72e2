import { type Api } from './api.js'
import { type Environment } from './event.js'

/** Where an annotation stands. Lines and columns are 1-based. */
export interface AnnotationPlace {
  readonly title?: string
  readonly file?: string
  readonly startLine?: number
  readonly endLine?: number
  readonly startColumn?: number
  readonly endColumn?: number
}

/** What the runner offers, as @actions/core does: its escapes are part of it, except that `info` writes its line as it is. */
export interface Core {
  getInput(name: string): string
  setOutput(name: string, value: string | number): void
  setSecret(secret: string): void
  /** Prints an error annotation and makes the step fail. */
  setFailed(message: string): void
  error(message: string, place?: AnnotationPlace): void
  warning(message: string, place?: AnnotationPlace): void
  info(line: string): void
  startGroup(name: string): void
  endGroup(): void
  /** Appends markdown to the job summary; rejects if the runner gave no file for it. */
  writeSummary(markdown: string): Promise<void>
}

/** Everything that the action is given from outside. */
export interface Host {
  readonly core: Core
  readonly env: Environment
  now(): Date
  /** A client of GitHub's API, loaded when first asked for. `log` gets lines that are safe to print. */
  connect(token: string, log: (line: string) => void): Promise<Api>
}
