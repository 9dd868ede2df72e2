import { execFileSync, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface GitServer {
  readonly url: string
  /** The Authorization headers of each request. */
  readonly shown: (readonly string[])[]
  stop(): Promise<void>
}

/** Serves the repositories below a folder as GitHub does, over HTTP and only to who shows that authorization. */
export async function serveGit(folder: string, authorization: string): Promise<GitServer> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')
  const shown: string[][] = []
  const server = createServer((request, response) => {
    const given = request.rawHeaders.flatMap((name, index) =>
      index % 2 === 0 && name.toLowerCase() === 'authorization' ? [request.rawHeaders[index + 1] ?? ''] : [],
    )
    shown.push(given)
    if (given.length !== 1) return void response.writeHead(400).end('Duplicate header: "Authorization"') // as GitHub answers
    if (given[0] !== authorization) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
    answer(backend, folder, request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, shown, stop }
}

/** Runs git's own CGI program for one request. */
function answer(backend: string, folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const env = {
    PATH: process.env['PATH'] ?? '',
    GIT_PROJECT_ROOT: folder,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: url.pathname,
    QUERY_STRING: url.search.slice(1),
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    REMOTE_ADDR: '127.0.0.1',
  }
  const child = spawn(backend, { env, stdio: ['pipe', 'pipe', 'ignore'] })
  request.pipe(child.stdin)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('close', () => {
    const output = Buffer.concat(chunks)
    const end = output.indexOf('\r\n\r\n')
    const headers = output.subarray(0, end).toString('latin1').split('\r\n')
    const status = headers.find((line) => line.startsWith('Status: '))?.slice('Status: '.length) ?? '200'
    for (const line of headers) {
      const colon = line.indexOf(': ')
      if (colon > 0 && !line.startsWith('Status')) response.setHeader(line.slice(0, colon), line.slice(colon + 2))
    }
    response.writeHead(Number.parseInt(status, 10)).end(output.subarray(end + 4))
  })
}
