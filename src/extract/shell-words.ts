import { isGoSpace } from './go-text.js'

/** BuildKit's words: text that is not quoted or escaped is split at Go's white space. */
export class Words {
  private readonly list: string[] = []
  private word = ''
  private open = false

  keep(text: string): void {
    if (text === '') return
    this.word += text
    this.open = true
  }

  split(text: string): void {
    let start = 0
    for (let i = 0; i <= text.length; i++) {
      if (i < text.length && !isGoSpace(text.charCodeAt(i))) continue
      if (i > start) this.keep(text.slice(start, i))
      start = i + 1
      if (i < text.length && this.open) this.close()
    }
  }

  forget(): void {
    this.word = ''
  }

  all(): readonly string[] {
    this.close()
    return this.list
  }

  private close(): void {
    if (this.word !== '') this.list.push(this.word)
    this.word = ''
    this.open = false
  }
}
