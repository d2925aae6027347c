import type { JsonObject } from '../../../../src/protocol/json.ts'
import { open, type RequestOptions, read } from './ask.ts'
import { Refused } from './following.ts'
import { SseReader } from './sse-reader.ts'

/** One event as it came. */
export interface ServerEvent {
  id?: string
  name: string
  data: JsonObject
}

/** A stream of server-sent events, of any kind. */
export interface ServerEvents {
  /** All that came so far. */
  events: ServerEvent[]
  comments: string[]
  /** The next event, in order; rejects where the stream ends before. */
  next(): Promise<ServerEvent>
  /** Resolves when the stream has ended. */
  over: Promise<void>
  disconnect(): void
}

/** Opens a stream. Rejects with `Refused` where the response is none. */
export async function openEvents(url: string, options: RequestOptions = {}): Promise<ServerEvents> {
  const disconnecting = new AbortController()
  const headers = { accept: 'text/event-stream', ...options.headers }
  const incoming = await open(url, { ...options, headers, signal: disconnecting.signal })
  if (incoming.headers['content-type'] !== 'text/event-stream') {
    const { status, json, text } = await read(incoming)
    throw new Refused(status, json, text)
  }
  const events: ServerEvent[] = []
  const comments: string[] = []
  let given = 0
  let change = Promise.withResolvers<void>()
  let isOver = false
  const changed = () => {
    change.resolve()
    change = Promise.withResolvers()
  }
  const reader = new SseReader({
    onEvent: (raw) => events.push(parse(raw)),
    onComment: (text) => comments.push(text),
  })
  const over = new Promise<void>((resolve) => {
    incoming.on('error', () => {})
    incoming.on('close', () => {
      isOver = true
      changed()
      resolve()
    })
  })
  incoming.on('data', (bytes: Buffer) => {
    reader.feed(bytes)
    changed()
  })
  return {
    ...{ events, comments, over },
    async next() {
      for (;;) {
        const event = events[given]
        if (event) {
          given += 1
          return event
        }
        if (isOver) throw new Error('the stream is over')
        await change.promise
      }
    },
    disconnect: () => disconnecting.abort(),
  }
}

function parse(raw: string): ServerEvent {
  const fields = Object.fromEntries(
    raw.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  )
  const { id, event: name = '', data = 'null' } = fields
  return { ...(id !== undefined && { id }), name, data: JSON.parse(data) }
}
