import type { Static } from 'typebox'
import type { LogMessage } from '../../../protocol/message.ts'
import type { FoundConversation, StoredConversation } from '../../../turn/ports/conversation-directory.ts'
import type { ConversationSchema, MessageSchema } from './schemas/conversation-schema.ts'
import { timedCallData } from './turn-data.ts'

/** A conversation as it is sent to clients. */
export function conversationData(
  conversation: StoredConversation & Partial<FoundConversation>,
): Static<typeof ConversationSchema> {
  const { match, name, title, system, model, tools, messages, activeTurn, createdAt, updatedAt } =
    conversation
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
    ...(match && { match }),
  }
}

/** A message as it is sent to clients. */
export function messageData(message: LogMessage): Static<typeof MessageSchema> {
  const { seq, role, content, thinking, images, turn, complete, calls, usage, finishReason, refused } =
    message
  return {
    seq,
    role,
    content,
    ...(thinking && { thinking }),
    ...(images && { images }),
    turn,
    complete,
    calls: calls.map((call) => timedCallData(call)),
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    ...(refused && { refused }),
  }
}
