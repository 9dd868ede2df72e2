import { type Role, type Suppression } from '../model.js'
import { isBlank, lower, ownCopy } from './characters.js'
import { argumentsOf, instructionError, parserError } from './dockerfile-checks.js'
import { type Flag } from './dockerfile-flags.js'
import { findInstruction, joinInstruction, Lines, type CommentLine, type LogicalLine } from './dockerfile-lines.js'
import { readMount } from './dockerfile-mounts.js'
import {
  type DockerfileOccurrence,
  type DockerfileProblem,
  GlobalArg,
  type Place,
  type Reading,
  type Stage,
  unquoted,
  type Use,
} from './dockerfile-reading.js'
import { BASE, headOf, INSTRUCTION, NAME, PLATFORM, SOURCE, stretchOf, TRIGGER } from './dockerfile-quick-stretch.js'
import { hasMark, marksIn } from './dockerfile-template.js'
import { splitArguments, type Stretch } from './dockerfile-words.js'
import { goQuote, trimmedEnd } from './go-text.js'
import { heredocsOf } from './heredoc.js'
import { splitInstruction, type Arguments, type Instruction } from './instructions.js'
import { parseSuppression } from './suppression.js'

interface How {
  readonly template: boolean
  /** Whether heredocs are known; before docker/dockerfile 1.4 their bodies were instructions. */
  readonly heredocs: boolean
}

/** UTF-16 units of a text in which instructions are passed by expressions: V8 throws where one has too much to go back to. */
const MAX_PASSED = 65_535

/** Texts from which on the expressions are worth the milliseconds that V8 takes to compile them. What is found is the same. */
const FEW_TEXTS = 40
let texts = 0

type Writable = { -readonly [K in keyof DockerfileOccurrence]: DockerfileOccurrence[K] }

const FROM_FLAG = '--from='
const SUPPRESSION = 'image-policy:'
const BACKSLASH = 92
const MOUNT_VARIABLE = "'from' doesn't support variable expansion, define alias stage instead"

/** Reads the instructions of one Dockerfile. */
export class Reader {
  private readonly lines: Lines
  private readonly escape: number
  private readonly args: GlobalArg[] = []
  private readonly stages: Stage[] = []
  private readonly places: Place[] = []
  private parserProblem: DockerfileProblem | undefined
  private instructionProblem: DockerfileProblem | undefined
  private suppressions: readonly Suppression[] | undefined

  constructor(
    text: string,
    escape: '\\' | '`',
    private readonly how: How,
  ) {
    this.lines = new Lines(text)
    this.escape = escape.charCodeAt(0)
  }

  read(): Reading {
    const comments: CommentLine[] | undefined = this.lines.text.includes(SUPPRESSION) ? [] : undefined
    const passes = ++texts > FEW_TEXTS && comments === undefined && !this.how.template && this.lines.text.length <= MAX_PASSED
    const stretch = passes ? stretchOf(this.lines.text, this.escape === BACKSLASH ? '\\' : '`') : undefined
    let instructions = 0
    for (;;) {
      if (stretch !== undefined && this.passes(this.stages.length > 0 ? stretch : headOf())) {
        instructions++
        continue
      }
      const from = findInstruction(this.lines, this.how.template, comments)
      if (from < 0) break
      instructions++
      const line = joinInstruction(this.lines, from, this.escape)
      this.suppressions = comments && suppressionsIn(comments)
      this.instruction(line)
      if (!this.bodies(line)) break
      if (comments !== undefined) comments.length = 0
    }
    const { args, stages, places } = this
    const problem = this.problem(instructions)
    return { args, stages, places, ...(problem && { problem }) }
  }

  /** Passes instructions that name no image; true if the one behind them is written plainly, which is then read as well. */
  private passes(expression: RegExp): boolean {
    const { lines } = this
    const found = lines.pass(expression, INSTRUCTION)
    const base = found?.[BASE]
    if (found === undefined) return false
    if (base !== undefined) return this.plainFrom(base, found[NAME] ?? '', found[PLATFORM])
    const source = expression === headOf() ? undefined : found[SOURCE]
    if (source === undefined) return false
    lines.read()
    this.addPlain('copy-from', lines.text.indexOf(FROM_FLAG, lines.start) + FROM_FLAG.length, source, found[TRIGGER] !== undefined)
    lines.readTo(expression.lastIndex)
    return true
  }

