/** A field of one CSV record, with the offsets of its characters in the record. */
interface Field {
  readonly text: string
  /** One by one, or the first where they stand side by side. */
  readonly places: number | readonly number[]
}

/** What `RUN --mount` says of images. */
export interface Mount {
  /** Its last `from`; absent if there is none or it is empty. One with a variable, which BuildKit refuses, is not overridden. */
  readonly from?: { readonly value: string; readonly start: number; readonly end: number; readonly variable: boolean }
  readonly target: string
}

export type MountRead = { readonly kind: 'mount'; readonly mount: Mount } | { readonly kind: 'error'; readonly problem: string }

/** BuildKit's parseMount, as far as it goes when a Dockerfile is parsed: one CSV record of `key=value`, of which `from` counts. */
export function readMount(record: string): MountRead {
  const csv = readRecord(record)
  if (csv.kind === 'error') return { kind: 'error', problem: `failed to parse csv mounts: ${csv.problem}` }
  let from: Mount['from']
  let target = ''
  for (const { text, places } of csv.fields) {
    const equals = text.indexOf('=')
    if (equals < 0) continue
    const key = text.slice(0, equals).toLowerCase()
    const value = text.slice(equals + 1)
    if (key === 'target' || key === 'dst' || key === 'destination') target = value
    if (key !== 'from') continue
    const start = placeAt(places, equals + 1)
    const dollar = value.indexOf('$')
    const variable = dollar >= 0 && dollar < value.length - 1
    from = value === '' ? undefined : { value, start, end: placeAt(places, text.length - 1) + 1, variable }
    if (variable) break
  }
  return { kind: 'mount', mount: { target, ...(from !== undefined && { from }) } }
}

function placeAt(places: Field['places'], index: number): number {
  return typeof places === 'number' ? places + index : (places[index] ?? 0)
}

type Record = { readonly kind: 'fields'; readonly fields: readonly Field[] } | { readonly kind: 'error'; readonly problem: string }

/** Go's encoding/csv on one line. */
function readRecord(record: string): Record {
  if (record === '') return { kind: 'error', problem: 'EOF' }
  const fields: Field[] = []
  let at = 0
  for (;;) {
    const quoted = record.charAt(at) === '"'
    const field = quoted ? quotedField(record, at) : plainField(record, at)
    if (typeof field === 'string') return { kind: 'error', problem: field }
    fields.push(field.field)
    if (field.end >= record.length) return { kind: 'fields', fields }
    at = field.end + 1
  }
}

type FieldRead = { readonly field: Field; readonly end: number } | string

function plainField(record: string, start: number): FieldRead {
  const comma = record.indexOf(',', start)
  const end = comma < 0 ? record.length : comma
  const text = record.slice(start, end)
  const stray = text.indexOf('"')
  if (stray >= 0) return csvError(record, start + stray, 'bare " in non-quoted-field')
  return { field: { text, places: start }, end }
}

function quotedField(record: string, start: number): FieldRead {
  const places: number[] = []
  let text = ''
  let at = start + 1
  for (;;) {
    const quote = record.indexOf('"', at)
    const stop = quote < 0 ? record.length : quote
    text += record.slice(at, stop)
    for (let i = at; i < stop; i++) places.push(i)
    if (quote < 0) return csvError(record, at, 'extraneous or missing " in quoted-field')
    const next = record.charAt(quote + 1)
    if (next === '' || next === ',') return { field: { text, places }, end: quote + 1 }
    if (next !== '"') return csvError(record, quote, 'extraneous or missing " in quoted-field')
    text += '"'
    places.push(quote)
    at = quote + 2
  }
}

function csvError(record: string, at: number, what: string): string {
  return `parse error on line 1, column ${new TextEncoder().encode(record.slice(0, at)).length + 1}: ${what}`
}
