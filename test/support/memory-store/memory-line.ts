import { type ConversationKey, keyOf } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { BeginOutcome, RequestKey, TurnBeginning } from '../../../src/turn/ports/conversation-store.ts'

type Place = Pick<TurnBeginning, 'turn' | 'conversation' | 'key'>
type Replay = Extract<BeginOutcome, { result: 'replay' }>

/** Requests that wait for their conversation, in order, and what requests with keys have come to. */
export class MemoryLine {
  #waiting: Place[] = []
  readonly #keys = new Map<string, { digest: string; replay: Replay }>()

  /** What another request of the same key has come to. */
  before({ turn, conversation, key }: Place): Replay | { result: 'joined' } | undefined {
    if (!key) return undefined
    const replay = this.replay(conversation, key)
    if (replay) return replay
    const same = this.#of(conversation).find((other) => other.key?.key === key.key && other.turn !== turn)
    if (!same) return undefined
    check(same.key?.digest, key)
    return { result: 'joined' }
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

  /** The request that set the turn off after this event is undone. */
  forget(turn: string, after: number): void {
    for (const [key, { replay }] of this.#keys)
      if (replay.turn === turn && replay.after === after) this.#keys.delete(key)
  }

  /** True where others wait before this one. */
  isBehind({ turn, conversation }: Place): boolean {
    const line = this.#of(conversation)
    const own = line.findIndex((other) => other.turn === turn)
    return own < 0 ? line.length > 0 : own > 0
  }

  /** Throws `conversation-busy` where `most` wait already. */
  enter(place: Place, most: number): void {
    const line = this.#of(place.conversation)
    if (line.some(({ turn }) => turn === place.turn)) return
    if (line.length >= most) {
      const words = `The conversation is busy, and ${line.length} requests wait for it already (setting CHATTERD_BUSY_QUEUE).`
      throw new ChatterdError('conversation-busy', words)
    }
    this.#waiting.push(place)
  }

  leave(turn: string): void {
    this.#waiting = this.#waiting.filter((place) => place.turn !== turn)
  }

  #of(conversation: ConversationKey): Place[] {
    return this.#waiting.filter((place) => keyOf(place.conversation) === keyOf(conversation))
  }
}

function check(digest: string | undefined, key: RequestKey): void {
  if (digest !== key.digest)
    throw new ChatterdError('key-reused', 'The Idempotency-Key was used with another body.')
}
