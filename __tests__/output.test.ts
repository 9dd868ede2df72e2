import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { build } from 'esbuild'
import { ROOT } from './golden.js'

/** More than a pipe or a socket takes at once. */
const LINES = 60_000
const WRITTEN = Array.from({ length: 4 }, (_, part) => `${`${part} ünï 0123456789 0123456789 0123456789\n`.repeat(LINES)}`)

let folder = ''
let writer = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'output-'))
  writer = join(folder, 'writer.cjs')
  const output = join(ROOT, 'src', 'files', 'output.ts')
  await build({
    stdin: {
      contents: `import { openOutput } from ${JSON.stringify(output)}
        import { writeSync } from 'node:fs'
        import { Socket } from 'node:net'
        const [descriptor, open] = process.argv[2] === '3' ? [3, () => new Socket({ fd: 3, readable: false })] : [1, () => process.stdout]
        const out = openOutput(descriptor, open)
        for (let part = 0; part < 4; part++) out.write((part + ' ünï 0123456789 0123456789 0123456789\\n').repeat(${LINES}))
        out.write('')
        writeSync(2, String(out.isTerminal))
        // as the command line does
        if (out.isOpen !== true) process.exit()`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: writer,
    logLevel: 'silent',
  })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Status and standard error of the writer. */
function run(stdout: 'pipe' | number | Socket, read: (stream: NodeJS.ReadableStream) => void): Promise<[number | null, string]> {
  return new Promise((resolve) => {
    // Node makes the first three descriptors of its children wait
    const child =
      stdout instanceof Socket
        ? spawn(process.execPath, [writer, '3'], { stdio: ['ignore', 'ignore', 'pipe', stdout] })
        : spawn(process.execPath, [writer], { stdio: ['ignore', stdout, 'pipe'] })
    let told = ''
    child.stderr?.on('data', (chunk: Buffer) => (told += String(chunk)))
    if (child.stdout !== null) read(child.stdout)
    child.on('close', (code) => resolve([code, told]))
  })
}

/** Everything that comes, by somebody who takes a while to begin. */
function slowly(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    setTimeout(() => stream.on('data', (chunk: Buffer) => chunks.push(chunk)), 300)
    stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}

/** Two ends of a connection, neither of which waits when it is written to. */
async function connection(path: string): Promise<{ server: Server; near: Socket; far: Socket }> {
  const server = createServer().listen(path)
  const far = new Promise<Socket>((resolve) => server.once('connection', (socket: Socket) => resolve(socket)))
  const near = connect(path)
  await new Promise((resolve) => near.once('connect', resolve))
  return { server, near, far: await far }
}

describe('all of it arrives, in its order', () => {
  test('in a pipe whose reader is slow', async () => {
    let read: Promise<string> | undefined
    expect(await run('pipe', (stream) => void (read = slowly(stream)))).toEqual([0, 'false'])
    expect((await read) === WRITTEN.join('')).toBe(true)
  })

  test('where a write does not wait for the reader', async () => {
    const { server, near, far } = await connection(join(folder, 'socket'))
    const read = slowly(far)
    expect(await run(near, () => undefined)).toEqual([0, 'false'])
    near.destroy()
    server.close()
    expect((await read) === WRITTEN.join('')).toBe(true)
  })

  test('in a file', async () => {
    const path = join(folder, 'file')
    writeFileSync(path, '')
    const descriptor = openSync(path, 'r+')
    expect(await run(descriptor, () => undefined)).toEqual([0, 'false'])
    closeSync(descriptor)
    expect(readFileSync(path, 'utf8') === WRITTEN.join('')).toBe(true)
  })
})

test('a reader that goes away is no error', async () => {
  expect(await run('pipe', (stream) => stream.once('data', () => (stream as Socket).destroy()))).toEqual([0, 'false'])
})
