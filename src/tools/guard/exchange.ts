import type { Socket } from 'node:net'
import { type Hop, redirectOf } from './redirected.ts'

/** A response, its body as it was sent: not decompressed, not decoded. */
export interface HttpResponse {
  status: number
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** True where the server sent more than was asked for. */
  isTruncated: boolean
}

/** A response that redirects; its body is not read. */
export interface Redirect {
  status: number
  /** A URL that is still to be judged. */
  location: string
}

/** Longest headers of a response, in bytes: Node's default. */
const maxHeaderBytes = 16 * 1024

/** One request and its response, over a socket that is connected, and closed afterwards. */
export async function exchange(
  socket: Socket,
  url: URL,
  { method, headers, body }: Hop,
  maxBytes: number,
): Promise<HttpResponse | Redirect> {
  // Loaded with the first request: it would cost each start a fifth of its time.
  const { Client } = await import('undici')
  const sockets = [socket]
  const client = new Client(url.origin, {
    // A client whose connection is lost asks for another one: it would be one that nobody has judged.
    connect: (_options, done) => {
      const next = sockets.pop()
      // Not at once: a client does not notice a connection that it gets while it asks for it.
      queueMicrotask(() => (next ? done(null, next) : done(new Error('the connection was closed'), null)))
    },
    maxHeaderSize: maxHeaderBytes,
    allowH2: false,
  })
  try {
    const response = await client.request({
      path: url.pathname + url.search,
      method,
      headers,
      body: body ?? null,
      reset: true,
    })
    const { statusCode: status, headers: received } = response
    const location = redirectOf(status, received.location, url)
    if (location !== undefined) return { status, location }
    return { status, headers: received, ...(await readBody(response.body, maxBytes)) }
  } finally {
    await client.destroy()
    socket.destroy()
  }
}

async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Pick<HttpResponse, 'body' | 'isTruncated'>> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    bytes += chunk.length
    if (bytes > maxBytes) return { body: Buffer.concat(parts, maxBytes), isTruncated: true }
  }
  return { body: Buffer.concat(parts), isTruncated: false }
}
