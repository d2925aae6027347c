import {
  Client,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  type PriorDiscovery,
  type Tool,
} from '@modelcontextprotocol/client'
import type { McpServer } from '../../../protocol/tool-settings/mcp-server.ts'
import type { Programs } from '../commands/programs.ts'
import { remoteTransport } from './remote-transport.ts'
import { StdioTransport } from './stdio-transport.ts'

/** How long a program may take to say which protocol it has; older ones do not answer. */
const probeMs = 5_000
/** How long a server may take to end a session. */
const endMs = 1_000
const maxPages = 64

export interface ConnectOptions {
  programs: Programs
  /** The protocol that the server is known to have. Absent: it is asked. */
  known?: PriorDiscovery | undefined
  /** Ends the attempt to connect when it is aborted. */
  signal: AbortSignal
  /** How long each answer may take while it is connected to, in milliseconds. The first one includes its start. */
  answerMs: number
  /** The most bytes of one message of the server. */
  maxMessageBytes: number
  /** Called with the tools that the server has now, or why they cannot be listed. */
  onTools(error: Error | null, tools: readonly Tool[] | null): void
}

/** A connection to an MCP server. */
export interface Connection {
  readonly client: Client
  /** Why it has ended, as far as that is known. */
  reason(): string | undefined
  /** Ends the session, and the program with all that it has started. Resolves when they are gone, after about a second at the latest. */
  close(): Promise<void>
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
    // Some older programs end when they are asked for a version that they do not know.
    const mayBeOld = server.type === 'stdio' && !options.known && first.connection.reason() !== undefined
    if (!mayBeOld || options.signal.aborted) throw error
    return await open(makeConnection(server, options), { ...options, known: { kind: 'legacy' } })
  }
}

const acceptAll: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (input) => ({ valid: true, data: input as T, errorMessage: undefined })
  },
}

interface NewConnection {
  connection: Connection
  transport: Parameters<Client['connect']>[0]
}

function makeConnection(
  server: McpServer,
  { programs, onTools, maxMessageBytes }: ConnectOptions,
): NewConnection {
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
  if (server.type === 'stdio') {
    const transport = new StdioTransport(server, { programs, maxMessageBytes })
    const connection = { client, reason: () => transport.end, close: () => transport.close() }
    return { connection, transport }
  }
  let reason: string | undefined
  const transport = remoteTransport(server, {
    maxMessageBytes,
    onLost(why) {
      reason ??= why
      void transport.close()
    },
  })
  async function close(): Promise<void> {
    const timer = setTimeout(() => void transport.close(), endMs)
    await transport.endSession().catch(() => {})
    clearTimeout(timer)
    await transport.close()
  }
  return { connection: { client, reason: () => reason, close }, transport }
}

async function open(
  { connection, transport }: NewConnection,
  { known, signal, answerMs }: ConnectOptions,
): Promise<Connection> {
  signal.throwIfAborted()
  const { client, reason, close } = connection
  try {
    await client.connect(transport, { signal, timeout: answerMs, ...(known && { prior: known }) })
    signal.throwIfAborted()
    return connection
  } catch (error) {
    // It may have failed because it was closed, and why says more.
    const why = reason()
    await close()
    throw why === undefined ? error : new Error(why)
  }
}
