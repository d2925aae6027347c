import { TurnAbort } from '../turn/turn-abort.ts'

/** Ends a run whose turn another process has, or has had meanwhile. */
export function turnLost(): TurnAbort {
  const detail = 'The turn was ended by another process.'
  return new TurnAbort('interrupted', { code: 'turn-lost', detail })
}
