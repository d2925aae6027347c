import { ChatterdError } from '../../../src/protocol/errors.ts'
import { type EventChunk, eventsOf } from '../../../src/protocol/event-chunk.ts'
import type { TurnWrites } from '../../../src/turn/ports/turn-writes.ts'
import { turnWaiting } from '../../../src/turn/turn-events.ts'
import { appendEvents, cancelWaiting, closeCalls, truncate, writeChunks } from './memory-journal.ts'
import {
  append,
  callEvents,
  callsOf,
  endCalls,
  hasToWait,
  isActive,
  type MemoryLog,
  reopen,
  type StoredConversation,
  type StoredTurn,
} from './memory-log.ts'
import type { MemoryQueue } from './memory-queue.ts'

/** What running turns write, each as one transaction. */
export function memoryTurns(
  log: MemoryLog,
  queue: MemoryQueue,
  transaction: <T>(operation: keyof TurnWrites, run: () => T) => Promise<T>,
): TurnWrites {
  return {
    endStep: ({ turn: id, step, message, status, error, promptFrom, truncation }, events) =>
      transaction('endStep', () => {
        const { conversation, turn } = log.find(id)
        const newest = conversation.messages.findLast((one) => one.turn === id && one.complete)
        if (turn.step === step && newest?.role === 'assistant') return newest
        if (turn.status !== 'running' || turn.step !== step - 1) throw endedElsewhere()
        writeChunks(turn, events)
        Object.assign(conversation, { promptFrom, truncation })
        Object.assign(turn, { step, status, error })
        const stored = append(conversation, id, message)
        if (status === 'waiting' && turn.cancelRequested) cancelWaiting(conversation, turn, 'cancelled')
        return stored
      }),

    endCalls: (id, results, events) =>
      transaction('endCalls', () => {
        const { conversation, turn } = log.find(id)
        if (!isActive(turn)) throw endedElsewhere()
        if (endCalls(conversation, results, 'running').length > 0) {
          writeChunks(turn, events)
          const calls = callsOf(conversation, turn)
          const waits = hasToWait(calls)
          const changed = callEvents(turn.unpublished.splice(0))
          turn.endCallsChunk = appendEvents(turn, [...changed, ...(waits ? [turnWaiting(calls)] : [])])
          if (waits) turn.status = 'waiting'
          if (waits && turn.cancelRequested) cancelWaiting(conversation, turn, 'cancelled')
        }
        const calls = conversation.messages.find(({ seq }) => seq === results[0]?.seq)?.calls ?? []
        return {
          calls,
          approvedTools: conversation.approvedTools,
          status: waitsIn(turn.endCallsChunk) ? 'waiting' : 'running',
          appended: turn.endCallsChunk,
        }
      }),

    endTurn: ({ turn: id, status, error, partial }, events) =>
      transaction('endTurn', () => {
        const { conversation, turn } = log.find(id)
        if (turn.status === status) return true
        if (!isActive(turn)) throw endedElsewhere()
        writeChunks(turn, events)
        if (partial)
          append(conversation, id, {
            ...partial,
            complete: false,
            finishReason: status === 'cancelled' ? 'cancelled' : 'error',
          })
        else if (status === 'failed' && turn.step === 0)
          for (const message of conversation.messages) if (message.turn === id) message.refused = true
        Object.assign(turn, { status, error })
        closeCalls(conversation, turn, 'cancelled')
        return true
      }),

    withdraw: ({ turn: id, results }) =>
      transaction('withdraw', () => {
        const found = log.locate(id)
        queue.remove(id)
        if (!found) return true
        const { conversation, turn } = found
        const superseded = log.turn(turn.superseded ?? '')
        if (turn.status !== 'running' || turn.followed) return false
        if (results.length === 0 && superseded?.followed) return false
        queue.forget(id, results.length > 0 ? turn.eventBefore : 0)
        if (results.length > 0) {
          reopen(conversation, results)
          truncate(turn)
          return true
        }
        conversation.messages = conversation.messages.filter(({ seq }) => seq < turn.firstSeq)
        conversation.turns = conversation.turns.filter((other) => other !== turn)
        Object.assign(conversation, { nextSeq: turn.firstSeq, ...turn.before })
        if (superseded) waitAgain(conversation, superseded)
        return true
      }),
  }
}

function waitsIn(events: EventChunk | undefined): boolean {
  return events !== undefined && eventsOf(events).some(({ name }) => name === 'turn-waiting')
}

/** Reopens a turn that was superseded. */
function waitAgain(conversation: StoredConversation, turn: StoredTurn): void {
  truncate(turn)
  reopen(
    conversation,
    callsOf(conversation, turn).filter(({ status }) => status === 'superseded'),
  )
}

function endedElsewhere(): ChatterdError {
  return new ChatterdError('turn-lost', 'The turn was ended by another process.')
}
