import { ChatterdError } from '../../protocol/errors.ts'
import { exchange, type HttpResponse } from './exchange.ts'
import { findAddresses, type GuardPorts, systemPorts } from './find-addresses.ts'
import { firstHop, type ToolRequest } from './first-hop.ts'
import { InvalidCertificate, openSocket } from './open-socket.ts'
import { readAllowedHosts, readTarget, type Target } from './read-target.ts'
import { type Hop, redirected } from './redirected.ts'

/** What a tool asks for, and what bounds it. */
export interface GuardedRequest extends ToolRequest {
  /** Longest body of the response, in bytes. A longer one is truncated. */
  maxBytes: number
  /** Bounds the time of everything, from looking up the name to the end of the body. */
  signal: AbortSignal
}

/** A response, and the URL that it came from. */
export interface GuardedResponse extends HttpResponse {
  /** After redirects. */
  url: string
}

const maxRedirects = 3

/**
 * Makes what sends the requests of tools: to public addresses, and to hosts that the operator has named. Each request and each redirect
 * is judged by itself. Its name is looked up once, and the socket goes to one of the addresses that were judged.
 *
 * The errors are for the model. They have no address and no name that it has not written, and no reason why a host that the operator has
 * not named cannot be reached: a model must not explore the network of its server.
 *
 * @param allowedHosts Hosts as they are written in the operator's file, `host` or `host:port`.
 * @returns a function that rejects with ChatterdErrors alone: `invalid-request` where the same request is always refused, else
 *   `tool-service-failed`
 */
export function createGuardedRequest(
  allowedHosts: readonly string[],
  ports: GuardPorts = systemPorts,
): (request: GuardedRequest) => Promise<GuardedResponse> {
  const allowedOrigins = readAllowedHosts(allowedHosts)

  /** @param redirector The host whose redirects have led here, if any. */
  async function send(hop: Hop, redirector: string | undefined, limits: GuardedRequest) {
    let target: Target | undefined
    try {
      target = readTarget(hop.url, allowedOrigins)
      const { url, isAllowed } = target
      const isReachable = (address: string) => isAllowed || ports.isPublic(address)
      const addresses = await findAddresses(target, ports, limits.signal)
      const socket = await openSocket(target, addresses, isReachable, limits.signal)
      return { target, response: await exchange(socket, url, hop, limits.maxBytes) }
    } catch (thrown) {
      throw errorForModel(thrown, target, redirector, limits.signal)
    }
  }

  return async (request) => {
    let hop = firstHop(request)
    let redirector: string | undefined
    for (let redirects = 0; redirects <= maxRedirects; redirects++) {
      const { target, response } = await send(hop, redirector, request)
      if (!('location' in response)) return { url: target.url.href, ...response }
      redirector ??= target.host
      hop = redirected(hop, response.status, target.url, response.location)
    }
    throw new ChatterdError('tool-service-failed', `${redirector} redirects more than ${maxRedirects} times.`)
  }
}

/** Without a cause: the messages of causes are shown to the model, and they have addresses. */
function errorForModel(
  thrown: unknown,
  target: Target | undefined,
  redirector: string | undefined,
  signal: AbortSignal,
): ChatterdError {
  // The reason of an abort may be any error.
  if (thrown instanceof ChatterdError && !signal.aborted) {
    if (redirector === undefined) return thrown
    const message = `${redirector} redirects to an address that was not found, or that tools may not send requests to.`
    return new ChatterdError('tool-service-failed', message)
  }
  const name =
    redirector === undefined ? (target?.host ?? 'The host') : `The address that ${redirector} redirects to`
  const reason = target?.isAllowed ? errorCode(thrown) : ''
  const problem = signal.aborted
    ? 'did not respond in time.'
    : thrown instanceof InvalidCertificate
      ? `has no valid certificate${reason}.`
      : `cannot be reached, or does not send valid HTTP${reason}.`
  return new ChatterdError('tool-service-failed', `${name} ${problem}`)
}

/** Such as ` (ECONNREFUSED)`, without the addresses that the message of the error has. */
function errorCode(thrown: unknown): string {
  const error = thrown instanceof InvalidCertificate ? thrown.cause : thrown
  return error instanceof Error && 'code' in error ? ` (${error.code})` : ''
}
