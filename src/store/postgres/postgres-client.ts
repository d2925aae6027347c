import type { Duplex } from 'node:stream'
import pg from 'pg'

// What pg's types leave out: https://github.com/brianc/node-postgres/blob/master/packages/pg/lib/connection.js
declare module 'pg' {
  interface Connection {
    /** Parses what the stream brings, and emits the messages of the server. */
    attachListeners(stream: Duplex): void
  }
}

/**
 * A client of a PostgreSQL server. What the driver throws over the bytes of the server, such as a way of logging in that it does not
 * have, becomes an error of this connection: in the listener of a socket it would end the process.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const { connection } = this
    const attach = connection.attachListeners
    connection.attachListeners = (stream) => {
      attach.call(connection, stream)
      catchParseErrors(stream)
    }
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
