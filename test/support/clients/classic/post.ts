import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type PhoneCall, type PhoneEvent, phoneStream } from './phone-stream.ts'

/** The whole response to one request. */
export interface Response {
  status: number
  contentType: string
  headers: IncomingMessage['headers']
  raw: Buffer
  /** Of a stream: its events and comments. */
  events: PhoneEvent[]
  comments: string[]
  /** All text of the stream, and all calls. */
  text: string
  thinking: string
  calls: PhoneCall[]
  /** The message of the stream's `error` event, or of the JSON body. */
  error: string | undefined
  /** Of what is no stream: the body as JSON, where it is any. */
  json: unknown
}

/** A request on its way. */
export interface Posting {
  /** Rejects where the response would crash a phone, or its connection breaks. */
  response: Promise<Response>
  /** The event of this number, from 0, as soon as it has come. */
  event(number: number): Promise<PhoneEvent>
  /** Resolves with the number of comments wanted. */
  comments(number: number): Promise<void>
  /** Stops reading; the connection stays. */
  stopReading(): void
  readOn(): void
  /** Closes the connection, as a phone that is switched off. */
  disconnect(): void
}

/** What is sent besides the body. */
export interface PostOptions {
  method?: string
  headers?: Record<string, string>
  /** The authority that an HTTPS server is trusted by. */
  ca?: string
}

/** Sends a request over a connection of its own. A body that is no text is sent as JSON. */
export function send(
  url: string,
  body?: unknown,
  { method = 'POST', headers = {}, ca }: PostOptions = {},
): Posting {
  const bytes =
    body === undefined
      ? undefined
      : typeof body === 'string' || Buffer.isBuffer(body)
        ? body
        : JSON.stringify(body)
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  const waiting = new Set<() => void>()
  const stream = phoneStream(() => wake())
  const chunks: Buffer[] = []
  let response: IncomingMessage | undefined
  let over: Error | undefined

  const wake = () => {
    for (const look of waiting) look()
  }
  const fail = (error: Error) => {
    over ??= error
    reject(error)
    wake()
  }

  const outgoing = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
    method,
    ...(ca && { ca }),
    agent: false,
    headers: {
      accept: 'text/event-streaming',
      ...(bytes !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(bytes),
      }),
      ...headers,
    },
  })
  outgoing.on('error', fail)
  outgoing.on('response', (incoming) => {
    response = incoming
    const streams = incoming.headers['content-type'] === 'text/event-stream'
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (!streams) return
      try {
        stream.feed(chunk)
      } catch (error) {
        fail(error as Error)
      }
      wake()
    })
    incoming.on('error', fail)
    incoming.on('close', () => {
      if (!incoming.complete) return fail(new Error('the connection was closed within the response'))
      try {
        if (streams) stream.end()
        resolve(summary(incoming, Buffer.concat(chunks), stream))
        over ??= new Error('the response ended before that came')
        wake()
      } catch (error) {
        fail(error as Error)
      }
    })
  })
  outgoing.end(bytes)
  // A test that needs the response awaits it; a request whose client disconnected has none.
  promise.catch(() => undefined)

  function until<Found>(find: () => Found | undefined): Promise<Found> {
    return new Promise((found, failed) => {
      const look = () => {
        const value = find()
        if (value !== undefined) found(value)
        else if (over) failed(over)
        else return
        waiting.delete(look)
      }
      waiting.add(look)
      look()
    })
  }

  return {
    response: promise,
    event: (number) => until(() => stream.events[number]),
    comments: (number) =>
      until(() => (stream.comments.length >= number ? true : undefined)).then(() => undefined),
    stopReading: () => void response?.pause(),
    readOn: () => void response?.resume(),
    disconnect: () => outgoing.destroy(),
  }
}

/** Sends a GET without a body. */
export function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return send(url, undefined, { method: 'GET', headers }).response
}

function summary(
  response: IncomingMessage,
  raw: Buffer,
  { events, comments }: ReturnType<typeof phoneStream>,
): Response {
  const contentType = response.headers['content-type'] ?? ''
  const json = contentType.startsWith('application/json') ? JSON.parse(raw.toString()) : undefined
  const error = events.find((event) => event.event === 'error')?.json.error ?? json?.error
  return {
    status: response.statusCode ?? 0,
    contentType,
    headers: response.headers,
    raw,
    events,
    comments,
    text: textOf(events, 'content'),
    thinking: textOf(events, 'thinking'),
    calls: events.flatMap((event) => event.calls),
    error: error === undefined ? undefined : String(error),
    json,
  }
}

function textOf(events: PhoneEvent[], field: 'content' | 'thinking'): string {
  return events
    .map(({ json }) => (json.message as Record<string, unknown> | undefined)?.[field] ?? '')
    .join('')
}
