import type { Duplex } from 'node:stream'
import pg from 'pg'
import type { ConnectionConfig } from './connection-config.ts'

// What pg's types leave out: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js
declare module 'pg' {
  interface Connection {
    /** Parses what the stream brings, and emits the messages of the server. */
    attachListeners(stream: Duplex): void
    connect(port: number | string, host?: string): void
  }
}

/**
 * A client of a PostgreSQL server. What the driver throws over the bytes of the server, such as a way of logging in that it does not
 * have, becomes an error of this connection: in the listener of a socket it would end the process.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: ConnectionConfig) {
    super({ ...config, connectionTimeoutMillis: config?.connectTimeoutMs })
    const { connection } = this
    if (config?.tlsOptional) makeTlsOptional(connection)
    const attach = connection.attachListeners
    connection.attachListeners = (stream) => {
      attach.call(connection, stream)
      catchParseErrors(stream)
    }
  }
}

/** The server's response to a request for TLS: it has none. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const withoutTls = 'N'

/** Goes on without TLS where the server has none. The driver alone would end the connection. */
function makeTlsOptional(connection: pg.Connection): void {
  const { connect, stream } = connection
  connection.connect = (port, host) => {
    connect.call(connection, port, host)
    const [onResponse] = stream.listeners('data')
    if (!onResponse) return
    stream.removeAllListeners('data')
    stream.once('data', (bytes: Buffer) => {
      if (bytes.toString('latin1') !== withoutTls) return onResponse(bytes)
      connection.attachListeners(stream)
      // The client sends its start-up packet.
      connection.emit('sslconnect')
    })
  }
}

function catchParseErrors(stream: Duplex): void {
  for (const parse of stream.listeners('data')) {
    stream.off('data', parse as () => void)
    stream.on('data', (bytes: Buffer) => {
      try {
        parse(bytes)
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
  }
}
