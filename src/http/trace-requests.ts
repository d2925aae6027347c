import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { errorMessages } from '../protocol/error-messages.ts'
import { type ChatterdError, quotingCodes } from '../protocol/errors.ts'
import { requestIds } from '../stream/request-id.ts'

/** What came of one request. Has nothing of its body, its query and the names in its path. */
export interface RequestReport {
  request: string
  method: string
  /** The pattern of its path; absent where no route matches. */
  route?: string
  status: number
  ms: number
  /** Bytes that were sent, the head included; over HTTP/2, where the heads of a connection are compressed together, those of the body. */
  bytes: number
  /** True where the client disconnected before it had the response. */
  disconnected?: true
  /** Why it was refused or failed. */
  code?: string
  /** Of failures, with their causes, and of refused hosts and origins: the words of other refusals may quote the request. */
  error?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the response is an error of. */
    failure?: ChatterdError
  }
}

export const idHeader = 'x-request-id'

/** The id that a client or a proxy gave the request (1 to 128 visible ASCII characters), or a new one. */
export function requestIdOf({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers[idHeader]
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID()
}

/** What a report needs of a request. */
export interface TracedRequest {
  id: string
  method: string
  is404: boolean
  routeOptions: { url?: string | undefined }
  failure?: ChatterdError | undefined
  raw: { httpVersionMajor: number; socket: { bytesWritten: number } | null }
}

/** What a report needs of a response. */
export interface TracedReply {
  raw: {
    once(event: 'close', listener: () => void): unknown
    write(chunk: string | Uint8Array): boolean
    statusCode: number
    writableFinished: boolean
  }
}

/** Sends every request's id with its response, and reports what came of it once the response is sent. */
export function traceRequests(app: FastifyInstance, onEnd: (report: RequestReport) => void): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(idHeader, request.id)
    traceRequest(request, reply, onEnd)
    requestIds.run(request.id, done)
  })
  // Fastify runs no hooks for methods that it does not know, which reach it over HTTP/2, but this one.
  app.addHook('onError', (request, reply, error, done) => {
    if (error.code === unknownMethod) {
      reply.header(idHeader, request.id)
      traceRequest(request, reply, onEnd)
    }
    done()
  })
}

/** The code of Fastify's error for a request whose method it does not know. */
export const unknownMethod = 'FST_ERR_NOT_FOUND'

/** Reports what came of a request once the response is sent, or the client has disconnected. */
export function traceRequest(
  request: TracedRequest,
  { raw }: TracedReply,
  onEnd: (report: RequestReport) => void,
): void {
  const { socket, httpVersionMajor } = request.raw
  const begunAt = performance.now()
  const written = httpVersionMajor === 1 ? countSent(socket) : countWritten(raw)
  raw.once('close', () => {
    const { id, method, is404, routeOptions, failure } = request
    onEnd({
      request: id,
      method,
      ...(!is404 && routeOptions.url !== undefined && { route: routeOptions.url }),
      status: raw.statusCode,
      ms: Math.round(performance.now() - begunAt),
      bytes: written(),
      // After an early answer, a client may well disconnect without sending the rest of its request.
      ...(!raw.writableFinished && !failure && { disconnected: true }),
      ...(failure && { code: failure.code }),
      ...(failure && isLogged(failure) && { error: errorMessages(failure).join(': ') }),
    })
  })
}

/** Whoever runs the server has to know which hosts and origins it refuses. */
function isLogged({ status, code }: ChatterdError): boolean {
  if (code === 'wrong-host' || code === 'origin-not-allowed') return true
  return status >= 500 && !quotingCodes.has(code)
}

/** Counts what is sent over a connection, whose requests are answered one after the other. */
function countSent(socket: TracedRequest['raw']['socket']): () => number {
  const before = socket?.bytesWritten ?? 0
  return () => (socket?.bytesWritten ?? 0) - before
}

/** Counts what is written to a response: HTTP/2 counts no bytes by stream. */
function countWritten(raw: TracedReply['raw']): () => number {
  let bytes = 0
  const write = raw.write.bind(raw) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean
  raw.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    bytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength
    return write(chunk, ...rest)
  }
  return () => bytes
}
