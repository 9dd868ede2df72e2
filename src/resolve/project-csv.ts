import { type Range } from './project-values.js'

/*
 * The values of build options that buildx reads as CSV: cache entries and attestations.
 */

interface Field extends Range {
  readonly text: string
}

/** The fields of one CSV record, with the offsets of their texts; `""` in a quoted field stays as it is, since no reference holds a quote. */
function fieldsOf(text: string): readonly Field[] {
  const fields: Field[] = []
  let at = 0
  for (;;) {
    const quoted = text[at] === '"'
    const from = quoted ? at + 1 : at
    const close = quoted ? closingQuote(text, from) : -1
    const comma = text.indexOf(',', close < 0 ? at : close)
    const end = comma < 0 ? text.length : comma
    const to = close < 0 ? end : close
    fields.push({ from, to, text: text.slice(from, to) })
    if (comma < 0) return fields
    at = comma + 1
  }
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}

interface Attribute extends Range {
  readonly key: string
  readonly value: string
}

/** `key=value` fields; keys in lower case. A field without `=` has an empty key. */
function attributesOf(text: string): readonly Attribute[] {
  return fieldsOf(text).map((field) => {
    const equals = field.text.indexOf('=')
    const key = equals < 0 ? '' : field.text.slice(0, equals).toLowerCase()
    return { key, from: field.from + equals + 1, to: field.to, value: field.text.slice(equals + 1) }
  })
}

/** buildx's ParseCacheEntry: the references of a cache entry. A string is its error. */
export function cacheReferences(text: string): readonly Range[] | string {
  if (!text.includes('=')) return fieldsOf(text).filter((field) => field.text !== '')
  const attributes = attributesOf(text)
  const type = attributes.findLast(({ key }) => key === 'type')?.value
  if (type === undefined || type === '') return `type required for "${text}"`
  const reference = attributes.findLast(({ key }) => key === 'ref')
  return type === 'registry' && reference !== undefined ? [reference] : []
}

/** The scanner that an SBOM option names: where its reference stands; `default` if it names none and asks for one all the same. */
export function sbomGenerator(text: string): Range | 'default' | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return 'default'
  if (text === '' || /^(?:0|f|F|FALSE|false|False)$/.test(text)) return undefined
  const attributes = attributesOf(text)
  if (attributes.some(({ key, value }) => key === 'disabled' && value === 'true')) return undefined
  return attributes.findLast(({ key }) => key === 'generator') ?? 'default'
}
