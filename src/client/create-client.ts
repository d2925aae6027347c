import type { ModelData } from '../protocol/native/catalog.ts'
import { createConversation } from './conversation.ts'
import { eventsRequest, followTurn } from './follow-turn.ts'
import { createPlatform, type Platform } from './platform.ts'
import { createServerLink, queryOf } from './server-link.ts'
import type { Client, ClientOptions } from './types.ts'

/** A client of a chatterd server. Sends nothing by itself. */
export function createClient(options: ClientOptions = {}): Client {
  return createClientOn(createPlatform(), options)
}

/** A client with a clock, timers and chance of one's own. */
export function createClientOn(platform: Platform, options: ClientOptions = {}): Client {
  const link = createServerLink(options, platform)
  return {
    conversation: (name) => createConversation(link, name),
    conversations: (page = {}) => link.json(`/conversations${queryOf(page)}`),
    models: async () => (await link.json<{ models: ModelData[] }>('/models')).models,
    tools: () => link.json('/tools'),
    engine: () => link.json('/engine'),
    turn: (id) => followTurn(link, { id, request: eventsRequest(link, id) }),
  }
}
