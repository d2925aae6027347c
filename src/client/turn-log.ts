import { ChatterdError, membersOf } from './chatterd-error.ts'
import { foldEvent, hasEnded, newTurn } from './fold-event.ts'
import type { TurnState } from './turn-state.ts'
import type { ClientEvent } from './types.ts'

/** What has come of a turn: for readers, each of which gets all events from the first, and for subscribers, who look at the state. */
export interface TurnLog extends AsyncIterable<ClientEvent> {
  readonly state: TurnState
  add(event: ClientEvent): void
  /** Lets readers and subscribers know of what was added. */
  publish(): void
  /** Nothing more comes: the server did not take the request, or its client does not wait for it. */
  fail(status: 'failed' | 'cancelled', error: unknown): void
  /** Readers have had all. With an error, they get that last. */
  close(failure?: { error: unknown }): void
  subscribe(onChange: () => void): () => void
}

export function createTurnLog(known: Partial<TurnState> = {}): TurnLog {
  let state: TurnState = { ...newTurn, ...known }
  const events: ClientEvent[] = []
  let closed: { failure: { error: unknown } | undefined } | undefined
  const subscribers = new Set<() => void>()

  function publish(): void {
    for (const onChange of [...subscribers]) callSafely(onChange)
  }

  async function* read(): AsyncGenerator<ClientEvent> {
    for (let next = 0; ; ) {
      for (let event = events[next]; event; event = events[++next]) yield event
      if (closed?.failure) throw closed.failure.error
      if (closed) return
      await new Promise<void>((resolve) => {
        const off = subscribe(() => {
          off()
          resolve()
        })
      })
    }
  }

  function subscribe(onChange: () => void): () => void {
    // One function may subscribe twice.
    const own = () => onChange()
    subscribers.add(own)
    return () => void subscribers.delete(own)
  }

  return {
    get state() {
      return state
    },
    add(event) {
      if (hasEnded(state) && event.type !== 'connection') return
      events.push(event)
      state = foldEvent(state, event)
    },
    publish,
    fail(status, error) {
      if (hasEnded(state)) return
      const members = error instanceof ChatterdError ? { error: membersOf(error) } : {}
      state = { ...state, status, openCalls: [], ...members }
    },
    close(failure) {
      closed ??= { failure }
      publish()
    },
    subscribe,
    [Symbol.asyncIterator]: read,
  }
}

/** What a subscriber throws is an error of its own, and not of the turn. */
export function callSafely(run: () => void): void {
  try {
    run()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
