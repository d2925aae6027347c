import type { ListedConversation, MessageData } from '../../../protocol/native/conversation.ts'
import type {
  FoundConversation,
  StoredConversation,
  StoredMessage,
} from '../../../turn/ports/conversation-directory.ts'
import { timedCallData } from './turn-data.ts'

/** A conversation as it is sent to clients. */
export function conversationData(
  conversation: StoredConversation & Partial<FoundConversation>,
): ListedConversation {
  const { match, name, title, system, model, tools, messages, activeTurn, branch, siblings } = conversation
  const { createdAt, updatedAt } = conversation
  return {
    name,
    title,
    system,
    model,
    tools: tools.map((tool) => tool.function),
    messages,
    activeTurn,
    branch,
    ...(siblings && { siblings }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(match && { match }),
  }
}

/** A message as it is sent to clients. */
export function messageData(message: StoredMessage): MessageData {
  const { seq, role, content, thinking, images, turn, complete, calls, usage, finishReason, refused } =
    message
  const { createdAt, branch, siblings } = message
  return {
    seq,
    role,
    content,
    ...(thinking && { thinking }),
    ...(images && { images }),
    turn,
    complete,
    calls: calls.map((call) => timedCallData(call, call.ms)),
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    ...(refused && { refused }),
    createdAt: createdAt.toISOString(),
    branch,
    ...(siblings && { siblings }),
  }
}
