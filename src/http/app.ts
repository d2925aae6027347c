import fastify, { type FastifyInstance } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'
import type { Engine } from '../turn/ports/engine.ts'
import type { ClassicPorts } from './dialects/classic/ports.ts'
import { classicRoutes } from './dialects/classic/routes.ts'
import type { NativePorts } from './dialects/native/ports.ts'
import { problemOf, problemType } from './dialects/native/problem.ts'
import { nativeRoutes } from './dialects/native/routes.ts'
import { nativePrefix } from './dialects/native/scope.ts'
import { setErrorHandlers } from './errors.ts'
import { healthRoutes, type Readiness } from './health-routes.ts'
import { readJson } from './read-json.ts'
import { rootRoute } from './root-route.ts'
import { destroyWhenStalled } from './sse-response.ts'

/** What the HTTP server works with. */
export interface AppOptions extends ClassicPorts, NativePorts {
  turns: ClassicPorts['turns'] & NativePorts['turns']
  directory: NativePorts['directory']
  engine: Engine
  limits: ClassicPorts['limits'] & NativePorts['limits']
  readiness(): Promise<Readiness>
  /** The largest body of a request, in bytes. */
  maxBodyBytes: number
  /** PEM texts. With them, HTTP/2 and HTTP/1.1 over TLS on one port; absent: plain HTTP/1.1. */
  tls?: { cert: string; key: string }
}

/** The HTTP server, not yet listening. */
export function createApp(options: AppOptions): FastifyInstance {
  const shared = {
    bodyLimit: options.maxBodyBytes,
    // By default, Fastify changes what it validates: it converts types, drops members and fills in defaults.
    ajv: { customOptions: { coerceTypes: false as const, removeAdditional: false, useDefaults: false } },
    // Streams end with their turns, so only connections that wait for a next request may be closed at once.
    forceCloseConnections: 'idle' as const,
    requestTimeout: 120_000,
    // A conversation's name in a path: 155 characters, each percent-encoded in up to 12.
    routerOptions: { maxParamLength: 2_048 },
    frameworkErrors: sendPathError,
  }
  const { tls } = options
  const app = (
    tls ? fastify({ ...shared, http2: true, https: { allowHTTP1: true, ...tls } }) : fastify(shared)
  ) as FastifyInstance
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Streams have time-outs of their own.
    if (typeof payload === 'string') destroyWhenStalled(reply, options.limits.stallTimeoutMs)
    done(null, payload)
  })
  readJson(app)
  setErrorHandlers(app, options.onFault)
  rootRoute(app, options.engine)
  healthRoutes(app, options.readiness)
  classicRoutes(app, options)
  nativeRoutes(app, options)
  return app
}

/** The members that the replies of all kinds of servers have. */
interface RawReply {
  raw: {
    writeHead(status: number, headers: Record<string, string>): unknown
    end(body: string): unknown
  }
}

/** Answers a request whose path cannot be decoded. No route, and so no error handler, belongs to it. */
function sendPathError({ message }: Error, { url }: { url: string }, { raw }: RawReply): void {
  const error = new ChatterdError('invalid-request', message)
  const isNative = url.startsWith(`${nativePrefix}/`)
  const type = isNative ? problemType : 'application/json'
  raw.writeHead(error.status, { 'content-type': `${type}; charset=utf-8` })
  raw.end(JSON.stringify(isNative ? problemOf(error) : { error: message }))
}
