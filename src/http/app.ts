import fastify, { type FastifyInstance } from 'fastify'
import { type ClassicPorts, classicRoutes } from './dialects/classic/routes.ts'
import { answerErrors } from './errors.ts'
import { healthRoutes, type Readiness } from './health-routes.ts'
import { readJson } from './read-json.ts'
import { rootRoute } from './root-route.ts'

/** What the HTTP side is built from. */
export interface AppOptions extends ClassicPorts {
  readiness(): Promise<Readiness>
  /** Told of faults of ours: what a client reads as `internal`. */
  onFault(error: unknown): void
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
  }
  const { tls } = options
  const app = (
    tls ? fastify({ ...shared, http2: true, https: { allowHTTP1: true, ...tls } }) : fastify(shared)
  ) as FastifyInstance
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  readJson(app)
  answerErrors(app, options.onFault)
  rootRoute(app, options.engine)
  healthRoutes(app, options.readiness)
  classicRoutes(app, options)
  return app
}
