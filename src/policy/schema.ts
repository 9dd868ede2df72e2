import { type Position } from '../model.js'
import { nearest } from './nearest.js'
import { type Complain, type Node } from './yaml.js'

/*
 * One definition of a YAML language gives its parser, its TypeScript types and its JSON Schema:
 * a Schema<T> reads a node into a T with places, says all that is wrong with it, and holds its own JSON Schema.
 */

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface Schema<T> {
  /** What is expected, for messages: "a list of rules". */
  readonly name: string
  /** Made when it is asked for: whoever reads a policy has no use for it. */
  json(): { readonly [key: string]: Json }
  /** The value, or undefined if it is not one; then at least one complaint was made. */
  read(node: Node, complain: Complain): T | undefined
}

/** A scalar with its place. */
export interface Located<T> {
  readonly value: T
  readonly at: Position
}

export interface ListOf<T> {
  readonly at: Position
  readonly items: readonly T[]
}

export interface MapOf<T> {
  readonly at: Position
  readonly entries: readonly { readonly key: Located<string>; readonly value: T }[]
}

type Out<S> = S extends Schema<infer T> ? T : never

/** The keys that were written, each optional: a missing required key is a complaint, not a hole in the type. */
export type ObjectOf<P> = { readonly at: Position; readonly keys: ReadonlyMap<string, Position> } & { readonly [K in keyof P]?: Out<P[K]> }

/** What is wrong with a text: the message, and what to do. */
export interface Flaw {
  readonly message: string
  readonly advice: string
}

interface TextOptions {
  readonly name: string
  readonly about?: string
  /** The JSON Schema's approximation of `check`. */
  readonly pattern?: string
  readonly examples?: readonly string[]
  /** An empty text is a value, too. */
  readonly empty?: true
  readonly check?: (text: string) => Flaw | undefined
}

/** A text. Plain numbers are taken as written; `true`, `null` and nothing are no text. */
export function text(options: TextOptions): Schema<Located<string>> {
  const { name, pattern, check } = options
  return {
    name,
    json: () => ({
      ...describe(options.about),
      type: ['string', 'number'],
      ...(options.empty === true ? {} : { minLength: 1 }),
      ...(pattern === undefined ? {} : { pattern }),
      ...(options.examples === undefined ? {} : { examples: options.examples }),
    }),
    read(node, complain) {
      if (node.kind !== 'scalar' || node.type === 'null' || node.type === 'boolean') return mismatch(node, name, complain)
      if (node.text === '' && options.empty !== true)
        return (complain(node.at, `expected ${name}, found nothing`, 'write it, or remove the key'), undefined)
      const flaw = check?.(node.text)
      if (flaw !== undefined) return (complain(node.at, flaw.message, flaw.advice), undefined)
      return { value: node.text, at: node.at }
    },
  }
}

/** One of a few words; `hint` may know better advice for a wrong one than the nearest word. */
export function word<const W extends string>(
  name: string,
  words: readonly W[],
  about?: string,
  hint?: (text: string) => string | undefined,
): Schema<Located<W>> {
  return {
    name,
    json: () => ({ ...describe(about), enum: words }),
    read(node, complain) {
      if (node.kind !== 'scalar' || node.text === '') return mismatch(node, name, complain)
      const found = node.type === 'text' ? words.find((candidate) => candidate === node.text) : undefined
      if (found !== undefined) return { value: found, at: node.at }
      const meant = nearest(node.text, words)
      const advice = hint?.(node.text) ?? (meant === undefined ? `one of ${words.join(', ')}` : `did you mean ${meant}?`)
      return (complain(node.at, `"${node.text}" is not ${name}`, advice), undefined)
    },
  }
}

/** `true` or `false`. */
export function flag(about?: string): Schema<Located<boolean>> {
  return {
    name: 'true or false',
    json: () => ({ ...describe(about), type: 'boolean' }),
    read(node, complain) {
      if (node.kind !== 'scalar' || node.type !== 'boolean') return mismatch(node, 'true or false', complain)
      return { value: node.text.toLowerCase() === 'true', at: node.at }
    },
  }
}

/** A whole number within bounds. */
export function integer(name: string, least: number, most: number, about?: string): Schema<Located<number>> {
  return {
    name,
    json: () => ({ ...describe(about), type: 'integer', minimum: least, maximum: most }),
    read(node, complain) {
      if (node.kind !== 'scalar' || node.type !== 'number') return mismatch(node, name, complain)
      const value = Number(node.text)
      if (Number.isInteger(value) && value >= least && value <= most) return { value, at: node.at }
      const advice = least === most ? `write ${least}` : `write a whole number from ${least} to ${most}`
      return (complain(node.at, `${node.text} is not ${name}`, advice), undefined)
    },
  }
}

/** A list that holds at least one thing. */
export function list<T>(name: string, item: Schema<T>, about?: string): Schema<ListOf<T>> {
  return {
    name,
    json: () => ({ ...describe(about), type: 'array', minItems: 1, items: item.json() }),
    read(node, complain) {
      if (node.kind !== 'list') return mismatch(node, name, complain)
      if (node.items.length === 0)
        return (complain(node.at, `expected ${name}, found an empty list`, 'name at least one, or remove the key'), undefined)
      return { at: node.at, items: present(node.items.map((each) => item.read(each, complain))) }
    },
  }
}

