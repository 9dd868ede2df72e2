import { type Link } from './context.js'
import { uriPath } from './escape.js'

/** Links to lines of a repository at a commit. `server` is the host's URL as the runner gives it, `repository` is `owner/name`. */
export function lineLinks(server: string, repository: string, revision: string): Link {
  const root = `${server}/${uriPath(repository)}/blob/${uriPath(revision)}`
  return (file, line) => `${root}/${uriPath(file)}#L${line}`
}
