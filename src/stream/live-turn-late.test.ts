import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/memory-store.ts'
import { begin } from '../../test/scripted-turn.ts'
import { type EventChunk, nextNumber } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { LiveTurn } from './live-turn.ts'

const told = (step: number): TurnEvent => ({ type: 'step-start', step })

test('of what one read brings, no more is told than may be beyond the journal; the rest as it comes after', async () => {
  const state = await begin(createMemoryStore())
  const live = new LiveTurn(state, { lead: 2, onPending: () => {} })
  const heard: TurnEvent[] = []
  live.listen((events) => heard.push(...events))
  const all = [1, 2, 3, 4, 5].map(told)
  const telling = live.publish(all)
  assert.equal(heard.length, 2)
  for (const expected of [4, 5]) {
    live.log.unwritten()
    live.written(state.lastEvent + expected - 2)
    while (heard.length < expected) await new Promise(setImmediate)
    assert.equal(heard.length, expected)
  }
  await telling
  assert.deepEqual(heard, all)
})

test('what the journal did not come after is told with the end of an aborted turn, and not before, to nobody', async () => {
  const state = await begin(createMemoryStore())
  const live = new LiveTurn(state, { lead: 2, onPending: () => {} })
  const seen: EventChunk[] = []
  const follow = () => live.follow(state.lastEvent + 1, (chunk) => seen.push(chunk))?.held ?? []
  live.publish([told(1)])
  live.publish([told(2)])
  const tooFar = live.publish([told(3)])
  live.abort(new TurnAbort('cancelled'))
  await tooFar
  live.publish([told(4)])

  // What a process that goes now has told is within its lead.
  const last = follow().at(-1)
  assert.equal(last && nextNumber(last) - 1, state.lastEvent + 2)
  const ending = live.commit([{ type: 'turn-end', status: 'cancelled' }], async () => {
    assert.equal(follow().at(-1)?.first, last?.first)
  })
  await ending
  const own = seen.at(-1)
  assert.deepEqual([own?.first, own?.count], [state.lastEvent + 3, 3])
  assert.equal(
    own?.records.match(/^\S+ .*$/gm)?.join(),
    'step-start {"step":3},step-start {"step":4},turn-end {"status":"cancelled"}',
  )
})
