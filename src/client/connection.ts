import type { ConnectionState } from './connection-state.ts'
import type { ErrorMembers } from './error-members.ts'

/** A connection that is made again whenever it is lost, as a pure machine: its state says what to do. */
export interface Connection {
  /** `connecting`: make an attempt now, and give up the one that is there. `waiting`: make one at `until`. `closed`: make no more. */
  state: ConnectionState
  /** How many attempts in a row have brought nothing. */
  failures: number
  /** When the attempt began or last brought something, in milliseconds since 1970. */
  heardAt: number
  /** Before this time, nothing brings the next attempt forward: the server has asked for it. */
  notBefore: number
}

export type ConnectionInput =
  /** The time to wait is over. */
  | { type: 'due' }
  | { type: 'opened' }
  /** Something came, a comment or an event. */
  | { type: 'received' }
  | { type: 'lost'; error?: ErrorMembers }
  /** The network is there again, or the page is shown again. */
  | { type: 'woken' }
  /** Nothing more is wanted of it. */
  | { type: 'done' }

export interface ConnectionRules {
  firstMs: number
  longestMs: number
  /** How many attempts in a row may bring nothing. */
  attempts: number
}

/** The silence after which a connection is taken for lost, in milliseconds: three times the one after which servers send a comment, by default. */
export const longestSilenceMs = 45_000
/** The silence after which a page that is shown again connects anew at once: a connection that has slept with its computer tells nobody that it is gone. */
export const doubtfulSilenceMs = 17_000

export function newConnection(now: number): Connection {
  return { state: { state: 'connecting' }, failures: 0, heardAt: now, notBefore: 0 }
}

/** `random`: at least 0, less than 1. */
export function nextConnection(
  connection: Connection,
  input: ConnectionInput,
  rules: ConnectionRules,
  { now, random }: { now: number; random: number },
): Connection {
  const { state } = connection.state
  const again = { ...connection, state: { state: 'connecting' } as const, heardAt: now }
  if (state === 'closed') return connection
  switch (input.type) {
    case 'done':
      return { ...connection, state: { state: 'closed' } }
    case 'due':
      return state === 'waiting' ? again : connection
    case 'opened':
      return { ...connection, state: { state: 'open' }, heardAt: now }
    case 'received':
      return { ...connection, failures: 0, heardAt: now }
    case 'lost':
      return lose(connection, input.error, rules, { now, random })
    case 'woken':
      if (state === 'waiting') {
        if (now >= connection.notBefore) return { ...again, failures: 0 }
        return { ...connection, failures: 0, state: { ...connection.state, until: connection.notBefore } }
      }
      return now - connection.heardAt > doubtfulSilenceMs ? again : connection
  }
}

function lose(
  connection: Connection,
  error: ErrorMembers | undefined,
  { firstMs, longestMs, attempts }: ConnectionRules,
  { now, random }: { now: number; random: number },
): Connection {
  const failures = connection.failures + 1
  if (failures >= attempts) return { ...connection, failures, state: { state: 'closed' } }
  // Between half of a time that doubles and the whole of it.
  const highest = Math.min(longestMs, firstMs * 2 ** failures)
  const lowest = Math.min(highest, Math.max(firstMs, highest / 2))
  const notBefore = now + (error?.retryAfter ?? 0) * 1_000
  const until = Math.max(notBefore, now + lowest + random * (highest - lowest))
  return { ...connection, failures, notBefore, state: { state: 'waiting', until, error } }
}
