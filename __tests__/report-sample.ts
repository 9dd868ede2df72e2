import {
  type Finding,
  type Judged,
  type Occurrence,
  type Place,
  type PolicyPlace,
  type Report,
  type Resolution,
  type Role,
  type Span,
  type Step,
  type Verdict,
} from '../src/model.js'
import { parseReference } from '../src/resolve/reference.js'

const ORGANISATION = { path: 'acme/.github:image-policy.yml', revision: '3f2c1ab94d5e60718293a4b5c6d7e8f901234567' }
const OWN = { path: '.github/image-policy.yml' }

/** As the rules end their advice. */
const CONTACT = 'Not possible? #platform-images. Exceptions live in acme/.github'
const OWN_CONTACT = 'Not possible? Allow it, or add an exception, in .github/image-policy.yml'

/** A stretch of one line. */
export function span(line: number, column: number, length: number): Span {
  return { start: { line, column }, end: { line, column: column + length } }
}

/** A line of the organisation's policy. */
export function organisation(line: number): PolicyPlace {
  return { ...ORGANISATION, line }
}

/** A line of the repository's own policy. */
export function own(line: number): PolicyPlace {
  return { ...OWN, line }
}

/** One place of a file; compose by its name. */
export function occurrence(
  file: string,
  line: number,
  column: number,
  role: Role,
  text: string,
  more: Partial<Occurrence> = {},
): Occurrence {
  return { file, kind: file.endsWith('.yaml') ? 'compose' : 'dockerfile', role, span: span(line, column, text.length), text, ...more }
}

/** What a text that needs no variables resolves to. */
export function image(text: string, via: readonly Step[] = []): Resolution {
  const parsed = parseReference(text)
  if (parsed.kind === 'malformed') return { resolved: text, target: parsed, variables: [], via }
  return { resolved: text, target: { kind: 'image', reference: parsed.reference }, variables: [], via }
}

/** One step of a chain. */
export function step(file: string, line: number, column: number, text: string, value: string): Step {
  return { file, span: span(line, column, value.length), text, value }
}

/** A finding of the organisation's layer unless it says otherwise. */
export function finding(rule: Finding['rule'], message: string, more: Partial<Finding> = {}): Finding {
  return { rule, severity: 'error', state: 'new', message, advice: '', policy: organisation(4), scope: 'new', ...more }
}

/** A verdict without other resolutions unless it says otherwise. */
export function verdict(at: Occurrence, resolution: Resolution, findings: readonly Finding[] = [], also: readonly Judged[] = []): Verdict {
  return { occurrence: at, resolution, findings, also }
}

/** Nothing at all. */
export const EMPTY: Report = { files: [], verdicts: [], problems: [], skipped: [], layers: [], exceptions: [], notes: [] }

const baseArg = step('api/Dockerfile', 1, 10, 'ARG BASE=bitnami/redis:7.2', 'bitnami/redis:7.2')
const changed: Place = { file: baseArg.file, span: baseArg.span }

/** The two refusals of one place, by the organisation's layer and by the repository's own. */
const redis: readonly Finding[] = [
  finding('allowed-namespace', 'docker.io/bitnami/redis:7.2 is not allowed', {
    advice: `docker.io allows library, grafana\nWrite instead, on line 1: redis:7.2\n${CONTACT}`,
    policy: organisation(12),
    replacement: 'redis:7.2',
    fix: { file: 'api/Dockerfile', span: baseArg.span, text: 'redis:7.2' },
    at: changed,
  }),
  finding('pinned', 'docker.io/bitnami/redis:7.2 is pinned to minor, digest is asked', {
    advice: `Find its digest: docker buildx imagetools inspect bitnami/redis:7.2\n${OWN_CONTACT}`,
    policy: own(3),
    at: changed,
  }),
]

const nodeSteps: readonly Step[] = [
  step('web/Dockerfile', 1, 18, 'ARG NODE_VERSION=22', '22'),
  step('compose.yaml', 21, 24, 'build.args.NODE_VERSION=${NODE:-20-alpine}', '${NODE:-20-alpine}'),
  step('.env', 2, 6, 'NODE=21-alpine', '21-alpine'),
]

