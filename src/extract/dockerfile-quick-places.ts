import { type LocalKind, type Role } from '../model.js'
import { type QuickStages } from './dockerfile-quick-stages.js'
import { keptText } from './kept-text.js'
import { Positions } from './positions.js'
import { type PlacedUse } from './quick-uses.js'

const FROM = 'FROM'
const SOURCE_FLAG = '--from='

/**
 * Where the images of one Dockerfile are named. Each method is told what an instruction names once the stages have taken it, and is false where that is not
 * written as it is looked up.
 */
export class QuickPlaces {
  readonly uses: PlacedUse[] = []
  private readonly positions: Positions
  /** The instruction that was found last, and where it begins. */
  private instruction = ''
  private start = 0
  /** What the stages had counted before it. */
  private images = 0
  private local = 0

  constructor(
    text: string,
    private readonly stages: QuickStages,
  ) {
    this.positions = new Positions(text)
  }

  /** The next instruction, by where it ends. */
  foundAt(end: number, instruction = ''): void {
    this.instruction = instruction
    this.start = end - instruction.length
    this.images = this.stages.images.length
    this.local = this.stages.local
  }

  /** The directive, if it is the first line. */
  syntax(image: string, from: number, line: string | undefined): boolean {
    if (line === undefined) return false
    this.add('syntax', image, from + line.indexOf(image, line.indexOf('=')), {})
    return true
  }

  /** FROM; a variable in it takes a value from elsewhere. */
  base(written: string, platform: string | undefined): boolean {
    if (written.includes('$')) return false
    const { instruction } = this
    const before = platform === undefined ? FROM.length : instruction.indexOf('=') + 1 + platform.length
    this.add('base', written, this.start + instruction.indexOf(written, before), this.named())
    return true
  }

  /** COPY --from, or what names nothing: the sources of mounts may stand on other lines, with comments between them. */
  staged(source: string | undefined, trigger: boolean): boolean {
    if (source === undefined) return !this.hasNamed()
    const at = this.instruction.indexOf(SOURCE_FLAG) + SOURCE_FLAG.length
    this.add('copy-from', source, this.start + at, { ...this.named(), ...(trigger && { onbuild: true }) })
    return true
  }

  /** The stages took something from the instruction at hand. */
  private hasNamed(): boolean {
    return this.stages.images.length > this.images || this.stages.local > this.local
  }

  private named(): { readonly owner?: string } {
    const owner = this.stages.current
    return owner === '' ? {} : { owner: keptText(owner) }
  }

  private add(role: Role, text: string, start: number, more: Pick<PlacedUse, 'owner' | 'onbuild'>): void {
    const as: LocalKind = text === 'scratch' ? 'scratch' : 'stage'
    const span = this.positions.span(start, start + text.length)
    this.uses.push({ role, span, text: keptText(text), ...more, ...(this.stages.local > this.local && { local: as }) })
  }
}
