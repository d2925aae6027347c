import {
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client'
import type { McpEndpoint } from '../../../protocol/tool-settings/mcp-server.ts'
import { boundedFetch } from './bounded-fetch.ts'

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
  constructor({ url, headers }: McpEndpoint, { maxMessageBytes, onLost }: RemoteOptions) {
    const request = boundedFetch(maxMessageBytes, onLost)
    super(new URL(url), {
      requestInit: { headers: { ...headers } },
      redirectPolicy: 'same-origin',
      fetch: async (target, init) => {
        const hasSession = this.sessionId !== undefined
        const response = await request(target, init)
        if (hasSession && (await isUnknownSession(response)))
          onLost('the server does not know the session any more: it was started again, or has ended it')
        return response
      },
    })
  }

  /** A request whose stream of events ends without an answer fails; the package leaves it open where the protocol is an older one. */
  override async send(...[message, options]: Parameters<StreamableHTTPClientTransport['send']>) {
    const requests = [message].flat().filter((each) => 'method' in each && 'id' in each)
    const onRequestStreamEnd = () => {
      const error = { code: -32_000, message: 'the connection has ended before the server has answered' }
      for (const { id } of requests) this.onmessage?.({ jsonrpc: '2.0', id, error })
    }
    await super.send(message, { onRequestStreamEnd, ...options })
  }

  async endSession(): Promise<void> {
    await this.terminateSession()
  }
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