/** A believable shop in which every shape of a report occurs once. */
export const SHOP: Report = {
  files: [
    { path: 'api/Dockerfile', kind: 'dockerfile' },
    { path: 'compose.yaml', kind: 'compose' },
    { path: 'jobs/Dockerfile', kind: 'dockerfile' },
    { path: 'web/Dockerfile', kind: 'dockerfile' },
  ],
  verdicts: [
    verdict(occurrence('api/Dockerfile', 4, 6, 'base', '${BASE}', { owner: 'build' }), image('bitnami/redis:7.2', [baseArg]), redis),
    verdict(occurrence('api/Dockerfile', 9, 13, 'copy-from', 'build'), {
      resolved: 'build',
      target: { kind: 'local', as: 'stage' },
      variables: [],
      via: [],
    }),
    verdict(occurrence('api/Dockerfile', 12, 14, 'copy-from', 'ghcr.io/acme/tool:1', { onbuild: true }), image('ghcr.io/acme/tool:1')),
    verdict(
      occurrence('compose.yaml', 4, 12, 'service', 'quay.io/evilcorp/proxy:${TAG}', { owner: 'proxy' }),
      {
        resolved: null,
        target: { kind: 'unresolved', reference: { registry: 'quay.io', repository: 'evilcorp/proxy' } },
        variables: ['TAG'],
        open: 'tag',
        via: [],
      },
      [
        finding('allowed-registry', 'quay.io is not an allowed registry', {
          advice: `Allowed registries: docker.io, ghcr.io\n${CONTACT}`,
          policy: organisation(8),
        }),
        finding('unresolved-tag', 'TAG has no value, and decides the tag', {
          severity: 'warning',
          advice: 'A value can be given in .env (TAG=…)\nor as a default: ${TAG:-1.0}',
          policy: own(1),
        }),
      ],
    ),
    verdict(occurrence('compose.yaml', 10, 12, 'service', 'postgres:16.4', { owner: 'db' }), image('postgres:16.4')),
    verdict(
      occurrence('compose.yaml', 15, 12, 'service', 'confluentinc/kafka:7.6.1', { owner: 'broker' }),
      image('confluentinc/kafka:7.6.1'),
      [
        finding('allowed-namespace', 'docker.io/confluentinc/kafka:7.6.1 is not allowed', {
          state: 'excepted',
          policy: organisation(12),
          exception: {
            owner: '@acme/platform',
            reason: 'Moves with the broker migration, PLAT-812.',
            expires: '2027-03-31',
            policy: own(20),
          },
        }),
      ],
    ),
    verdict(occurrence('compose.yaml', 30, 12, 'service', 'nginx:-bad', { owner: 'edge' }), image('nginx:-bad'), [
      finding('malformed', 'nginx:-bad is no reference: invalid reference format', {
        advice: 'A tag begins with a letter, a digit or _',
        policy: organisation(1),
      }),
    ]),
    verdict(occurrence('jobs/Dockerfile', 1, 6, 'base', 'python'), image('python'), [
      finding('pinned', 'docker.io/library/python:latest floats', { state: 'existing', policy: organisation(4) }),
    ]),
    verdict(
      occurrence('web/Dockerfile', 2, 6, 'base', 'node:${NODE_VERSION}', { owner: 'assets' }),
      image('node:22', nodeSteps.slice(0, 1)),
      [],
      [
        {
          resolution: image('node:21-alpine', [...nodeSteps.slice(1)]),
          findings: [
            finding('retired', 'node 21 is past its end of life', {
              severity: 'warning',
              advice: `Node 22 is maintained until April 2027\nWrite instead, on .env line 2: 22-alpine\n${CONTACT}`,
              policy: organisation(1),
              replacement: '22-alpine',
              fix: { file: '.env', span: span(2, 6, 9), text: '22-alpine' },
              at: { file: '.env', span: span(2, 6, 9) },
            }),
          ],
        },
      ],
    ),
    verdict(occurrence('web/Dockerfile', 8, 6, 'base', 'scratch'), {
      resolved: 'scratch',
      target: { kind: 'local', as: 'scratch' },
      variables: [],
      via: [],
    }),
  ],
  problems: [
    {
      file: 'jobs/Dockerfile',
      span: span(3, 1, 4),
      message: 'unknown instruction: FORM (did you mean FROM?)',
      findings: [
        finding('unreadable', 'unknown instruction: FORM (did you mean FROM?)', { policy: own(1), advice: 'Docker refuses the file here' }),
      ],
    },
  ],
  skipped: [
    { file: 'third_party/Dockerfile', reason: 'excluded' },
    { file: 'third_party/compose.yaml', reason: 'excluded' },
  ],
  layers: [
    { ...ORGANISATION, contact: '#platform-images', own: false },
    { ...OWN, own: true },
  ],
  exceptions: [
    {
      policy: own(20),
      image: 'docker.io/confluentinc/kafka',
      owner: '@acme/platform',
      reason: 'Moves with the broker migration, PLAT-812.',
      expires: '2027-03-31',
      uses: 1,
    },
  ],
  notes: ['Judged by the policy of main; this pull request changes .github/image-policy.yml.'],
}

/** Nothing that was found is refused. */
export const CLEAN: Report = {
  ...SHOP,
  verdicts: SHOP.verdicts.filter(({ findings, also }) => findings.length === 0 && also.length === 0),
  problems: [],
  skipped: [],
  exceptions: [],
  notes: [],
}

