import type { LogMessage } from '../protocol/message.ts'

/** What is remembered of a conversation's log: its messages up to `seq`, which do not change any more. */
export interface CachedLog {
  /** The conversation's id; it gets another when it is emptied. */
  conversation: string
  seq: number
  log: readonly LogMessage[]
}

interface Entry extends CachedLog {
  /** The turn that was begun after these messages. */
  turn: string
  bytes: number
}

/** What a conversation and a message cost beside their text, roughly. */
const entryBytes = 1_000
const messageBytes = 200

/**
 * Remembers logs, so that a prompt reads only what is new: of 1,000 messages, reading takes some milliseconds, and all else
 * together less than one. The least used are forgotten first, past `maxBytes` of text.
 *
 * Only messages of ended turns are remembered. They stay as they are, whichever process serves the conversation next, but for
 * one case: withdrawing a turn opens the calls again that its begin closed, and only the process that began it does that.
 */
export class LogCache {
  readonly #maxBytes: number
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string): CachedLog | undefined {
    return this.#entries.get(key)
  }

  /** Remembers the log that `turn` was begun with, without the turn's own messages. */
  put(key: string, conversation: string, turn: string, log: readonly LogMessage[]): void {
    this.#forget(key)
    const ended = log.filter((message) => message.turn !== turn)
    const bytes = ended.reduce((sum, message) => sum + sizeOf(message), entryBytes)
    if (bytes > this.#maxBytes) return
    this.#entries.set(key, { conversation, turn, bytes, log: ended, seq: ended.at(-1)?.seq ?? 0 })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#forget(oldest)
    }
  }

  /** Forgets what was remembered when that turn was begun. */
  withdraw(turn: string): void {
    for (const [key, entry] of this.#entries) if (entry.turn === turn) this.#forget(key)
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }
}

function sizeOf({ content, thinking, images = [], calls }: LogMessage): number {
  let bytes = messageBytes + 2 * (content.length + (thinking?.length ?? 0))
  for (const image of images) bytes += image.length
  for (const call of calls)
    bytes += messageBytes + 2 * ((call.output?.length ?? 0) + JSON.stringify(call.arguments).length)
  return bytes
}
