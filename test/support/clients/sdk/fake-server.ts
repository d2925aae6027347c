import type { TurnEventData } from '../../../../src/protocol/native/events.ts'

/** What goes wrong with one request, or with the stream that it opens. */
export type Fault =
  | { kind: 'none' }
  /** Nothing arrives at the server. */
  | { kind: 'unsent' }
  /** The server does what it is asked to do, and its response is lost. */
  | { kind: 'unanswered' }
  | { kind: 'busy'; retryAfter: number }
  /** The stream ends after so many bytes, well or with an error, or the server says goodbye. */
  | { kind: 'cut'; after: number; how: 'end' | 'error' | 'reconnect' }
  /** So many events before the ones that are asked for come again. */
  | { kind: 'repeat'; events: number }

export type ScriptedEvent = {
  [Name in keyof TurnEventData]: { type: Name; data: TurnEventData[Name] }
}[keyof TurnEventData]

/** A server with one turn. Its events come one after the other, and stop at `turn-waiting` until all results are there. */
export interface FakeServer {
  fetch: typeof fetch
  /** How many turns were begun. */
  begun: number
  /** Results by call, as they were stored. */
  results: Map<string, string>
  /** What a client did that no client may do. */
  violations: string[]
  cancelled: boolean
  /** How many requests came. */
  requests: number
}

const id = '0194d3c0-1f5e-7a51-b8a1-6a1f0f3c2a11'

/** `faults` are those of the requests, in their order; after the last one, nothing goes wrong. `cuts`: how long the pieces are in which bytes come. */
export function createFakeServer(
  script: readonly ScriptedEvent[],
  faults: readonly Fault[],
  cuts: readonly number[],
): FakeServer {
  const key = { begun: '' }
  let nextCut = 0

  function resultOf(callId: string, otherwise: string | undefined): string | undefined {
    return server.results.get(callId) ?? otherwise
  }

  /** How many events have happened. */
  function happened(): number {
    const open = script.findIndex(
      ({ type, data }) => type === 'turn-waiting' && data.calls.some((call) => !server.results.has(call)),
    )
    return open < 0 ? script.length : open + 1
  }

  function encode(index: number): string {
    const { type, data } = script[index] as ScriptedEvent
    const told = type === 'call-end' ? { ...data, output: resultOf(data.callId, data.output) } : data
    return `id: ${id}:${index + 1}\nevent: ${type}\ndata: ${JSON.stringify(told)}\n\n`
  }

  function stream(after: number, fault: Fault, signal: AbortSignal | null): Response {
    const first = Math.max(0, fault.kind === 'repeat' ? after - fault.events : after)
    const encoder = new TextEncoder()
    let sent = first
    let left = fault.kind === 'cut' ? fault.after : Number.POSITIVE_INFINITY
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          signal?.addEventListener('abort', () => controller.error(signal.reason))
          if (after > 0) controller.enqueue(encoder.encode(': connected\n\n'))
        },
        async pull(controller) {
          // A device's results let more happen.
          while (sent >= happened() && sent < script.length && left > 0) {
            if (fault.kind === 'cut') left = 0
            else await new Promise((resolve) => setImmediate(resolve))
            if (signal?.aborted) return
          }
          const end = Math.min(happened(), sent + 1 + (nextCut % 4))
          let bytes = encoder.encode(
            Array.from({ length: end - sent }, (_, index) => encode(sent + index)).join(''),
          )
          sent = end
          const isCut = bytes.length >= left
          if (isCut) bytes = bytes.subarray(0, left)
          left -= bytes.length
          for (let from = 0; from < bytes.length; ) {
            const length = cuts[nextCut++ % Math.max(1, cuts.length)] || bytes.length
            controller.enqueue(bytes.subarray(from, from + length))
            from += length
          }
          if (isCut && fault.kind === 'cut') {
            if (fault.how === 'error') controller.error(new TypeError('terminated'))
            else {
              if (fault.how === 'reconnect') controller.enqueue(encoder.encode('\n\n: reconnect\n\n'))
              controller.close()
            }
          } else if (sent === script.length) controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }

  function answer(method: string, path: string, init: RequestInit, fault: Fault): Response {
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    const [, after] = /\?after=(\d+)$/.exec(path) ?? []
    if (method === 'POST' && path.endsWith('/turns')) {
      const posted = new Headers(init.headers).get('idempotency-key') ?? ''
      if (key.begun !== posted) server.begun++
      key.begun = posted
      return stream(0, fault, init.signal ?? null)
    }
    if (server.begun === 0) server.violations.push(`${method} ${path} before the turn began`)
    if (path.includes('/events')) {
      if (Number(after ?? 0) >= script.length) return new Response(null, { status: 204 })
      return stream(Number(after ?? 0), fault, init.signal ?? null)
    }
    if (path.endsWith('/results')) {
      for (const { callId, output } of body.results) {
        const text = typeof output === 'string' ? output : JSON.stringify(output)
        if ((server.results.get(callId) ?? text) !== text) server.violations.push(`two results of ${callId}`)
        server.results.set(callId, text)
      }
    }
    if (path.endsWith('/cancel')) server.cancelled = true
    const [last] = script.slice(-1)
    const status = happened() === script.length && last?.type === 'turn-end' ? last.data.status : 'running'
    return Response.json({ id, status, calls: [] })
  }

  const server: FakeServer = {
    ...{ begun: 0, results: new Map(), violations: [], cancelled: false, requests: 0 },
    fetch: async (input, init = {}) => {
      const fault = faults[server.requests++] ?? { kind: 'none' }
      const path = String(input)
      if (fault.kind === 'unsent') throw new TypeError('fetch failed')
      if (fault.kind === 'busy') {
        const problem = { code: 'too-many-requests', title: 'Too many', detail: 'Too many turns' }
        return Response.json(problem, { status: 429, headers: { 'retry-after': String(fault.retryAfter) } })
      }
      const response = answer(init.method ?? 'GET', path, init, fault)
      if (fault.kind === 'unanswered') {
        await response.body?.cancel()
        throw new TypeError('terminated')
      }
      return response
    },
  }
  return server
}