/** A map from free names to one kind of value, with at least one entry. */
export function map<T>(name: string, key: Schema<Located<string>>, value: Schema<T>, about?: string): Schema<MapOf<T>> {
  return {
    name,
    json: () => ({
      ...describe(about),
      type: 'object',
      minProperties: 1,
      propertyNames: Object.fromEntries(Object.entries(key.json()).filter(([keyword]) => keyword !== 'type')),
      additionalProperties: value.json(),
    }),
    read(node, complain) {
      if (node.kind !== 'map') return mismatch(node, name, complain)
      if (node.entries.length === 0)
        return (complain(node.at, `expected ${name}, found an empty map`, 'name at least one, or remove the key'), undefined)
      const entries = node.entries.map((entry) => {
        const found = { key: key.read(entry.key, complain), value: value.read(entry.value, complain) }
        return found.key === undefined || found.value === undefined ? undefined : { key: found.key, value: found.value }
      })
      return { at: node.at, entries: present(entries) }
    },
  }
}

interface ObjectOptions {
  readonly name: string
  readonly about?: string
  readonly required?: readonly string[]
  /** At least one of these sets of keys must be there. */
  readonly anyOf?: readonly (readonly string[])[]
  /** A missing value (`acme:`) means no keys. */
  readonly empty?: true
}

type Fields = Readonly<Record<string, Schema<unknown>>>

/** A map with known keys. The type of the result follows from the fields, which a loop over them cannot show to the compiler: hence the overload. */
export function object<P extends Fields>(options: ObjectOptions, fields: P): Schema<ObjectOf<P>>
export function object(options: ObjectOptions, fields: Fields): Schema<unknown> {
  const known = new Map(Object.entries(fields))
  return {
    name: options.name,
    json: () => objectJson(options, fields),
    read(node, complain) {
      const keys = new Map<string, Position>()
      const result: Record<string, unknown> = { at: node.at, keys }
      if (options.empty === true && node.kind === 'scalar' && node.type === 'null') return result
      if (node.kind !== 'map') return mismatch(node, options.name, complain)
      for (const { key, value } of node.entries) {
        const field = known.get(key.text)
        if (field === undefined) {
          unknownKey(key.text, key.at, options.name, known.keys(), complain)
          continue
        }
        keys.set(key.text, key.at)
        result[key.text] = field.read(value, complain)
      }
      complainOfMissing(options, node.at, keys, complain)
      return result
    },
  }
}

function objectJson(options: ObjectOptions, fields: Fields): { readonly [key: string]: Json } {
  const properties = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.json()]))
  return {
    ...describe(options.about),
    type: options.empty === true ? ['object', 'null'] : 'object',
    ...(options.required === undefined ? {} : { required: options.required }),
    ...(options.anyOf === undefined ? {} : { anyOf: options.anyOf.map((required) => ({ required })) }),
    additionalProperties: false,
    properties,
  }
}

function complainOfMissing(options: ObjectOptions, at: Position, keys: ReadonlyMap<string, Position>, complain: Complain): void {
  for (const key of options.required ?? []) if (!keys.has(key)) complain(at, `${options.name} lacks "${key}"`, `add ${key}:`)
  const sets = options.anyOf
  if (sets === undefined || sets.some((set) => set.every((key) => keys.has(key)))) return
  complain(at, `${options.name} lacks ${sets.map((set) => `"${set.join('" and "')}"`).join(', or ')}`, 'add what it is about')
}

function unknownKey(key: string, at: Position, owner: string, known: Iterable<string>, complain: Complain): void {
  const words = [...known]
  const meant = nearest(key, words)
  complain(
    at,
    `unknown key "${key}" in ${owner}`,
    meant === undefined ? `the keys here are ${words.join(', ')}` : `did you mean "${meant}"?`,
  )
}

/** A value that may take several forms, told apart by whether it is a scalar, a list or a map. */
export function oneOf<A = never, B = never, C = never>(
  name: string,
  forms: { readonly scalar?: Schema<A>; readonly list?: Schema<B>; readonly map?: Schema<C> },
  about?: string,
): Schema<A | B | C> {
  const all = [forms.scalar, forms.list, forms.map].filter((form) => form !== undefined)
  return {
    name,
    json: () => ({ ...describe(about), anyOf: all.map((form) => form.json()) }),
    read(node, complain) {
      const form = node.kind === 'broken' ? undefined : forms[node.kind]
      return form === undefined ? mismatch(node, name, complain) : form.read(node, complain)
    },
  }
}

function describe(about: string | undefined): { readonly [key: string]: Json } {
  return about === undefined ? {} : { description: about }
}

function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined)
}

function mismatch(node: Node, expected: string, complain: Complain): undefined {
  if (node.kind === 'broken') return undefined
  const found =
    node.kind === 'scalar' ? (node.type === 'null' ? 'nothing' : node.type === 'text' ? 'a text' : `a ${node.type}`) : `a ${node.kind}`
  complain(node.at, `expected ${expected}, found ${found}`, adviceFor(node))
}

function adviceFor(node: Node): string {
  if (node.kind === 'scalar' && node.type === 'boolean') return `a text that reads as ${node.text} needs quotes: "${node.text}"`
  if (node.kind === 'scalar' && /^[\w./-]+:\S/.test(node.text.slice(0, 80))) return 'a blank is needed after the colon of a key'
  return 'docs/policy.md shows each key with an example'
}
