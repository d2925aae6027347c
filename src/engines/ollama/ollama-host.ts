import { ConnectionPool } from '../http1/connection-pool.ts'

/** An Ollama that is spoken to, and the connections to it. */
export interface OllamaHost {
  pool: ConnectionPool
  /** Host and port, as the `host` header names them. */
  authority: string
  /** What stands before `/api` in paths, without a slash at its end. */
  prefix: string
  /** What it is called in errors. */
  label: string
}

/** `baseUrl` is what stands before `/api`. HTTP/1.1 only: there, closing the connection is what stops the engine. */
export function connectOllama(baseUrl: string): OllamaHost {
  const { protocol, hostname, port, host, pathname } = new URL(baseUrl)
  const secure = protocol === 'https:'
  const pool = new ConnectionPool({
    secure,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 443 : 80),
  })
  return { pool, authority: host, prefix: pathname.replace(/\/+$/, ''), label: `Ollama at ${baseUrl}` }
}
