import { type Rule } from './rule.js'

/** These stand on the policy's own lines: the judge and the shells find them, no reference does. */
export const policyRemoved: Rule = { id: 'policy-removed', summary: 'The change removes or moves the policy.' }

export const exceptionExpired: Rule = { id: 'exception-expired', summary: 'An exception has ended, or ends soon.' }

export const exceptionUnused: Rule = { id: 'exception-unused', summary: 'An exception excuses nothing.' }
