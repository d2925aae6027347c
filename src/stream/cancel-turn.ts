import type { ConversationStore } from '../turn/ports/conversation-store.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { type Notifier, notifiedOrAfter } from './notifier.ts'
import type { RunningTurns } from './running-turns.ts'

/** What cancelling works with. */
export interface CancelPorts {
  store: Pick<ConversationStore, 'cancel'>
  running: RunningTurns
  notifier: Notifier
  /** Aborted when this process takes no more requests. */
  closing: AbortSignal
}

/** How often the store is asked whether another process has ended the turn, when no notification comes, in milliseconds. */
const pollMs = 200

/**
 * Cancels a turn, whichever process runs it, and resolves when it has ended; false where there is none. Throws `shutting-down` when
 * this process closes before that.
 */
export async function cancelTurn(turn: string, ports: CancelPorts): Promise<boolean> {
  const { store, running, notifier, closing } = ports
  for (;;) {
    const { notified, unsubscribe } = notifier.subscribe(turn)
    try {
      const live = running.get(turn)
      live?.abort(new TurnAbort('cancelled'))
      await live?.finished
      const outcome = await store.cancel(turn)
      if (outcome !== 'asked') return outcome === 'ended'
      // The process that runs it ends it, or loses it with its lease: then the store does.
      await notifiedOrAfter(notified, pollMs, closing)
    } finally {
      unsubscribe()
    }
    closing.throwIfAborted()
  }
}
