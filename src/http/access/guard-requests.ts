import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../../protocol/errors.ts'
import { createOriginCheck, type OriginSettings } from './origin-check.ts'
import { createHostCheck, type HostSettings } from './own-hosts.ts'
import { parseHost } from './parse-host.ts'

export type AccessSettings = HostSettings & OriginSettings

/** What is looked at of a request. */
export interface RequestHead {
  method?: string | undefined
  url?: string | undefined
  httpVersion: string
  headers: Record<string, string | string[] | undefined>
}

/** How a request that may be served goes on. */
export interface Access {
  /** Headers for its response, whatever that is. */
  headers: Record<string, string>
  /** True where the request is a preflight (https://fetch.spec.whatwg.org/#cors-preflight-fetch), which these headers answer. */
  isPreflight: boolean
}

/** Throws `wrong-host` or `origin-not-allowed` for a request that is not served. */
export type AccessCheck = (request: RequestHead) => Access

/** How long browsers may remember the answer to a preflight, in seconds. */
const preflightMaxAge = '600'
const exposedHeaders = 'Allow, Location, Retry-After, X-Request-Id'
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
/** Clients other than pages send no Origin, and their responses have no headers for pages. */
const noPage: Access = { headers: {}, isPreflight: false }

/** Checks to which host a request is sent, and which page sends it. */
export function createAccessCheck(settings: AccessSettings): AccessCheck {
  const isOwnHost = createHostCheck(settings)
  const judgeOrigin = createOriginCheck(settings)
  const allowsAll = settings.origins?.includes('*') ?? false

  return ({ method, httpVersion, headers }) => {
    const named = single(headers[':authority'] ?? headers.host)
    const host = named === undefined ? undefined : parseHost(named)
    // Only HTTP/1.0 allows a request without a host, and no browser speaks it.
    const mayLackHost = named === undefined && httpVersion === '1.0'
    if (!mayLackHost && !(host && isOwnHost(host.name))) throw wrongHost(named)
    const origin = single(headers.origin)
    if (origin === undefined) return noPage
    const verdict = judgeOrigin(origin, host)
    if (verdict === 'refused') throw originRefused(origin)
    if (verdict === 'own') return noPage
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
    const shared = {
      'access-control-allow-origin': allowsAll ? '*' : origin,
      ...(!allowsAll && { vary: 'Origin' }),
    }
    const asked = single(headers['access-control-request-headers'])
    return {
      isPreflight,
      headers: isPreflight
        ? {
            ...shared,
            'access-control-allow-methods': allowedMethods,
            ...(asked !== undefined && { 'access-control-allow-headers': asked }),
            'access-control-max-age': preflightMaxAge,
          }
        : { ...shared, 'access-control-expose-headers': exposedHeaders },
    }
  }
}

/**
 * Checks every request before anything else of it is looked at, its body included. This is not @fastify/cors: that adds a route
 * `OPTIONS *`, with which every path exists, and it cannot set headers for paths that match no route because they cannot be decoded.
 */
export function guardRequests(app: FastifyInstance, check: AccessCheck): void {
  app.addHook('onRequest', (request, reply, done) => {
    try {
      const { headers, isPreflight } = check(request.raw)
      reply.headers(headers)
      if (isPreflight) reply.code(204).send()
      else done()
    } catch (error) {
      done(error as Error)
    }
  })
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}

function wrongHost(named: string | undefined): ChatterdError {
  const name = named === undefined ? 'The request names no host' : `This server is not ${shown(named)}`
  return new ChatterdError('wrong-host', `${name}. Its further names belong into the setting CHATTERD_HOSTS.`)
}

function originRefused(origin: string): ChatterdError {
  return new ChatterdError(
    'origin-not-allowed',
    `Pages of the origin ${shown(origin)} may not use this server. Those that may belong into the setting CHATTERD_ORIGINS.`,
  )
}

/** A header's text, no longer than a name can be. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 255))
}
