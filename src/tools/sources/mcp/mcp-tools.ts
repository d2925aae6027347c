import type { PriorDiscovery } from '@modelcontextprotocol/client'
import type { McpServer } from '../../../protocol/tool-settings/mcp-server.ts'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import { Programs } from '../commands/programs.ts'
import { createRedact } from '../redact.ts'
import { type SourceLifetime, SupervisedSource } from '../supervised-source.ts'
import { type OpenedTable, TableSources } from '../table-sources.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { type Connection, connectServer } from './connect-server.ts'
import { serverError } from './server-error.ts'
import { patternProblems, serverTools, unusedMembers } from './server-tools.ts'
import { watchConnection } from './watch-connection.ts'

export interface McpToolsOptions extends Pick<SourceGroupOptions, 'onChange' | 'mcpStartMs'> {
  /** The pause after the first failure, in milliseconds. */
  retryMs?: number
  /** How often servers are asked whether they are there, in milliseconds. */
  pingMs?: number
  /** The most bytes of one message of a server. */
  maxMessageBytes?: number
}

/** The source of one server. */
interface OpenedServer extends OpenedTable {
  server: McpServer
  problems: readonly string[]
  /** The protocol that it had last. */
  known?: PriorDiscovery | undefined
  /** Lists its tools anew. Absent before it is connected. */
  list?: () => Promise<void>
}

/** The tools of MCP servers, each of which is a source. */
export class McpTools implements SourceGroup {
  readonly #options: McpToolsOptions
  readonly #programs = new Programs()
  readonly #servers = new TableSources((server: McpServer) => this.#make(server))
  /** The connections that are being closed. */
  readonly #closing = new Set<Promise<void>>()

  constructor(options: McpToolsOptions) {
    this.#options = options
  }

  use({ mcpServers }: Pick<ToolSettings, 'mcpServers'>): void {
    this.#servers.use(mcpServers)
  }

  sources(): ToolSource[] {
    return this.#servers.sources()
  }

  /** Servers that run go on, and attempts to connect too. */
  async reload(): Promise<void> {
    const reloads = this.#servers.opened().map(async ({ source, list }) => {
      if (source.state === 'ready') return await list?.()
      if (!source.isTried) source.start()
      return await source.attempted()
    })
    await Promise.all(reloads)
  }

  /** Ends all sessions and programs. */
  async close(): Promise<void> {
    this.#servers.close()
    await Promise.all([...this.#closing, this.#programs.close()])
  }

  #make(server: McpServer): OpenedServer {
    const { onChange, retryMs, mcpStartMs } = this.#options
    const redact = createRedact(server.secrets)
    const opened: OpenedServer = {
      server,
      problems: [],
      notes: unusedMembers(server),
      source: new SupervisedSource({
        ...{ name: `mcp:${server.name}`, onChange, attemptMs: mcpStartMs },
        ...(retryMs !== undefined && { retryMs }),
        open: async (signal, lifetime) => {
          const fail = (error: unknown) => lifetime.fail(serverError(error, redact))
          try {
            return await this.#open(opened, signal, { ...lifetime, fail })
          } catch (error) {
            // It may have another version now.
            opened.known = undefined
            throw serverError(error, redact)
          }
        },
      }),
    }
    return opened
  }

  async #open(opened: OpenedServer, signal: AbortSignal, { change, fail }: SourceLifetime) {
    const { server, known } = opened
    const connection = await connectServer(server, {
      ...{ programs: this.#programs, known, signal },
      answerMs: this.#options.mcpStartMs,
      maxMessageBytes: this.#options.maxMessageBytes ?? 16 * 1024 * 1024,
      onTools(error, tools) {
        if (error) fail(error)
        else if (tools) change(take(tools))
      },
    })
    signal.addEventListener('abort', () => this.#close(connection), { once: true })
    if (signal.aborted) this.#close(connection)
    const { client } = connection
    const take = (tools: Parameters<typeof serverTools>[2]) => {
      opened.problems = patternProblems(server, tools)
      return serverTools(server, connection, tools)
    }
    const discover = client.getDiscoverResult()
    opened.known = discover ? { kind: 'modern', discover } : { kind: 'legacy' }
    watchConnection(connection, { signal, pingMs: this.#options.pingMs ?? 30_000, onEnd: fail })
    const list = async () => take((await client.listTools(undefined, { signal, cacheMode: 'refresh' })).tools)
    opened.list = async () => {
      await list().then(change, fail)
    }
    return await list()
  }

  #close(connection: Connection): void {
    const closing = connection.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }
}
