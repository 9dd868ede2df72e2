import { type FileKind, type Step, type Value } from '../model.js'
import { type Policy } from './policy.js'
import { maySpeakFor, type PolicyLayer } from './layers.js'

/** What one policy adds to discovery, and what it leaves out of it. Paths are relative to the root. */
export interface FilesOf {
  /** The kind as which a file is read although its name does not tell; absent if the policy names no such files. */
  readonly extra?: (path: string) => FileKind | undefined
  /** Not to be discovered; a file that another one reaches is judged all the same. */
  readonly excluded: (path: string) => boolean
}

/** The `files` of one policy. */
export function filesOf({ files: { dockerfiles, compose, exclude } }: Policy): FilesOf {
  const excluded = (path: string): boolean => exclude?.matches(path) === true
  if (dockerfiles === undefined && compose === undefined) return { excluded }
  return {
    excluded,
    extra: (path) => (dockerfiles?.matches(path) === true ? 'dockerfile' : compose?.matches(path) === true ? 'compose' : undefined),
  }
}

/** What each layer says of files, and the variables that serve it: what a survey of a tree must know of the policy. */
export function viewsOf(layers: readonly PolicyLayer[]): readonly (FilesOf & { readonly variables: ReadonlyMap<string, Value> })[] {
  return layers.map(({ policy }, index) => ({ ...filesOf(policy), variables: variablesOf(layers, index) }))
}

/** The declared variables that serve one layer: its own, and those of the layers below where it accepts them. Its own win, then the nearer ones. */
export function variablesOf(layers: readonly PolicyLayer[], index: number): ReadonlyMap<string, Value> {
  const variables = new Map<string, Value>()
  const asking = layers[index]
  layers.slice(0, index + 1).forEach((layer, at) => {
    const serves = at === index || (asking?.policy.acceptVariables === true && maySpeakFor(layer, asking))
    if (serves) for (const [name, value] of declared(layer.policy)) variables.set(name, value)
  })
  return variables
}

function declared({ source, variables }: Policy): [string, Value][] {
  return [...variables].map(([name, { value, at }]) => {
    const end = { line: at.line, column: at.column + value.length }
    const step: Step = { file: source.path, span: { start: at, end }, text: `variables.${name}=${value}`, value }
    return [name, { text: value, unset: [], via: [step] }]
  })
}
