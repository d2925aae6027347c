import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { EngineModel } from '../../turn/ports/engine.ts'
import { createMemo } from './memo.ts'
import { readModelCard, readModelList, taggedName } from './model-card.ts'
import type { OllamaRequest } from './ollama-request.ts'

const maxConcurrentShows = 8
const maxEntries = 1000

/** The models of an Ollama server. Responses are cached for a short time, and equal lookups at the same time share a request. */
export interface Catalogue {
  models(): Promise<EngineModel[]>
  /** Undefined where Ollama does not have the model. That is not cached, because a model can be pulled at any time. */
  model(name: string): Promise<EngineModel | undefined>
  /** In tokens. Undefined where the model is not loaded, or Ollama does not report it. */
  loadedContext(name: string): Promise<number | undefined>
}

export interface CatalogueOptions {
  fetchJson: (request: OllamaRequest) => Promise<JsonObject>
  /** How long models and contexts are cached, in milliseconds. */
  cacheMs: number
  /** How long the fact that a model is not loaded is cached, in milliseconds. */
  notLoadedCacheMs: number
  /** A clock in milliseconds that never goes back. */
  now: () => number
}

export function createCatalogue({ fetchJson, cacheMs, notLoadedCacheMs, now }: CatalogueOptions): Catalogue {
  const lists = createMemo<EngineModel[]>({ lifeMs: () => cacheMs, maxEntries: 1, now })
  const cards = createMemo<EngineModel | undefined>({
    lifeMs: (card) => (card ? cacheMs : 0),
    maxEntries,
    now,
  })
  const running = createMemo<Map<string, number>>({ lifeMs: () => 0, maxEntries: 1, now })
  const contexts = createMemo<number | undefined>({
    lifeMs: (context) => (context === undefined ? notLoadedCacheMs : cacheMs),
    maxEntries,
    now,
  })

  async function show(name: string): Promise<EngineModel | undefined> {
    try {
      return readModelCard(
        name,
        await fetchJson({ method: 'POST', path: '/api/show', body: JSON.stringify({ model: name }) }),
      )
    } catch (error) {
      if (isUnknownModel(error)) return undefined
      throw error
    }
  }

  /** A model is listed even where `/api/show` fails for it. */
  async function listEntry(name: string): Promise<EngineModel> {
    try {
      return (await cards.get(taggedName(name), () => show(taggedName(name)))) ?? { name }
    } catch (error) {
      if (error instanceof ChatterdError && error.code === 'engine-failed') return { name }
      throw error
    }
  }

  async function list(): Promise<EngineModel[]> {
    const names = readModelList(await fetchJson({ method: 'GET', path: '/api/tags' })).map(
      (entry) => entry.name,
    )
    return mapConcurrently(maxConcurrentShows, names, listEntry)
  }

  async function fetchRunning(): Promise<Map<string, number>> {
    const entries = readModelList(await fetchJson({ method: 'GET', path: '/api/ps' }))
    const contextsByName = new Map<string, number>()
    for (const { name, context_length } of entries) {
      if (typeof context_length === 'number')
        contextsByName.set(taggedName(name).toLowerCase(), context_length)
    }
    return contextsByName
  }

  async function fetchContext(name: string): Promise<number | undefined> {
    try {
      return (await running.get('', fetchRunning)).get(name)
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
      return contexts.get(key, () => fetchContext(key))
    },
  }
}

function isUnknownModel(error: unknown): boolean {
  if (!(error instanceof ChatterdError)) return false
  return (
    error.code === 'unknown-model' ||
    (error.code === 'engine-refused' && /invalid model name/i.test(error.message))
  )
}

async function mapConcurrently<A, B>(
  maxConcurrent: number,
  items: A[],
  map: (item: A) => Promise<B>,
): Promise<B[]> {
  const results: B[] = []
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await map(item)
  }
  await Promise.all(Array.from({ length: Math.min(maxConcurrent, items.length) }, work))
  return results
}
