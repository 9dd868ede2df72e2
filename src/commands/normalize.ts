import { jsonText, logSafe } from '../report/escape.js'
import { canonical, familiar, parseReference } from '../resolve/reference.js'
import { type Arguments } from './arguments.js'
import { isFailure, type Failure } from './failure.js'
import { EXIT, type Io } from './io.js'
import { deliver } from './output.js'
import { type Command } from './table.js'
import { nameOf } from './words.js'

const FORMATS = { text: 'the canonical form', json: 'one object a line' } as const

export const normalize: Command = {
  takes: '[REF…] [OPTIONS]',
  about:
    'Shows references as Docker understands them: registry, repository, tag and digest written out. Without REF, one a line is read from standard input.',
  options: ['format', 'output', 'quiet'],
  formats: Object.keys(FORMATS),
  examples: [
    ['image-policy normalize nginx ghcr.io/acme/api:1.2', 'docker.io/library/nginx:latest and the other as it is'],
    ['image-policy normalize --format json < references.txt', 'an object a line, with its parts'],
    ['image-policy normalize -- "$REF"', 'whatever the reference begins with'],
  ],
  exits: '0 all are references; 1 one is malformed; 2 wrong usage.',
  run,
}

async function run(given: Arguments, io: Io): Promise<number | Failure> {
  const format = await nameOf(given, 'format', FORMATS, 'text')
  if (isFailure(format)) return format
  const inputs = given.positionals.length > 0 ? given.positionals : linesOf(await io.stdin())
  const told: string[] = []
  const wrong: string[] = []
  for (const input of inputs) {
    const parsed = parseReference(input)
    if (parsed.kind === 'malformed') wrong.push(`${JSON.stringify(input)}: ${parsed.problem}`)
    if (format === 'json')
      told.push(jsonText(parsed.kind === 'malformed' ? { input, error: parsed.problem } : { input, ...partsOf(parsed.reference) }))
    else if (parsed.kind === 'image') told.push(canonical(parsed.reference))
  }
  if (format === 'text') for (const line of wrong) io.stderr.write(`${logSafe(line, LONGEST_LINE)}\n`)
  const quiet = given.flag('quiet') && given.value('output') === undefined
  const failed = quiet ? undefined : deliver(told.map((line) => `${line}\n`).join(''), given, io)
  return failed ?? (wrong.length > 0 ? EXIT.refused : EXIT.clean)
}

/** Characters: Docker's longest name, tag and digest, and what is wrong with them. */
const LONGEST_LINE = 1200

/** The lines as they are, spaces and carriage returns included: what is in a reference is for the parser to say. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function partsOf(reference: Parameters<typeof canonical>[0]): Readonly<Record<string, string | null>> {
  const { registry, repository, tag = null, digest = null } = reference
  return { registry, repository, tag, digest, familiar: familiar(reference), canonical: canonical(reference) }
}
