import type {
  ConversationDirectory,
  ConversationPage,
  StoredConversation,
  StoredOutcome,
  StoredTurn,
} from '../turn/ports/conversation-directory.ts'
import { conversationArgument, toolArguments } from './arguments.ts'
import { createCallFunction } from './call-function.ts'
import type { Database } from './database.ts'
import {
  type ConversationRow,
  type FoundRow,
  type FoundTurnRow,
  foundConversationOf,
  type MessagePageRow,
  storedConversationOf,
  storedMessagesOf,
  storedOutcomeOf,
  storedTurnOf,
  type WatchedRow,
  watchedConversationOf,
} from './directory-rows.ts'
import { type EmptiedRow, emptiedOf } from './rows.ts'
import { uuidv7 } from './uuidv7.ts'

/** Reads and changes the conversations and turns of a database. `maxTools`: how many device tools a conversation may have. */
export function createDirectory(database: Pick<Database, 'query'>, maxTools: number): ConversationDirectory {
  const call = createCallFunction(database)
  return {
    async turn(id): Promise<StoredTurn | undefined> {
      const row = await call<FoundTurnRow | null>('find_turn', { turn: id })
      return row ? storedTurnOf(row) : undefined
    },

    async outcome(id): Promise<StoredOutcome | undefined> {
      const row = await call<FoundTurnRow | null>('find_turn', { turn: id, replies: true })
      return row ? storedOutcomeOf(row) : undefined
    },

    async conversations(tenant, after, limit) {
      // One more, to see whether there is a next page.
      const rows = await call<ConversationRow[]>('list_conversations', { tenant, after, limit: limit + 1 })
      return pageOf(rows, limit, (row) => row, storedConversationOf)
    },

    async search(tenant, words, after, limit) {
      // No `text` of the database holds U+0000, or half a surrogate pair.
      const search = words.toWellFormed().replaceAll('\0', ' ')
      const argument = { tenant, search, after, limit: limit + 1 }
      const rows = await call<FoundRow[]>('search_conversations', argument)
      return pageOf(rows, limit, ({ conversation }) => conversation, foundConversationOf)
    },

    async conversation(key) {
      const row = await call<ConversationRow | null>('find_conversation', conversationArgument(key))
      return row ? storedConversationOf(row) : undefined
    },

    async watch(keys) {
      const rows = await call<(WatchedRow | null)[]>('watch_conversations', keys.map(conversationArgument))
      return rows.map((row) => (row ? watchedConversationOf(row) : undefined))
    },

    async exportPage(key, branches, cursor) {
      const argument = { ...conversationArgument(key), all: branches === 'all', ...cursor }
      const row = await call<(MessagePageRow & { id: string }) | null>('export_messages', argument)
      return row ? { id: row.id, messages: storedMessagesOf(row) } : undefined
    },

    async change(key, { title, system, model, tools, branch }): Promise<StoredConversation | undefined> {
      const row = await call<ConversationRow | null>('change_conversation', {
        ...{ ...conversationArgument(key), maxTools },
        ...{ title: textArgument(title), system: textArgument(system), model: textArgument(model) },
        ...{ tools: tools && toolArguments(tools), branch },
      })
      return row ? storedConversationOf(row) : undefined
    },

    improveTitle: (turn, title) => call('improve_title', { turn, title: JSON.stringify(title) }),

    async remove(key) {
      const argument = { ...conversationArgument(key), conversationId: uuidv7() }
      const row = await call<EmptiedRow | null>('remove_conversation', argument)
      return row ? emptiedOf(row) : undefined
    },

    async messages(key, before, limit, branch) {
      const given = { ...conversationArgument(key), branch, before, limit }
      const row = await call<MessagePageRow | null>('read_messages', given)
      return row ? storedMessagesOf(row) : undefined
    },
  }
}

/** A page of rows, of which there is one more where there is a next page. */
function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  conversationOf: (row: Row) => ConversationRow,
  itemOf: (row: Row) => Item,
): ConversationPage<Item> {
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  const { updatedAt, id } = (last && conversationOf(last)) ?? {}
  return {
    conversations: page.map(itemOf),
    next: updatedAt !== undefined && id !== undefined ? { updatedAt, id } : undefined,
  }
}

/** A text as a JSON text. Null (remove) and undefined (no change) stay. */
function textArgument(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' ? JSON.stringify(text) : text
}
