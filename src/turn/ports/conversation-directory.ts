import type { Call } from '../../protocol/call.ts'
import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { ErrorDetail, TurnStatus } from '../../protocol/events.ts'
import type { FinishReason, LogMessage, Usage } from '../../protocol/message.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { EmptiedConversation, StoredCall } from './conversation-store.ts'

/** A turn as it is stored. */
export interface StoredTurn {
  id: string
  conversation: ConversationKey
  model: string
  status: TurnStatus
  /** Steps done. */
  steps: number
  /** In the model's order. `ms`: how long each took, in milliseconds; undefined while it is open. */
  calls: (StoredCall & { ms: number | undefined })[]
  /** Of all its steps together. */
  usage: Usage
  error?: ErrorDetail
  /** Absent while it is active. */
  finishReason?: FinishReason
  createdAt: Date
  endedAt?: Date
}

/** What is left of a turn once its events are removed. */
export interface StoredOutcome extends StoredTurn {
  /** The model's replies: one a step, and a last one that is incomplete where the turn ended early. */
  replies: LogMessage[]
}

/** A conversation, without its log. */
export interface StoredConversation {
  name: string
  title: string | null
  system: string | null
  model: string | null
  /** The client's device tools. */
  tools: ToolSchema[]
  /** How many messages its current branch has. */
  messages: number
  /** Number of the current branch, from 1. */
  branch: number
  /** Where the current branch has no message of its own: its number and those of the branches beside it, in order. */
  siblings?: number[]
  /** Id of the turn that runs or waits. */
  activeTurn: string | null
  createdAt: Date
  updatedAt: Date
}

/** A conversation that was searched for. */
export interface FoundConversation extends StoredConversation {
  /** The text around the first match, at most 160 characters, and the message that has it; its title, where `seq` is absent. */
  match: { seq?: number; branch?: number; text: string }
}

/** A message as it is stored. */
export interface StoredMessage extends LogMessage {
  /** `ms`: how long each took, in milliseconds; undefined while it is open. */
  calls: (Call & { ms?: number | undefined })[]
  createdAt: Date
  /** Number of the branch that it was added to. */
  branch: number
  /** Where branches differ from this message on: their numbers, its own among them, in order. Absent where there is no other. */
  siblings?: number[]
}

/** A conversation as those who watch it read it. */
export interface WatchedConversation {
  /** Another one once it was emptied. */
  id: string
  conversation: StoredConversation
  /** The newest ones, at most 20, the newest last. */
  turns: { turn: string; model: string; status: TurnStatus }[]
}

/** A page of the messages of a conversation, from its beginning on, all of one branch. */
export interface ExportPage {
  /** The conversation's: another one once it was emptied. */
  id: string
  /** None after the last one. */
  messages: StoredMessage[]
}

/** Where an export goes on. */
export interface ExportCursor {
  id: string
  after: { branch: number; seq: number }
}

/** A change of a conversation. Absent: no change; null: removed. */
export interface ConversationChange {
  title?: string | null
  system?: string | null
  model?: string | null
  tools?: readonly ToolSchema[]
  /** Makes this branch the current one. */
  branch?: number
}

/** The last conversation of a page, as it was when the page was read: the next page begins after it. */
export interface ConversationCursor {
  updatedAt: string
  id: string
}

/** A page of a list; `next` undefined on the last. */
export interface ConversationPage<Conversation = StoredConversation> {
  conversations: Conversation[]
  next: ConversationCursor | undefined
}

/** Reads and changes conversations and turns as a whole. All throw `database-unavailable`. */
export interface ConversationDirectory {
  turn(id: string): Promise<StoredTurn | undefined>
  outcome(id: string): Promise<StoredOutcome | undefined>
  /** The conversations of a tenant, the last changed first. */
  conversations(
    tenant: string,
    after: ConversationCursor | undefined,
    limit: number,
  ): Promise<ConversationPage>
  /**
   * The same of those whose title, or a message, has all these words; the last one may be the beginning of a word. Words that came in the
   * last seconds may be found a little later, where there are many.
   */
  search(
    tenant: string,
    words: string,
    after: ConversationCursor | undefined,
    limit: number,
  ): Promise<ConversationPage<FoundConversation>>
  conversation(key: ConversationKey): Promise<StoredConversation | undefined>
  /** Reads for many who watch; one for each, in their order, undefined where there is none. Processes are notified of changes for a minute. */
  watch(keys: readonly ConversationKey[]): Promise<(WatchedConversation | undefined)[]>
  /**
   * Returns the changed conversation; undefined where there is none. Throws `invalid-request` where it has no such branch, and
   * `conversation-busy` where it would get another branch while a turn runs or waits.
   */
  change(key: ConversationKey, change: ConversationChange): Promise<StoredConversation | undefined>
  /**
   * Gives the conversation of this turn another title in place of the one that was made from its first prompt; false where a client has
   * given it one since, or removed it.
   */
  improveTitle(turn: string, title: string): Promise<boolean>
  /**
   * Removes it with all that it holds, and returns what was in it; undefined where there was none. Requests in its queue begin in a new
   * one.
   */
  remove(key: ConversationKey): Promise<EmptiedConversation | undefined>
  /**
   * The newest messages of a branch below number `before`, oldest first, with their calls; undefined where there is no such
   * conversation. `branch`: absent: the current one. Throws `invalid-request` where there is no such branch.
   */
  messages(
    key: ConversationKey,
    before: number | undefined,
    limit: number,
    branch?: number,
  ): Promise<StoredMessage[] | undefined>
  /**
   * The messages after those that the cursor names, of all branches one after the other, or of the current one; undefined where there is no such
   * conversation, or it was emptied since the page before.
   */
  exportPage(
    key: ConversationKey,
    branches: 'all' | 'current',
    cursor: ExportCursor | undefined,
  ): Promise<ExportPage | undefined>
}
