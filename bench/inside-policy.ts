import { type ImageReference, type Occurrence, type Resolution } from '../src/model.js'
import { parsePolicy } from '../src/policy/parse.js'
import { parseReference } from '../src/resolve/reference.js'
import { createJudge } from '../src/rules/judge.js'
import { baseImage, serviceImage } from './generate/images.js'
import { generatePolicy } from './generate/policy.js'
import { createRandom } from './generate/random.js'

const REFERENCES = 100_000

const TODAY = '2026-01-01'

/** References as an inventory holds them: each an object of its own, many of them of the same image. */
function references(): readonly { readonly occurrence: Occurrence; readonly resolution: Resolution }[] {
  const random = createRandom(1, 'policy')
  return Array.from({ length: REFERENCES }, (_, index) => {
    const service = random.chance(0.4)
    const text = service ? serviceImage(random) : baseImage(random)
    const start = { line: 1 + (index % 40), column: 6 }
    const span = { start, end: { line: start.line, column: start.column + text.length } }
    const occurrence: Occurrence = service
      ? { file: `services/a-${index >> 2}/compose.yaml`, kind: 'compose', role: 'service', owner: 'web', span, text }
      : { file: `services/a-${index >> 2}/Dockerfile`, kind: 'dockerfile', role: 'base', span, text }
    return { occurrence, resolution: { resolved: text, target: { kind: 'image', reference: imageOf(text) }, variables: [], via: [] } }
  })
}

function imageOf(text: string): ImageReference {
  const parsed = parseReference(text)
  if (parsed.kind !== 'image') throw new Error(`the bench wrote a malformed reference: ${text}`)
  return parsed.reference
}

const parsed = await parsePolicy({ path: '.github/image-policy.yml', text: generatePolicy(), own: true, base: '' }, TODAY)
if (parsed.kind === 'errors') throw new Error(`the bench wrote a policy with errors: ${JSON.stringify(parsed.errors)}`)
const { policy } = parsed
const list = references()
const times: number[] = []
let findings = 0
for (let round = 0; round < 5; round++) {
  const start = process.cpuUsage()
  const judge = createJudge([{ policy, layer: { path: policy.source.path, own: true } }], { today: TODAY })
  findings = 0
  for (const { occurrence, resolution } of list) findings += judge.reference(0, occurrence, resolution, { path: occurrence.file }).length
  const { user, system } = process.cpuUsage(start)
  times.push((user + system) / 1000)
}
process.stdout.write(`${JSON.stringify({ references: REFERENCES, findings, times })}\n`)
