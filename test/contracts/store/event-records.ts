import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import { prompt } from '../../../src/turn/prompt.ts'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  eventsFrom,
  journalEvents,
  residentCall,
  resultsFor,
  step,
  stepEnd,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

/** What engines and clients give that a database, or a regular expression, could trip over. */
const awkward = 'a\u0000"\\\\"}\n\ud83c{"id":"no"}'

export function eventRecords(world: () => StoreWorld): void {
  test('results for a waiting turn are published at once, whatever their texts', async () => {
    const { store, journal } = await world().process()
    const calls = [0, 1, 2].map((index) => ({ ...deviceCall(index), id: `${index}${awkward}` }))
    const { turn, seq } = await waitingTurn(store, world().conversation(), calls)
    await store.storeResults(resultsFor(turn, [answered(seq, 1, awkward)]))
    const failed = { seq, index: 0, status: 'expired' as const, output: 'no permission' }
    await store.storeResults(resultsFor(turn, [failed, answered(seq, 2, '')]))
    assert.deepEqual(await eventsFrom(journal, turn, 2), [
      ['call-end', { callId: `1${awkward}`, status: 'answered', output: awkward }],
      ['call-end', { callId: `0${awkward}`, status: 'expired', error: 'no permission' }],
      ['call-end', { callId: `2${awkward}`, status: 'answered', output: '' }],
    ])
  })

  test('the time that a call took is published in milliseconds', async () => {
    const { store, journal } = await world().process()
    const { turn, seq } = await waitingTurn(store, world().conversation())
    const ago = `update chatterd.calls set created_at = created_at - interval '90.5 seconds' where turn_id = $1`
    await world().query(ago, [turn])
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    const { ms } = JSON.parse((await journalEvents(journal, turn)).at(-1)?.data ?? '')
    assert.ok(ms >= 90_500 && ms < 150_000 && Number.isInteger(ms), `${ms}`)
  })

  test('results of devices while resident calls run are published with the end of these, and then what the turn waits for', async () => {
    const { store, journal } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const calls = [residentCall(0), deviceCall(1), deviceCall(2)]
    const outcome = step(turn, 1, '', { calls })
    const { seq } = await store.endStep(outcome, [chunk(2, stepEnd(outcome))])
    await store.storeResults(resultsFor(turn, [answered(seq, 2)]))
    assert.equal((await journalEvents(journal, turn)).length, 2)
    const own = chunk(3, {
      type: 'call-end',
      callId: 'call-0',
      status: 'succeeded',
      output: 'output 0',
      ms: 1,
    })
    const ended = await store.endCalls(turn, [succeeded(seq, 0)], [own])
    assert.deepEqual([ended.status, ended.appended?.first, ended.appended?.count], ['waiting', 4, 2])
    assert.deepEqual(await eventsFrom(journal, turn, 4), [
      ['call-end', { callId: 'call-2', status: 'answered', output: 'result 2' }],
      ['turn-waiting', { calls: ['call-1'] }],
    ])
    assert.deepEqual(await store.endCalls(turn, [succeeded(seq, 0)], [own]), ended)
    assert.equal((await journalEvents(journal, turn)).length, 5)
  })

  test('where devices have sent all results, the turn runs on; a repeated write changes nothing', async () => {
    const { store } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const outcome = step(turn, 1, '', { calls: [residentCall(0), deviceCall(1)] })
    const { seq } = await store.endStep(outcome, [chunk(2, stepEnd(outcome))])
    await store.storeResults(resultsFor(turn, [answered(seq, 1)]))
    const own = chunk(3, {
      type: 'call-end',
      callId: 'call-0',
      status: 'succeeded',
      output: 'output 0',
      ms: 1,
    })
    const [ended, again] = await Promise.all(
      [1, 2].map(() => store.endCalls(turn, [succeeded(seq, 0)], [own])),
    )
    assert.deepEqual(again, ended)
    assert.deepEqual([ended?.status, ended?.appended?.first, ended?.appended?.count], ['running', 4, 1])
    const alone = await begun(store, beginning(world().conversation()))
    const second = step(alone.id, 1, '', { calls: [residentCall(0)] })
    const stored = await store.endStep(second, [chunk(2, stepEnd(second))])
    const only = await store.endCalls(alone.id, [succeeded(stored.seq, 0)], [own])
    assert.deepEqual([only.status, only.appended], ['running', undefined])
    assert.deepEqual(await store.endCalls(alone.id, [succeeded(stored.seq, 0)], [own]), only)
  })

  for (const count of [1, 2]) {
    test(`a process that ends its waiting turn while ${count} of 2 results come replaces none of their events`, async () => {
      const { store, journal } = await world().process()
      const calls = [deviceCall(0), deviceCall(1)]
      const { turn, seq } = await waitingTurn(store, world().conversation(), calls)
      const before = (await journalEvents(journal, turn)).length
      for (let index = 0; index < count; index++)
        await store.storeResults(resultsFor(turn, [answered(seq, index)]))
      const published = await journalEvents(journal, turn)
      // It does not know the results: its numbers are those of before.
      const cancelled = { type: 'call-end' as const, status: 'cancelled' as const, ms: 0 }
      const own = chunk(
        before + 1,
        { ...cancelled, callId: 'call-0' },
        { ...cancelled, callId: 'call-1' },
        { type: 'turn-end', status: 'cancelled' },
      )
      assert.equal(await store.endTurn({ turn, status: 'cancelled' }, [own]), false)
      const all = await journalEvents(journal, turn)
      assert.deepEqual(all.slice(0, published.length), published)
      const rest = all.slice(published.length).map(({ number, name }) => [number, name])
      const end = [before + 3, 'turn-end']
      assert.deepEqual(rest, count === 1 ? [[before + 2, 'call-end'], end] : [end])
    })
  }

  test('a superseded turn has events for the end of its calls and its own', async () => {
    const { store, journal } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation, [deviceCall(0), deviceCall(1)])
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(await eventsFrom(journal, turn, 3), [
      ['call-end', { callId: 'call-1', status: 'superseded' }],
      ['turn-end', { status: 'cancelled' }],
    ])
  })

  test('device calls without results in time expire, and the turn goes on in the process that finds them', async () => {
    const [first, living] = [await world().process(), await world().process({ callTimeoutMs: 3_600_000 })]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(first.store, conversation, [deviceCall(0), deviceCall(1)])
    const older = (index: number) =>
      world().query(
        `update chatterd.calls set created_at = created_at - interval '2 hours' where turn_id = $1 and index = $2`,
        [turn, index],
      )
    await older(0)
    assert.deepEqual((await living.store.heartbeat([])).adopted, [])
    assert.equal((await living.store.newestTurn(conversation))?.status, 'waiting')
    await older(1)
    const { adopted } = await living.store.heartbeat([])
    const own = adopted.filter(({ id }) => id === turn)
    assert.deepEqual([own.length, own[0]?.status, own[0]?.lastEvent], [1, 'running', 3])
    assert.deepEqual(
      own[0]?.log.find((message) => message.seq === seq)?.calls.map(({ status, output }) => [status, output]),
      [
        ['expired', undefined],
        ['expired', undefined],
      ],
    )
    assert.deepEqual(await eventsFrom(living.journal, turn, 2), [
      ['call-end', { callId: 'call-0', status: 'expired' }],
      ['call-end', { callId: 'call-1', status: 'expired' }],
    ])
    assert.deepEqual(await first.store.storeResults(resultsFor(turn, [answered(seq, 0)])), {
      result: 'conflict',
    })
    const on = step(turn, 2, 'without them')
    await living.store.endStep(on, [chunk(4, stepEnd(on), { type: 'turn-end', status: 'completed' })])
  })

  test('a process that has no room adopts no turn', async () => {
    const { store } = await world().process({ callTimeoutMs: 0 })
    const conversation = world().conversation()
    const { turn } = await waitingTurn(store, conversation)
    assert.deepEqual((await store.heartbeat([], 0)).adopted, [])
    assert.equal((await store.newestTurn(conversation))?.status, 'waiting')
    const { adopted } = await store.heartbeat([])
    assert.deepEqual(
      adopted.map(({ id }) => id),
      [turn],
    )
  })

  test('a late result is stored with its call, changes nothing else, and is not in the prompt', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    const next = await begun(store, beginning(conversation, 'next'))
    const late = resultsFor(turn, [answered(seq, 0, awkward)])
    assert.deepEqual(await store.storeResults(late), { result: 'conflict' })
    assert.deepEqual(await store.storeResults(resultsFor(turn, [answered(seq, 0, 'again')])), {
      result: 'conflict',
    })
    const call = (await directory.turn(turn))?.calls[0]
    assert.deepEqual([call?.status, call?.output], ['superseded', awkward])
    await store.endStep(step(next.id, 1, 'done'), [])
    const fresh = await world().process({ logCacheBytes: 0 })
    const prompted = prompt(await begun(fresh.store, beginning(conversation, 'third')))
    const result = prompted.find(({ role }) => role === 'tool')
    assert.equal(result?.content, 'No result: the user went on before the device answered.')
  })

  test('events that follow results have the numbers after them', async () => {
    const { store, journal } = await world().process()
    const { turn, seq } = await waitingTurn(store, world().conversation())
    const outcome = await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    assert.ok(outcome.result === 'go-on')
    const first = outcome.state.lastEvent + 1
    const more: TurnEvent[] = [{ type: 'step-start', step: 2 }, delta('x')]
    assert.deepEqual((await journal.write([{ turn, chunks: [chunk(first, ...more)] }])).written, [turn])
    assert.deepEqual(
      (await journalEvents(journal, turn)).map(({ name }) => name),
      ['turn-start', 'call-end', 'step-start', 'text-delta'],
    )
  })
}
