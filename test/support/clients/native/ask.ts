import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { isJsonObject, type JsonObject } from '../../../../src/protocol/json.ts'

/** All of a request but its URL. */
export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** Aborts the request. */
  signal?: AbortSignal
}

/** A whole response that is no stream. */
export interface Response {
  status: number
  type: string
  headers: IncomingMessage['headers']
  text: string
  /** Empty where the body is no JSON object. */
  json: JsonObject
}

/** Sends a request over a connection of its own; resolves with the head of the response. Rejects with an error of the socket. */
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

/** Sends a request, and reads the response to its end. Rejects where the connection breaks before. */
export async function ask(url: string, options: RequestOptions = {}): Promise<Response> {
  return read(await open(url, options))
}

/** Reads the rest of a response. */
export async function read(incoming: IncomingMessage): Promise<Response> {
  const body = await text(incoming)
  const type = incoming.headers['content-type'] ?? ''
  const json: unknown = /\bjson\b/.test(type) ? JSON.parse(body) : undefined
  return {
    ...{ status: incoming.statusCode ?? 0, type, headers: incoming.headers, text: body },
    json: isJsonObject(json) ? json : {},
  }
}
