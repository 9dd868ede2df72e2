import { type Passing, type QuickUse, type QuickUses } from '../extract/quick-uses.js'
import { type Role, type SourceFile } from '../model.js'
import { deciderOf, type PathClass } from '../policy/decide.js'
import { type PolicyLayer } from '../policy/layers.js'
import { PIN_LEVELS, tagLevel } from '../policy/pin.js'
import { type Judge } from './judge.js'

/** Tags that are remembered; beyond it they are forgotten and looked at anew, so that no input fills the memory. */
const MAX_TAGS = 65_536

const DIGEST = PIN_LEVELS.indexOf('digest')
const TAG_AND_DIGEST = PIN_LEVELS.indexOf('tag+digest')

/**
 * A file passes if no layer leaves it out, since another file's settings may then hold for it, and each of them allows every image that it names.
 * What a layer says of a repository is asked once; of an image, only how exactly it is pinned is left to look at. Undefined where a layer asks for more of a
 * value than its text.
 */
export function passingOf(
  layers: readonly PolicyLayer[],
  views: readonly { readonly excluded: (path: string) => boolean }[],
  judge: Judge,
): Passing | undefined {
  if (judge.asksSteps) return undefined
  const tests = layers.map((layer, index) => new LayerTest(layer, index, judge))
  const passes = (source: SourceFile, { images }: QuickUses): boolean => {
    for (let index = 0; index < tests.length; index++)
      if (views[index]?.excluded(source.path) !== false || tests[index]?.passes(source, images) !== true) return false
    return true
  }
  return Object.assign(passes, { overridable: true } as const)
}

/** By the name of a repository as it is written: the least rank of pinning that is enough, or NOT_SAID where only the image as a whole tells. */
type Names = Map<string, number>

const NOT_SAID = -1

class LayerTest {
  private readonly byClass = new Map<PathClass, Map<Role, Names>>()
  private readonly ranks = new Map<string, number>()
  private readonly classOf: (path: string) => PathClass
  private readonly floating: readonly string[]

  constructor(
    { policy }: PolicyLayer,
    private readonly layer: number,
    private readonly judge: Judge,
  ) {
    const decider = deciderOf(policy)
    this.classOf = (path) => decider.classOf(path)
    this.floating = policy.floating
  }

  passes(source: SourceFile, uses: readonly QuickUse[]): boolean {
    const at = this.classOf(source.path)
    for (let index = 0; index < uses.length; index++) {
      const use = uses[index]
      if (use !== undefined && !this.allows(source, use, at)) return false
    }
    return true
  }

  /** Of a text that is a valid reference. */
  private allows(source: SourceFile, use: QuickUse, at: PathClass): boolean {
    const { text } = use
    const digest = text.indexOf('@')
    const end = digest < 0 ? text.length : digest
    const colon = text.lastIndexOf(':', end - 1)
    const tagged = colon > text.lastIndexOf('/', end - 1)
    const least = this.leastFor(source, use.role, text.slice(0, tagged ? colon : end), at)
    if (least === NOT_SAID) return this.judge.allows(this.layer, source, use)
    if (least === 0) return true
    if (digest >= 0) return (tagged ? TAG_AND_DIGEST : DIGEST) >= least
    return tagged && this.rankOf(text.slice(colon + 1)) >= least
  }

  private leastFor(source: SourceFile, role: Role, name: string, at: PathClass): number {
    const names = this.namesOf(role, at)
    let least = names.get(name)
    if (least === undefined) {
      least = this.judge.least(this.layer, source, { role, text: name }) ?? NOT_SAID
      names.set(` ${name}`.slice(1), least) // a copy: the name is a part of its file's text
    }
    return least
  }

  private namesOf(role: Role, at: PathClass): Names {
    let byRole = this.byClass.get(at)
    if (byRole === undefined) this.byClass.set(at, (byRole = new Map<Role, Names>()))
    let names = byRole.get(role)
    if (names === undefined) byRole.set(role, (names = new Map<string, number>()))
    return names
  }

  private rankOf(tag: string): number {
    let rank = this.ranks.get(tag)
    if (rank === undefined) {
      rank = PIN_LEVELS.indexOf(tagLevel(tag, this.floating))
      if (this.ranks.size >= MAX_TAGS) this.ranks.clear()
      this.ranks.set(` ${tag}`.slice(1), rank)
    }
    return rank
  }
}
