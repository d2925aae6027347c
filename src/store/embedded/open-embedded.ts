import { join } from 'node:path'
import { type CreateDatabaseOptions, createDatabase } from './create-database.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { EmbeddedServer } from './embedded-server.ts'
import type { EmbeddedServerOptions } from './embedded-server-options.ts'
import type { EmbeddedSocket } from './embedded-socket.ts'

export interface EmbeddedOptions extends CreateDatabaseOptions, EmbeddedServerOptions {
  /** Belongs to this database: it is made where there is none. */
  dataDir: string
}

/** An embedded database that is open. */
export interface Embedded {
  /** For pg's `stream` option, with a pool of one. */
  stream(): EmbeddedSocket
  /** Where this process serves: told to a second one that wants the same data. */
  announce(address: string): void
  close(): Promise<void>
}

/**
 * Opens the embedded database in `<dataDir>/database`, and creates it the first time. Throws where another process has it, or
 * where it does not start, with words that say so.
 *
 * PGlite never calls fsync: what is committed survives a killed process, not a power cut.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const owner = lockDataDirectory(options.dataDir)
  try {
    const directory = join(options.dataDir, 'database')
    await createDatabase(directory, options)
    const server = new EmbeddedServer(directory, options)
    await server.start()
    return {
      stream: () => server.socket(),
      announce: owner.announce,
      async close() {
        await server.close()
        owner.release()
      },
    }
  } catch (error) {
    owner.release()
    throw error
  }
}
