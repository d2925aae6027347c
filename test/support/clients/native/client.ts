import { setTimeout as delay } from 'node:timers/promises'
import type { JsonObject } from '../../../../src/protocol/json.ts'
import { ask, type Response } from './ask.ts'
import { type Following, followed, Refused } from './following.ts'
import { TurnRecord, Violation } from './turn-record.ts'

/** The body of a request that begins a turn: the user's text, and what else it may have. */
export interface Prompt extends JsonObject {
  input: string
}

/** How long a client waits before it retries, in milliseconds. */
const pauseMs = 20

const api = (url: string) => `${url}/chatterd/v1`
const keyed = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { 'idempotency-key': key }

/** Begins a turn and follows it. */
export function beginTurn(url: string, conversation: string, body: Prompt, key?: string): Following {
  const options = { body, headers: keyed(key) }
  return followed(`${api(url)}/conversations/${conversation}/turns`, options, new TurnRecord())
}

/** Begins a turn without following it. */
export function beginUnfollowed(
  url: string,
  conversation: string,
  body: Prompt,
  key?: string,
): Promise<Response> {
  return ask(`${api(url)}/conversations/${conversation}/turns`, { body, headers: keyed(key) })
}

/** Goes on with a turn after the last event of the record. */
export function resume(url: string, record: TurnRecord): Following {
  const { turn, last } = record
  if (turn === undefined) throw new Error('nothing was seen of the turn yet')
  const headers = last > 0 ? { 'last-event-id': `${turn}:${last}` } : {}
  return followed(`${api(url)}/turns/${turn}/events`, { headers }, record)
}

/** A turn's events after this number. */
export function join(url: string, turn: string, after = 0): Following {
  const record = new TurnRecord(turn, after)
  return followed(`${api(url)}/turns/${turn}/events?after=${after}`, {}, record)
}

/**
 * Follows a turn to its end, at the address that is given next, as long as it takes. A refusal that asks for a retry is
 * retried; any other is thrown, as is a `Violation`.
 */
export async function followToEnd(
  next: () => string,
  record: TurnRecord,
  over?: AbortSignal,
): Promise<TurnRecord> {
  while (!record.end) {
    over?.throwIfAborted()
    try {
      if ((await resume(next(), record).over) !== 'cut') continue
    } catch (error) {
      const passes = error instanceof Refused && error.status === 503
      if (error instanceof Violation || (error instanceof Refused && !passes)) throw error
    }
    await delay(pauseMs)
  }
  return record
}

/** A whole turn, read from its first event. */
export async function wholeTurn(url: string, turn: string): Promise<TurnRecord> {
  const following = join(url, turn)
  await following.over
  return following.record
}

/** The turn as it is now. */
export function getTurn(url: string, turn: string): Promise<Response> {
  return ask(`${api(url)}/turns/${turn}`)
}

/** Posts results of calls: their outputs by id. */
export function postResults(url: string, turn: string, outputs: Record<string, unknown>): Promise<Response> {
  const results = Object.entries(outputs).map(([callId, output]) => ({ callId, output }))
  return ask(`${api(url)}/turns/${turn}/results`, { body: { results } })
}

export function cancelTurn(url: string, turn: string): Promise<Response> {
  return ask(`${api(url)}/turns/${turn}/cancel`, { method: 'POST' })
}

/** The conversation's log, oldest first. */
export async function messagesOf(url: string, conversation: string): Promise<JsonObject[]> {
  const { json } = await ask(`${api(url)}/conversations/${conversation}/messages?limit=200`)
  return json.messages as JsonObject[]
}
