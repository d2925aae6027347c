import {
  type JSONRPCMessage,
  type RequestId,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import type { McpEndpoint } from '../../../protocol/tool-settings/mcp-server.ts'
import { boundedFetch } from './bounded-fetch.ts'

/** How many requests of a connection can be cancelled: the newest ones. */
const maxRequests = 1_024
/** The shortest pause before a stream of events is opened again. */
const minPauseMs = 1_000

/** A connection to a server over HTTP. */
export interface RemoteTransport extends Transport {
  /** Tells the server that its session has ended, where it has one. */
  endSession(): Promise<void>
}

export interface RemoteOptions {
  /** The most bytes of one message. */
  maxMessageBytes: number
  /** Called when no request can succeed any more, with the reason. */
  onLost(reason: string): void
}

/** The connection to a server that runs elsewhere. Redirects to other hosts are refused: the operator has named this one. */
export function remoteTransport(server: McpEndpoint, options: RemoteOptions): RemoteTransport {
  return server.type === 'http' ? new HttpTransport(server, options) : new SseTransport(server, options)
}

class HttpTransport extends StreamableHTTPClientTransport implements RemoteTransport {
  readonly #requests = new Map<unknown, AbortController>()

  constructor({ url, headers }: McpEndpoint, { maxMessageBytes, onLost }: RemoteOptions) {
    const request = boundedFetch(maxMessageBytes, onLost)
    super(new URL(url), {
      requestInit: { headers: { ...headers } },
      redirectPolicy: 'same-origin',
      // A server may ask for no pause at all.
      reconnectionScheduler(reconnect, ms) {
        const timer = setTimeout(reconnect, Math.max(ms, minPauseMs))
        return () => clearTimeout(timer)
      },
      fetch: async (target, init) => {
        const hasSession = this.sessionId !== undefined
        const response = await request(target, init)
        if (hasSession && (await isUnknownSession(response)))
          onLost('the server does not know the session any more: it was started again, or has ended it')
        return response
      },
    })
  }

  /**
   * What the package leaves open where the protocol is an older one ends: a request whose stream of events ends without an answer, and the
   * response to a request that is cancelled.
   */
  override async send(...[message, options]: Parameters<StreamableHTTPClientTransport['send']>) {
    const { id, cancelled } = idsOf(message)
    const request = new AbortController()
    if (id !== undefined) this.#remember(id, request)
    const onRequestStreamEnd = () => {
      const error = { code: -32_000, message: 'the connection has ended before the server has answered' }
      if (id !== undefined) this.onmessage?.({ jsonrpc: '2.0', id, error })
    }
    const requestSignal = options?.requestSignal ?? request.signal
    const sent = super.send(message, { onRequestStreamEnd, ...options, requestSignal })
    if (cancelled !== undefined) this.#requests.get(cancelled)?.abort()
    await sent
  }

  /** Those that have ended are not removed one by one: the oldest one is, once there are many. */
  #remember(id: RequestId, request: AbortController): void {
    this.#requests.set(id, request)
    const [oldest] = this.#requests.keys()
    if (oldest !== undefined && this.#requests.size > maxRequests) this.#requests.delete(oldest)
  }

  async endSession(): Promise<void> {
    await this.terminateSession()
  }
}

/** The id of a request, and that of one that a notification cancels. */
function idsOf(message: JSONRPCMessage | JSONRPCMessage[]): { id?: RequestId; cancelled?: unknown } {
  const [first] = [message].flat()
  if (first === undefined || !('method' in first)) return {}
  if ('id' in first) return { id: first.id }
  return first.method === 'notifications/cancelled' ? { cancelled: first.params?.requestId } : {}
}

/** The protocol wants 404; many servers that were made from its examples answer with 400. */
async function isUnknownSession(response: Response): Promise<boolean> {
  if (response.status === 404) return true
  return response.status === 400 && /session/i.test(await response.clone().text())
}

/** Its session is its stream of events. */
class SseTransport extends SSEClientTransport implements RemoteTransport {
  constructor({ url, headers }: McpEndpoint, { maxMessageBytes, onLost }: RemoteOptions) {
    const request = boundedFetch(maxMessageBytes, onLost)
    let isOpened = false
    super(new URL(url), {
      requestInit: { headers: { ...headers } },
      redirectPolicy: 'same-origin',
      fetch: async (target, init) => {
        if (init?.method === 'POST') return await request(target, init)
        // What opens the stream again would get another session.
        if (isOpened) onLost('the stream of events has ended')
        isOpened = true
        return await request(target, init)
      },
    })
  }

  async endSession(): Promise<void> {}
}
