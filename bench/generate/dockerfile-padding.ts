import { version } from './images.js'
import { type Random, type Some } from './random.js'

const PACKAGES: Some<string> = [
  'build-essential',
  'ca-certificates',
  'curl',
  'git',
  'gnupg',
  'jq',
  'libffi-dev',
  'libpq-dev',
  'libssl-dev',
  'libxml2-dev',
  'make',
  'openssh-client',
  'pkg-config',
  'tzdata',
  'unzip',
  'wget',
  'zlib1g-dev',
]

const PATHS: Some<string> = ['/app', '/opt/service', '/usr/local/bin', '/etc/service', '/var/lib/service', '/srv/www', '/home/app/.config']

const NAMES: Some<string> = ['APP_ENV', 'LANG', 'PATH', 'PYTHONUNBUFFERED', 'NODE_ENV', 'JAVA_OPTS', 'GOFLAGS', 'TZ', 'PORT', 'LOG_LEVEL']

type Block = (random: Random) => readonly string[]

const SMALL: Some<Block> = [
  (random) => [`WORKDIR ${random.pick(PATHS)}`],
  (random) => [`ENV ${random.pick(NAMES)}=${version(random)}`],
  (random) => [`EXPOSE ${1024 + random.below(40_000)}`],
  (random) => [`COPY --chown=app:app config/${random.pick(PACKAGES)}.conf ${random.pick(PATHS)}/`],
  (random) => [`ADD https://downloads.example.com/${random.pick(PACKAGES)}-${version(random)}.tar.gz /tmp/`],
  (random) => ['', `# ${random.pick(PACKAGES)} is needed at run time as well`],
  (random) => [`RUN pip install --no-cache-dir ${random.pick(PACKAGES)}==${version(random)}`],
  (random) => [`VOLUME ["${random.pick(PATHS)}/data"]`],
]

const LARGE: Some<Block> = [
  installation,
  (random) => [
    `RUN curl -fsSL "https://downloads.example.com/v${version(random)}/tool.tgz" -o /tmp/tool.tgz \\`,
    `    && tar -C ${random.pick(PATHS)} -xzf /tmp/tool.tgz \\`,
    '    && rm /tmp/tool.tgz \\',
    `    && ${random.pick(PATHS)}/tool --version`,
  ],
  (random) => [
    'LABEL org.opencontainers.image.source="https://github.com/acme/monorepo" \\',
    `      org.opencontainers.image.version="${version(random)}" \\`,
    '      org.opencontainers.image.description="What it does, said in one line, with a $DOLLAR and a \\"quote\\""',
  ],
  (random) => [
    `ENV ${random.pick(NAMES)}="one two" \\`,
    `    ${random.pick(NAMES)}=${random.pick(PATHS)} \\`,
    `    ${random.pick(NAMES)}=\${${random.pick(NAMES)}:-default}`,
  ],
  () => ['HEALTHCHECK --interval=30s --timeout=3s --retries=3 \\', '  CMD curl -fsS http://localhost:8080/healthz || exit 1'],
  (random) => [
    `RUN if [ "$(uname -m)" = "x86_64" ]; then ARCH=amd64; else ARCH=arm64; fi; \\`,
    '    for tool in one two three; do \\',
    `      wget -qO "/usr/local/bin/$tool" "https://downloads.example.com/$tool-${version(random)}-$ARCH"; \\`,
    '      chmod +x "/usr/local/bin/$tool"; \\',
    '    done',
  ],
  (random) => ['RUN groupadd --gid 10001 app \\', `  && useradd --uid 10001 --gid app --home-dir ${random.pick(PATHS)} --create-home app`],
]

/** Instructions that name no image, as they fill real Dockerfiles; `room` is what is left, in bytes. */
export function padding(random: Random, room: number): readonly string[] {
  return random.pick(room > 250 ? LARGE : SMALL)(random)
}

/** The same for Windows containers, where the escape character is a backtick. */
export function windowsPadding(random: Random): readonly string[] {
  return random.pick<Block>([
    () => [`COPY . C:\\app\\`],
    () => [`RUN msiexec /i C:\\setup${random.below(100)}.msi /qn; \``, '    Remove-Item -Force C:\\setup.msi'],
    () => [`ENV ${random.pick(NAMES)}=C:\\tools\\${random.pick(PACKAGES)}`],
    () => [`RUN choco install ${random.pick(PACKAGES)} --version ${version(random)} -y`],
  ])(random)
}

function installation(random: Random): readonly string[] {
  const names = Array.from(
    { length: 4 + random.below(24) },
    () => `      ${random.pick(PACKAGES)}${random.chance(0.2) ? `=${version(random)}-1` : ''} \\`,
  )
  return ['RUN apt-get update \\', '    && apt-get install -y --no-install-recommends \\', ...names, '    && rm -rf /var/lib/apt/lists/*']
}
