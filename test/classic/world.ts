import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'
import { shared } from '../support/shared.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../support/stand-ins/ollama.ts'
import { type OpenMeteoStandIn, openMeteoStandIn } from '../support/stand-ins/open-meteo.ts'
import { createPhone, type DeviceTools, type Phone, type Shape } from './phone.ts'

/** A chatterd with all that it talks to, each on a socket of its own. */
export interface World {
  url: string
  ollama: OllamaStandIn
  openMeteo: OpenMeteoStandIn
  /** A phone and a model that no other test meets. */
  talk(options?: { shape?: Shape; runs?: DeviceTools; model?: string }): {
    phone: Phone
    model: ScriptedModel
  }
}

/** Starts all of it on a fresh database. `settings` are environment variables of chatterd. */
async function openWorld(
  rooms: AsyncDisposableStack,
  database: DatabaseKind,
  settings: Record<string, string>,
): Promise<World> {
  const source = await database.create({ after: (end) => rooms.defer(end) })
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const openMeteo = await openMeteoStandIn()
  rooms.defer(() => openMeteo.close())
  const chatterd = await startChatterd({
    CHATTERD_ENGINE: 'ollama',
    OLLAMA_BASE_URL: ollama.url,
    OPEN_METEO_URL: openMeteo.url,
    ...(source.kind === 'embedded' ? { CHATTERD_DATA_DIR: source.dataDir } : { DATABASE_URL: source.url }),
    ...settings,
  })
  rooms.defer(() => chatterd.close())
  let talks = 0
  return {
    url: chatterd.url,
    ollama,
    openMeteo,
    talk({ shape = 'B', runs = {}, model: name } = {}) {
      talks += 1
      const model = ollama.model(name ?? `model-${talks}:test`)
      return {
        phone: createPhone({ url: chatterd.url, appID: `app-${talks}`, model: model.name, shape, runs }),
        model,
      }
    },
  }
}

/** A world for the tests of the suite that is being described: opened before them, closed after them. */
export function worldOf(database: DatabaseKind, settings: Record<string, string>): () => World {
  return shared((rooms) => openWorld(rooms, database, settings))
}
