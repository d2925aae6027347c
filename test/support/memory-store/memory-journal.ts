import { type CallStatus, isOpen } from '../../../src/protocol/call.ts'
import { type EventChunk, eventRecord, nextNumber } from '../../../src/protocol/event-chunk.ts'
import type { TurnEnd, TurnEvent } from '../../../src/protocol/events.ts'
import type { EventJournal } from '../../../src/turn/ports/event-journal.ts'
import { turnEnd } from '../../../src/turn/turn-events.ts'
import {
  callEvents,
  callsOf,
  endCalls,
  isActive,
  type MemoryLog,
  type StoredConversation,
  type StoredTurn,
} from './memory-log.ts'

/** Writes the chunks that are not in the journal yet. */
export function writeChunks(turn: StoredTurn, chunks: readonly EventChunk[]): void {
  for (const chunk of chunks) {
    if (turn.chunks.some(({ first }) => first === chunk.first)) continue
    if (chunk.first !== turn.lastEvent + 1) throw new Error(`a gap in the events of ${turn.id}`)
    turn.chunks.push(structuredClone(chunk))
    turn.lastEvent = nextNumber(chunk) - 1
  }
}

/** Appends events that no process numbers. */
export function appendEvents(turn: StoredTurn, events: readonly TurnEvent[]): EventChunk | undefined {
  if (events.length === 0) return undefined
  const chunk = { first: turn.lastEvent + 1, count: events.length, records: events.map(eventRecord).join('') }
  writeChunks(turn, [chunk])
  return chunk
}

/** Ends the open calls of a turn, and returns the `call-end` events of these and of all unpublished calls. */
export function closeCalls(
  conversation: StoredConversation,
  turn: StoredTurn,
  waiting: 'cancelled' | 'superseded',
): TurnEvent[] {
  const open = callsOf(conversation, turn).filter(isOpen)
  const end = (from: CallStatus, status: CallStatus) =>
    endCalls(
      conversation,
      open.map((call) => ({ ...call, status })),
      from,
    )
  return callEvents([
    ...turn.unpublished.splice(0).filter((call) => !isOpen(call)),
    ...end('running', 'interrupted'),
    ...end('offered', waiting),
    ...end('asked', waiting),
  ])
}

/** Ends a turn that waits; its open calls are from now on `calls`. */
export function cancelWaiting(
  conversation: StoredConversation,
  turn: StoredTurn,
  calls: 'cancelled' | 'superseded',
): void {
  const ending: Pick<TurnEnd, 'status'> = { status: 'cancelled' }
  turn.eventBefore = turn.lastEvent
  appendEvents(turn, [...closeCalls(conversation, turn, calls), turnEnd(ending)])
  Object.assign(turn, ending)
}

/** Removes the events since `eventBefore`: the turn waits again. */
export function truncate(turn: StoredTurn): void {
  turn.chunks = turn.chunks.filter(({ first }) => first <= turn.eventBefore)
  Object.assign(turn, { status: 'waiting', events: turn.eventBefore, attempt: undefined })
}

export function memoryJournal(
  log: MemoryLog,
  transaction: <T>(operation: 'write' | 'read', run: () => T) => Promise<T>,
): EventJournal {
  return {
    write: (turns) =>
      transaction('write', () => {
        const running = turns.filter(({ turn }) => log.turn(turn)?.status === 'running')
        for (const { turn, chunks } of running) writeChunks(log.find(turn).turn, chunks)
        const written = running.map(({ turn }) => turn)
        const isLost = (id: string) => {
          const turn = log.turn(id)
          return !turn || !isActive(turn)
        }
        return {
          written,
          lost: turns.map(({ turn }) => turn).filter(isLost),
          followed: written.filter((turn) => log.turn(turn)?.followed),
          cancelled: written.filter((turn) => log.turn(turn)?.cancelRequested),
        }
      }),

    read: (wants) =>
      transaction('read', () =>
        wants.map(({ turn, after: known, follow }) => {
          const found = log.turn(turn)
          if (found && follow) found.followed = true
          const chunks = found?.chunks.filter((chunk) => nextNumber(chunk) > known + 1) ?? []
          return { turn, status: found?.status, pruned: false, chunks }
        }),
      ),
  }
}
