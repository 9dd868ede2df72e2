import { RULE_FACTS, RULE_IDS } from './rule-facts.js'
import { catalogueIds } from './catalogue.js'
import { dayNumber } from './dates.js'
import { digestFlaw, HOST_PATTERN, imageFlaw, PATH_PATTERN, pathFlaw, registryKeyFlaw, tagFlaw } from './names.js'
import { pathGlobFlaw } from './glob.js'
import { PIN_LEVELS } from './pin.js'
import { flag, integer, list, map, object, oneOf, text, word, type Json, type Located, type Schema } from './schema.js'
import { type Role, type RuleId } from '../model.js'

/*
 * The policy language, version 1: the one definition behind the parser, the types and image-policy.schema.json.
 */

/** Where an image can be named. */
export const ROLES: readonly Role[] = [
  'base',
  'copy-from',
  'mount-from',
  'syntax',
  'named-context',
  'cache-from',
  'sbom',
  'service',
  'image-volume',
  'init',
  'model',
  'build-output',
  'cache-to',
]

const EXCUSABLE: readonly RuleId[] = RULE_IDS.filter((id) => RULE_FACTS[id].ofPolicy !== true)
const INLINE: readonly RuleId[] = EXCUSABLE.filter((id) => !RULE_FACTS[id].where)

/** Longest life of an exception in days, where `max-days` does not say otherwise; and the longest that it can say. */
export const DEFAULT_MAX_DAYS = 366
const MOST_DAYS = 3660

const line = (name: string, about: string): Schema<Located<string>> => text({ name, about, pattern: '\\S', check: blankFlaw })
const tag = text({ name: 'a tag or a pattern of tags', pattern: '^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,127}$', check: tagFlaw })
const pathGlob = text({ name: 'a pattern of paths', pattern: '^(?![!/])[^\\\\{]+$', check: pathGlobFlaw })
const path = text({ name: 'a namespace or repository', pattern: PATH_PATTERN, check: pathFlaw })
const image = text({
  name: 'an image, registry[/path]',
  about: 'registry[/path]: the image, and everything under it',
  pattern: '^[A-Za-z0-9\\[*][^\\s@{}$]*$',
  check: imageFlaw,
})
const day = text({
  name: 'a day, YYYY-MM-DD',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
  check: (value) =>
    dayNumber(value) === undefined ? { message: `"${value}" is no day`, advice: 'write an existing day as YYYY-MM-DD' } : undefined,
})
const dayWithFormat: Schema<Located<string>> = { ...day, json: () => ({ ...day.json(), type: 'string', format: 'date' }) }

const pin = word('a pin level', PIN_LEVELS, 'how exactly an image must be fixed: none < tag < major < minor < patch < digest < tag+digest')
const severity = word('a severity', ['error', 'warning'], 'warning: findings are told and do not fail')
const paths = list('a list of path patterns', pathGlob, 'for these files only')
const roles = list('a list of roles', word('a role', ROLES), 'for these places of an image only')
const tags = list('a list of tags', tag, 'one of these must match the tag; * stands for any run')

const settings = { pin, tags, roles, paths, severity, direct: flag('false: only through a mirror') }
const REGISTRY_KEYS = ['namespaces', 'repositories', 'owners', 'anyone', ...Object.keys(settings)]

const inner = object({ name: 'the settings of a namespace or repository', empty: true }, settings)
const named = (what: string, about: string) =>
  oneOf(
    `a list of ${what}, or a map from them to settings`,
    { list: list(`a list of ${what}`, path), map: map(`a map of ${what}`, path, inner) },
    about,
  )

const registry = object(
  { name: 'the settings of a registry', empty: true },
  {
    namespaces: named('namespaces', 'leading parts of repositories; each covers what is under it'),
    repositories: named('repositories', 'whole repositories, exactly'),
    owners: list(
      'a list of owners',
      text({ name: 'an owner', pattern: '^[a-z0-9][a-z0-9._:/-]*$' }),
      'AWS accounts, Azure registry names, Google Cloud projects, hosted instances',
    ),
    anyone: flag('true: whoever publishes there, on a registry that serves everybody'),
    ...settings,
  },
)

