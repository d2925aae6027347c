import assert from 'node:assert/strict'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import { eventsOf } from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import type { NewMessage } from '../../../src/protocol/message.ts'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import { journaledStore } from '../../../src/stream/journaled-store.ts'
import { LiveTurn } from '../../../src/stream/live-turn.ts'
import type { TurnListener } from '../../../src/stream/subscribers.ts'
import { createToolbox } from '../../../src/tools/toolbox.ts'
import type { Tool, Toolbox } from '../../../src/turn/ports/toolbox.ts'
import type { TurnLimits, TurnState } from '../../../src/turn/ports/turn-state.ts'
import { runTurn } from '../../../src/turn/run-turn.ts'
import type { TurnClient } from '../../../src/turn/turn-ports.ts'
import { createMemoryStore, type MemoryStore } from '../memory-store/memory-store.ts'
import type { ScriptedEngine } from './scripted-engine.ts'

export const conversation = { tenant: '', name: 'talk' }
export const request = { model: 'm', stream: true, offerTools: true, settings: {} }
export const limits: TurnLimits = { maxSteps: 8, maxCalls: 8, maxAnswerBytes: 10_000 }

/** A tool that the tests' phone has. */
export const locate: ToolSchema = {
  type: 'function',
  function: { name: 'locate', parameters: { type: 'object', properties: { precise: { type: 'string' } } } },
}

/** A resident tool of this name. */
export function resident(name: string, run: Tool['run']): Tool {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  return { schema: { type: 'function', function: { name, parameters } }, run }
}

/** What one run of a turn needs; most has a default. */
export interface Run {
  engine: ScriptedEngine
  store?: MemoryStore
  toolbox?: Toolbox
  limits?: TurnLimits
  signal?: AbortSignal
  accepted?: () => boolean
  messages?: NewMessage[]
  /** Goes on with this state, instead of beginning a turn. */
  state?: TurnState
  /** Called with each event, before the next one is asked for. */
  onEvent?: (event: TurnEvent) => void
  /** Called with what is published at once. */
  onBatch?: TurnListener
}

/** The result of a run. */
export interface Ran {
  events: TurnEvent[]
  last: TurnEvent
  store: MemoryStore
}

export function user(content: string): NewMessage {
  return { role: 'user', content }
}

/**
 * Begins a turn in the store, runs it, and returns all that was published. Checks what is true of every run: one last event,
 * no end published that is not stored, and all that was published in the journal, in the same order.
 */
export async function run(options: Run): Promise<Ran> {
  const { engine, store = createMemoryStore(), toolbox = createToolbox([]), onEvent, onBatch } = options
  const state = options.state ?? (await begin(store, options.messages))
  const live = new LiveTurn(state, { maxUnjournaledEvents: Number.POSITIVE_INFINITY, onPending: () => {} })
  let callIds = 0
  const ports = {
    ...{ engine, toolbox, store: journaledStore(store, live), directory: store.directory },
    limits: options.limits ?? limits,
    ...{ now: () => 0, newCallId: () => `own_${++callIds}` },
  }
  const signal = options.signal ?? new AbortController().signal
  const events: TurnEvent[] = []
  live.listen((batch, parts) => {
    for (const event of batch) {
      assertStored(event, store, state)
      events.push(event)
      onEvent?.(event)
    }
    onBatch?.(batch, parts)
  })
  const accepted = options.accepted ?? (() => true)
  const client: TurnClient = {
    ...{ signal, accepted, publish: (batch, parts) => live.publish(batch, parts) },
    onFailure: (error) => live.onFailure(error),
  }
  await runTurn(state, ports, client)
  const last = events.at(-1)
  assert.ok(last)
  const isLast = ({ type }: TurnEvent) => type === 'turn-end' || type === 'turn-waiting'
  const lasts = events.filter(isLast)
  // One that is cancelled while it begins to wait publishes that it waits, and then its end.
  if (signal.aborted && lasts[0]?.type === 'turn-waiting') lasts.shift()
  assert.deepEqual(lasts, [last], 'the last event comes once, and last')
  assertCallsEnd(events, last)
  assert.equal(engine.open, 0, 'no response of the engine stays open')
  assertJournaled(events, store, state)
  return { events, last, store }
}

/** Begins a turn of the phone that has `locate`. */
export async function begin(
  store: MemoryStore,
  messages = [user('Hello?')],
  turn = 't1',
): Promise<TurnState> {
  const tools = [locate]
  const begun = await store.begin({ turn, conversation, request, messages, tools, whenBusy: 'queue' })
  assert.ok(begun.result === 'begun')
  return begun.state
}

/** An event that says that something has ended agrees with the store. */
function assertStored(event: TurnEvent, store: MemoryStore, { id, conversation: { name } }: TurnState): void {
  const turn = store.turn(id)
  const own = store.conversation(name)?.messages.filter((message) => message.turn === id) ?? []
  if (event.type === 'step-end') assert.equal(turn?.step, event.step)
  if (event.type === 'call-start' || event.type === 'call-end') {
    const call = own.flatMap((message) => message.calls).find((one) => one.id === event.callId)
    assert.ok(call)
    if (event.type === 'call-end') {
      assert.equal(call.status, event.status)
      assert.equal(call.output, event.output)
    }
  }
  if (event.type === 'turn-waiting') assert.equal(turn?.status, 'waiting')
  if (event.type !== 'turn-end') return
  if (event.refused) assert.ok(turn === undefined || turn.status === 'waiting')
  else assert.deepEqual([turn?.status, turn?.error], [event.status, event.error])
}

/** Each call ends once after it has begun; those that the turn waits for are open. */
function assertCallsEnd(events: readonly TurnEvent[], last: TurnEvent): void {
  const ids = (type: 'call-start' | 'call-end') =>
    events.flatMap((event) => (event.type === type ? [event.callId] : []))
  const ended = [...ids('call-end'), ...(last.type === 'turn-waiting' ? last.calls : [])]
  // Device calls of an earlier run may end in this one.
  assert.equal(new Set(ended).size, ended.length)
  const missing = ids('call-start').filter((id) => !ended.includes(id))
  assert.deepEqual(missing, [], 'every call that was begun has ended, or is waited for')
}

/** The journal has what this run published; nothing of what was withdrawn. */
function assertJournaled(
  events: readonly TurnEvent[],
  store: MemoryStore,
  { id, lastEvent: before }: TurnState,
): void {
  const last = events.at(-1)
  if (last?.type === 'turn-end' && last.refused) return
  const journaled = store.turn(id)?.chunks.flatMap((chunk) => eventsOf(chunk, before + 1)) ?? []
  const isText = (name: string) => name === 'text-delta' || name === 'thinking-delta'
  assert.deepEqual(
    journaled.filter(({ name }) => !isText(name)).map(({ name }) => name),
    kinds(events).filter((name) => !isText(name)),
  )
  const texts = journaled.filter(({ name }) => name === 'text-delta').map(({ data }) => JSON.parse(data).text)
  assert.equal(texts.join(''), publishedText(events))
}

/** The text that was published, joined. */
export function publishedText(events: readonly TurnEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

/** The kinds of the events, in order. */
export function kinds(events: readonly TurnEvent[]): string[] {
  return events.map(({ type }) => type)
}

export function engineError(code: ChatterdError['code'], message = 'the engine said so'): ChatterdError {
  return new ChatterdError(code, message)
}
