import type { Static } from 'typebox'
import type { LogMessage } from '../../../protocol/message.ts'
import type { StoredConversation } from '../../../turn/conversation-directory.ts'
import type { Conversation, Message } from './schemas/conversation-schema.ts'
import { callWith } from './turn-data.ts'

/** A conversation as clients read it. */
export function conversationData(conversation: StoredConversation): Static<typeof Conversation> {
  const { name, title, system, model, tools, messages, activeTurn, createdAt, updatedAt } = conversation
  return {
    name,
    title,
    system,
    model,
    tools: tools.map((tool) => tool.function),
    messages,
    activeTurn,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** A message as clients read it. */
export function messageData(message: LogMessage): Static<typeof Message> {
  const { seq, role, content, thinking, images, turn, complete, calls, usage } = message
  return {
    seq,
    role,
    content,
    ...(thinking && { thinking }),
    ...(images && { images }),
    turn,
    complete,
    calls: calls.map((call) => callWith(call)),
    ...(usage && { usage }),
  }
}
