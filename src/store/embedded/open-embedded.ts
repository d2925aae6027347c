import { join } from 'node:path'
import { lockDataDirectory } from './data-directory-lock.ts'
import { EmbeddedServer } from './embedded-server.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { EmbeddedSocket } from './embedded-socket.ts'
import { type InitDatabaseOptions, initDatabase } from './init-database.ts'

export interface EmbeddedOptions extends InitDatabaseOptions, EmbeddedServerOptions {
  /** The folder that the database has to itself. It is made where there is none. */
  dataDir: string
}

/** An open embedded database. */
export interface Embedded {
  /** For pg's `stream` option, with a pool of one. */
  stream(): EmbeddedSocket
  /** Publishes the address that this process serves, for the error that a second process on the same data gets. */
  announce(address: string): void
  close(): Promise<void>
}

/**
 * Opens the embedded database in `<dataDir>/database`, and creates it the first time. Throws where another process uses it, or where
 * it does not start.
 *
 * PGlite never calls fsync: committed data survives when the process is killed, but not a power cut.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const lock = lockDataDirectory(options.dataDir)
  try {
    const directory = join(options.dataDir, 'database')
    await initDatabase(directory, options)
    const server = new EmbeddedServer(directory, options)
    await server.start()
    return {
      stream: () => server.socket(),
      announce: lock.announce,
      async close() {
        await server.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
