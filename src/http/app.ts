import fastify, { type FastifyInstance } from 'fastify'
import type { Engine } from '../turn/engine.ts'
import { type ClassicPorts, classicRoutes } from './dialects/classic/routes.ts'
import type { NativePorts } from './dialects/native/ports.ts'
import { nativeRoutes } from './dialects/native/routes.ts'
import { setErrorHandlers } from './errors.ts'
import { healthRoutes, type Readiness } from './health-routes.ts'
import { readJson } from './read-json.ts'
import { rootRoute } from './root-route.ts'
import { destroyWhenStalled } from './sse-response.ts'
import { answerUnroutable, type Unrouted } from './unroutable.ts'

/** What the HTTP side is built from. */
export interface AppOptions extends ClassicPorts, NativePorts {
  turns: ClassicPorts['turns'] & NativePorts['turns']
  directory: NativePorts['directory']
  engine: Engine
  limits: ClassicPorts['limits'] & NativePorts['limits']
  readiness(): Promise<Readiness>
  /** Bytes that a request's body may have. */
  maxBodyBytes: number
  /** PEM texts; absent: plain HTTP/1.1. With them, HTTP/2 and 1.1 on one port. */
  tls?: { cert: string; key: string }
}

/** The HTTP server, not yet listening. */
export function createApp(options: AppOptions): FastifyInstance {
  const shared = {
    bodyLimit: options.maxBodyBytes,
    // Requests are answered as they are: nothing is coerced, filled in or taken out.
    ajv: { customOptions: { coerceTypes: false as const, removeAdditional: false, useDefaults: false } },
    // A stream is ended by its turn; connections that idle between requests are closed at once.
    forceCloseConnections: 'idle' as const,
    requestTimeout: 120_000,
    // The name of a conversation, each of its characters written as up to twelve.
    routerOptions: { maxParamLength: 2_048 },
    frameworkErrors: (error: Error, request: Unrouted['request'], reply: Unrouted['reply']) =>
      answerUnroutable(error, { request, reply }),
  }
  const { tls } = options
  const app = (
    tls ? fastify({ ...shared, http2: true, https: { allowHTTP1: true, ...tls } }) : fastify(shared)
  ) as FastifyInstance
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Others are streams, which tell by themselves what they wait for.
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
