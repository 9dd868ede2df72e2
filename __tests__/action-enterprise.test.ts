import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type Duplex } from 'node:stream'
import { afterEach, expect, jest, test } from '@jest/globals'
import { BAD, MAIN, Scene } from './github/scene.js'

jest.setTimeout(60_000)

let scene: Scene
afterEach(async () => {
  expect(scene.github.breaches).toEqual([])
  await scene.close()
})

test('GitHub Enterprise Server: every address comes from the environment', async () => {
  scene = await Scene.open(MAIN, '/api/v3')
  const pull = scene.pullRequest(BAD, { depth: 2 })
  const env = { GITHUB_SERVER_URL: 'https://ghes.example/', GITHUB_GRAPHQL_URL: scene.github.apiUrl.replace('/v3', '/graphql') }
  await scene.run({ ...pull, env, inputs: { suggestions: 'false' } })
  await scene.run({ ...pull, env, inputs: { suggestions: 'false' } })
  expect(scene.github.state.comments).toHaveLength(1)
  expect(scene.github.routes()).toContain('POST /graphql')
  expect(scene.github.requests.every(({ url }) => url.startsWith('/api/'))).toBe(true)
  expect(scene.github.state.comments[0]?.body).toContain('https://ghes.example/acme/shop/blob/')
  expect(scene.github.state.comments[0]?.body).not.toContain('github.com')
})

test('a proxy is used as the environment asks', async () => {
  scene = await Scene.open()
  const proxy = await startProxy(scene.github.port)
  const pull = scene.pullRequest(BAD, { depth: 2 })
  await scene.run({
    ...pull,
    env: {
      GITHUB_API_URL: 'http://api.ghes.example',
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      GITHUB_SERVER_URL: 'https://ghes.example',
    },
    inputs: { suggestions: 'false' },
  })
  proxy.stop()
  expect(scene.github.state.comments).toHaveLength(1)
  expect(new Set(proxy.asked)).toEqual(new Set(['api.ghes.example:80']))
})

/** A proxy that leads everything to one port of this machine. */
async function startProxy(target: number): Promise<{ stop: () => void; port: number; asked: string[] }> {
  const asked: string[] = []
  const tunnels: Duplex[] = []
  const server = createServer()
  server.on('connect', (request, client, head) => {
    asked.push(request.url ?? '')
    const upstream = connect(target, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client)
      client.pipe(upstream)
    })
    tunnels.push(client, upstream)
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const stop = (): void => {
    for (const tunnel of tunnels) tunnel.destroy()
    server.close()
  }
  return { stop, port: (server.address() as AddressInfo).port, asked }
}
