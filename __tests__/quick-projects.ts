import { placedCompose, quickCompose } from '../src/extract/compose-quick.js'
import { placedDockerfile, quickDockerfile } from '../src/extract/dockerfile-quick.js'
import { type QuickLook } from '../src/extract/quick.js'
import { type Passing, type QuickUses } from '../src/extract/quick-uses.js'
import { type Build, type Files, type SourceFile } from '../src/model.js'
import { type ComposeReading, type Environment, readProjects } from '../src/resolve/projects.js'

/** How a repository's compose files are read with a test of what they name, held against how they are read without one. */
export interface QuickComparison {
  /** Files that were asked for, and that passed. */
  readonly asked: readonly string[]
  readonly passed: readonly string[]
  /** The same, if the quick way says neither more nor less than the full way. */
  readonly quick: unknown
  readonly full: unknown
}

/** A quick look at files that lets those pass of which the test says so. */
export function lookOf(passes: Passing): QuickLook {
  return { passes, dockerfile: quickDockerfile, compose: quickCompose, placedDockerfile, placedCompose }
}

/** Reads a repository both ways; `allows` says of which files everything is allowed, `overridable` whether a default may be the source. */
export function compareQuick(
  files: Files,
  compose: readonly SourceFile[],
  environment: Environment,
  allows: (path: string) => boolean = () => true,
  overridable = true,
): QuickComparison {
  const full = readProjects(files, compose, environment)
  const asked: string[] = []
  const passed = new Map<string, QuickUses>()
  const test = ({ path }: SourceFile, uses: QuickUses): boolean => {
    asked.push(path)
    const allowed = allows(path)
    if (allowed) passed.set(path, uses)
    return allowed
  }
  const rest = readProjects(files, compose, environment, undefined, lookOf(Object.assign(test, { overridable })))
  const told = [...passed].flatMap(([file, { images }]) => images.map(({ role, text }) => plain(file, role, text)))
  const quick = { ...said(rest), references: [...said(rest).references, ...told].sort(), local: sumOf([...passed.values()]) }
  return { asked, passed: [...passed.keys()], quick, full: { ...said(full, passed), local: 0 } }
}

function sumOf(uses: readonly QuickUses[]): number {
  return uses.reduce((sum, { local }) => sum + local, 0)
}

/** All of a reference but its place, where the quick way knows no place. */
const plain = (file: string, role: string, text: string): string => JSON.stringify([file, role, text, 'image', [], 0])

function said({ references, problems, builds, edges, followed }: ComposeReading, passed?: ReadonlyMap<string, unknown>) {
  return {
    references: references
      .map((reference) => {
        const { occurrence, own, also } = reference
        if (passed?.has(occurrence.file) !== true) return JSON.stringify(reference)
        const { file, role, suppressions = [] } = occurrence
        const unusual = also.length + suppressions.length
        return JSON.stringify([file, role, own.resolved, own.open ?? own.target.kind, own.variables, unusual])
      })
      .sort(),
    problems: problems.map((problem) => JSON.stringify(problem)).sort(),
    builds: builds.map(shown).sort(),
    edges: edges.map((edge) => JSON.stringify(edge)).sort(),
    followed: followed.map(({ path }) => path).sort(),
  }
}

function shown({ inputs, ...build }: Build): string {
  return JSON.stringify({
    ...build,
    args: [...inputs.args],
    contexts: [...inputs.contexts],
    target: inputs.target,
    platforms: inputs.platforms,
    tentative: inputs.tentative,
  })
}
