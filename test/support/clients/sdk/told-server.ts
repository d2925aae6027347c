import assert from 'node:assert/strict'
import { createClientOn } from '../../../../src/client/create-client.ts'
import type { Turn } from '../../../../src/client/types.ts'
import { createVirtualPlatform, type VirtualPlatform } from './virtual-platform.ts'

/** What a server does with one request. */
export type Responder = (request: {
  method: string
  path: string
  body: unknown
  signal: AbortSignal | undefined
}) => Response | Promise<Response>

/** A client of a server that responds as it is told, by method and path without ids; a list is used up from its first on, and its last one stays. */
export function clientOf(responders: Record<string, Responder | Responder[]>, attempts = 3) {
  const requests: { route: string; body: unknown; key: string | null }[] = []
  const platform = createVirtualPlatform()
  const send: typeof fetch = async (input, init = {}) => {
    const path = String(input).replace('/chatterd/v1', '')
    const route = `${init.method ?? 'GET'} ${path.replace('/turns/t1', '').replace('/conversations/c', '')}`
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    requests.push({ route, body, key: new Headers(init.headers).get('idempotency-key') })
    const found = [responders[route] ?? []].flat()
    const respond = found[0] ?? assert.fail(`nothing responds to ${route}`)
    const list = responders[route]
    if (Array.isArray(list) && list.length > 1) list.shift()
    return respond({ method: init.method ?? 'GET', path, body, signal: init.signal ?? undefined })
  }
  const client = createClientOn(platform, { fetch: send, reconnect: { attempts } })
  return {
    client,
    chat: client.conversation('c'),
    platform,
    requests,
    routes: () => requests.map(({ route }) => route),
  }
}

export const start = 'id: t1:1\nevent: turn-start\ndata: {"turn":"t1","conversation":"c","model":"m"}\n\n'
export const step = 'id: t1:2\nevent: step-start\ndata: {"step":1}\n\n'
export const end = (number: number, status = 'completed') =>
  `id: t1:${number}\nevent: turn-end\ndata: {"status":"${status}"}\n\n`
export const callStart = (number: number, approval = '') =>
  `id: t1:${number}\nevent: call-start\ndata: {"callId":"a","name":"where","arguments":{"n":1},"side":"device"${approval}}\n\n`

/** A stream with this text, which then ends, or stays open until it is given up. */
export function stream(text: string, { open = false } = {}): Responder {
  return ({ signal }) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text))
        if (!open) controller.close()
        signal?.addEventListener('abort', () => controller.error(signal.reason))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

export const ok: Responder = () => Response.json({ id: 't1', status: 'running', calls: [] })
export const away: Responder = () => {
  throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })
}
export const problem =
  (status: number, code: string): Responder =>
  () =>
    Response.json({ code, detail: `It is ${code}`, title: 'No', status }, { status })

/** Lets time pass until it has ended; gives what it has come to, or why it did not. */
export async function ended(turn: Turn, platform: VirtualPlatform) {
  let outcome: unknown
  turn.result.then(
    (result) => {
      outcome = result.status
    },
    (error) => {
      outcome = error
    },
  )
  await platform.passUntil(() => outcome !== undefined)
  return outcome
}