/** What an attacker puts into names, by what it would do if a format printed it raw. */
export const ATTACKS: readonly (readonly [name: string, text: string])[] = [
  ['a command', '::error file=a::hi'],
  ['blanks, then a command', '  ::set-output name=result::pass'],
  ['a legacy command', 'x##[stop-commands]t'],
  ['a legacy command behind a third sign', '###[add-mask]e'],
  ['a line feed and a command', 'a\n::warning::forged'],
  ['CRLF and a legacy command', 'a\r\n##[group]x'],
  ['a terminal escape', '\u001b[2J\u001b[1;1Hcleared'],
  ['a C1 control', '\u009b31mred'],
  ['a bidirectional override', 'user\u202egnp.exe'],
  ['zero-width characters', 'zero\u200bwidth\ufeff'],
  ['line and paragraph separators', 'line\u2028separator\u2029'],
  ['tag characters', 'tag\u{e0041}\u{e0042}'],
  ['a lone surrogate', 'lone\ud800surrogate'],
  ['a null character', '\u0000nul'],
  ['a code span', '`code`'],
  ['runs of backticks', '``a`` ` ```'],
  ['one backtick', '`'],
  ['an open fence and a heading', '``` \n# heading'],
  ['a pipe', 'a|b'],
  ['a backslash and a pipe', 'a\\|b'],
  ['a backslash and two pipes', 'a\\||b'],
  ['a backslash at the end', 'trailing\\'],
  ['a mention', '@octocat'],
  ['a mention as an entity', '&#64;octocat'],
  ['a team', '@acme/platform'],
  ['an issue', '#123'],
  ['an issue elsewhere', 'acme/shop#1'],
  ['an issue by prefix', 'GH-7'],
  ['a link', 'https://evil.example/?q=1'],
  ['a link in capitals', 'HTTP://evil.example'],
  ['a bare host', 'www.evil.example'],
  ['a mail address', 'someone@evil.example'],
  ['a markdown link', '[click](https://evil.example)'],
  ['a picture', '![beacon](https://evil.example/x.png)'],
  ['an HTML picture', '<img src=https://evil.example/x.png onerror=1>'],
  ['our marker', '<!-- image-policy -->'],
  ['the start of a comment', '<!--'],
  ['the end of a comment', '-->'],
  ['closing tags', '</details></table>'],
  ['a script', '</code><script>alert(1)</script>'],
  ['a heading', '# heading'],
  ['an item', '- item'],
  ['a numbered item', '1. item'],
  ['a quote', '> quote'],
  ['a rule', '---'],
  ['an underline', '==='],
  ['mathematics', '$x$ and $`y`$'],
  ['emoji', ':tada: :+1:'],
  ['emphasis', '~~gone~~ *bold* _it_'],
  ['the end of CDATA', ']]>'],
  ['quotes', '"quoted\' attribute'],
  ['an encoded line feed', '%0A::error::x'],
  ['an option', '--output=/etc/passwd'],
  ['a path that climbs', '../../etc/passwd'],
  ['separators of properties', 'a:b,c=d'],
  ['a very long name', 'x'.repeat(5_000)],
  ['a long name of surrogate pairs', '🐳'.repeat(300)],
  ['a long name of escapes', '\u202e'.repeat(1_000)],
]

/** A report in which every text of a pull request and of a policy is this one. */
export function hostile(text: string): Report {
  const at = occurrence(text, 1, 1, 'base', text, { owner: text })
  const chain = step(text, 2, 1, text, text)
  const place = { path: text, revision: text, line: 1 }
  const said: Partial<Finding> = {
    advice: text,
    replacement: text,
    fix: { file: text, span: span(2, 1, 1), text },
    policy: place,
    exception: { owner: text, reason: text, expires: text, policy: place },
  }
  const findings = [
    finding('allowed-registry', text, said),
    finding('pinned', text, { ...said, severity: 'warning', state: 'existing' }),
    finding('allowed-tag', text, { ...said, state: 'excepted' }),
  ]
  const reference = { registry: text, repository: text, tag: text, digest: text }
  const resolutions: readonly Resolution[] = [
    { resolved: text, target: { kind: 'image', reference }, variables: [text], via: [chain, chain] },
    { resolved: null, target: { kind: 'unresolved', reference }, variables: [text], via: [chain] },
    { resolved: text, target: { kind: 'malformed', problem: text }, variables: [], via: [] },
    { resolved: text, target: { kind: 'local', as: 'stage' }, variables: [], via: [chain] },
  ]
  return {
    files: [{ path: text, kind: 'dockerfile' }],
    verdicts: resolutions.map((resolution) => verdict(at, resolution, findings, [{ resolution, findings }])),
    problems: [
      { file: text, span: span(1, 1, 1), message: text, findings },
      { file: text, message: text, findings: [] },
    ],
    skipped: [{ file: text, reason: text }],
    layers: [{ path: text, revision: text, contact: text, own: false }],
    exceptions: [{ policy: place, image: text, owner: text, reason: text, expires: text, uses: 1 }],
    notes: [text],
  }
}
