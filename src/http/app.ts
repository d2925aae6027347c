import fastify, { type FastifyInstance } from 'fastify'
import type { Engine } from '../turn/ports/engine.ts'
import { type AccessCheck, guardRequests } from './access/guard-requests.ts'
import { answerEarly } from './body/answer-early.ts'
import { type BodyLimits, readJson } from './body/read-json.ts'
import { caCertificateRoute } from './ca-certificate-route.ts'
import type { ClassicPorts } from './dialects/classic/ports.ts'
import { classicRoutes } from './dialects/classic/routes.ts'
import type { NativePorts } from './dialects/native/ports.ts'
import { nativeRoutes } from './dialects/native/routes.ts'
import { createEngineReadiness } from './engine-readiness.ts'
import { setErrorHandlers } from './errors.ts'
import { healthRoutes, type Readiness } from './health-routes.ts'
import { mcpRoute } from './mcp/mcp-route.ts'
import type { McpPorts } from './mcp/ports.ts'
import { type PagePorts, pageRoutes } from './page-routes.ts'
import { createPathErrors } from './path-errors.ts'
import { refuseExpectations } from './refuse-expectations.ts'
import { rootRoute } from './root-route.ts'
import { destroyWhenStalled } from './sse-response.ts'
import { type RequestReport, requestIdOf, traceRequests } from './trace-requests.ts'
import { createClientErrorHandler } from './unreadable-requests.ts'

/** What the HTTP server works with. */
export interface AppOptions extends ClassicPorts, NativePorts {
  turns: ClassicPorts['turns'] & NativePorts['turns']
  directory: NativePorts['directory']
  engine: Engine
  /** These and `bodies` are read for each request, and may change while the server runs. */
  limits: ClassicPorts['limits'] & NativePorts['limits']
  bodies: BodyLimits
  /** Whether the database can be used. */
  databaseReadiness(): Promise<Readiness>
  /** To which names of the server, and from which pages, requests are served. */
  checkAccess: AccessCheck
  /** Called once the response to a request is sent. */
  onRequestEnd(report: RequestReport): void
  /** PEM texts. With them, HTTP/2 and HTTP/1.1 over TLS on one port; absent: plain HTTP/1.1. */
  tls?: { cert: string; key: string }
  /** The PEM text of the development certificate's authority. */
  caCertificate?(): string
  /** Absent: there is no MCP server at `/mcp`. */
  mcp?: McpPorts
  /** Absent: there is no web page at `/app` and `/`. */
  page?: PagePorts
}

/** The HTTP server, not yet listening. */
export function createApp(options: AppOptions): FastifyInstance {
  const { tls, turns, engine, checkAccess } = options
  const shared = {
    // By default, Fastify changes what it validates: it converts types, drops members and fills in defaults.
    // `verbose`: errors have the schema that a value does not fit.
    ajv: {
      customOptions: {
        coerceTypes: false as const,
        removeAdditional: false,
        useDefaults: false,
        verbose: true,
      },
    },
    // Streams end with their turns, so only connections that wait for a next request may be closed at once.
    forceCloseConnections: 'idle' as const,
    requestTimeout: 120_000,
    genReqId: requestIdOf,
    // A conversation's name in a path: 155 characters, each percent-encoded in up to 12.
    routerOptions: { maxParamLength: 2_048, ignoreTrailingSlash: true },
    frameworkErrors: createPathErrors(checkAccess, options.onRequestEnd),
    clientErrorHandler: createClientErrorHandler(options.onRequestEnd),
  }
  const app = (
    tls ? fastify({ ...shared, http2: true, https: { allowHTTP1: true, ...tls } }) : fastify(shared)
  ) as FastifyInstance
  // Fastify sets it for plain HTTP alone, to the same. It has to be longer than that of proxies: they use connections again.
  Object.assign(app.server, { keepAliveTimeout: 72_000 })
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.addHook('onSend', (_request, reply, payload, done) => {
    // Streams have time-outs of their own.
    if (typeof payload === 'string') destroyWhenStalled(reply, options.limits.stallTimeoutMs)
    done(null, payload)
  })
  traceRequests(app, options.onRequestEnd)
  answerEarly(app)
  guardRequests(app, checkAccess)
  refuseExpectations(app)
  readJson(app, options.bodies)
  setErrorHandlers(app, options.onFault)
  rootRoute(app, engine, options.page)
  if (options.page) pageRoutes(app, options.page)
  healthRoutes(app, {
    engine: createEngineReadiness(engine),
    database: options.databaseReadiness,
    isStopping: () => turns.isDraining,
  })
  if (options.caCertificate) caCertificateRoute(app, options.caCertificate)
  classicRoutes(app, options)
  nativeRoutes(app, options)
  if (options.mcp) mcpRoute(app, options.mcp, options.onFault)
  return app
}
