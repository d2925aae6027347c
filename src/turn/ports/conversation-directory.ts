import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { ErrorDetail, TurnStatus } from '../../protocol/events.ts'
import type { LogMessage, Usage } from '../../protocol/message.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { StoredCall } from './conversation-store.ts'

/** A turn as it stands. */
export interface StoredTurn {
  id: string
  conversation: ConversationKey
  model: string
  status: TurnStatus
  /** Steps done. */
  steps: number
  /** In the order in which they were asked for. */
  calls: (StoredCall & { ms: number | undefined })[]
  /** Of all its steps together. */
  usage: Usage
  error?: ErrorDetail
  createdAt: Date
  endedAt?: Date
}

/** What a turn is told from once its events are gone. */
export interface StoredOutcome extends StoredTurn {
  /** Its answers: one a step, and a last one that is not complete where it was cut off. */
  answers: LogMessage[]
}

/** A conversation, without its log. */
export interface StoredConversation {
  name: string
  title: string | null
  system: string | null
  model: string | null
  /** The client's device tools. */
  tools: ToolSchema[]
  /** Messages in its log. */
  messages: number
  /** The turn that runs or waits. */
  activeTurn: string | null
  createdAt: Date
  updatedAt: Date
}

/** What may be changed of a conversation by itself; absent: no change; null: none. */
export interface ConversationChange {
  title?: string | null
  system?: string | null
  model?: string | null
  tools?: readonly ToolSchema[]
}

/** Where a list goes on: after this conversation, as it stood when the page before was read. */
export interface ConversationCursor {
  updatedAt: string
  id: string
}

/** A page of a list; `next` undefined on the last. */
export interface ConversationPage {
  conversations: StoredConversation[]
  next: ConversationCursor | undefined
}

/** Reads and changes conversations by themselves. All throw `database-unavailable` where the database cannot be reached. */
export interface ConversationDirectory {
  turn(id: string): Promise<StoredTurn | undefined>
  outcome(id: string): Promise<StoredOutcome | undefined>
  /** Those of a tenant, the last changed first. */
  conversations(
    tenant: string,
    after: ConversationCursor | undefined,
    limit: number,
  ): Promise<ConversationPage>
  conversation(key: ConversationKey): Promise<StoredConversation | undefined>
  /** The conversation as it is then; undefined where there is none. */
  change(key: ConversationKey, change: ConversationChange): Promise<StoredConversation | undefined>
  /** Removes it with all that it holds; false where there was none. */
  remove(key: ConversationKey): Promise<boolean>
  /** The newest messages below number `before`, oldest first, with their calls; undefined where there is no such conversation. */
  messages(key: ConversationKey, before: number | undefined, limit: number): Promise<LogMessage[] | undefined>
}
