import assert from 'node:assert/strict'
import { ChatterdError } from '../src/protocol/errors.ts'
import type { TurnEvent } from '../src/protocol/events.ts'
import type { NewMessage } from '../src/protocol/message.ts'
import type { ToolSchema } from '../src/protocol/tool-schema.ts'
import { createToolbox } from '../src/tools/toolbox.ts'
import { runTurn } from '../src/turn/run-turn.ts'
import type { Tool, Toolbox } from '../src/turn/toolbox.ts'
import type { TurnLimits, TurnState } from '../src/turn/turn-state.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'
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
}

/** What came of it. */
export interface Ran {
  events: TurnEvent[]
  last: TurnEvent
  store: MemoryStore
}

export function user(content: string): NewMessage {
  return { role: 'user', content }
}

/**
 * Begins a turn in the store, runs it, and returns all that was published. Holds each run to what is true of all: one last event,
 * and nothing told to have ended that is not stored.
 */
export async function run(options: Run): Promise<Ran> {
  const { engine, store = createMemoryStore(), toolbox = createToolbox([]), onEvent } = options
  const state = options.state ?? (await begin(store, options.messages))
  let callIds = 0
  const ports = {
    ...{ engine, toolbox, store, limits: options.limits ?? limits },
    ...{ now: () => 0, newCallId: () => `own_${++callIds}` },
  }
  const signal = options.signal ?? new AbortController().signal
  const events: TurnEvent[] = []
  const publish = (batch: readonly TurnEvent[]) => {
    for (const event of batch) {
      assertStored(event, store, state)
      events.push(event)
      onEvent?.(event)
    }
  }
  await runTurn(state, ports, { signal, accepted: options.accepted ?? (() => true), publish })
  const last = events.at(-1)
  assert.ok(last)
  assert.deepEqual(
    events.filter(({ type }) => type === 'turn-end' || type === 'turn-waiting'),
    [last],
    'the last event comes once, and last',
  )
  assert.equal(engine.open, 0, 'no answer of the engine is left open')
  return { events, last, store }
}

/** Begins a turn of the phone that has `locate`. */
export async function begin(
  store: MemoryStore,
  messages = [user('Hello?')],
  turn = 't1',
): Promise<TurnState> {
  const state = await store.begin({ turn, conversation, request, messages, tools: [locate] })
  assert.ok(state)
  return state
}

/** What is told to have ended lies in the store just so. */
function assertStored(event: TurnEvent, store: MemoryStore, { id, conversation: name }: TurnState): void {
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

/** The text that was told, joined. */
export function toldText(events: readonly TurnEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
}

/** The kinds of the events, in order. */
export function kinds(events: readonly TurnEvent[]): string[] {
  return events.map(({ type }) => type)
}

export function engineError(code: ChatterdError['code'], words = 'the engine said so'): ChatterdError {
  return new ChatterdError(code, words)
}