const registryKey: Schema<Located<string>> = {
  ...text({ name: 'a registry', check: (key) => registryKeyFlaw(key, REGISTRY_KEYS) }),
  json: (): { readonly [key: string]: Json } => ({ anyOf: [{ enum: [...catalogueIds()] }, { pattern: HOST_PATTERN }] }),
}

const ruleLevel = word('error, warning or off', ['error', 'warning', 'off'])
const rule = oneOf('a severity, or severity and scope', {
  scalar: ruleLevel,
  map: object(
    { name: 'the settings of a rule' },
    { severity: ruleLevel, scope: word('a scope', ['new', 'all'], 'all: never "existing", whatever the base has') },
  ),
})

const excusable = word('a rule that can be excused', EXCUSABLE)
const inline = word('a rule that a comment can excuse', INLINE, undefined, (rule) =>
  RULE_IDS.some((id) => id === rule && RULE_FACTS[id].where)
    ? 'where images come from is never excused inline: write an exception'
    : undefined,
)

const narrowed = {
  tags: list('a list of tags', tag, 'only these tags; no tag and no digest counts as latest'),
  digests: list(
    'a list of digests',
    text({ name: 'a digest', pattern: '^sha(256|384|512):[a-f0-9]{64,128}$', check: digestFlaw }),
    'only these digests',
  ),
}

const denial = object(
  { name: 'an entry of deny', required: ['image'] },
  { image, ...narrowed, reason: line('a reason', 'shown in the refusal'), use: line('an image', 'what to write instead') },
)

const override = object({ name: 'an override', required: ['paths'], anyOf: [['pin'], ['severity']] }, { paths, pin, severity })

const exception = object(
  { name: 'an exception', required: ['owner', 'reason', 'expires'], anyOf: [['image'], ['paths', 'rules']] },
  {
    image,
    ...narrowed,
    paths,
    rules: list('a list of rules', excusable, 'only these rules; without it, all'),
    roles,
    repos: list(
      'a list of repositories',
      text({ name: 'owner/repository', pattern: '^[A-Za-z0-9_.*-]+/[A-Za-z0-9_.*-]+$', check: repositoryFlaw }),
      'in a shared policy: only in these repositories',
    ),
    owner: line('an owner', 'who answers for it'),
    reason: line('a reason', 'why'),
    expires: {
      ...dayWithFormat,
      json: () => ({ ...dayWithFormat.json(), description: 'the last day on which it holds (UTC), at most max-days ahead' }),
    },
  },
)

const extended = text({
  name: 'a path, or owner/repo:path@ref',
  about: 'a policy that holds as well',
  examples: ['acme/.github:image-policy.yml@v3'],
  check: extendsFlaw,
})

