import { randomUUID } from 'node:crypto'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import { type EventChunk, eventRecord } from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import type { EventSink, FollowEnd } from '../../../src/stream/follow-turn.ts'
import type { StoredTurn } from '../../../src/turn/ports/conversation-directory.ts'
import type { TurnBeginning, TurnResults } from '../../../src/turn/ports/conversation-store.ts'
import type { MemoryDirectory } from './memory-directory.ts'

/** Turns that do what a test says: nothing runs, and nothing is stored but in a directory in memory. */
export class ScriptedTurns {
  isDraining = false
  /** What was begun, in order. */
  readonly begun: Omit<TurnBeginning, 'turn'>[] = []
  readonly stored: Omit<TurnResults, 'id'>[] = []
  /** Thrown by the next beginning. */
  refusal: Error | undefined
  /** Outcomes of the next results, one each; then `recorded`. */
  outcomes: ('recorded' | 'go-on' | 'conflict')[] = []
  /** What a key has begun before. */
  replay: { turn: string; after: number } | undefined
  /** The events of a turn. */
  readonly chunks = new Map<string, EventChunk[]>()
  /** How following comes to its end, once the chunks are written. */
  followed: FollowEnd | (() => Promise<FollowEnd>) = 'ended'
  readonly #directory: MemoryDirectory

  constructor(directory: MemoryDirectory) {
    this.#directory = directory
  }

  async begin(beginning: Omit<TurnBeginning, 'turn'>): Promise<{ turn: string; after: number }> {
    if (this.refusal) throw this.refusal
    this.begun.push(beginning)
    if (this.replay) return this.replay
    const turn = this.#directory.addTurn({
      conversation: beginning.conversation,
      model: beginning.request.model,
    })
    return { turn: turn.id, after: 0 }
  }

  async findReplay() {
    return this.replay
  }

  async storeResults(given: Omit<TurnResults, 'id'>) {
    this.stored.push(given)
    return { result: this.outcomes.shift() ?? ('recorded' as const), turn: given.turn, after: 0 }
  }

  async follow(turn: string, after: number, sink: EventSink, disconnected: AbortSignal): Promise<FollowEnd> {
    for (const chunk of this.chunks.get(turn) ?? []) {
      if (disconnected.aborted) return 'disconnected'
      if (chunk.first + chunk.count > after + 1) await sink.write(chunk, Math.max(after + 1, chunk.first))
    }
    return typeof this.followed === 'function' ? await this.followed() : this.followed
  }

  async cancel(id: string): Promise<boolean> {
    const turn = this.#directory.turns.get(id)
    if (turn?.status === 'running' || turn?.status === 'waiting') turn.status = 'cancelled'
    return turn !== undefined
  }

  changed(): void {}

  async watch(): Promise<'disconnected'> {
    return 'disconnected'
  }

  async remove({ name }: ConversationKey): Promise<boolean> {
    return this.#directory.found.delete(name)
  }

  /** Gives a turn these events, in chunks of as many as there are arguments. */
  publish({ id }: Pick<StoredTurn, 'id'>, ...batches: TurnEvent[][]): void {
    let first = 1
    const chunks = batches.map((events) => {
      const chunk = { first, count: events.length, records: events.map(eventRecord).join('') }
      first += events.length
      return chunk
    })
    this.chunks.set(id, chunks)
  }
}

/** An id that no turn has. */
export const noId = randomUUID()
