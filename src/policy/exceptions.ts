import { type RuleId } from '../model.js'
import { optional, values, type Compiling } from './context.js'
import { dayNumber, daysBetween } from './dates.js'
import { imagePattern } from './image.js'
import { DEFAULT_MAX_DAYS, type PolicyText } from './language.js'
import { pathPattern } from './pattern.js'
import { type Exception } from './policy.js'
import { RULE_FACTS } from './rule-facts.js'

type ExceptionText = NonNullable<PolicyText['exceptions']>['items'][number]

/** Compiles the exceptions. Each must end in time, and one that excuses where an image comes from must name the image. */
export function compileExceptions(text: PolicyText, context: Compiling): Exception[] {
  const maxDays = text['max-days']?.value ?? DEFAULT_MAX_DAYS
  return (text.exceptions?.items ?? []).flatMap((item) => compileException(item, maxDays, context) ?? [])
}

function compileException(item: ExceptionText, maxDays: number, context: Compiling): Exception | undefined {
  const { image, paths, rules, roles, repos, owner, reason, expires } = item
  checkImage(item, context)
  if (expires !== undefined && dayNumber(expires.value) !== undefined && daysBetween(context.today, expires.value) > maxDays) {
    const advice = `an exception ends at most ${maxDays} days ahead${maxDays === DEFAULT_MAX_DAYS ? '; max-days changes that' : ''}`
    context.complain(expires.at, `${expires.value} is too far ahead`, advice)
  }
  if (owner === undefined || reason === undefined || expires === undefined) return undefined
  return {
    ...optional('image', image && imagePattern(image.value, item.tags && values(item.tags), item.digests && values(item.digests))),
    ...optional('paths', paths && context.globs(paths)),
    ...optional('rules', rules && new Set(values(rules))),
    ...optional('roles', roles && new Set(values(roles))),
    ...optional(
      'repos',
      repos?.items.map(({ value }) => pathPattern(value.toLowerCase())),
    ),
    owner: owner.value,
    reason: reason.value,
    expires: expires.value,
    place: context.place(item.at),
    at: item.at,
  }
}

/** What these find is no image. */
const WITHOUT_IMAGE: ReadonlySet<RuleId> = new Set(['malformed', 'unreadable'])

function checkImage({ rules, tags, digests, keys }: ExceptionText, context: Compiling): void {
  const without = rules?.items.find(({ value }) => WITHOUT_IMAGE.has(value))
  if (without !== undefined)
    context.complain(
      without.at,
      `${without.value} cannot be excused: an exception is about an image, and what it finds names none`,
      `correct the file, exclude it (files), or set the rule (rules: { ${without.value}: warning })`,
    )
  if (keys.has('image')) return
  const where = rules?.items.find(({ value }) => isWhere(value) && !WITHOUT_IMAGE.has(value))
  if (where !== undefined)
    context.complain(where.at, `${where.value} is excused for an image only`, 'add image: the registry and path it is about')
  const narrowed = tags ?? digests
  if (narrowed !== undefined)
    context.complain(narrowed.at, 'tags and digests narrow an image', 'add image: the registry and path they belong to')
}

function isWhere(rule: RuleId): boolean {
  return RULE_FACTS[rule].where
}