const PROPERTIES = {
  version: integer('version 1, the version of the policy language', 1, 1),
  contact: line('a contact', 'whom to ask; shown in every refusal'),
  pin,
  floating: list('a list of tags', tag, 'tags that move, in place of the usual ones (latest, stable, edge, …)'),
  severity,
  registries: oneOf(
    'any, or a map of registries',
    { scalar: word('any, or a map of registries', ['any']), map: map('a map of registries', registryKey, registry) },
    'where images may come from; anything else is refused',
  ),
  mirrors: map('a map of mirrors', image, image, 'an image under the left name is judged as the right one'),
  deny: list('a list of denied images', denial, 'refused even where registries would allow it'),
  builtin: word('none', ['none'], "none: Docker's own frontends need an entry like every image"),
  'built-here': list(
    'a list of images',
    text({ name: 'the name of an image', check: builtHereFlaw }),
    'names that the make or bake file of this repository builds: not judged',
  ),
  rules: object({ name: 'rules' }, Object.fromEntries(RULE_IDS.map((id) => [id, rule]))),
  existing: object({ name: 'existing', required: ['until'] }, { until: dayWithFormat }),
  overrides: list('a list of overrides', override, 'pin and severity for some files; later ones win'),
  exceptions: list('a list of exceptions', exception, 'who is excused, until when'),
  'max-days': integer('a number of days', 1, MOST_DAYS, 'how far ahead an exception may end (366)'),
  'inline-exceptions': list('a list of rules', inline, 'rules that a comment beside the image may excuse, with a reason'),
  files: object(
    { name: 'files' },
    {
      dockerfiles: list('a list of path patterns', pathGlob, 'to be read as Dockerfiles as well'),
      compose: list('a list of path patterns', pathGlob, 'to be read as compose files as well'),
      exclude: list('a list of path patterns', pathGlob, 'not to be discovered'),
    },
  ),
  variables: map(
    'a map of variables',
    text({ name: 'the name of a variable', pattern: '^[A-Za-z_][A-Za-z0-9_]*$', check: variableFlaw }),
    text({ name: 'a value', empty: true }),
    'values that the pipeline passes',
  ),
  'accept-variables': flag('true: the variables of the policies below serve this one as well'),
  extends: oneOf(
    'a policy, or a list of policies',
    { scalar: extended, list: list('a list of policies', extended) },
    'policies that hold as well',
  ),
  delegate: object(
    { name: 'delegate', required: ['rules'] },
    {
      rules: list('a list of rules', excusable, 'rules that the policies below may excuse here'),
      'max-days': integer('a number of days', 1, MOST_DAYS, 'how far ahead such an exception may end'),
    },
  ),
}

/** The whole file. */
export const LANGUAGE = object({ name: 'the policy', required: ['version', 'registries'] }, PROPERTIES)

/** What a policy file says, with places, before it is compiled. */
export type PolicyText = NonNullable<ReturnType<(typeof LANGUAGE)['read']>>

/** The JSON Schema (2020-12) of the policy file, for editors. */
export function policySchema(): { readonly [key: string]: Json } {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'image-policy.schema.json',
    title: 'Image Policy, version 1',
    description: 'Where container images may come from, how exactly they must be pinned, and who is excused until when.',
    ...LANGUAGE.json(),
  }
}

function blankFlaw(written: string): { message: string; advice: string } | undefined {
  return written.trim() === '' ? { message: 'it is blank', advice: 'write it, or remove the key' } : undefined
}

function variableFlaw(name: string): { message: string; advice: string } | undefined {
  return /^[A-Za-z_]\w*$/.test(name)
    ? undefined
    : { message: `"${name}" is not the name of a variable`, advice: 'use letters, digits and _' }
}

function repositoryFlaw(name: string): { message: string; advice: string } | undefined {
  return /^[\w.*-]+\/[\w.*-]+$/.test(name) ? undefined : { message: `"${name}" is no repository`, advice: 'write owner/repository' }
}

function builtHereFlaw(name: string): { message: string; advice: string } | undefined {
  const last = name.slice(name.lastIndexOf('/') + 1)
  if (!last.includes(':') && !last.includes('@') && !name.includes('*')) return undefined
  return { message: `"${name}" is more than a name`, advice: 'name the image whole, without tag, digest and *' }
}

/** `owner/repo:path@ref`, or a path within the repository. */
function extendsFlaw(target: string): { message: string; advice: string } | undefined {
  if (target.includes('://')) return { message: `"${target}" is a URL`, advice: 'write owner/repo:path@ref' }
  const remote = target.includes(':') || target.includes('@')
  if (!remote || REMOTE.test(target)) return undefined
  return { message: `"${target}" is neither a path nor owner/repo:path@ref`, advice: 'write for example acme/.github:image-policy.yml@v3' }
}

/** `owner/repo:path@ref`; a ref never begins with a dash, which git would take for an option. */
export const REMOTE = /^([\w.-]+\/[\w.-]+):([^:@\s]+)@([\w.][\w./+-]*)$/
