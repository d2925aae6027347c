import assert from 'node:assert/strict'
import type { Call } from '../../../src/protocol/call.ts'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import {
  type EventChunk,
  eventRecord,
  eventsOf,
  type JournalEvent,
} from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import type { NewMessage } from '../../../src/protocol/message.ts'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import { uuidv7 } from '../../../src/store/uuidv7.ts'
import type {
  BeginOutcome,
  ConversationStore,
  TurnBeginning,
  TurnResults,
} from '../../../src/turn/ports/conversation-store.ts'
import type { EventJournal } from '../../../src/turn/ports/event-journal.ts'
import type { TurnState } from '../../../src/turn/ports/turn-state.ts'
import type { CallOutcome, StepOutcome } from '../../../src/turn/ports/turn-store.ts'

export function user(content: string): NewMessage {
  return { role: 'user', content }
}

/** The beginning of a turn with one message of the user's. */
export function beginning(
  conversation: ConversationKey,
  content = 'Hello?',
  rest: Partial<TurnBeginning> = {},
): TurnBeginning {
  const request = { model: 'm', stream: true, offerTools: true, settings: {} }
  return { turn: uuidv7(), conversation, request, messages: [user(content)], whenBusy: 'refuse', ...rest }
}

/** Begins a turn that is not refused. */
export async function begun(store: ConversationStore, given: TurnBeginning): Promise<TurnState> {
  const begun = await store.begin(given)
  assert.ok(begun.result === 'begun', `the turn was not begun: ${begun.result}`)
  return begun.state
}

/** The states of those that have begun. */
export function statesOf(results: readonly (BeginOutcome | undefined)[]): TurnState[] {
  return results.flatMap((one) => (one?.result === 'begun' ? [one.state] : []))
}

/** Results of device calls, in a request of their own. */
export function resultsFor(
  turn: string,
  results: TurnResults['results'],
  rest: Partial<TurnResults> = {},
): TurnResults {
  return { turn, id: uuidv7(), results, ...rest }
}

/** The outcome of a turn's step: it goes on where `calls` are given. */
export function step(
  turn: string,
  number: number,
  content: string,
  rest: Partial<StepOutcome> & { calls?: Call[] } = {},
): StepOutcome {
  const { calls = [], ...others } = rest
  const waits = calls.length > 0 && calls.every(({ status }) => status === 'offered' || status === 'asked')
  const status = calls.length === 0 ? 'completed' : waits ? 'waiting' : 'running'
  const message = { role: 'assistant' as const, content, calls, usage: {}, finishReason: 'stop' as const }
  return { turn, step: number, message, status, promptFrom: 1, ...others }
}

/** A call of a device tool. */
export function deviceCall(index = 0, name = 'get_location'): Call {
  return { id: `call-${index}`, index, name, arguments: {}, side: 'device', status: 'offered' }
}

/** A call that a person has to approve. */
export function askedCall(index = 0, side: Call['side'] = 'resident', name = 'send_mail'): Call {
  const approval = { hash: `hash ${index}`, source: side === 'device' ? 'device' : 'builtin' }
  return { id: `call-${index}`, index, name, arguments: {}, approval, side, status: 'asked' }
}

/** A call of a resident tool. */
export function residentCall(index = 0, name = 'get_weather'): Call {
  return { id: `call-${index}`, index, name, arguments: {}, side: 'resident', status: 'running' }
}

export function succeeded(seq: number, index: number, output = `output ${index}`): CallOutcome {
  return { seq, index, status: 'succeeded', output }
}

export function answered(seq: number, index: number, output = `result ${index}`): CallOutcome {
  return { seq, index, status: 'answered', output }
}

export function denied(seq: number, index: number, output = 'The user denied this call.'): CallOutcome {
  return { seq, index, status: 'denied', output }
}

export function tool(name: string, description = `Device tool ${name}`): ToolSchema {
  return { type: 'function', function: { name, description, parameters: { type: 'object' } } }
}

/** Of `assert.rejects`: a `ChatterdError` of this code. */
export function refusal(code: string): object {
  return { name: 'ChatterdError', code }
}

/** Begins a turn that waits for its device, and returns it with the number of the message that holds the calls. */
export async function waitingTurn(
  store: ConversationStore,
  conversation: ConversationKey,
  calls: Call[] = [deviceCall()],
): Promise<{ turn: string; seq: number }> {
  const { id: turn } = await begun(store, beginning(conversation))
  const { seq } = await store.endStep(step(turn, 1, '', { calls }), [])
  return { turn, seq }
}

/** Events in a row, from this number on. */
export function chunk(first: number, ...events: TurnEvent[]): EventChunk {
  return { first, count: events.length, records: events.map(eventRecord).join('') }
}

export function delta(text: string, type: 'text-delta' | 'thinking-delta' = 'text-delta'): TurnEvent {
  return { type, text }
}

/** The event of the end of a step. */
export function stepEnd({ step, message }: StepOutcome): TurnEvent {
  return { type: 'step-end', step, message, usage: message.usage, finishReason: message.finishReason }
}

/** All that the journal has of a turn. */
export async function journalEvents(journal: EventJournal, turn: string): Promise<JournalEvent[]> {
  const [page] = await journal.read([{ turn, after: 0, follow: false }])
  return page?.chunks.flatMap((one) => eventsOf(one)) ?? []
}

/** Names and data of a turn's events from a number on, without the times. */
export async function eventsFrom(
  journal: EventJournal,
  turn: string,
  from: number,
): Promise<[string, object][]> {
  const events = (await journalEvents(journal, turn)).filter(({ number }) => number >= from)
  return events.map(({ name, data }) => {
    const { ms: _, ...rest } = JSON.parse(data)
    return [name, rest]
  })
}
