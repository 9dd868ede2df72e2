import { quickUse, type DockerfileRole } from './dockerfile-quick-names.js'
import { type QuickUse } from './quick-uses.js'

/** Stages and named sources of one file: they are held against each other. */
const MAX_STAGES = 50
const MAX_SOURCES = 200
/** Digits of a stage's number. */
const MAX_DIGITS = 4

const DIGITS = /^[0-9]+$/

/** What the stages of one Dockerfile name, while it is read. Each method is false where something may be wrong or unusual. */
export class QuickStages {
  readonly images: QuickUse[] = []
  local = 0
  /** The names of the stages; empty without one. */
  private readonly names: string[] = []
  /** Images without host, path and tag that COPY and RUN name: a stage that follows may have the name. */
  private sources: string[] | undefined
  /** Stages with triggers that name an image: where they run it may be a stage. */
  private triggering: number[] | undefined

  /** The name of the stage at hand; empty if it has none. */
  get current(): string {
    return this.names.at(-1) ?? ''
  }

  /** FROM of an image or of a stage before it. */
  begin(base: string, name: string): boolean {
    const { names } = this
    if (names.length >= MAX_STAGES || (name !== '' && names.includes(name))) return false
    const stage = base === '' ? -1 : names.indexOf(base)
    names.push(name)
    if (stage < 0 && base !== 'scratch') return this.image('base', base)
    this.local++
    return this.triggering === undefined || !this.triggering.includes(stage)
  }

  image(role: DockerfileRole, text: string): boolean {
    const use = quickUse(role, text)
    return use !== undefined && this.images.push(use) > 0
  }

  /** The name or number of a stage that comes before, or an image. */
  source(role: 'copy-from' | 'mount-from', name: string): boolean {
    const last = this.names.length - 1
    if (role === 'copy-from' && DIGITS.test(name)) {
      this.local++
      return name.length <= MAX_DIGITS && Number(name) < last
    }
    const stage = this.names.indexOf(name.toLowerCase())
    if (stage >= 0 || name === 'scratch') {
      this.local++
      return stage < last
    }
    if (!name.includes('/') && !name.includes(':')) {
      this.sources ??= []
      if (this.sources.push(name) > MAX_SOURCES) return false
    }
    return this.image(role, name)
  }

  /** COPY in a trigger: where it runs in another file, what it names is no stage of this one. */
  triggered(name: string): boolean {
    this.triggering ??= []
    return (
      this.triggering.push(this.names.length - 1) < MAX_SOURCES && name !== 'scratch' && !DIGITS.test(name) && this.image('copy-from', name)
    )
  }

  /** Whether what was found holds, now that all stages are known. */
  hold(): boolean {
    const { names, sources } = this
    return names.length > 0 && (sources === undefined || !sources.some((name) => names.includes(name)))
  }
}
