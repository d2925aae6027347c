import { ConnectionPool } from '../http1/connection-pool.ts'

/** The address of an Ollama server, and the connections to it. */
export interface OllamaHost {
  pool: ConnectionPool
  /** Host and port, for the `host` header. */
  authority: string
  /** The part of paths before `/api`, without a slash at its end. */
  prefix: string
  /** Its name in error messages. */
  label: string
}

/** `baseUrl` is the part before `/api`. HTTP/1.1 only: with it, closing the connection stops the engine. */
export function createOllamaHost(baseUrl: string): OllamaHost {
  const { protocol, hostname, port, host, pathname } = new URL(baseUrl)
  const secure = protocol === 'https:'
  const pool = new ConnectionPool({
    secure,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 443 : 80),
  })
  return { pool, authority: host, prefix: pathname.replace(/\/+$/, ''), label: `Ollama at ${baseUrl}` }
}
