import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatterdError } from '../../protocol/errors.ts'
import { plainNumbers } from '../body/plain-numbers.ts'
import { disconnectSignal } from '../disconnect-signal.ts'
import type { McpPorts } from './ports.ts'
import { setRpcErrorHandlers } from './rpc-error.ts'
import type { ServeMcp } from './toolbox-server.ts'

/**
 * `POST /mcp`: the resident tools as an MCP server, over Streamable HTTP
 * (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http). It has no sessions and sends nothing by
 * itself, so there is no GET and no DELETE.
 */
export function mcpRoute(app: FastifyInstance, ports: McpPorts, onFault: (error: unknown) => void): void {
  app.register(
    async (scope) => {
      setRpcErrorHandlers(scope, onFault)
      const closing = new AbortController()
      scope.addHook('preClose', async () => closing.abort())
      let loaded: Promise<ServeMcp> | undefined
      // The first request loads the package: most servers get none.
      const load = () =>
        import('./toolbox-server.ts').then((module) => module.createToolboxServer(ports, closing.signal))

      scope.post('', { preValidation: plainNumbers }, async (request, reply) => {
        if (Array.isArray(request.body)) throw noBatches()
        loaded ??= load()
        const serve = await loaded
        return await send(reply, await serve(webRequest(request, disconnectSignal(reply)), request.body))
      })
    },
    { prefix: '/mcp' },
  )
}

/** The request without its body. `disconnected` cancels it. */
function webRequest({ headers, givenType, url }: FastifyRequest, disconnected: AbortSignal): Request {
  const given = Object.entries(headers).filter(([name]) => !name.startsWith(':') && name !== 'content-type')
  const all = new Headers(given.map(([name, value]) => [name, String(value)]))
  if (givenType !== undefined) all.set('content-type', givenType)
  return new Request(new URL(url, 'http://localhost'), { method: 'POST', headers: all, signal: disconnected })
}

/** Every response is one message: it is sent whole, so that its connection is closed when nobody reads it. */
async function send(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  const text = await response.text()
  if (response.status >= 500) throw new Error(`The MCP server failed: ${text}`)
  const type = response.headers.get('content-type')
  if (type !== null) reply.type(type)
  return reply.code(response.status).send(text === '' ? undefined : text)
}

/** One request would start any number of calls. */
function noBatches(): ChatterdError {
  return new ChatterdError('invalid-request', 'A request has one message: batches are not taken.')
}
