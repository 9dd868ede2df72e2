import { type PolicyPlace, type Position, type RuleId } from '../model.js'
import { parseReference } from '../resolve/reference.js'
import { todayUtc } from './dates.js'
import { compileEntries } from './entries.js'
import { compileExceptions } from './exceptions.js'
import { compileGlobs, type Globs } from './glob.js'
import { optional, sourced, values, type Compiling } from './context.js'
import { type PolicyText } from './language.js'
import { imagePattern } from './image.js'
import { FLOATING } from './pin.js'
import { RULE_IDS } from './rule-facts.js'
import { type ListOf, type Located } from './schema.js'
import { type Denial, type Mirror, type Override, type Policy, type PolicySource, type RuleSetting } from './policy.js'
import { type Complain } from './yaml.js'

/** Compiles what a policy file says; mistakes that only the meaning shows go to `complain`. */
export function compile(text: PolicyText, source: PolicySource, complain: Complain, today = todayUtc()): Policy {
  const conditions: Globs[] = []
  const context: Compiling = {
    source,
    today,
    complain,
    place: (at) => ({ path: source.path, line: at.line, ...(source.revision === undefined ? {} : { revision: source.revision }) }),
    globs(patterns) {
      const globs = compileGlobs(values(patterns), source.base)
      conditions.push(globs)
      return globs
    },
  }
  const registriesAt = text.keys.get('registries') ?? text.at
  return {
    source,
    ...(text.contact === undefined ? {} : { contact: text.contact.value }),
    pin: sourced(text.pin, context) ?? { value: 'none', place: context.place(registriesAt) },
    floating: text.floating === undefined ? FLOATING : values(text.floating),
    ...optional('severity', sourced(text.severity, context)),
    registries: text.registries === undefined || !('entries' in text.registries) ? 'any' : compileEntries(text.registries, context),
    registriesPlace: context.place(registriesAt),
    mirrors: compileMirrors(text, context),
    deny: compileDenials(text, context),
    builtin: text.builtin === undefined,
    builtHere: compileBuiltHere(text, context),
    rules: compileRules(text, context),
    ...optional('existingUntil', text.existing?.until?.value),
    overrides: compileOverrides(text, context),
    exceptions: compileExceptions(text, context),
    inline: new Set(values(text['inline-exceptions'])),
    files: compileFiles(text, context),
    variables: new Map((text.variables?.entries ?? []).map(({ key, value }) => [key.value, { value: value.value, at: value.at }])),
    acceptVariables: text['accept-variables']?.value === true,
    extends: compileExtends(text),
    ...optional('delegate', compileDelegate(text, context)),
    conditions,
  }
}

function compileMirrors(text: PolicyText, context: Compiling): Mirror[] {
  return (text.mirrors?.entries ?? []).flatMap(({ key, value }) => {
    if (value.value.includes('*')) {
      context.complain(value.at, `"${value.value}" holds a *`, 'only the left name of a mirror may hold one')
      return []
    }
    return [{ from: imagePattern(key.value), to: value.value, place: context.place(key.at) }]
  })
}

function compileDenials(text: PolicyText, context: Compiling): Denial[] {
  return (text.deny?.items ?? []).flatMap((item) => {
    if (item.image === undefined) return []
    const image = imagePattern(item.image.value, item.tags && values(item.tags), item.digests && values(item.digests))
    return [{ image, ...optional('reason', item.reason?.value), ...optional('use', item.use?.value), place: context.place(item.at) }]
  })
}

function compileBuiltHere(text: PolicyText, context: Compiling): Map<string, PolicyPlace> {
  const names = new Map<string, PolicyPlace>()
  for (const { value, at } of text['built-here']?.items ?? []) {
    const parsed = parseReference(value)
    if (parsed.kind === 'malformed') context.complain(at, `"${value}" is not the name of an image`, parsed.problem)
    else names.set(`${parsed.reference.registry}/${parsed.reference.repository}`, context.place(at))
  }
  return names
}

function compileRules(text: PolicyText, context: Compiling): Map<RuleId, RuleSetting> {
  const rules = new Map<RuleId, RuleSetting>()
  for (const id of RULE_IDS) {
    const setting = text.rules?.[id]
    if (setting === undefined) continue
    if ('value' in setting) rules.set(id, { severity: { value: setting.value, place: context.place(setting.at) } })
    else rules.set(id, { ...optional('severity', sourced(setting.severity, context)), ...optional('scope', setting.scope?.value) })
  }
  return rules
}

function compileOverrides(text: PolicyText, context: Compiling): Override[] {
  return (text.overrides?.items ?? []).flatMap(({ paths, pin, severity }) => {
    if (paths === undefined) return []
    return [{ paths: context.globs(paths), ...optional('pin', sourced(pin, context)), ...optional('severity', sourced(severity, context)) }]
  })
}

function compileFiles(text: PolicyText, context: Compiling): Policy['files'] {
  const { dockerfiles, compose, exclude } = text.files ?? {}
  // What is discovered is no condition of a verdict: these globs are not context.globs.
  const globs = (patterns: ListOf<Located<string>> | undefined): Globs | undefined =>
    patterns && compileGlobs(values(patterns), context.source.base)
  return { ...optional('dockerfiles', globs(dockerfiles)), ...optional('compose', globs(compose)), ...optional('exclude', globs(exclude)) }
}

function compileExtends(text: PolicyText): { target: string; at: Position }[] {
  const written = text.extends
  const items = written === undefined ? [] : 'items' in written ? written.items : [written]
  return items.map(({ value, at }) => ({ target: value, at }))
}

function compileDelegate(text: PolicyText, context: Compiling): Policy['delegate'] {
  const { delegate } = text
  if (delegate === undefined) return undefined
  return { rules: new Set(values(delegate.rules)), ...optional('maxDays', delegate['max-days']?.value), place: context.place(delegate.at) }
}
