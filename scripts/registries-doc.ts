import { takesOwners } from '../src/policy/catalogue.js'
import { REGISTRIES } from '../src/policy/registries.js'
import { type Registry } from '../src/policy/registry.js'

const HEAD = `# Registries

The names that a policy may write instead of a host, with the hosts they stand for. This page is generated from the catalogue in \`src/policy\`: change that, then run \`npm run update\`.

A registry that **serves everybody** says nothing about who made an image: its entry must name \`namespaces\`, \`repositories\` or \`owners\`, or say \`anyone: true\`.
A registry of your own is named by its host, with the port if there is one: \`registry.example.com:5000\`. So are self-managed GitLab, Harbor, Artifactory, Nexus, Quay, Gitea and Forgejo.
In a host, \`*\` stands for one or more characters of one label: it never crosses a dot, and nothing may follow. \`111122223333.dkr.ecr.us-east-1.amazonaws.com.evil.example\` is no Amazon ECR.
`

/** docs/registries.md, from the catalogue. */
export function registriesPage(): string {
  const rows = REGISTRIES.map(
    (registry) =>
      `| [\`${registry.id}\`](#${registry.id}) | ${registry.name} | ${registry.shared ? 'yes' : 'no'} | ${takesOwners(registry) ? '`owners`, `namespaces`' : '`namespaces`'} |`,
  )
  const table = ['| name | registry | serves everybody | told apart by |', '|---|---|---|---|', ...rows].join('\n')
  return `${HEAD}\n${table}\n\n${REGISTRIES.map(section).join('\n')}`
}

function section(registry: Registry): string {
  const { id, name, hosts, path, official, scopes, note, docs } = registry
  const lines = [
    `- Hosts: ${hosts.map(code).join(', ')}`,
    ...(scopes === undefined ? [] : [`- Only: ${scopes.map(code).join(', ')}`]),
    `- Repository: ${path}`,
    ...(official === undefined ? [] : [`- Published by the operator itself: ${official}`]),
    ...(note === undefined ? [] : [`- ${note}`]),
    `- <${docs}>`,
  ]
  return `## ${id}\n\n${name}.\n\n${lines.join('\n')}\n`
}

function code(text: string): string {
  return `\`${text}\``
}
