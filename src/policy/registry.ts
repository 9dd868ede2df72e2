/*
 * A registry of the world, as the policy language knows it. Types only, and one list that they share.
 */

/** Where the owner of an image stands. `host` and `path` are read from the name; `none`: the registry has one publisher. */
export type OwnerKind = 'account' | 'registry' | 'instance' | 'project' | 'namespace' | 'none'

export interface Registry {
  /** What a policy writes. */
  readonly id: string
  readonly name: string
  readonly hosts: readonly string[]
  /** Who an image belongs to: account, registry and instance stand in the first label of the host, project and namespace in the path. */
  readonly owner: OwnerKind
  /** Everybody can publish there: an entry must say whose images it means. */
  readonly shared: boolean
  /** What the first components of a repository are. */
  readonly path: string
  /** What of it its operator publishes, if that is not all. */
  readonly official?: string
  /** Leading parts of the repository that the id is limited to. */
  readonly scopes?: readonly string[]
  readonly docs: string
  readonly note?: string
}

/** Namespaces on Docker Hub in which Docker publishes the official images of one architecture (docker-library/official-images, README). */
export const ARCHITECTURE_NAMESPACES: readonly string[] = [
  'amd64',
  'arm32v5',
  'arm32v6',
  'arm32v7',
  'arm64v8',
  'i386',
  'ppc64le',
  'riscv64',
  's390x',
  'winamd64',
]
