import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { begin } from '../../test/support/turns/scripted-turn.ts'
import { type EventChunk, nextNumber } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { LiveTurn } from './live-turn.ts'

const started = (step: number): TurnEvent => ({ type: 'step-start', step })

test('of what one read brings, no more is published than may be beyond the journal; the rest when it has caught up', async () => {
  const state = await begin(createMemoryStore())
  const live = new LiveTurn(state, { maxUnjournaledEvents: 2, onPending: () => {} })
  const published: TurnEvent[] = []
  live.listen((events) => published.push(...events))
  const all = [1, 2, 3, 4, 5].map(started)
  const publishing = live.publish(all)
  assert.equal(published.length, 2)
  for (const expected of [4, 5]) {
    live.log.unwritten()
    live.written(state.lastEvent + expected - 2)
    while (published.length < expected) await new Promise(setImmediate)
    assert.equal(published.length, expected)
  }
  await publishing
  assert.deepEqual(published, all)
})

test('events that the journal has not caught up for are published with the end of an aborted turn, and not before', async () => {
  const state = await begin(createMemoryStore())
  const live = new LiveTurn(state, { maxUnjournaledEvents: 2, onPending: () => {} })
  const seen: EventChunk[] = []
  const follow = () => live.follow(state.lastEvent + 1, (chunk) => seen.push(chunk))?.held ?? []
  live.publish([started(1)])
  live.publish([started(2)])
  const tooFar = live.publish([started(3)])
  live.abort(new TurnAbort('cancelled'))
  await tooFar
  live.publish([started(4)])

  // A process that dies now has published no more than its limit.
  const last = follow().at(-1)
  assert.equal(last && nextNumber(last) - 1, state.lastEvent + 2)
  const staged = live.stage([{ type: 'turn-end', status: 'cancelled' }])
  assert.equal(follow().at(-1)?.first, last?.first)
  live.publishStaged(staged)
  const own = seen.at(-1)
  assert.deepEqual([own?.first, own?.count], [state.lastEvent + 3, 3])
  assert.equal(
    own?.records.match(/^\S+ .*$/gm)?.join(),
    'step-start {"step":3},step-start {"step":4},turn-end {"status":"cancelled"}',
  )
})

test("an aborted turn publishes the engine's lines in their order, also those that have no event", async () => {
  const state = await begin(createMemoryStore())
  const live = new LiveTurn(state, { maxUnjournaledEvents: 1, onPending: () => {} })
  const lines: (string | null)[] = []
  live.listen((_events, parts) => lines.push(...parts.map(({ line }) => line)))
  live.publish([started(1)])
  const tooFar = live.publish([started(2)], [{ line: 'first' }])
  live.abort(new TurnAbort('cancelled'))
  await tooFar
  live.publish([], [{ line: 'second' }])
  assert.deepEqual(lines, [])
  live.publishStaged(live.stage([{ type: 'turn-end', status: 'cancelled' }]))
  assert.deepEqual(lines, ['first', 'second'])
})
