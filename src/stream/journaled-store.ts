import { eventsOf, type JournalEvent } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { TurnStore } from '../turn/ports/turn-store.ts'
import type { TurnWrites } from '../turn/ports/turn-writes.ts'
import type { LiveTurn } from './live-turn.ts'

/** The store of one running turn: numbers the events of an outcome, stores both, and then publishes the events. */
export function journaledStore(store: TurnWrites, live: LiveTurn): TurnStore {
  return {
    async endStep(outcome, events) {
      const staged = live.stage(events)
      const message = await store.endStep(outcome, staged.chunks, live.run)
      live.publishStaged(staged)
      return message
    },

    async endCalls(turn, results, events) {
      const staged = live.stage(events)
      const { appended, ...outcome } = await store.endCalls(turn, results, staged.chunks, live.run)
      live.publishStaged(staged)
      if (appended) live.publishAppended(eventsOf(appended).map(appendedEvent), appended)
      return outcome
    },

    async endTurn(ending, events) {
      const staged = live.stage(events)
      if (await store.endTurn(ending, staged.chunks, live.run)) live.publishStaged(staged)
      // Followers read the end in the journal, where it has other numbers.
      else live.publishUnjournaled(events)
    },

    async withdraw(withdrawal, events) {
      live.isBeingWithdrawn = true
      try {
        const isWithdrawn = await store.withdraw(withdrawal, live.run)
        if (isWithdrawn) live.publishUnjournaled(events)
        return isWithdrawn
      } finally {
        live.isBeingWithdrawn = false
      }
    },
  }
}

/** The event of a record that the store has appended: a device call has ended, or the turn waits. */
function appendedEvent({ name, data }: JournalEvent): TurnEvent {
  const { error, ...members } = JSON.parse(data)
  return { type: name, ...members, ...(error !== undefined && { output: error }) }
}
