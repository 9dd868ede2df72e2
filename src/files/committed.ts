import { type Files } from '../model.js'

/** A folder on disk that has what its commit changed, also where a sparse checkout left that out. */
export function withCommitted(disk: Files, changed: ReadonlySet<string>, commit: Files): Files {
  const committed = new Set<string>()
  return {
    find: (test) => disk.find(test),
    expect: (tests) => disk.expect?.(tests),
    settled: () => disk.settled(),
    isFolder: (path) => disk.isFolder(path),
    identity: (path) => disk.identity(path),
    problems: () => disk.problems?.() ?? [],
    submodules: () => disk.submodules?.() ?? [],
    absent: () => (disk.absent?.() ?? []).filter((path) => !committed.has(path)),
    read: (path) => {
      const content = disk.read(path)
      if (content.kind !== 'missing' || !changed.has(path)) return content
      const instead = commit.read(path)
      if (instead.kind !== 'missing') committed.add(path)
      return instead
    },
  }
}
