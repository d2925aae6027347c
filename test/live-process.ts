import assert from 'node:assert/strict'
import type { TurnEnd, TurnEvent } from '../src/protocol/events.ts'
import { type LiveLimits, LiveTurns } from '../src/stream/live-turns.ts'
import { createToolbox } from '../src/tools/toolbox.ts'
import type { Tool } from '../src/turn/toolbox.ts'
import { createMemoryStore } from './memory-store.ts'
import { createScriptedEngine, type Scene } from './scripted-engine.ts'
import { conversation, limits, locate, request, user } from './scripted-turn.ts'

/** The signal of a client that does not leave. */
export const here = new AbortController().signal
const bounds: LiveLimits = {
  maxTurns: 9,
  turnTimeoutMs: 60_000,
  busyWaitMs: 60_000,
  maxWaiting: 9,
  leaseMs: 0,
}

/** The turns of a process whose engine plays these answers; from `hold` on, until `release`, it begins none. */
export function liveProcess(scripts: Scene[][], given: Partial<LiveLimits> & { tools?: Tool[] } = {}) {
  const { tools = [], ...more } = given
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  const store = createMemoryStore()
  const engine = createScriptedEngine(scripts, { beforeBatch: () => gate.promise })
  const faults: unknown[] = []
  let turnIds = 0
  let callIds = 0
  const turns = new LiveTurns(
    {
      ...{ engine, store, limits, toolbox: createToolbox(tools), now: () => 0 },
      newCallId: () => `own_${++callIds}`,
      newTurnId: () => `t${++turnIds}`,
      onFault: (fault) => faults.push(fault),
    },
    { ...bounds, ...more },
  )

  function post(content: string, name = conversation.name, left = here) {
    const events: TurnEvent[] = []
    const key = { tenant: '', name }
    const beginning = { conversation: key, request, messages: [user(content)], tools: [locate] }
    const begun = turns.begin(beginning, left, (batch) => events.push(...batch))
    const ended = begun.then((live) => live.finished)
    // Whoever does not look at one of them looks at the other.
    ended.catch(() => undefined)
    return { begun, ended, events }
  }

  return {
    ...{ turns, store, engine, faults, post },
    hold: () => {
      gate = Promise.withResolvers()
    },
    release: () => gate.resolve(),
    log: (name = 'talk') => store.conversation(name)?.messages.map(({ content }) => content),
  }
}

/** Lets everything happen that waits for nothing from outside. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The last event as the turn's end; fails where the turn was not ended exactly once. */
export function lastEnd(events: readonly TurnEvent[]): TurnEnd | undefined {
  const last = events.at(-1)
  assert.equal(events.filter(({ type }) => type === 'turn-end').length, 1)
  return last?.type === 'turn-end' ? last : undefined
}
