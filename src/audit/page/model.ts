import { type PageData, type PageFinding, type PageProblem, type PageRepository, type UseColumn } from '../page-data.js'
import { type AuditSummary, type ExceptionGroup, type UseVerdict } from '../model.js'

/** In the order of the data's positions, worst first. */
export const VERDICTS: readonly { readonly id: UseVerdict; readonly label: string }[] = [
  { id: 'error', label: 'Error' },
  { id: 'warning', label: 'Warning' },
  { id: 'existing', label: 'Existing' },
  { id: 'excepted', label: 'Excepted' },
  { id: 'allowed', label: 'Allowed' },
  { id: 'unjudged', label: 'Not judged' },
]

/** Error, warning, existing and excepted are what is to be paid back. */
export const DEBT_VERDICTS = 4

/** The data of the page with what is worked out once: the order of texts, and what the search looks in. */
export class Model {
  readonly title: string
  readonly generated: string
  readonly summary: AuditSummary
  readonly repositories: readonly PageRepository[]
  readonly exceptions: readonly ExceptionGroup[]
  readonly problems: readonly PageProblem[]
  readonly count: number
  /** Of every text: its place in the order of all texts, so that sorting compares numbers. */
  readonly rank: Uint32Array
  private readonly haystacks: string[] = []
  /** Of every list of findings: its rules, each once. */
  private readonly ruleLists: readonly string[]

  constructor(private readonly data: PageData) {
    this.title = data.title
    this.generated = data.generated
    this.summary = data.summary
    this.repositories = data.repositories
    this.exceptions = data.exceptions
    this.problems = data.problems
    this.count = data.uses.line.length
    this.rank = rankOf(data.strings)
    const lower = data.strings.map((text) => text.toLowerCase())
    this.ruleLists = data.findings.map((findings) => [...new Set(findings.map(({ rule }) => rule))].join(', '))
    for (let use = 0; use < this.count; use++) {
      const word = (column: UseColumn): string => lower[this.value(column, use)] ?? ''
      this.haystacks.push(
        `${word('image')} ${word('text')} ${word('repository')} ${word('file')}:${this.value('line', use)} ${word('owner')} ${word('role')} ${this.rules(use)}`,
      )
    }
  }

  /** A number of a use's column. */
  value(column: UseColumn, use: number): number {
    return this.data.uses[column][use] ?? 0
  }

  /** The text of a use's column. */
  text(column: UseColumn, use: number): string {
    return this.data.strings[this.value(column, use)] ?? ''
  }

  string(position: number): string {
    return this.data.strings[position] ?? ''
  }

  verdict(use: number): { readonly id: UseVerdict; readonly label: string } {
    return VERDICTS[this.value('verdict', use)] ?? { id: 'unjudged', label: 'Not judged' }
  }

  findings(use: number): readonly PageFinding[] {
    return this.data.findings[this.value('findings', use)] ?? []
  }

  rules(use: number): string {
    return this.ruleLists[this.value('findings', use)] ?? ''
  }

  via(use: number): readonly string[] {
    return this.data.via[this.value('via', use)] ?? []
  }

  /** What a reader knows a use by: the canonical name, else what is written. */
  name(use: number): string {
    return this.text('target', use) === 'image' ? this.text('image', use) : this.text('text', use)
  }

  matches(use: number, words: readonly string[]): boolean {
    const haystack = this.haystacks[use] ?? ''
    return words.every((word) => haystack.includes(word))
  }

  repository(name: string): PageRepository | undefined {
    return this.repositories.find((one) => one.name === name)
  }
}

function rankOf(strings: readonly string[]): Uint32Array {
  const order = strings.map((_, position) => position)
  const text = (position: number): string => strings[position] ?? ''
  order.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
  const rank = new Uint32Array(strings.length)
  order.forEach((position, place) => {
    rank[position] = place
  })
  return rank
}
