import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'

type Schema = Readonly<Record<string, unknown>>

interface Ref {
  readonly $ref?: string
}

interface Parameter extends Ref {
  readonly name: string
  readonly schema: Schema
}

interface Described extends Ref {
  readonly content?: Readonly<Record<string, { readonly schema: Schema & { readonly properties?: Schema } }>>
}

interface Description {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Described
  readonly responses: Readonly<Record<string, Described>>
}

interface Slice {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Description>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** GitHub's own description of the operations that are used here (npm: @octokit/openapi, MIT), cut to these. */
const slice = JSON.parse(readFileSync(fileURLToPath(new URL('../data/github-openapi-slice.json', import.meta.url)), 'utf8')) as Slice

const ajv = new Ajv({ strict: false, coerceTypes: false, allErrors: true })
formats.default(ajv)
const compiled = new Map<string, ValidateFunction>()

export interface Operation {
  /** `GET /repos/{owner}/{repo}` */
  readonly route: string
  readonly path: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** What the description says of the operation. */
  readonly described: Description
}

/** The operation that a request calls, or undefined if GitHub describes none. Parameters may hold encoded slashes. */
export function operationOf(method: string, url: URL, prefix: string): Operation | undefined {
  if (!url.pathname.startsWith(prefix)) return undefined
  const asked = url.pathname.slice(prefix.length).split('/')
  for (const [template, methods] of Object.entries(slice.paths)) {
    const described = methods[method.toLowerCase()]
    const wanted = template.split('/')
    if (described === undefined || wanted.length !== asked.length) continue
    const path: Record<string, string> = {}
    const fits = wanted.every((part, index) => {
      const given = asked[index] ?? ''
      if (!part.startsWith('{')) return part === given
      path[part.slice(1, -1)] = decodeURIComponent(given)
      return given !== ''
    })
    if (fits) return { route: `${method} ${template}`, path, query: url.searchParams, described }
  }
  return undefined
}

/** What a `$ref` of the description (`#/components/kind/name`) stands for. */
function resolve<Kind extends Ref>(value: Kind): Kind {
  const [, , kind = '', name = ''] = value.$ref?.split('/') ?? []
  return value.$ref === undefined ? value : (slice.components[kind]?.[name] as Kind)
}

/** What of a request breaks the description: unknown parameters, parameters and bodies of the wrong type. */
export function faultsOfRequest(operation: Operation, body: unknown): string[] {
  const faults: string[] = []
  const parameters = (operation.described.parameters ?? []).map((one) => resolve(one))
  for (const [name, text] of [...Object.entries(operation.path), ...operation.query]) {
    const parameter = parameters.find((one) => one.name === name)
    if (parameter === undefined) faults.push(`unknown parameter ${name}`)
    else faults.push(...check(`${operation.route} ${name}`, parameter.schema, parameter.schema['type'] === 'integer' ? Number(text) : text))
    if (name === 'per_page' && !(Number(text) >= 1 && Number(text) <= 100)) faults.push(`per_page=${text}`)
  }
  const schema = operation.described.requestBody?.content?.['application/json']?.schema
  if (schema !== undefined) {
    faults.push(...check(`${operation.route} body`, schema, body))
    for (const key of Object.keys(body ?? {})) if (schema.properties?.[key] === undefined) faults.push(`unknown property ${key}`)
  } else if (body !== undefined) faults.push('a body where none belongs')
  return faults
}

/** What of an answer breaks the description. Media types that it does not describe (raw contents) have no schema. */
export function faultsOfResponse(operation: Operation, status: number, type: string, body: unknown): string[] {
  const told = operation.described.responses[String(status)]
  const response = told && resolve(told)
  if (response === undefined) return [429, 401, 502, 503, 500, 403].includes(status) ? [] : [`status ${status} is not described`]
  const schema = response.content?.[type]?.schema
  return schema === undefined ? [] : check(`${operation.route} ${status} ${type}`, schema, body)
}

function check(key: string, schema: Schema, value: unknown): string[] {
  const validate = compiled.get(key) ?? ajv.compile({ ...schema, components: slice.components })
  compiled.set(key, validate)
  return validate(value) ? [] : (validate.errors ?? []).map((error) => `${key}${error.instancePath} ${error.message ?? ''}`)
}

/** An example of GitHub's own, deeply copied. */
export function example(name: string): Record<string, unknown> {
  return structuredClone((slice.components['examples']?.[name] as { value: Record<string, unknown> }).value)
}
