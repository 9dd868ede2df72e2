import { type Span } from '../model.js'
import { literalImage } from './compose-quick-image.js'
import { keptText } from './kept-text.js'
import { Positions } from './positions.js'
import { type QuickUse } from './quick-uses.js'

/** An argument with a value that is passed as it is written. */
export interface QuickArgument {
  readonly name: string
  readonly text: string
  readonly span: Span
}

/** A build to which nothing but such arguments is passed. */
export interface QuickBuild {
  readonly service: string
  /** Of the Dockerfile where it is named, else of the context. */
  readonly span: Span
  readonly context: string
  readonly dockerfile?: string
  /** Each name once. */
  readonly args: readonly QuickArgument[]
}

/** Builds of one file and arguments of one build; more are for the whole way. */
const MAX_BUILDS = 64
const MAX_ARGUMENTS = 64

/** Paths that are surely strings, and take no value from a variable. */
const PATH = /^[\w.@+/-]+$/

/** Nothing happens to such a value. */
const VALUE = /^[\w.:@+/-]+$/
const NAME = /^[A-Za-z_]\w*$/
/** BuildKit takes images from some of these. */
const SPECIAL = /^BUILDKIT_/

interface Argument {
  readonly name: string
  readonly text: string
  readonly start: number
}

interface Written {
  readonly service: number
  readonly serviceStart: number
  readonly serviceEnd: number
  context: string | undefined
  dockerfile: string | undefined
  /** Of what is to be pointed at. */
  start: number
  readonly args: Argument[]
}

/** The builds of one compose file, while it is read. */
export class QuickBuilds {
  /** Some service says for which platform, or whether its image is pulled: that has a say if anything is built. */
  ruled = false
  private written: Written[] | undefined

  begin(service: number, serviceStart: number, serviceEnd: number): void {
    this.written ??= []
    this.written.push({ service, serviceStart, serviceEnd, context: undefined, dockerfile: undefined, start: 0, args: [] })
  }

  /** A path of the build that began last, by its offset; false if it is not plain. */
  add(key: 'context' | 'dockerfile', path: string, start: number): boolean {
    const build = this.written?.at(-1)
    if (build === undefined || !PATH.test(path)) return false
    if (key === 'dockerfile' || build.dockerfile === undefined) build.start = start
    build[key] = path
    return true
  }

  /** An argument of the build that began last, and the offset of its value; false if it is not plain, or is passed already. */
  argument(name: string, text: string, start: number): boolean {
    const args = this.written?.at(-1)?.args
    if (args === undefined || args.length >= MAX_ARGUMENTS || !NAME.test(name) || SPECIAL.test(name) || !VALUE.test(text)) return false
    return !args.some((other) => other.name === name) && args.push({ name: keptText(name), text: keptText(text), start }) > 0
  }

  /** Undefined if something about them is not usual. */
  all(text: string): readonly QuickBuild[] | undefined {
    const { written } = this
    if (written === undefined) return NONE
    if (this.ruled || written.length > MAX_BUILDS) return undefined
    const positions = new Positions(text)
    const builds: QuickBuild[] = []
    const spanOf = (start: number, { length }: string): Span => positions.span(start, start + length)
    for (const { serviceStart, serviceEnd, context, dockerfile, start, args: passed } of written) {
      if (context === undefined) return undefined
      const service = keptText(text.slice(serviceStart, serviceEnd))
      const span = spanOf(start, dockerfile ?? context)
      const args = passed.map((one) => ({ name: one.name, text: one.text, span: spanOf(one.start, one.text) }))
      builds.push({ service, span, context, ...(dockerfile !== undefined && { dockerfile }), args })
    }
    return builds
  }

  /** Gives the images that builds make their role, also where another service names them. */
  mark(images: QuickUse[], owners: readonly number[]): void {
    if (this.written === undefined) return
    const built = new Set(this.written.map(({ service }) => service))
    const outputs = new Set(images.filter((_, index) => built.has(owners[index] ?? 0)).map(({ text }) => text))
    for (const [index, { text }] of images.entries()) {
      const use = outputs.has(text) ? literalImage(text, 'build-output') : undefined
      if (use !== undefined) images[index] = use
    }
  }
}

const NONE: readonly never[] = []
