/** Who copies from whom: for each stage its base (-1 without one) and the stages that COPY and RUN name. */
export interface StageLinks {
  readonly bases: readonly number[]
  readonly sources: ReadonlyMap<number, readonly number[]>
}

/** The stages that a build of the target runs: it, its bases, and what those copy from. */
export function reachableStages({ bases, sources }: StageLinks, target: number): ReadonlySet<number> {
  const reached = new Set<number>()
  const open = [target]
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    if (stage < 0 || stage >= bases.length || reached.has(stage)) continue
    reached.add(stage)
    open.push(bases[stage] ?? -1)
    for (const source of sources.get(stage) ?? []) open.push(source)
  }
  return reached
}

/**
 * For each stage the number of its circle: stages of one circle copy from each other (strongly connected; Tarjan, without recursion).
 * Bases do not count: BuildKit looks for circles in what COPY and RUN name alone.
 */
export function circles({ bases, sources }: StageLinks): readonly number[] {
  const count = bases.length
  const order = new Array<number>(count).fill(-1)
  const low = new Array<number>(count).fill(0)
  const circle = new Array<number>(count).fill(-1)
  const stack: number[] = []
  let visited = 0
  for (let root = 0; root < count; root++) {
    if (order[root] !== -1) continue
    const path: { stage: number; next: number }[] = [{ stage: root, next: 0 }]
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { stage } = step
      if (step.next === 0) {
        order[stage] = low[stage] = visited++
        stack.push(stage)
      }
      const source = sources.get(stage)?.[step.next++]
      if (source === undefined) {
        path.pop()
        const parent = path.at(-1)?.stage
        if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[stage] ?? 0)
        if (low[stage] === order[stage]) close(stack, stage, circle)
      } else if (order[source] === -1) path.push({ stage: source, next: 0 })
      else if (circle[source] === -1) low[stage] = Math.min(low[stage] ?? 0, order[source] ?? 0)
    }
  }
  return circle
}

function close(stack: number[], root: number, circle: number[]): void {
  for (let stage = stack.pop(); stage !== undefined; stage = stack.pop()) {
    circle[stage] = root
    if (stage === root) return
  }
}
