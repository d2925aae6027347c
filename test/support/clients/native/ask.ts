import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { isJsonObject, type JsonObject } from '../../../../src/protocol/json.ts'

/** What is asked besides the address. */
export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** Gives the question up. */
  signal?: AbortSignal
}

/** An answer that is no stream, whole. */
export interface Response {
  status: number
  type: string
  headers: IncomingMessage['headers']
  text: string
  /** Empty where the body is no JSON object. */
  json: JsonObject
}

/** Asks over a connection of its own; resolves with the head of the answer. Rejects with what the socket says. */
export function open(
  url: string,
  { method, body, headers, signal }: RequestOptions = {},
): Promise<IncomingMessage> {
  const bytes = body === undefined ? undefined : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: method ?? (bytes === undefined ? 'GET' : 'POST'),
      agent: false,
      ...(signal && { signal }),
      headers: {
        ...(bytes !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(bytes),
        }),
        ...headers,
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', resolve)
    outgoing.end(bytes)
  })
}

/** Asks, and reads the answer to its end. Rejects where the connection breaks before. */
export async function ask(url: string, asking: RequestOptions = {}): Promise<Response> {
  return read(await open(url, asking))
}

/** The rest of an answer. */
export async function read(incoming: IncomingMessage): Promise<Response> {
  const body = await text(incoming)
  const type = incoming.headers['content-type'] ?? ''
  const json: unknown = /\bjson\b/.test(type) ? JSON.parse(body) : undefined
  return {
    ...{ status: incoming.statusCode ?? 0, type, headers: incoming.headers, text: body },
    json: isJsonObject(json) ? json : {},
  }
}
