/** How many patterns of where images may come from the generated policy holds: hosts without a list below them, namespaces, owners and repositories. */
export const POLICY_PATTERNS = 50

interface Registry {
  readonly host: string
  readonly key?: 'namespaces' | 'repositories' | 'owners'
  /** One pattern each; without any the host is the pattern. */
  readonly names: readonly string[]
}

const REGISTRIES: readonly Registry[] = [
  { host: 'registry.acme.example:5000', names: [] },
  { host: '"*.registry.acme.example"', names: [] },
  { host: '"mirror-*.acme.example"', names: [] },
  { host: 'mcr.microsoft.com', names: [] },
  { host: 'docker.elastic.co', key: 'namespaces', names: ['elasticsearch', 'kibana'] },
  { host: 'ecr', key: 'owners', names: ['"111122223333"', '"444455556666"'] },
  { host: 'gcr', key: 'owners', names: ['distroless', 'acme-prod'] },
  { host: 'ghcr.io', key: 'namespaces', names: ['acme', 'astral-sh', 'acme-labs', '"acme-team-*"', 'open-telemetry'] },
  { host: 'quay.io', key: 'namespaces', names: ['prometheus', 'keycloak', 'argoproj', 'biocontainers', 'strimzi', 'cilium'] },
  { host: 'public.ecr.aws', key: 'namespaces', names: ['docker', 'lambda', 'amazonlinux'] },
  { host: 'nvcr.io', key: 'namespaces', names: ['nvidia', '"nvidia-*"', 'hpc'] },
]

const HUB_NAMESPACES = ['library', 'grafana', 'confluentinc']

const HUB_REPOSITORIES = ['minio/minio', 'hashicorp/vault', 'ai/smollm2']

/**
 * The policy that the generated repositories are checked against: POLICY_PATTERNS patterns, hosts with and without wildcards, owners, namespaces and
 * single repositories; a mirror, a ban and an override beside them. It allows most of what the generators write, not all.
 */
export function generatePolicy(): string {
  const listed = REGISTRIES.map(({ host, key, names }) =>
    key === undefined ? `  ${host}:\n` : `  ${host}:\n    ${key}: [${names.join(', ')}]\n`,
  )
  const used = REGISTRIES.reduce((sum, { names }) => sum + Math.max(1, names.length), HUB_NAMESPACES.length)
  return HEAD + listed.join('') + dockerHub(POLICY_PATTERNS - used) + TAIL
}

function dockerHub(count: number): string {
  const vendor = (index: number): string => `vendor${index}/${index % 3 === 0 ? 'tool-*' : 'server'}`
  const repositories = Array.from({ length: count }, (_, index) => `      "${HUB_REPOSITORIES[index] ?? vendor(index)}": { pin: tag }\n`)
  return `  docker.io:\n    namespaces: [${HUB_NAMESPACES.join(', ')}]\n    repositories:\n${repositories.join('')}`
}

const HEAD = `version: 1
contact: "#platform-images"
pin: tag
registries:
`

const TAIL = `mirrors:
  registry.acme.example:5000/dockerhub: docker.io
deny:
  - image: docker.io/library/centos
    reason: End of life since June 2024.
    use: quay.io/rockylinux/rockylinux
overrides:
  - paths: ["examples/**", "**/testdata/**"]
    pin: none
    severity: warning
`
