import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { EngineModel } from '../../turn/ports/engine.ts'
import type { OllamaRequest } from './exchange.ts'
import { createMemo } from './memo.ts'
import { readModelCard, readModelList, taggedName } from './model-card.ts'

const showsAtOnce = 8
const maxEntries = 1000

/** What an Ollama has. Answers are remembered for a short time, equal questions that are asked at once are sent once. */
export interface Catalogue {
  models(): Promise<EngineModel[]>
  /** Undefined where there is no such model; that is never remembered, for it may be pulled at any time. */
  model(name: string): Promise<EngineModel | undefined>
  /** Undefined where the model is not loaded, or Ollama does not say. */
  loadedContext(name: string): Promise<number | undefined>
}

export interface CatalogueOptions {
  ask: (request: OllamaRequest) => Promise<JsonObject>
  /** How long an answer is remembered, in milliseconds. */
  cacheMs: number
  /** How long it is remembered that a model is not loaded, in milliseconds. */
  notLoadedCacheMs: number
  /** A clock in milliseconds that never steps back. */
  now: () => number
}

export function createCatalogue({ ask, cacheMs, notLoadedCacheMs, now }: CatalogueOptions): Catalogue {
  const lists = createMemo<EngineModel[]>({ keepMs: () => cacheMs, maxEntries: 1, now })
  const cards = createMemo<EngineModel | undefined>({
    keepMs: (card) => (card ? cacheMs : 0),
    maxEntries,
    now,
  })
  const running = createMemo<Map<string, number>>({ keepMs: () => 0, maxEntries: 1, now })
  const contexts = createMemo<number | undefined>({
    keepMs: (context) => (context === undefined ? notLoadedCacheMs : cacheMs),
    maxEntries,
    now,
  })

  async function show(name: string): Promise<EngineModel | undefined> {
    try {
      return readModelCard(name, await ask({ method: 'POST', path: '/api/show', body: { model: name } }))
    } catch (error) {
      if (saysNoSuchModel(error)) return undefined
      throw error
    }
  }

  /** A model whose card cannot be shown is listed all the same. */
  async function listed(name: string): Promise<EngineModel> {
    try {
      return (await cards.get(taggedName(name), () => show(taggedName(name)))) ?? { name }
    } catch (error) {
      if (error instanceof ChatterdError && error.code === 'engine-failed') return { name }
      throw error
    }
  }

  async function list(): Promise<EngineModel[]> {
    const names = readModelList(await ask({ method: 'GET', path: '/api/tags' })).map((entry) => entry.name)
    return mapAtMost(showsAtOnce, names, listed)
  }

  async function askRunning(): Promise<Map<string, number>> {
    const entries = readModelList(await ask({ method: 'GET', path: '/api/ps' }))
    const contextsByName = new Map<string, number>()
    for (const { name, context_length } of entries) {
      if (typeof context_length === 'number')
        contextsByName.set(taggedName(name).toLowerCase(), context_length)
    }
    return contextsByName
  }

  async function contextOf(name: string): Promise<number | undefined> {
    try {
      return (await running.get('', askRunning)).get(name)
    } catch (error) {
      if (error instanceof ChatterdError) return undefined
      throw error
    }
  }

  return {
    models: () => lists.get('', list),
    model: (name) => cards.get(taggedName(name), () => show(taggedName(name))),
    loadedContext(name) {
      const key = taggedName(name).toLowerCase()
      return contexts.get(key, () => contextOf(key))
    },
  }
}

function saysNoSuchModel(error: unknown): boolean {
  if (!(error instanceof ChatterdError)) return false
  return (
    error.code === 'unknown-model' ||
    (error.code === 'engine-refused' && /invalid model name/i.test(error.message))
  )
}

async function mapAtMost<A, B>(atOnce: number, items: A[], map: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = []
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
  return results
}
