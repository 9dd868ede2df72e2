import { type Occurrence, type Span } from '../model.js'
import { type LogicalLine } from './dockerfile-lines.js'
import { type Stretch, type Word } from './dockerfile-words.js'

/** A word of an ARG before the first FROM. Most are never asked for their place. */
export class GlobalArg {
  constructor(
    private readonly line: LogicalLine,
    private readonly word: Word,
  ) {}

  get name(): string {
    const { start, end, equals } = this.word
    return this.line.text.slice(start, equals < 0 ? end : equals)
  }

  /** The default as written, quotes included; undefined without `=`. */
  get value(): string | undefined {
    const { equals, end } = this.word
    return equals < 0 ? undefined : this.line.text.slice(equals + 1, end)
  }

  /** The instruction as a reader sees it, e.g. `ARG BASE=alpine:3`. */
  get text(): string {
    return `ARG ${this.line.text.slice(this.word.start, this.word.end)}`
  }

  /** The default without quotes around it; empty without one. */
  get written(): string {
    const { start, end } = this.bare
    return this.word.equals < 0 ? '' : this.line.text.slice(start, end)
  }

  /** Of the default without quotes around it, or of the name if there is none. */
  get span(): Span {
    return this.line.spanOf(this.bare.start, this.bare.end)
  }

  private get bare(): Stretch {
    const { start, end, equals } = this.word
    return equals < 0 ? { start, end } : unquoted(this.line.text, equals + 1, end)
  }
}

export interface Stage {
  /** In lower case; empty without a name. */
  readonly name: string
  /** As written; empty without one. */
  readonly platform: string
  /** Of its FROM. */
  readonly span: Span
}

/** A place of a Dockerfile that names an image; which file it is, its reader knows. */
export type DockerfileOccurrence = Omit<Occurrence, 'file' | 'kind'>

/** What the resolver has to know of an occurrence beside its text. */
export interface Use {
  /** Index of the stage it belongs to; -1 before the first FROM. */
  readonly stage: number
  /** FROM: the word as written, quotes included. A flag: its value without quotes and escapes. */
  readonly value: string
  /** Why Docker refuses it, whatever its value is. */
  readonly fault?: string
  /** Marks of a template in it. */
  readonly marks?: readonly string[]
  /** A template decides what else stands in its line: another FROM, or nothing. */
  readonly opaque?: true
  /** Of a mount. */
  readonly target?: string
}

/** BuildKit's refusal of the file, or what keeps us from reading it as BuildKit does. */
export interface DockerfileProblem {
  readonly span?: Span
  readonly message: string
  /** The image that reads the file, where that is what is the matter. */
  readonly frontend?: string
}

export interface Place {
  readonly occurrence: DockerfileOccurrence
  readonly use: Use
}

/** What one way to read heredocs makes of a file. `problem` is BuildKit's first refusal: what stops its parser comes before the rest. */
export interface Reading {
  readonly args: readonly GlobalArg[]
  readonly stages: readonly Stage[]
  /** In the order of the file, without the syntax image. */
  readonly places: readonly Place[]
  readonly problem?: DockerfileProblem
}

/** Without the quotes that stand around the whole, if they do. */
export function unquoted(text: string, start: number, end: number): Stretch {
  const quote = text.charAt(start)
  const around = end - start >= 2 && (quote === '"' || quote === "'") && text.slice(start + 1, end).indexOf(quote) === end - start - 2
  return around ? { start: start + 1, end: end - 1 } : { start, end }
}
