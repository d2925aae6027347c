import type { DatabaseKind } from '../databases/database-kinds.ts'
import { shared } from '../shared.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../stand-ins/ollama.ts'
import { serverEnv } from './child-server.ts'
import { startChatterd } from './start-chatterd.ts'

/** Servers on one database, and the engine that they ask. */
export interface Served {
  /** The base of the native dialect on one of them, and on another one; the same where the database takes only one. */
  one: string
  two: string
  ollama: OllamaStandIn
  /** A conversation's name, its path, and a model that no other test meets. */
  talk(): { name: string; path: string; model: ScriptedModel }
  /** Closes the second one where there is one, else the only one. */
  closeTwo(): Promise<void>
}

/** For the tests of the suite that is being described: opened before them, closed after them. `settings` are environment variables. */
export function servedOf(database: DatabaseKind, settings: Record<string, string> = {}): () => Served {
  return shared(async (rooms) => {
    const source = await database.create({ after: (end) => rooms.defer(end) })
    const ollama = await ollamaStandIn()
    rooms.defer(() => ollama.close())
    const start = async () => {
      const server = await startChatterd({ ...serverEnv(source, ollama.url), ...settings })
      rooms.defer(() => server.close())
      return server
    }
    const first = await start()
    const second = source.kind === 'embedded' ? first : await start()
    let talks = 0
    return {
      one: `${first.url}/chatterd/v1`,
      two: `${second.url}/chatterd/v1`,
      ollama,
      talk() {
        talks += 1
        const name = `talk-${talks}`
        return { name, path: `/conversations/${name}`, model: ollama.model(`model-${talks}:test`) }
      },
      closeTwo: () => second.close(),
    }
  })
}
