import { type ConversationKey, keyOf } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { BeginOutcome, RequestKey, TurnBeginning } from '../../../src/turn/ports/conversation-store.ts'

type QueuedRequest = Pick<TurnBeginning, 'turn' | 'conversation' | 'key'>
type Replay = Extract<BeginOutcome, { result: 'replay' }>

/** Requests that wait for their conversation, in order, and the replays of requests with keys. */
export class MemoryQueue {
  #waiting: QueuedRequest[] = []
  readonly #keys = new Map<string, { digest: string; replay: Replay }>()

  /** The replay of another request with the same key. */
  replayOf({ turn, conversation, key }: QueuedRequest): Replay | undefined {
    if (!key) return undefined
    const replay = this.replay(conversation, key)
    if (replay) this.remove(turn)
    else for (const other of this.#like(conversation, key)) check(other.key?.digest, key)
    return replay
  }

  replay(conversation: ConversationKey, key: RequestKey | undefined): Replay | undefined {
    const found = key && this.#keys.get(keyOf(conversation) + key.key)
    if (found) check(found.digest, key)
    return found?.replay
  }

  remember(conversation: ConversationKey, key: RequestKey | undefined, turn: string, after: number): void {
    if (!key) return
    const replay: Replay = { result: 'replay', turn, after }
    this.#keys.set(keyOf(conversation) + key.key, { digest: key.digest, replay })
  }

  /** Removes the key of the withdrawn request that made the turn run after this event. */
  forget(turn: string, after: number): void {
    for (const [key, { replay }] of this.#keys)
      if (replay.turn === turn && replay.after === after) this.#keys.delete(key)
  }

  /** True where others wait before this one. */
  isBehind({ turn, conversation }: QueuedRequest): boolean {
    const queue = this.#of(conversation)
    const own = queue.find((other) => other.turn === turn)
    if (!own?.key) return queue[0] !== own
    return queue[0]?.key?.key !== own.key.key
  }

  /** Throws `conversation-busy` where `most` wait already. */
  add(request: QueuedRequest, most: number): void {
    const queue = this.#of(request.conversation)
    if (queue.some(({ turn }) => turn === request.turn)) return
    const like = request.key && this.#like(request.conversation, request.key).at(-1)
    if (like) {
      this.#waiting.splice(this.#waiting.indexOf(like) + 1, 0, request)
      return
    }
    if (queue.length >= most) {
      const message = `The conversation is busy, and ${queue.length} requests wait for it already (setting CHATTERD_BUSY_QUEUE).`
      throw new ChatterdError('conversation-busy', message)
    }
    this.#waiting.push(request)
  }

  position(turn: string): number | undefined {
    const own = this.#waiting.find((request) => request.turn === turn)
    if (!own) return undefined
    const queue = this.#of(own.conversation)
    const before = queue.slice(0, queue.indexOf(own) + 1)
    return new Set(before.map((request) => request.key?.key ?? request)).size
  }

  remove(turn: string): void {
    this.#waiting = this.#waiting.filter((request) => request.turn !== turn)
  }

  /** Those that wait with the same key. */
  #like(conversation: ConversationKey, { key }: RequestKey): QueuedRequest[] {
    return this.#of(conversation).filter((other) => other.key?.key === key)
  }

  #of(conversation: ConversationKey): QueuedRequest[] {
    return this.#waiting.filter((request) => keyOf(request.conversation) === keyOf(conversation))
  }
}

function check(digest: string | undefined, key: RequestKey): void {
  if (digest !== key.digest)
    throw new ChatterdError('key-reused', 'The Idempotency-Key was used with another body.')
}
