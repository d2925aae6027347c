import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { listen, serve } from '../stand-ins/local-server.ts'
import { packagedServer } from './opened-server.ts'

/** A server elsewhere, as the settings name it. */
export function endpoint(type: 'http' | 'sse', url: string, headers: Record<string, string> = {}) {
  return { name: 'x', prefix: '', secrets: Object.values(headers), type, url, headers }
}

/**
 * The package `server-everything` over HTTP, as a process. It is reached by way of an address that stays where another process takes its
 * place.
 */
export async function startEverything(t: TestContext, type: 'http' | 'sse') {
  let current = await startOnce(t, type)
  const door = createServer((socket) => {
    const through = connect(current.port, '127.0.0.1')
    socket.pipe(through).pipe(socket)
    for (const one of [socket, through])
      one
        .on('error', () => {})
        .on('close', () => {
          socket.destroy()
          through.destroy()
        })
  })
  const url = await listen(door)
  t.after(() => door.close())
  return {
    url: `${url}/${type === 'http' ? 'mcp' : 'sse'}`,
    saying: (text: string) => current.saying(text),
    /** Kills the process, and starts another one. */
    async restart() {
      await current.kill()
      current = await startOnce(t, type)
    },
  }
}

async function startOnce(t: TestContext, type: 'http' | 'sse') {
  const port = await freePort()
  const transport = type === 'http' ? 'streamableHttp' : 'sse'
  const child = spawn(process.execPath, [packagedServer('server-everything'), transport], {
    env: { PORT: String(port) },
  })
  const lines = new EventTarget()
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (data) => {
      lines.dispatchEvent(new MessageEvent('line', { data }))
    })
  async function saying(text: string): Promise<void> {
    for (;;) {
      const [{ data }] = await once(lines, 'line', { signal: t.signal })
      if (String(data).includes(text)) return
    }
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  t.after(kill)
  await saying(`on port ${port}`)
  return { port, saying, kill }
}

/** A port that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = new URL(await listen(server))
  server.close()
  await once(server, 'close')
  return Number(port)
}

/** What a server answers to messages, by their method. `text`: the message as it came. */
export type Answers = Record<string, (text: string, response: ServerResponse) => unknown>

/** A server of the older protocol with a session, that answers with JSON. Answers that are undefined are given by the function itself. */
export async function serveAnswers(t: TestContext, answers: Answers, before?: RequestListener) {
  const standard: Answers = {
    initialize: () => ({
      ...{
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'x', version: '1' },
      },
    }),
    ping: () => ({}),
    'tools/list': () => ({ tools: [{ name: 'one', inputSchema: { type: 'object' } }] }),
  }
  const all = { ...standard, ...answers }
  const local = await serve(async (request, response) => {
    before?.(request, response)
    if (response.headersSent) return
    if (request.method !== 'POST') {
      response.writeHead(request.method === 'DELETE' ? 200 : 405).end()
      return
    }
    const text = await textOf(request)
    const { id, method } = JSON.parse(text)
    const answer = all[method]
    if (id === undefined) response.writeHead(202).end()
    else {
      const result = answer?.(text, response)
      if (response.headersSent) return
      const body = answer ? { result } : { error: { code: -32601, message: 'no such method' } }
      const headers = { 'content-type': 'application/json', 'mcp-session-id': 's' }
      response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, ...body }))
    }
  })
  t.after(local.close)
  return local
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}
