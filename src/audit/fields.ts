/** An object of a JSON document that somebody else wrote. */
export type Fields = Readonly<Record<string, unknown>>

/** How many of a document's faults are told; one is enough to refuse it. */
const MAX_TOLD = 3

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads the members of untrusted objects by type. A member of the wrong type gives an empty value and a fault with its place;
 * whoever reads a document refuses it if there are faults. Nothing throws.
 */
export class FieldReader {
  readonly faults: string[] = []

  /** Records that what stands at `where` is not what is wanted. */
  fault(where: string, wanted: string): void {
    if (this.faults.length < MAX_TOLD) this.faults.push(`${where} is not ${wanted}`)
  }

  text(fields: Fields, key: string, where: string): string {
    const value = fields[key]
    if (typeof value === 'string') return value
    this.fault(`${where}.${key}`, 'a text')
    return ''
  }

  textOrNull(fields: Fields, key: string, where: string): string | null {
    return fields[key] === null ? null : this.text(fields, key, where)
  }

  optionalText(fields: Fields, key: string, where: string): string | undefined {
    return fields[key] === undefined ? undefined : this.text(fields, key, where)
  }

  /** A whole number from 0 on. */
  count(fields: Fields, key: string, where: string): number {
    const value = fields[key]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    this.fault(`${where}.${key}`, 'a whole number')
    return 0
  }

  optionalCount(fields: Fields, key: string, where: string): number | undefined {
    return fields[key] === undefined ? undefined : this.count(fields, key, where)
  }

  object(fields: Fields, key: string, where: string): Fields {
    const value = fields[key]
    if (isFields(value)) return value
    this.fault(`${where}.${key}`, 'an object')
    return {}
  }

  /** One of the words, else the first of them and a fault. */
  word<Word extends string>(fields: Fields, key: string, where: string, words: readonly [Word, ...Word[]]): Word {
    const value = fields[key]
    const word = words.find((one) => one === value)
    if (word === undefined) this.fault(`${where}.${key}`, `one of ${words.join(', ')}`)
    return word ?? words[0]
  }

  /** The objects of a list; an absent list is empty. */
  list<Item>(fields: Fields, key: string, where: string, read: (item: Fields, where: string) => Item): Item[] {
    return this.items(fields, key, where).flatMap((value, index) => {
      if (isFields(value)) return [read(value, `${where}.${key}[${index}]`)]
      this.fault(`${where}.${key}[${index}]`, 'an object')
      return []
    })
  }

  /** The texts of a list; an absent list is empty. */
  texts(fields: Fields, key: string, where: string): string[] {
    return this.items(fields, key, where).flatMap((value, index) => {
      if (typeof value === 'string') return [value]
      this.fault(`${where}.${key}[${index}]`, 'a text')
      return []
    })
  }

  private items(fields: Fields, key: string, where: string): readonly unknown[] {
    const value = fields[key]
    if (value === undefined) return []
    if (Array.isArray(value)) return value
    this.fault(`${where}.${key}`, 'a list')
    return []
  }
}
