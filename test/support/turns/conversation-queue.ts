import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type ConversationKey, keyOf } from '../../../src/protocol/conversation-key.ts'
import { ConversationQueues } from '../../../src/stream/conversation-queues.ts'
import { Notifier } from '../../../src/stream/notifier.ts'
import { RunningTurns } from '../../../src/stream/running-turns.ts'
import type { BeginOutcome, RequestKey } from '../../../src/turn/ports/conversation-store.ts'
import { stateOf } from './followed-turn.ts'
import { here, settle } from './live-process.ts'
import { conversation, request } from './scripted-turn.ts'

/** Nothing happens by itself within a test. */
const long = { busyWaitMs: 60_000, pollMs: 60_000 }

/** What a request of a test may have of its own. */
export interface Given {
  key?: RequestKey
  /** What the database returns, instead of what the queue says. */
  ask?: () => Promise<BeginOutcome>
  disconnected?: AbortSignal
  conversation?: ConversationKey
}

export const busy: BeginOutcome = { result: 'busy', active: undefined }

/** The turn of this name has begun. */
export function begun(name: string): BeginOutcome {
  return { result: 'begun', state: stateOf(name) }
}

/** A conversation with its queue, as in the database; `trail` has which requests asked and which left. */
export function openQueue(t: TestContext, limits = long) {
  const closing = new AbortController()
  t.after(() => closing.abort(new Error('the test is over')))
  const notifier = new Notifier()
  const trail: string[] = []
  const given = new Map<string, Given>()
  let queue: { turn: string; key: string | undefined }[] = []
  /** Turns that were begun, by their key. */
  const keys = new Map<string, string>()
  let isBusy = false

  const queues = new ConversationQueues(
    {
      ...{ notifier, closing: closing.signal },
      // No test here cancels a turn.
      running: Object.create(RunningTurns.prototype),
      store: {
        async begin({ turn, key }) {
          const ask = given.get(turn)?.ask
          if (ask) return await ask()
          trail.push(turn)
          const own = { turn, key: key?.key }
          const like = key ? queue.findLastIndex((one) => one.key === key.key) : -1
          if (!queue.some((one) => one.turn === turn))
            queue.splice(like < 0 ? queue.length : like + 1, 0, own)
          await settle()
          const replay = key && keys.get(key.key)
          if (!replay && (isBusy || queue[0]?.turn !== turn)) return busy
          queue = queue.filter((one) => one.turn !== turn)
          if (replay) return { result: 'replay', turn: replay, after: 0 }
          isBusy = true
          if (key) keys.set(key.key, turn)
          return begun(turn)
        },
        async leaveQueue(turn) {
          trail.push(`${turn} leaves`)
          queue = queue.filter((other) => other.turn !== turn)
        },
        queuePosition: () => assert.fail(),
        cancel: () => assert.fail(),
        cancelIdle: () => assert.fail(),
      },
    },
    limits,
  )

  /** Resolves with the name of the turn that has begun. */
  async function begin(name: string, own: Given = {}): Promise<string> {
    given.set(name, own)
    const beginning = { turn: name, conversation, request, messages: [], whenBusy: 'queue' as const }
    const outcome = await queues.begin({ ...beginning, ...own }, own.disconnected ?? here)
    return outcome.result === 'begun' ? outcome.state.id : outcome.turn
  }
  const notify = () => notifier.notify(keyOf(conversation))
  const free = () => {
    isBusy = false
    notify()
  }
  /** Begins the first turn, which finds the conversation free, and then the others, which wait. */
  async function wait<Name extends string>(...names: Name[]) {
    await begin('first')
    const waiting = names.map((name) => begin(name))
    for (const one of waiting) one.catch(() => undefined)
    while (trail.length < 2 * names.length + 1) await settle()
    await settle()
    // On a slow machine, one that waits only for a moment has left by now.
    trail.splice(0, trail.length, ...trail.filter((one) => one.endsWith(' leaves')))
    return waiting
  }
  const close = () => closing.abort(new Error('closed'))
  return { ...{ notifier, trail, begin, notify, free, wait, close }, isBusy: () => isBusy }
}
