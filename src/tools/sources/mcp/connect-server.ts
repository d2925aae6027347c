import {
  Client,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  type PriorDiscovery,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client'
import type { Programs } from '../commands/programs.ts'
import type { McpServer } from './mcp-server.ts'
import { StdioTransport } from './stdio-transport.ts'

/** How long a program may take to say which protocol it has; older ones do not answer. */
const probeMs = 5_000
/** How long each answer may take while a server is connected to. The first one includes its start. */
const answerMs = 60_000
const maxLineBytes = 16 * 1024 * 1024
const maxPages = 64

export interface ConnectOptions {
  programs: Programs
  /** The protocol that the server is known to have. Absent: it is asked. */
  known?: PriorDiscovery | undefined
  /** Ends the connection when it is aborted. */
  signal: AbortSignal
  /** Called with the tools that the server has now, or why they cannot be listed. */
  onTools(error: Error | null, tools: readonly Tool[] | null): void
}

/** A connection to an MCP server. */
export interface Connection {
  client: Client
  /** Why it has ended, as far as that is known. */
  end(): string | undefined
}

/**
 * Connects to a server, also to one of older versions of the protocol.
 *
 * @throws Error with the reason, where it cannot
 */
export async function connectServer(server: McpServer, options: ConnectOptions): Promise<Connection> {
  const first = makeConnection(server, options)
  try {
    return await open(first, options)
  } catch (error) {
    // Some older servers end when they are asked for a version that they do not know.
    const mayBeOld = !options.known && first.end() !== undefined && !options.signal.aborted
    if (!mayBeOld) throw error
    return await open(makeConnection(server, options), { ...options, known: { kind: 'legacy' } })
  }
}

const acceptAll: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined })
  },
}

interface NewConnection extends Connection {
  transport: Transport
}

function makeConnection(server: McpServer, { programs, onTools }: ConnectOptions): NewConnection {
  const transport =
    server.type === 'stdio'
      ? new StdioTransport(server, { programs, maxLineBytes })
      : remoteTransport(server.type, new URL(server.url), server.headers)
  const client = new Client(
    { name: 'chatterd', version: '1' },
    {
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: probeMs } },
      listMaxPages: maxPages,
      listChanged: { tools: { onChanged: onTools } },
      // The model reads a result as it is: one that does not fit the server's own schema is better than none.
      jsonSchemaValidator: acceptAll,
    },
  )
  return { client, transport, end: () => (transport instanceof StdioTransport ? transport.end : undefined) }
}

async function open(
  { client, transport, end }: NewConnection,
  { known, signal }: ConnectOptions,
): Promise<Connection> {
  signal.throwIfAborted()
  signal.addEventListener('abort', () => void transport.close().catch(() => {}), { once: true })
  try {
    await client.connect(transport, { signal, timeout: answerMs, ...(known && { prior: known }) })
  } catch (error) {
    await transport.close().catch(() => {})
    const reason = end()
    throw reason === undefined ? error : new Error(reason)
  }
  return { client, end }
}

/** Redirects to other hosts are refused: the operator has named this one. */
function remoteTransport(
  type: 'http' | 'sse',
  url: URL,
  headers: Readonly<Record<string, string>>,
): Transport {
  const requestInit = { headers: { ...headers } }
  return type === 'http'
    ? new StreamableHTTPClientTransport(url, { requestInit, redirectPolicy: 'same-origin' })
    : new SSEClientTransport(url, { requestInit })
}
