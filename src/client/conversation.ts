import type { ConversationData } from '../protocol/native/conversation.ts'
import { beginRequest, conversationPath } from './begin-request.ts'
import { followActive } from './follow-active.ts'
import { followTurn } from './follow-turn.ts'
import { ifFound, queryOf, type ServerLink } from './server-link.ts'
import type { Conversation } from './types.ts'

const links = new WeakMap<Conversation, ServerLink>()

/** By what a conversation reaches its server, for parts that work with one. */
export function linkOf(conversation: Conversation): ServerLink {
  const link = links.get(conversation)
  if (!link) throw new Error('The conversation is none of createClient.')
  return link
}

export function createConversation(link: ServerLink, name: string): Conversation {
  const path = conversationPath(name)
  const conversation: Conversation = {
    name,
    send(input, options = {}) {
      const { tools, signal } = options
      return followTurn(link, { request: beginRequest(link, name, input, options) }, { tools, signal })
    },
    read: () => ifFound(link.json<ConversationData>(path)),
    messages: (options = {}) => link.json(`${path}/messages${queryOf(options)}`),
    async active({ tools } = {}) {
      const { activeTurn } = (await conversation.read()) ?? {}
      return activeTurn ? followActive(link, activeTurn, { tools }) : undefined
    },
    update: (change) => link.json(path, { method: 'PATCH', body: change }),
    async delete() {
      await link.json(path, { method: 'DELETE' })
    },
  }
  links.set(conversation, link)
  return conversation
}
