import { type Audit } from './model.js'

/** Turns an audit into one text. Pure; never throws. */
export type AuditRenderer = (audit: Audit) => string

/** Every format of an audit, loaded when it is asked for: the page weighs more than the rest of the program. */
export const auditFormats = {
  markdown: async (): Promise<AuditRenderer> => (await import('./markdown.js')).renderAuditMarkdown,
  json: async (): Promise<AuditRenderer> => (await import('./json.js')).renderAuditJson,
  csv: async (): Promise<AuditRenderer> => (await import('./csv.js')).renderAuditCsv,
  html: async (): Promise<AuditRenderer> => {
    const [{ renderAuditHtml }, { PAGE }] = await Promise.all([import('./html.js'), import('./page.generated.js')])
    return (audit) => renderAuditHtml(audit, PAGE)
  },
} as const
