import { type Report } from '../model.js'

/** A URL that shows a line of a file, or undefined where there is none. Lines are 1-based. */
export type Link = (file: string, line: number) => string | undefined

/** A rule as a format needs it: its id, and what it finds in one sentence. */
export interface RuleText {
  readonly id: string
  readonly summary: string
}

/** What a format may use beside the report itself. Everything is optional; each format takes what it knows. */
export interface ReportContext {
  /** The text format: ANSI colours. */
  readonly color?: boolean
  /** Markdown: links to the lines at the checked revision. */
  readonly link?: Link
  /** The command that repeats the check. */
  readonly repeat?: string
  /** SARIF: the rules as they are summed up, and the version of this program. */
  readonly rules?: readonly RuleText[]
  readonly version?: string
  /** SARIF: tell excepted findings too, as suppressed results. Code scanning would show each as an open alert. */
  readonly suppressed?: boolean
}

/** What a comment or a job summary says beside the report. */
export interface MarkdownContext extends ReportContext {
  /** The hidden first line by which a comment is found again: an HTML comment of our own making. */
  readonly marker?: string
  /** What the verdict is headed with; `Image policy` unless it says otherwise. */
  readonly title?: string
  /** What must be said before the verdict, one sentence. */
  readonly alert?: string
  /** An earlier run had findings and this one has none. */
  readonly resolved?: boolean
  /** The same change under the policy that it would bring. */
  readonly proposed?: Report
}

/** Turns a report into one text. Pure; never throws. */
export type Renderer<Context = ReportContext> = (report: Report, context: Context) => string
