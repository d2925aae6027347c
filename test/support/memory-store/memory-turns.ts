import { ChatterdError } from '../../../src/protocol/errors.ts'
import { type EventChunk, eventsOf } from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import type { TurnWrites } from '../../../src/turn/ports/turn-writes.ts'
import { callEnd, turnWaiting } from '../../../src/turn/turn-events.ts'
import { cancelWaiting, closeCalls, keep, tell, untell } from './memory-journal.ts'
import type { MemoryLine } from './memory-line.ts'
import {
  append,
  callsOf,
  endCalls,
  isActive,
  isOffered,
  type MemoryLog,
  reopen,
  type StoredConversation,
  type StoredTurn,
} from './memory-log.ts'

/** What running turns write, each as one transaction. */
export function memoryTurns(
  log: MemoryLog,
  line: MemoryLine,
  transaction: <T>(operation: keyof TurnWrites, run: () => T) => Promise<T>,
): TurnWrites {
  return {
    endStep: ({ turn: id, step, message, status, error, promptFrom }, events) =>
      transaction('endStep', () => {
        const { conversation, turn } = log.find(id)
        const newest = conversation.messages.findLast((one) => one.turn === id && one.complete)
        if (turn.step === step && newest?.role === 'assistant') return newest
        if (turn.status !== 'running' || turn.step !== step - 1) throw endedElsewhere()
        keep(turn, events)
        conversation.promptFrom = Math.max(conversation.promptFrom, promptFrom)
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
          keep(turn, events)
          const calls = callsOf(conversation, turn)
          const waits = calls.some(isOffered)
          const told: TurnEvent[] = turn.unpublished.splice(0).map((call) => callEnd(call, 0))
          turn.endCallsChunk = tell(turn, [...told, ...(waits ? [turnWaiting(calls)] : [])])
          if (waits) turn.status = 'waiting'
          if (waits && turn.cancelRequested) cancelWaiting(conversation, turn, 'cancelled')
        }
        const calls = conversation.messages.find(({ seq }) => seq === results[0]?.seq)?.calls ?? []
        return {
          calls,
          status: waitsIn(turn.endCallsChunk) ? 'waiting' : 'running',
          appended: turn.endCallsChunk,
        }
      }),

    endTurn: ({ turn: id, status, error, partial }, events) =>
      transaction('endTurn', () => {
        const { conversation, turn } = log.find(id)
        if (turn.status === status) return true
        if (!isActive(turn)) throw endedElsewhere()
        keep(turn, events)
        if (partial) append(conversation, id, { ...partial, complete: false })
        Object.assign(turn, { status, error })
        closeCalls(conversation, turn, 'cancelled')
        return true
      }),

    withdraw: ({ turn: id, results }) =>
      transaction('withdraw', () => {
        const place = log.place(id)
        line.leave(id)
        if (!place) return true
        const { conversation, turn } = place
        if (turn.status !== 'running' || turn.followed) return false
        line.forget(id, results.length > 0 ? turn.eventBefore : 0)
        if (results.length > 0) {
          reopen(conversation, results)
          untell(turn)
          return true
        }
        conversation.messages = conversation.messages.filter(({ seq }) => seq < turn.firstSeq)
        conversation.turns = conversation.turns.filter((other) => other !== turn)
        Object.assign(conversation, { nextSeq: turn.firstSeq, ...turn.before })
        waitAgain(conversation, log.turn(turn.superseded ?? ''))
        return true
      }),
  }
}

function waitsIn(told: EventChunk | undefined): boolean {
  return told !== undefined && eventsOf(told).some(({ name }) => name === 'turn-waiting')
}

/** Reopens a turn that was superseded, unless somebody has been told of it. */
function waitAgain(conversation: StoredConversation, turn: StoredTurn | undefined): void {
  if (!turn || turn.followed) return
  untell(turn)
  reopen(
    conversation,
    callsOf(conversation, turn).filter(({ status }) => status === 'superseded'),
  )
}

function endedElsewhere(): ChatterdError {
  return new ChatterdError('turn-lost', 'The turn was ended by another process.')
}
