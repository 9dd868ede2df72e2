import { type ComposeFile } from '../extract/compose.js'
import { type Edge, type Problem } from '../model.js'
import { resolvePath } from './paths.js'
import { expand, type Leaf, type Tree } from './project-tree.js'

/** Gives a compose file by its path; a string says why there is none. */
export type ComposeReader = (path: string) => ComposeFile | string

/** What a reader says where there is no file. */
export const NO_SUCH_FILE = 'no such file'

/** An include takes in a file as a whole, an `extends` some of its services. */
export interface Reach extends Edge {
  readonly whole: boolean
}

/** What is told of a project while it is loaded: what it reaches, and what is not read of it. */
export class Account {
  readonly problems: Problem[] = []
  /** Those of them that compose itself would not have: what it would load there was not read. */
  readonly unread: Problem[] = []
  readonly reached: Reach[] = []

  /** The path that a value gives, from a folder on; undefined if it leads to no file of the repository, which is told. */
  localPath(leaf: Leaf, folder: string): string | undefined {
    const expanded = expand(leaf)
    if (expanded.kind === 'error') {
      this.refuseAt(leaf, `error while interpolating ${leaf.node.text}: ${expanded.problem}`)
      return undefined
    }
    const { text } = expanded.value
    if (isRemote(text)) {
      this.leaveAt(leaf, `${text} is not in this repository: it was not read`)
      return undefined
    }
    return this.inside(leaf, folder, text)
  }

  /** A path from a folder on; undefined if it leaves the repository. */
  inside(tree: Tree | undefined, folder: string, path: string): string | undefined {
    const resolved = resolvePath(folder, path)
    if (resolved.kind === 'inside') return resolved.path
    if (tree !== undefined) this.leaveAt(tree, `${path} lies outside of the repository: it was not read`)
    return undefined
  }

  /** What compose refuses as well. */
  refuseAt(tree: Tree, message: string): void {
    this.problems.push(problemAt(tree, message))
  }

  /** What compose would read. */
  leaveAt(tree: Tree, message: string): void {
    this.leave(problemAt(tree, message))
  }

  leave(problem: Problem): void {
    this.problems.push(problem)
    this.unread.push(problem)
  }
}

function problemAt({ node, scope }: Tree, message: string): Problem {
  const span = scope.file.positions.span(node.start, Math.max(node.start, node.kind === 'scalar' ? node.end : node.start))
  return { file: scope.path, span, message }
}

/** Compose fetches these; nothing in the repository says what is there. */
export function isRemote(path: string): boolean {
  return path.includes('://') || /^(?:oci:|git@|github\.com\/)/.test(path)
}
