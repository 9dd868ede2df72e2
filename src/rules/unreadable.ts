import { type Rule } from './rule.js'

/** It is about files, not references: the judge finds it for each problem. */
export const unreadable: Rule = {
  id: 'unreadable',
  summary: 'A file, or a part of what it pulls in, could not be read by us or by Docker.',
}
