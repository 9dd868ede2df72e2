import { isSource, writtenText } from './names.js'
import { type Case, type Rule } from './rule.js'

export const unresolved: Rule = {
  id: 'unresolved',
  summary: 'A variable without a value decides the registry or the repository.',
  check(subject) {
    const { occurrence, resolution, given, decider } = subject
    const open = resolution.open === 'source' || (resolution.target.kind === 'unresolved' && resolution.open !== 'tag')
    if (!open || given || !isSource(occurrence)) return undefined
    return {
      message: `${occurrence.text}: where it comes from depends on ${variables(subject)}`,
      advice: [...blank(subject), ...giveValue(subject)],
      place: decider.policy.registriesPlace,
    }
  },
}

/** The variables of a reference with what is the matter with them: "TAG, which has no value". */
export function variables({ resolution: { variables: names } }: Case): string {
  if (names.length === 0) return 'a value that is known only where it is built'
  return `${names.join(', ')}, which ${names.length === 1 ? 'has' : 'have'} no value`
}

/** What the text is while the variables are blank. */
function blank({ occurrence, resolution }: Case): string[] {
  return resolution.target.kind === 'image' ? [`Without a value it is ${writtenText(occurrence, resolution)}`] : []
}

/** The places that can give the value. */
export function giveValue({ occurrence, resolution: { variables: names }, layer }: Case): string[] {
  const [name = 'NAME'] = names
  if (!/^\w+$/.test(name)) return ['What a template fills in is not known here: write the image out, or check what the template makes']
  const own = layer.own ? `, or variables in ${layer.path}` : ''
  if (occurrence.kind === 'dockerfile')
    return [`Give it a value: a default (ARG ${name}=…), build.args of the compose file that builds it${own}`]
  return [`Give it a value: a default (\${${name}:-…}), a line ${name}=… in .env${own}`]
}
