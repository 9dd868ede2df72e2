import { type Role } from '../model.js'
import { ownerOf, registryOf } from '../policy/catalogue.js'
import { ROLES } from '../policy/language.js'
import { renderExplanation, renderExplanationJson, type Explanation } from '../report/explain.js'
import { canonical, parseReference } from '../resolve/reference.js'
import { explainReference } from '../rules/explain.js'
import { PROGRAM } from '../version.js'
import { type Arguments } from './arguments.js'
import { failure, isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { readLayers } from './layers.js'
import { COLOR, deliver, isColored } from './output.js'
import { type Command } from './table.js'
import { openTarget, repositoryName } from './target.js'
import { nameOf } from './words.js'

const FORMATS = { text: renderExplanation, json: renderExplanationJson } as const

export const explain: Command = {
  takes: 'REF [OPTIONS]',
  about: `Tells what Docker takes a reference for, and what each layer of the policy says of it: the line that allows or refuses it, the pin that is asked and
met, the exception that excuses it, and what to write instead.`,
  options: ['path', 'role', 'policy', 'format', 'output', 'color'],
  formats: Object.keys(FORMATS),
  examples: [
    [`${PROGRAM} explain bitnami/redis:7.2`, 'as the base of a Dockerfile'],
    [`${PROGRAM} explain nvcr.io/nvidia/pytorch:24.10-py3 --path ml/Dockerfile`, 'where entries hold for some paths only'],
    [`${PROGRAM} explain ghcr.io/acme/tool:1 --role service --format json`, 'for a program'],
  ],
  exits: '0 allowed; 1 refused, or malformed; 2 it could not be found out (a broken policy, wrong usage).',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const [text, ...more] = given.positionals
  if (text === undefined || text === '') return failure('explain needs a reference', `for example: ${PROGRAM} explain nginx:1.27`)
  if (more.length > 0)
    return failure(`explain takes one reference, not ${given.positionals.length}`, `for a list of them, write a file for ${PROGRAM} test`)
  const format = await nameOf(given, 'format', FORMATS, 'text')
  if (isFailure(format)) return format
  const color = await nameOf(given, 'color', COLOR, 'auto')
  if (isFailure(color)) return color
  const role = await roleOf(given)
  if (isFailure(role)) return role
  const target = openTarget({ ...given, positionals: [] }, io)
  if (isFailure(target)) return target
  const layers = await readLayers(target, given, io)
  if (isFailure(layers)) return layers
  const path = given.value('path') ?? 'Dockerfile'
  const repository = repositoryName(target.root, io.env)
  const says = explainReference(text, role, path, layers, {
    today: target.today,
    ...(repository !== undefined && { repository }),
  })
  const explanation = describe(text, role, path, says)
  return (
    deliver(FORMATS[format](explanation, { color: isColored(color, given, io) }), given, io) ??
    (explanation.allowed ? EXIT.clean : EXIT.refused)
  )
}

async function roleOf(given: Arguments): Promise<Role | Failure> {
  const named = await nameOf(given, 'role', Object.fromEntries(ROLES.map((role) => [role, role])), 'base')
  return isFailure(named) ? named : (ROLES.find((role) => role === named) ?? 'base')
}

function describe(input: string, role: Role, path: string, layers: Explanation['layers']): Explanation {
  const parsed = parseReference(input)
  const common = { input, role, path, layers }
  if (parsed.kind === 'malformed') return { ...common, error: parsed.problem, allowed: false }
  const { reference } = parsed
  const registry = registryOf(reference.registry)
  const owner = ownerOf(reference.registry, reference.repository)
  return {
    ...common,
    image: { ...reference, canonical: canonical(reference) },
    ...(registry !== undefined && {
      registry: {
        name: registry.name,
        id: registry.id,
        docs: registry.docs,
        ...(owner !== undefined && { owner }),
        ...(registry.note !== undefined && { note: registry.note }),
      },
    }),
    allowed: layers.every((layer) => layer.allowed),
  }
}
