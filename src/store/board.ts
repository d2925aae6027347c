import type { MessageBoard } from '../turn/ports/message-board.ts'
import { createCallFunction } from './call-function.ts'
import type { Database } from './database.ts'

/** An element of what `read_board` returns. */
interface BoardRow {
  id: string
  username: string
  message: string
  createdAt: string
}

/** The most bytes of text that are read at once. */
const maxBytes = 16 * 1024 * 1024

/** The public board of a database. */
export function createBoard(database: Pick<Database, 'query'>): MessageBoard {
  const call = createCallFunction(database)
  return {
    async post({ id, username, message }, keep) {
      const texts = { username: JSON.stringify(username), message: JSON.stringify(message) }
      await call('post_to_board', { id, ...texts, keep })
    },

    async newest(limit) {
      const rows = await call<BoardRow[]>('read_board', { limit, maxBytes })
      return rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: new Date(createdAt) }))
    },
  }
}
