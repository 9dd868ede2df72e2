import { goQuote } from '../extract/go-text.js'
import { type BuildInputs, type Platforms } from '../model.js'

/** What is built, and what builds, unless somebody says otherwise. */
export const USUAL_PLATFORM = 'linux/amd64'

/** What images are built for besides, and machines build on: the one platform more that nearly every image of several has. */
const OTHER_PLATFORM = 'linux/arm64'

/** Pairs besides the usual one. */
const PAIRS: readonly Platforms[] = [
  { target: OTHER_PLATFORM, build: USUAL_PLATFORM },
  { target: OTHER_PLATFORM, build: OTHER_PLATFORM },
  { target: USUAL_PLATFORM, build: OTHER_PLATFORM },
]

/** How many builds `onOtherPlatforms` makes of one. */
export const OTHERS = PAIRS.length

/** Whether these are what a build has about which nobody says anything. */
export function isUsual({ target, build }: Platforms): boolean {
  return target === USUAL_PLATFORM && build === USUAL_PLATFORM
}

/** The same build for and on the other usual platform, if it is one for and on linux/amd64 and nobody says that it is no other. */
export function onOtherPlatforms(inputs: BuildInputs): readonly BuildInputs[] {
  const { platforms } = inputs
  return isUsual(platforms) && platforms.only !== true ? PAIRS.map((pair): BuildInputs => ({ ...inputs, platforms: pair })) : []
}

/** Whether a word, or the default of an argument, may depend on what is built, or on what builds. */
export function asksPlatform(text: string): boolean {
  return PLATFORM_ARGUMENT.test(text)
}

const PLATFORM_ARGUMENT = /(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)/

interface Platform {
  readonly os: string
  readonly osVersion: string
  readonly architecture: string
  readonly variant: string
}

export type ParsedPlatform =
  { readonly kind: 'platform'; readonly platform: Platform } | { readonly kind: 'error'; readonly problem: string }

const SYSTEMS = new Set([
  ...['aix', 'android', 'darwin', 'dragonfly', 'freebsd', 'hurd', 'illumos', 'ios', 'js'],
  ...['linux', 'nacl', 'netbsd', 'openbsd', 'plan9', 'solaris', 'windows', 'zos'],
])

const ARCHITECTURES = new Set([
  ...[
    '386',
    'amd64',
    'amd64p32',
    'arm',
    'armbe',
    'arm64',
    'arm64be',
    'ppc64',
    'ppc64le',
    'loong64',
    'mips',
    'mipsle',
    'mips64',
    'mips64le',
  ],
  ...['mips64p32', 'mips64p32le', 'ppc', 'riscv', 'riscv64', 's390', 's390x', 'sparc', 'sparc64', 'wasm'],
])

const COMPONENT = '^[A-Za-z0-9_.-]+$'
const SYSTEM = '^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$'

/** Reads `os[(version)]`, `arch` or `os/arch[/variant]` as containerd does, and brings it to its normal form. What is left out is linux/amd64's. */
export function parsePlatform(text: string): ParsedPlatform {
  const wrong = (what: string): ParsedPlatform => ({ kind: 'error', problem: `${what}: invalid argument` })
  if (text.includes('*')) return wrong(`${goQuote(text)}: wildcards not yet supported`)
  const [first = '', second, third, ...more] = text.split('/', 5)
  const system = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?$/.exec(first)
  if (system === null)
    return wrong(
      `${goQuote(first)} is an invalid OS component of ${goQuote(text)}: OSAndVersion specifier component must match ${goQuote(SYSTEM)}`,
    )
  for (const part of [second, third, ...more]) {
    if (part !== undefined && !/^[A-Za-z0-9_.-]+$/.test(part)) {
      return wrong(
        `${goQuote(part)} is an invalid component of ${goQuote(text)}: platform specifier component must match ${goQuote(COMPONENT)}`,
      )
    }
  }
  if (more.length > 0) return wrong(`${goQuote(text)}: cannot parse platform specifier`)
  const os = normalSystem(system[1] ?? '')
  const osVersion = system[2] ?? ''
  if (second !== undefined) return { kind: 'platform', platform: { os, osVersion, ...normalArchitecture(second, third ?? '') } }
  if (SYSTEMS.has(os)) return { kind: 'platform', platform: { os, osVersion, architecture: 'amd64', variant: '' } }
  const alone = normalArchitecture(first, '')
  if (ARCHITECTURES.has(alone.architecture)) return { kind: 'platform', platform: { os: 'linux', osVersion: '', ...alone } }
  return wrong(`${goQuote(text)}: unknown operating system or architecture`)
}

/** `os[(version)]/arch[/variant]`. */
export function formatPlatform({ os, osVersion, architecture, variant }: Platform): string {
  return [osVersion === '' ? os : `${os}(${osVersion})`, architecture, variant].filter((part) => part !== '').join('/')
}

function normalSystem(os: string): string {
  const lowered = os.toLowerCase()
  return lowered === 'macos' ? 'darwin' : lowered
}

function normalArchitecture(architecture: string, variant: string): { architecture: string; variant: string } {
  const [arch, kind] = [architecture.toLowerCase(), variant.toLowerCase()]
  switch (arch) {
    case 'i386':
      return { architecture: '386', variant: '' }
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: kind === 'v1' ? '' : kind }
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: kind === '8' || kind === 'v8' || kind === 'v8.0' ? '' : kind }
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' }
    case 'armel':
      return { architecture: 'arm', variant: 'v6' }
    case 'arm':
      return { architecture: 'arm', variant: kind === '' || kind === '7' ? 'v7' : /^[568]$/.test(kind) ? `v${kind}` : kind }
    default:
      return { architecture: arch, variant: kind }
  }
}

/** The value of an argument that every build has, by its name; `TARGETSTAGE` is the last stage's name if the build names no target. */
export function automaticArgument(name: string, { platforms, target }: BuildInputs, lastStage: string): string {
  if (name === 'TARGETSTAGE') return target || lastStage || 'default'
  const builds = name.startsWith('BUILD')
  const text = builds ? platforms.build : platforms.target
  const parsed = parsePlatform(text)
  const platform = parsed.kind === 'platform' ? parsed.platform : undefined
  switch (name.slice(builds ? 'BUILD'.length : 'TARGET'.length)) {
    case 'PLATFORM':
      return platform === undefined ? text : formatPlatform(platform)
    case 'OS':
      return platform?.os ?? ''
    case 'OSVERSION':
      return platform?.osVersion ?? ''
    case 'ARCH':
      return platform?.architecture ?? ''
    case 'VARIANT':
      return platform?.variant ?? ''
    default:
      return ''
  }
}
