import assert from 'node:assert/strict'
import type { TurnEnd, TurnEvent } from '../../../src/protocol/events.ts'
import type { AdmittedTurn } from '../../../src/stream/admission.ts'
import { type CallReport, callReport } from '../../../src/stream/call-report.ts'
import type { LiveTurn } from '../../../src/stream/live-turn.ts'
import { type LiveLimits, LiveTurns } from '../../../src/stream/live-turns.ts'
import type { RunReport } from '../../../src/stream/run-report.ts'
import { createToolbox } from '../../../src/tools/toolbox.ts'
import type { TurnBeginning } from '../../../src/turn/ports/conversation-store.ts'
import type { Tool } from '../../../src/turn/ports/toolbox.ts'
import { createMemoryStore, type MemoryStore } from '../memory-store/memory-store.ts'
import { createScriptedEngine, type Scene } from './scripted-engine.ts'
import { conversation, limits, locate, request, user } from './scripted-turn.ts'

/** The signal of a client that does not disconnect. */
export const here = new AbortController().signal
const bounds: LiveLimits = {
  maxTurns: 9,
  turnTimeoutMs: 60_000,
  busyWaitMs: 60_000,
  maxUnjournaledEvents: 64,
  journalDelayMs: 45,
  leaseMs: 0,
}

/** What one process of the tests is given; all has a default. */
export interface Given extends Partial<LiveLimits> {
  tools?: Tool[]
  /** Requests that may wait for a conversation. */
  busyQueue?: number
  /** Shared with another process. */
  store?: MemoryStore
  /** What the engine's models can do; absent: it does not say. */
  capabilities?: string[]
}

/** The turns of a process whose engine plays these replies; from `hold` on, until `release`, it begins none. */
export function liveProcess(scripts: Scene[][], given: Given = {}) {
  const { tools = [], busyQueue = 9, store = createMemoryStore({ busyQueue }), capabilities, ...more } = given
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  const engine = createScriptedEngine(scripts, {
    beforeBatch: () => gate.promise,
    ...(capabilities && { capabilities }),
  })
  const faults: unknown[] = []
  const runs: RunReport[] = []
  const ended: CallReport[] = []
  const toolbox = createToolbox(tools)
  let turnIds = 0
  let callIds = 0
  const turns = new LiveTurns(
    {
      ...{ engine, store, limits, toolbox, now: () => 0 },
      ...{ journal: store.journal, directory: store.directory },
      newCallId: () => `own_${++callIds}`,
      newTurnId: () => `t${++turnIds}`,
      onFault: (fault) => faults.push(fault),
      onCallEnd: (call) => ended.push(callReport(call, toolbox)),
      onRunEnd: (run) => runs.push(run),
    },
    { ...bounds, ...more },
  )

  function post(
    content: string,
    name = conversation.name,
    disconnected = here,
    more: Partial<TurnBeginning> = {},
  ) {
    const events: TurnEvent[] = []
    const begun = turns.begin({ ...prompt(content, name), ...more }, disconnected, (batch) =>
      events.push(...batch),
    )
    const ended = begun.then(({ live }) => live?.finished)
    // A test looks at one of them or at the other.
    ended.catch(() => undefined)
    return { begun, ended, events }
  }

  return {
    ...{ turns, store, engine, faults, runs, ended, post },
    hold: () => {
      gate = Promise.withResolvers()
    },
    release: () => gate.resolve(),
    log: (name = 'talk') => store.conversation(name)?.messages.map(({ content }) => content),
  }
}

/** A prompt of the phone that has `locate`; it waits its turn. */
export function prompt(content: string, name = conversation.name) {
  const whenBusy = 'queue' as const
  return { conversation: { tenant: '', name }, request, messages: [user(content)], tools: [locate], whenBusy }
}

/** The turn that was begun, as it runs here. */
export async function liveOf(begun: Promise<AdmittedTurn>): Promise<LiveTurn> {
  const { live } = await begun
  assert.ok(live)
  return live
}

/** Lets everything happen that waits for nothing from outside. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The last event as the turn's end; fails where the turn was not ended exactly once. */
export function lastEnd(events: readonly TurnEvent[]): TurnEnd | undefined {
  const last = events.at(-1)
  assert.equal(events.filter(({ type }) => type === 'turn-end').length, 1)
  return last?.type === 'turn-end' ? last : undefined
}