  /** The FROM on the next line, in which nothing is wrong. */
  private plainFrom(base: string, name: string, platform: string | undefined): true {
    const { lines, stages } = this
    lines.read()
    const { text, start, end } = lines
    let at = skipBlanks(text, start + 'FROM'.length)
    if (platform !== undefined) at = skipBlanks(text, at + '--platform='.length + platform.length)
    stages.push({ name: ownCopy(lower(name)), platform: ownCopy(platform ?? ''), span: lines.span(start, trimmedEnd(text, start, end)) })
    this.addPlain('base', at, base, false)
    return true
  }

  private addPlain(role: Role, at: number, written: string, onbuild: boolean): void {
    const stage = this.stages.length - 1
    const owner = this.stages[stage]?.name
    const text = ownCopy(written)
    const occurrence: Writable = { role, span: this.lines.span(at, at + text.length), text }
    if (owner) occurrence.owner = owner
    if (onbuild) occurrence.onbuild = true
    this.places.push({ occurrence, use: { stage, value: text } })
  }

  private problem(instructions: number): DockerfileProblem | undefined {
    const { tooLong } = this.lines
    if (tooLong !== undefined && !(this.parserProblem?.span !== undefined && this.parserProblem.span.start.line < tooLong)) {
      const at = { line: tooLong, column: 1 }
      return { message: 'dockerfile line greater than max allowed size of 65535', span: { start: at, end: at } }
    }
    if (instructions === 0) return { message: 'file with no instructions' }
    if (this.parserProblem !== undefined || this.instructionProblem !== undefined) return this.parserProblem ?? this.instructionProblem
    return this.stages.length === 0 ? { message: 'dockerfile contains no stages to build' } : undefined
  }

  /** Skips the heredocs that an instruction opens; false if nothing can be read behind one that does not end. */
  private bodies(line: LogicalLine): boolean {
    if (!this.how.heredocs || !line.text.includes('<<')) return true
    const instruction = this.split(line.text, 0)
    const holder = instruction.keyword === 'onbuild' ? this.split(line.text, instruction.start) : instruction
    if (!['run', 'copy', 'add'].includes(holder.keyword) || argumentsOf(holder, this.escape).kind !== 'plain') return true
    const found = heredocsOf(line.text)
    if (found.kind === 'error') {
      this.parserProblem ??= { message: found.problem, span: line.span }
      return true
    }
    const before = this.lines.mark()
    for (const { name, chomp } of found.heredocs) {
      if (this.lines.skipTo(name, chomp)) continue
      this.parserProblem ??= { message: 'unterminated heredoc', span: line.span }
      if (!this.how.template) return false
      this.lines.rewind(before)
      return true
    }
    return true
  }

  private split(text: string, from: number): Instruction {
    return splitInstruction(text, from, this.escape, this.how.template)
  }

  private instruction(line: LogicalLine): void {
    const instruction = this.split(line.text, 0)
    const given = argumentsOf(instruction, this.escape)
    const staged = this.stages.length > 0
    const error = this.perform(instruction, given, line)
    if (this.parserProblem !== undefined) return
    const stopped = parserError(instruction, given, this.escape)
    if (stopped !== undefined) this.parserProblem = { message: stopped, span: line.span }
    else if (this.instructionProblem === undefined) this.check(instruction, given, error, staged, line)
  }

  private check(instruction: Instruction, given: Arguments, error: string | undefined, staged: boolean, line: LogicalLine): void {
    const message = error ?? instructionError(instruction, given)
    if (message !== undefined) this.instructionProblem = { message, span: line.span }
    else if (!staged && instruction.keyword !== 'from' && instruction.keyword !== 'arg') {
      this.instructionProblem = { message: 'no build stage in current context', span: line.span }
    }
  }

  private perform(instruction: Instruction, given: Arguments, line: LogicalLine): string | undefined {
    switch (instruction.keyword) {
      case 'from':
        return this.from(instruction, line)
      case 'arg':
        if (this.stages.length === 0) this.globalArgs(given, line)
        return undefined
      case 'copy':
      case 'run':
        this.flags(instruction, line, false)
        return undefined
      case 'onbuild':
        // a trigger is parsed anew when it runs, and the escape directive is lost by then
        if (instruction.start < instruction.end) {
          this.flags(splitInstruction(line.text, instruction.start, BACKSLASH, this.how.template), line, true)
        }
        return undefined
      default:
        return undefined
    }
  }

