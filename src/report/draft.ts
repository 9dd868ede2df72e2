import { type Place } from '../model.js'
import { type Draft, type DraftName } from '../rules/draft.js'
import { plain } from './escape.js'

const SCHEMA = 'https://raw.githubusercontent.com/image-policy/image-policy/v1/image-policy.schema.json'

/** Places that a comment names before it counts the rest. */
const MAX_USES = 3

/** A drafted policy as a file: a comment beside each entry says what uses it. */
export function renderDraft({ pin, registries, softened }: Draft): string {
  const lines = [
    `# yaml-language-server: $schema=${SCHEMA}`,
    '# What this repository uses today. Delete what surprises you: it is refused from then on.',
    'version: 1',
    '# contact: "#whom-to-ask"            # shown in every refusal',
    `pin: ${pin}`,
    '',
    ...softenedLines(softened),
    'registries:',
    ...(registries.length === 0
      ? ['  docker.io:', '    namespaces: [library]             # nothing is used yet: Docker Official Images']
      : []),
    ...registries.flatMap(({ host, names }) => registryLines(host, names)),
  ]
  return `${lines.join('\n')}\n`
}

function softenedLines(softened: Draft['softened']): string[] {
  if (softened.length === 0) return []
  return [
    'rules:                              # mend these, then delete the line',
    ...softened.map(({ rule, uses }) => commented(`  ${rule}: warning`, uses)),
    '',
  ]
}

function registryLines(host: string, names: readonly DraftName[]): string[] {
  const whole = names.find(({ kind }) => kind === 'registry')
  if (whole !== undefined) return [commented(`  ${key(host)}: ${settings(whole) || '{}'}`, whole.uses)]
  return [`  ${key(host)}:`, ...listLines('namespace', 'namespaces', names), ...listLines('repository', 'repositories', names)]
}

function listLines(kind: DraftName['kind'], heading: string, names: readonly DraftName[]): string[] {
  const mine = names.filter((name) => name.kind === kind)
  if (mine.length === 0) return []
  const bare = mine.every((name) => settings(name) === '')
  const line = (name: DraftName): string => (bare ? `      - ${key(name.name)}` : `      ${key(name.name)}: ${settings(name) || '{}'}`)
  return [`    ${heading}:`, ...mine.map((name) => commented(line(name), name.uses))]
}

function settings({ pin, roles }: DraftName): string {
  const parts = [...(pin === undefined ? [] : [`pin: ${pin}`]), ...(roles === undefined ? [] : [`roles: [${roles.join(', ')}]`])]
  return parts.length === 0 ? '' : `{ ${parts.join(', ')} }`
}

/** A word that YAML takes for a text stays as it is; any other is quoted. */
function key(text: string): string {
  const harmless = /^[a-z][a-z0-9._/-]*(?::\d+)?$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(text)
  return harmless ? text : JSON.stringify(text)
}

/** File names come from the repository: shown on one line, without anything that a terminal or YAML could take for its own. */
function commented(line: string, uses: readonly Place[]): string {
  const places = [...new Set(uses.map(({ file, span }) => `${file}:${span.start.line}`))]
  const rest = places.length > MAX_USES ? ` and ${places.length - MAX_USES} more` : ''
  return `${line.padEnd(35)} # ${places
    .slice(0, MAX_USES)
    .map((place) => plain(place))
    .join(', ')}${rest}`
}
