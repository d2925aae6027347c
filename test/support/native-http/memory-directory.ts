import { randomUUID } from 'node:crypto'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import type {
  ConversationChange,
  ConversationCursor,
  ConversationDirectory,
  ExportCursor,
  StoredConversation,
  StoredMessage,
  StoredOutcome,
  StoredTurn,
} from '../../../src/turn/ports/conversation-directory.ts'

const at = new Date('2026-01-02T03:04:05.678Z')

/** Conversations and turns in memory, as a test puts them there. */
export class MemoryDirectory implements Omit<ConversationDirectory, 'remove' | 'improveTitle' | 'watch'> {
  readonly turns = new Map<string, StoredTurn>()
  readonly outcomes = new Map<string, StoredOutcome>()
  /** By name. */
  readonly found = new Map<string, StoredConversation>()
  /** The logs, by the conversation's name. */
  readonly logs = new Map<string, StoredMessage[]>()

  addTurn(known: Partial<StoredTurn> = {}): StoredTurn {
    const conversation = known.conversation ?? { tenant: '', name: 'chat' }
    const turn: StoredTurn = {
      id: randomUUID(),
      conversation,
      model: 'demo',
      status: 'running',
      steps: 0,
      calls: [],
      usage: {},
      createdAt: at,
      ...known,
    }
    this.turns.set(turn.id, turn)
    if (!this.found.has(conversation.name)) this.addConversation({ name: conversation.name })
    return turn
  }

  addConversation(known: Partial<StoredConversation> = {}): StoredConversation {
    const conversation: StoredConversation = {
      name: 'chat',
      title: null,
      system: null,
      model: null,
      tools: [],
      messages: 0,
      branch: 1,
      activeTurn: null,
      createdAt: at,
      updatedAt: at,
      ...known,
    }
    this.found.set(conversation.name, conversation)
    return conversation
  }

  async turn(id: string) {
    return this.turns.get(id)
  }

  async outcome(id: string) {
    return this.outcomes.get(id)
  }

  /** The cursor's id is the index of the last one, as the end of a UUID. */
  async conversations(_tenant: string, after: ConversationCursor | undefined, limit: number) {
    const all = [...this.found.values()]
    const from = after ? Number(after.id.slice(-12)) : 0
    const conversations = all.slice(from, from + limit)
    const end = from + conversations.length
    const id = `00000000-0000-4000-8000-${String(end).padStart(12, '0')}`
    return { conversations, next: end < all.length ? { updatedAt: at.toISOString(), id } : undefined }
  }

  /** Finds what has the text in its name. */
  async search(_tenant: string, words: string) {
    const found = [...this.found.values()].filter(({ name }) => name.includes(words))
    return { conversations: found.map((one) => ({ ...one, match: { text: one.name } })), next: undefined }
  }

  async exportPage({ name }: ConversationKey, _branches: string, cursor: ExportCursor | undefined) {
    if (!this.found.has(name)) return undefined
    const log = this.logs.get(name) ?? []
    return { id: name, messages: log.filter(({ seq }) => seq > (cursor?.after.seq ?? 0)).slice(0, 2) }
  }

  async conversation({ name }: ConversationKey) {
    return this.found.get(name)
  }

  async change({ name }: ConversationKey, change: ConversationChange) {
    const conversation = this.found.get(name)
    if (!conversation) return undefined
    const { tools, ...rest } = change
    return this.addConversation({ ...conversation, ...rest, ...(tools && { tools: [...tools] }) })
  }

  async messages({ name }: ConversationKey, before: number | undefined, limit: number) {
    if (!this.found.has(name)) return undefined
    const log = this.logs.get(name) ?? []
    return log.filter(({ seq }) => seq < (before ?? Number.POSITIVE_INFINITY)).slice(-limit)
  }
}
