/** A fenced block of a document: ```` ```yaml policy path ```` has language `yaml` and kind `policy`. */
export interface Snippet {
  readonly file: string
  /** Of the first line inside the fence, 1-based. */
  readonly line: number
  readonly language: string
  readonly kind: string
  readonly text: string
}

/** The fenced blocks of a markdown document, also those that are indented in a list. */
export function snippetsOf(file: string, markdown: string): Snippet[] {
  const found: Snippet[] = []
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const open = /^(\s*)```(\S*)\s*(\S*)/.exec(lines[index] ?? '')
    if (open === null) continue
    const start = index + 1
    while (index + 1 < lines.length && !(lines[index + 1] ?? '').trimStart().startsWith('```')) index++
    const indent = open[1]?.length ?? 0
    const text = lines
      .slice(start, index + 1)
      .map((line) => line.slice(indent))
      .join('\n')
    found.push({ file, line: start + 1, language: open[2] ?? '', kind: open[3] ?? '', text: `${text}\n` })
    index++
  }
  return found
}
