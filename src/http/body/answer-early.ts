import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** How much of a refused body is still read, at most. */
export interface Lingering {
  bytes: number
  ms: number
}

/**
 * Who sends a body that is too large has mostly not much more, and all of it can be read for next to nothing: it is not kept. The time
 * is that of nginx (`lingering_time`).
 */
const standard: Lingering = { bytes: 64 * 1024 * 1024, ms: 30_000 }

/**
 * Answers a request at once whose body has not come completely, such as one that is too large, so that its client gets the answer:
 * what it still sends is read and thrown away, and then the connection, over HTTP/2 the stream, is closed. Closed with bytes unread, the
 * connection would be reset, and a client that sends all of its request before it reads would not see the answer.
 */
export function answerEarly(app: FastifyInstance, lingering = standard): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || !isBodyPending(request)) return done(null, payload)
    if ('stream' in request.raw) {
      closeStreamLater(reply, discardBody(request.raw, lingering, closing.signal))
      return done(null, payload)
    }
    reply.headers({ connection: 'close', 'content-length': Buffer.byteLength(payload) })
    done(null, endsLate(payload, discardBody(request.raw, lingering, closing.signal)))
  })
}

function isBodyPending({ raw, headers }: FastifyRequest): boolean {
  if (raw.readableEnded || raw.destroyed) return false
  const { stream } = raw as { stream?: { endAfterHeaders: boolean } }
  if (stream) return !stream.endAfterHeaders
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0
}

/** Reads a body and throws it away. Resolves at its end, at the bounds, or when the client has disconnected or the server closes. */
async function discardBody(body: Readable, { bytes, ms }: Lingering, closing: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => resolve()
  let left = bytes
  const count = (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) resolve()
  }
  const timer = setTimeout(done, ms)
  body.on('data', count).on('end', done).on('close', done).on('error', done)
  closing.addEventListener('abort', done)
  if (closing.aborted) resolve()
  await promise
  clearTimeout(timer)
  body.off('data', count).off('end', done).off('close', done).off('error', done)
  closing.removeEventListener('abort', done)
}

/** A stream of this text that is complete with the last byte of it, but ends only when `end` resolves: then Node closes the connection. */
function endsLate(text: string, end: Promise<void>): Readable {
  const stream = new Readable({ read() {} })
  stream.push(text)
  end.then(() => stream.push(null))
  return stream
}

/** Over HTTP/2 a complete response ends with its stream half open, in which the client may go on sending (RFC 9113, section 8.1). */
async function closeStreamLater({ raw }: FastifyReply, end: Promise<void>): Promise<void> {
  await end
  const { stream } = raw as { stream?: { close(): void } }
  stream?.close()
}
