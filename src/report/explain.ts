import { type Finding, type ImageReference, type PolicyPlace, type Role } from '../model.js'
import { type LayerSays } from '../rules/explain.js'
import { paint, type Paint } from './ansi.js'
import { plain } from './escape.js'

/** Everything that is known of one reference. */
export interface Explanation {
  readonly input: string
  readonly role: Role
  readonly path: string
  /** Absent if Docker would refuse the text. */
  readonly image?: ImageReference & { readonly canonical: string }
  readonly error?: string
  /** Of the catalogue: the name and id of the registry, whose image it is there, and what there is to know of it. */
  readonly registry?: { readonly name: string; readonly id: string; readonly owner?: string; readonly note?: string; readonly docs: string }
  readonly layers: readonly LayerSays[]
  readonly allowed: boolean
}

/** The explanation for a person at a terminal. */
export function renderExplanation(explanation: Explanation, { color }: { readonly color: boolean }): string {
  const style = paint(color)
  const { image, error, registry, allowed } = explanation
  const head = [
    style.bold(plain(explanation.input)),
    ...(error === undefined ? [] : [row('malformed', style.red(plain(error)))]),
    ...(image === undefined ? [] : [row('canonical', plain(image.canonical))]),
    ...(registry === undefined ? unknownRegistry(explanation) : registryRows(registry, style)),
    row('as', `${explanation.role} in ${plain(explanation.path)}`),
  ]
  const layers = explanation.layers.flatMap((layer) => ['', ...layerRows(layer, style)])
  const verdict = allowed ? style.green('✓ allowed') : style.red('✗ refused')
  return `${[...head, ...layers, '', verdict].join('\n')}\n`
}

/** The explanation for a program, one JSON document. */
export function renderExplanationJson(explanation: Explanation): string {
  return `${JSON.stringify({ version: 1, ...explanation }, undefined, 2)}\n`
}

const WIDTH = 11

function row(label: string, text: string): string {
  return `  ${label.padEnd(WIDTH)}${text}`
}

function unknownRegistry({ image }: Explanation): string[] {
  return image === undefined ? [] : [row('registry', `${plain(image.registry)}, which is not in the catalogue`)]
}

function registryRows({ name, id, owner, note, docs }: NonNullable<Explanation['registry']>, style: Paint): string[] {
  const whose = owner === undefined ? '' : `, of ${plain(owner)}`
  return [row('registry', `${name} (${id})${whose}`), ...(note === undefined ? [] : [row('', style.dim(note))]), row('', style.dim(docs))]
}

function layerRows({ layer, allowed, source, upstream, pin, settings, findings }: LayerSays, style: Paint): string[] {
  const revision = layer.revision === undefined ? '' : `@${plain(layer.revision.slice(0, 7))}`
  const mark = allowed ? style.green('✓') : style.red('✗')
  const said = (text: string, place: PolicyPlace): string => `${text}  ${style.dim(`line ${place.line}`)}`
  return [
    `${mark} ${style.bold(`${plain(layer.path)}${revision}`)}`,
    ...(upstream === undefined ? [] : [row('judged as', said(plain(upstream.text), upstream.place))]),
    row('source', said(plain(source.text), source.place)),
    ...(pin === undefined ? [] : [row('pin', said(`${pin.asked} is asked, ${pin.met} is met`, pin.place))]),
    ...settings.map(({ text, place }) => row('', said(plain(text), place))),
    ...findings.flatMap((finding) => findingRows(finding, style)),
  ]
}

function findingRows(finding: Finding, style: Paint): string[] {
  const { rule, severity, state, message, advice, replacement, exception, policy } = finding
  const tone = state === 'excepted' ? style.dim : severity === 'error' ? style.red : style.yellow
  const until = exception?.expires === undefined ? '' : ` until ${exception.expires}`
  return [
    row(state === 'excepted' ? 'excused' : severity, `${tone(rule)}  ${plain(message)}  ${style.dim(`line ${policy.line}`)}`),
    ...(exception === undefined
      ? []
      : [row('', style.dim(`by ${plain(exception.owner)}${until}: ${plain(exception.reason)} (line ${exception.policy.line})`))]),
    ...(state === 'excepted' ? [] : advice.split('\n').map((line) => row('', plain(line)))),
    ...(replacement === undefined || state === 'excepted' ? [] : [row('', `Write instead: ${style.cyan(plain(replacement))}`)]),
  ]
}