  /** Adds the stage, and returns what is wrong with the arguments of its FROM. */
  private from({ text, flags, start, end }: Instruction, line: LogicalLine): string | undefined {
    const words = splitArguments(text, start, end, this.how.template)
    const [first, as, named] = words
    const name =
      named !== undefined && as !== undefined && isAs(text.slice(as.start, as.end)) ? text.slice(named.start, named.end) : undefined
    const lowered = name === undefined ? '' : lower(name)
    const valid = /^[a-z][a-z0-9-_.]*$/.test(lowered)
    const wrong = words.length !== 1 && (words.length !== 3 || name === undefined)
    const platform = flags.find((flag) => flag.name === 'platform')?.value ?? ''
    const marks = this.how.template ? marksIn(text) : undefined
    this.stages.push({
      name: valid ? ownCopy(lowered) : '',
      platform: marks && hasMark(platform) ? '' : ownCopy(platform),
      span: line.span,
    })
    // `FROM --platform linux/amd64 alpine` is refused, and what it means is the second word
    const base = flags.some((flag) => flag.value === undefined) ? (words[1] ?? first) : first
    if (base !== undefined) this.base(base, line, wrong && marks !== undefined ? { marks, opaque: true } : undefined)
    if (wrong) return 'FROM requires either one or three arguments'
    return name === undefined || valid
      ? undefined
      : `invalid name for build stage: ${goQuote(name)}, name can't start with a number or contain symbols`
  }

  private base({ start, end }: Stretch, line: LogicalLine, more: Partial<Use> | undefined): void {
    const bare = unquoted(line.text, start, end)
    this.add('base', line, bare.start, bare.end, line.text.slice(start, end), false, more)
  }

  private globalArgs(given: Arguments, line: LogicalLine): void {
    if (given.kind !== 'words') return
    const own = line.ownCopy()
    for (const word of given.words) if (word.equals !== word.start) this.args.push(new GlobalArg(own, word))
  }

  private flags({ keyword, flags }: Instruction, line: LogicalLine, onbuild: boolean): void {
    for (const flag of flags) {
      if (keyword === 'copy' && flag.name === 'from') this.copyFrom(flag, line, onbuild)
      if (keyword === 'run' && flag.name === 'mount') this.mountFrom(flag, line, onbuild)
    }
  }

  private copyFrom(flag: Flag, line: LogicalLine, onbuild: boolean): void {
    const { value } = flag
    if (value === undefined || value === '') return
    this.add('copy-from', line, placeOf(flag, 0), placeOf(flag, value.length - 1) + 1, value, onbuild)
  }

  private mountFrom(flag: Flag, line: LogicalLine, onbuild: boolean): void {
    const read = readMount(flag.value ?? '')
    if (read.kind === 'error' || read.mount.from === undefined) return
    const { from, target } = read.mount
    const fault = from.variable ? MOUNT_VARIABLE : undefined
    this.add('mount-from', line, placeOf(flag, from.start), placeOf(flag, from.end - 1) + 1, from.value, onbuild, {
      target,
      ...(fault && { fault }),
    })
  }

  private add(role: Role, line: LogicalLine, from: number, to: number, value: string, onbuild: boolean, more?: Partial<Use>): void {
    const stage = this.stages.length - 1
    const owner = this.stages[stage]?.name
    const marks = this.how.template ? marksIn(value) : undefined
    const occurrence: Writable = {
      role,
      span: line.spanOf(from, to),
      text: ownCopy(line.text.slice(from, to)),
    }
    if (owner) occurrence.owner = owner
    if (onbuild) occurrence.onbuild = true
    if (this.suppressions !== undefined) occurrence.suppressions = this.suppressions
    const use = { stage, value: value === occurrence.text ? occurrence.text : ownCopy(value) }
    this.places.push({ occurrence, use: marks === undefined && more === undefined ? use : { ...use, ...(marks && { marks }), ...more } })
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** Where a character of a flag's value stands in its line. */
function placeOf({ places }: Flag, index: number): number {
  return typeof places === 'number' ? places + index : (places[index] ?? 0)
}

/** BuildKit folds case as Unicode does, and a long s is an s. */
function isAs(word: string): boolean {
  return word.length === 2 && /^[aA][sS\u017f]$/.test(word)
}

function suppressionsIn(comments: readonly CommentLine[]): readonly Suppression[] | undefined {
  const found = comments.flatMap(({ text, position }) => parseSuppression(text, position) ?? [])
  return found.length > 0 ? found : undefined
}
