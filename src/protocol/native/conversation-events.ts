import type { ConversationData } from './conversation.ts'
import type { TurnEndStatus } from './turn.ts'

/** The data of each event of a conversation, by the event's name, as the native dialect sends it (docs/native.md, "What happens in a conversation"). */
export interface ConversationEventData {
  /** As it is now: first, and when its title, model, system prompt, tools, number of messages or branch has changed. */
  conversation: ConversationData
  'turn-start': { turn: string; model: string }
  'turn-end': { turn: string; status: TurnEndStatus }
  /** There is no such conversation, or none any more. */
  deleted: Record<string, never>
}
