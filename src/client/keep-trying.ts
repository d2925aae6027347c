import { ChatterdError, isPassing, membersOf } from './chatterd-error.ts'
import {
  type ConnectionInput,
  type ConnectionRules,
  longestSilenceMs,
  newConnection,
  nextConnection,
} from './connection.ts'
import type { ConnectionState } from './connection-state.ts'
import type { Platform } from './platform.ts'

/** What an attempt says of its progress. */
export interface Progress {
  opened(): void
  received(): void
}

export interface Attempts {
  /** Resolves where all is done; rejects where it has to be done again (`isPassing`), or cannot be done. Once `signal` is aborted, its outcome counts for nothing. */
  attempt(signal: AbortSignal, progress: Progress): Promise<void>
  onConnection?(state: ConnectionState): void
  /** How many attempts in a row may bring nothing; absent: as many as the rules say. */
  attempts?(): number
  /** Ends it. */
  signal?: AbortSignal | undefined
}

/**
 * Makes attempts, as `nextConnection` says, until one is successful. Rejects with the error of an attempt that cannot succeed or was the last one, and with
 * the signal's reason.
 */
export function keepTrying(
  { attempt, onConnection, attempts = () => rules.attempts, signal }: Attempts,
  rules: ConnectionRules,
  platform: Platform,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let connection = newConnection(platform.now())
    let control = new AbortController()
    let offTimer = () => {}
    /** Why it ends, where it does not end well. */
    let failure: { error: unknown } | undefined

    function act(input: ConnectionInput): void {
      const { state } = connection
      const chance = { now: platform.now(), random: platform.random() }
      connection = nextConnection(connection, input, { ...rules, attempts: attempts() }, chance)
      if (connection.state !== state) enter(connection.state)
    }

    function enter(state: ConnectionState): void {
      if (state.state !== 'open') {
        offTimer()
        control.abort()
      }
      onConnection?.(state)
      if (state.state === 'connecting') start()
      if (state.state === 'waiting')
        offTimer = platform.after(state.until - platform.now(), () => act({ type: 'due' }))
      if (state.state === 'closed') end()
    }

    function start(): void {
      const own = new AbortController()
      control = own
      const unlessOver = (run: () => void) => () => void (own.signal.aborted || run())
      const say = (input: ConnectionInput) => unlessOver(() => act(input))
      watchSilence()
      attempt(own.signal, { opened: say({ type: 'opened' }), received: say({ type: 'received' }) }).then(
        say({ type: 'done' }),
        (error) => unlessOver(() => fail(error))(),
      )
    }

    function fail(error: unknown): void {
      failure = { error }
      act(isPassing(error) ? { type: 'lost', error: membersOf(error) } : { type: 'done' })
      if (connection.state.state !== 'closed') failure = undefined
    }

    function watchSilence(): void {
      const left = connection.heardAt + longestSilenceMs - platform.now()
      if (left > 0) offTimer = platform.after(left, watchSilence)
      else fail(new ChatterdError({ code: 'network', detail: 'The server was silent for too long.' }))
    }

    function end(): void {
      offWake()
      signal?.removeEventListener('abort', onAbort)
      if (failure) reject(failure.error)
      else resolve()
    }

    function onAbort(): void {
      failure = { error: signal?.reason }
      act({ type: 'done' })
    }

    const offWake = platform.onWake(() => act({ type: 'woken' }))
    signal?.addEventListener('abort', onAbort)
    enter(connection.state)
    if (signal?.aborted) onAbort()
  })
}
