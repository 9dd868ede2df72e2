import { type Span } from '../model.js'
import { literalImage } from './compose-quick-image.js'
import { Positions } from './positions.js'
import { type QuickUse } from './quick-uses.js'

/** A build to which nothing is passed. */
export interface QuickBuild {
  readonly service: string
  /** Of the Dockerfile where it is named, else of the context. */
  readonly span: Span
  readonly context: string
  readonly dockerfile?: string
}

/** Builds of one file; more are for the whole way. */
const MAX_BUILDS = 64

/** Paths that are surely strings, and take no value from a variable. */
const PATH = /^[\w.@+/-]+$/

interface Written {
  readonly service: number
  readonly serviceStart: number
  readonly serviceEnd: number
  context: string | undefined
  dockerfile: string | undefined
  /** Of what is to be pointed at. */
  start: number
}

/** The builds of one compose file, while it is read. */
export class QuickBuilds {
  /** Some service says for which platform, or from where its image is taken: where anything is built, that has a say. */
  unsure = false
  private written: Written[] | undefined

  begin(service: number, serviceStart: number, serviceEnd: number): void {
    this.written ??= []
    this.written.push({ service, serviceStart, serviceEnd, context: undefined, dockerfile: undefined, start: 0 })
  }

  /** A path of the build that began last, by its offset; false if it is not plain. */
  add(key: 'context' | 'dockerfile', path: string, start: number): boolean {
    const build = this.written?.at(-1)
    if (build === undefined || !PATH.test(path)) return false
    if (key === 'dockerfile' || build.dockerfile === undefined) build.start = start
    build[key] = path
    return true
  }

  /** Undefined if something about them is not usual. */
  all(text: string): readonly QuickBuild[] | undefined {
    const { written } = this
    if (written === undefined) return NONE
    if (this.unsure || written.length > MAX_BUILDS) return undefined
    const positions = new Positions(text)
    const builds: QuickBuild[] = []
    for (const { serviceStart, serviceEnd, context, dockerfile, start } of written) {
      if (context === undefined) return undefined
      const service = text.slice(serviceStart, serviceEnd)
      builds.push({
        service,
        span: positions.span(start, start + (dockerfile ?? context).length),
        context,
        ...(dockerfile !== undefined && { dockerfile }),
      })
    }
    return builds
  }

  /** Gives the images that builds make their role, also where another service names them; false if one of them is not usual. */
  mark(images: QuickUse[], owners: readonly number[]): boolean {
    const built = new Set(this.written?.map(({ service }) => service))
    const outputs = new Set(images.filter((_, index) => built.has(owners[index] ?? 0)).map(({ text }) => text))
    for (const [index, { text }] of images.entries()) {
      if (!outputs.has(text)) continue
      const use = literalImage(text, 'build-output')
      if (use === undefined) return false
      images[index] = use
    }
    return true
  }
}

const NONE: readonly never[] = []
