import type { LogMessage } from '../protocol/message.ts'
import type { TurnState } from '../turn/ports/turn-state.ts'
import type { KnownTools } from './known-tools.ts'

/** Which messages are cached: those of a branch from number `from` up to `seq`, and the first `pinned` ones. */
export interface LogPosition {
  /** The conversation's id: it gets another one when it is emptied. */
  conversation: string
  branch: number
  pinned: number
  from: number
  seq: number
}

/** The messages themselves. They do not change any more. */
export interface CachedLog extends LogPosition {
  /** The conversation's device tools, which others may have changed since. */
  tools: KnownTools
  log: readonly LogMessage[]
}

interface Entry extends CachedLog {
  /** The turn that began after these messages. */
  turn: string
  bytes: number
}

/** What a log and a message need besides their text, in bytes, roughly. */
const entryBytes = 1_000
const messageBytes = 200

/**
 * Caches the logs of conversations, so that only new messages are read when a turn begins: reading 1,000 messages takes some
 * milliseconds, and everything else together less than one. Above `maxBytes`, the logs whose last turn began the longest ago are
 * removed.
 *
 * Only messages of ended turns are cached. They stay the same, also when other processes use the conversation, with one exception:
 * withdrawing a turn opens the calls again that its beginning has closed. Only the process that began the turn withdraws it.
 */
export class LogCache {
  readonly #maxBytes: number
  readonly #entries = new Map<string, Entry>()
  /** The keys of the entries, by their turns. */
  readonly #keys = new Map<string, string>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get(key: string): CachedLog | undefined {
    return this.#entries.get(key)
  }

  /** Caches the log that the turn `id` began with, without the messages of the turn itself. */
  put(
    key: string,
    tools: KnownTools,
    {
      id: turn,
      branch,
      log,
      pinned,
      promptFrom: from,
    }: Pick<TurnState, 'id' | 'log' | 'pinned' | 'promptFrom'> & { branch: number },
  ): void {
    this.#remove(key)
    const ended = log.filter((message) => message.turn !== turn)
    const { conversation } = tools
    const bytes = ended.reduce((sum, message) => sum + sizeOf(message), entryBytes + tools.bytes)
    if (bytes > this.#maxBytes) return
    this.#entries.set(key, {
      ...{ conversation, branch, pinned, from, seq: ended.at(-1)?.seq ?? 0 },
      ...{ tools, turn, bytes, log: ended },
    })
    this.#keys.set(turn, key)
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return
      this.#remove(oldest)
    }
  }

  /** The device tools with which `turn` began. */
  toolsOf(turn: string): KnownTools | undefined {
    const key = this.#keys.get(turn)
    return key === undefined ? undefined : this.#entries.get(key)?.tools
  }

  /** Removes the log that `turn` began with. */
  withdraw(turn: string): void {
    const key = this.#keys.get(turn)
    if (key !== undefined) this.#remove(key)
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#bytes -= entry.bytes
    this.#entries.delete(key)
    this.#keys.delete(entry.turn)
  }
}

/** The position of a cached log, without the log. */
export function positionOf({ conversation, branch, pinned, from, seq }: LogPosition): LogPosition {
  return { conversation, branch, pinned, from, seq }
}

function sizeOf({ content, thinking, images = [], calls }: LogMessage): number {
  let bytes = messageBytes + 2 * (content.length + (thinking?.length ?? 0))
  for (const image of images) bytes += image.length
  for (const call of calls) {
    bytes += messageBytes + 2 * ((call.output?.length ?? 0) + JSON.stringify(call.arguments).length)
    for (const image of call.images ?? []) bytes += image.length
  }
  return bytes
}
