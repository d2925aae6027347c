import type { MessageData } from '../protocol/native/conversation.ts'
import type { Conversation } from './types.ts'

/** The messages of a conversation that have been read: the newest ones, without gaps, oldest first. */
export interface MessageLog {
  messages: readonly MessageData[]
  hasOlder: boolean
}

type Pages = Pick<Conversation, 'messages'>

/** How many pages are read at once to close a gap. Where that is not enough, the log begins anew with them. */
const mostPages = 10

/**
 * Reads what is new. `whole`: all that has been read may be different now, because another branch is the current one. Messages that are the same stay
 * the same objects.
 */
export async function readNewest(
  log: MessageLog,
  pages: Pages,
  limit: number,
  whole: boolean,
): Promise<MessageLog> {
  const until = (whole ? log.messages.at(0) : log.messages.at(-1))?.seq ?? Number.POSITIVE_INFINITY
  let { messages, before } = await pages.messages({ limit })
  for (let count = 1; before !== undefined && oldestOf(messages) > until && count < mostPages; count++) {
    const older = await pages.messages({ limit, before })
    messages = [...older.messages, ...messages]
    before = older.before
  }
  const oldest = oldestOf(messages)
  const isJoined = before === undefined || oldest <= until
  const earlier = whole || !isJoined ? [] : log.messages.filter(({ seq }) => seq < oldest)
  const hasOlder = earlier.length > 0 ? log.hasOlder : before !== undefined
  return { messages: [...earlier, ...sameObjects(messages, log.messages)], hasOlder }
}

export async function readOlder(log: MessageLog, pages: Pages, limit: number): Promise<MessageLog> {
  const before = log.messages.at(0)?.seq
  if (!log.hasOlder || before === undefined) return log
  const page = await pages.messages({ limit, before })
  return { messages: [...page.messages, ...log.messages], hasOlder: page.before !== undefined }
}

function oldestOf(messages: readonly MessageData[]): number {
  return messages.at(0)?.seq ?? 0
}

function sameObjects(messages: readonly MessageData[], known: readonly MessageData[]): MessageData[] {
  const bySeq = new Map(known.map((message) => [message.seq, message]))
  return messages.map((message) => {
    const old = bySeq.get(message.seq)
    return old && JSON.stringify(old) === JSON.stringify(message) ? old : message
  })
}
