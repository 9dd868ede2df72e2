import { html } from '../report/escape.js'
import { type Audit } from './model.js'
import { pageData } from './page-data.js'

/** What the template holds where the title and the data belong; the build of the page makes sure that each stands there once. */
export const TITLE_MARK = '<!--title-->'
export const DATA_MARK = '<!--data-->'

/**
 * One file with everything in it: the template, whose script and style its Content-Security-Policy names by hash, and the data as JSON,
 * which no browser takes for anything else: every `<` in it is written `\u003c`.
 */
export function renderAuditHtml(audit: Audit, template: string): string {
  const data = JSON.stringify(pageData(audit)).replaceAll('<', '\\u003c')
  const [head = '', rest = ''] = split(template, TITLE_MARK)
  const [before = '', after = ''] = split(rest, DATA_MARK)
  return [head, html(audit.title), before, data, after].join('')
}

function split(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)]
}
