import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TurnBeginning } from '../../../src/turn/ports/conversation-store.ts'
import {
  answered,
  beginning,
  begun,
  refusal,
  residentCall,
  resultsFor,
  statesOf,
  step,
  succeeded,
  user,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function queues(world: () => StoreWorld): void {
  const queued = (conversation: TurnBeginning['conversation'], content: string) =>
    beginning(conversation, content, { whenBusy: 'queue' })

  test('requests of several processes begin in the order in which they came [one-turn]', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [first] = processes
    assert.ok(first)
    const conversation = world().conversation()
    let { id: active } = await begun(first.store, beginning(conversation))
    let runner = first
    const queue = Array.from({ length: 6 }, (_, index) => ({
      given: queued(conversation, `${index}`),
      process: processes[index % 3] ?? first,
    }))
    for (const { given, process } of queue) {
      assert.deepEqual(await process.store.begin(given), { result: 'busy', active })
    }
    for (const [index, { given, process }] of queue.entries()) {
      await runner.store.endStep(step(active, 1, 'ok'), [])
      // Those behind ask all at once, and do not begin.
      const behind = await Promise.all(
        queue.slice(index + 1).map((one) => one.process.store.begin(one.given)),
      )
      assert.ok(behind.every((one) => one.result === 'busy' && one.active === undefined))
      const state = await begun(process.store, given)
      assert.equal(state.log.at(-1)?.content, `${index}`)
      active = state.id
      runner = process
    }
  })

  test('requests that wait when their conversation is emptied or removed begin in the new one, in order, before those that come later [one-turn]', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (const way of ['reset', 'remove'] as const) {
      const conversation = world().conversation()
      const { id: active } = await begun(one.store, beginning(conversation))
      const waiting = [one, two, one].map((process, index) => ({
        process,
        given: queued(conversation, `${index}`),
      }))
      for (const { process, given } of waiting) await process.store.begin(given)
      if (way === 'reset') await two.store.reset(conversation, [])
      else assert.deepEqual((await two.directory.remove(conversation))?.turns, [active])
      const late = { process: one, given: queued(conversation, 'late') }
      const said: unknown[] = []
      for (const { process, given } of [...waiting, late]) {
        assert.equal((await one.store.begin(late.given)).result, given === late.given ? 'begun' : 'busy')
        const { id, log } = await begun(process.store, given)
        said.push(...log.map(({ content }) => content))
        await process.store.withdraw({ turn: id, conversation, results: [] })
      }
      assert.deepEqual(said, ['0', '1', '2', 'late'])
    }
  })

  test('where a conversation is removed and those that wait for it leave, nothing is left of it', async () => {
    const [one, gone] = [await world().process(), await world().process()]
    for (const left of ['leaves', 'is gone before', 'is gone'] as const) {
      const conversation = world().conversation()
      await begun(one.store, beginning(conversation))
      const process = left === 'leaves' ? one : gone
      const waiting = queued(conversation, 'waits')
      await process.store.begin(waiting)
      if (left === 'is gone before') await gone.expire()
      await one.directory.remove(conversation)
      if (left === 'leaves') await one.store.leaveQueue(waiting.turn)
      if (left === 'is gone') {
        await gone.store.heartbeat([])
        await gone.expire()
        await one.store.heartbeat([])
      }
      assert.equal(await world().snapshot(conversation), undefined, left)
    }
  })

  test('a request in the queue has its position, which changes as others begin, leave, or are gone', async () => {
    const [one, two, gone] = [await world().process(), await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: active } = await begun(one.store, beginning(conversation))
    const waiting = [gone, two, one].map((process) => ({
      process,
      given: { ...queued(conversation, 'waits'), wantsPosition: true },
    }))
    const positions = () => Promise.all(waiting.map(({ given }) => two.store.queuePosition(given.turn)))
    for (const [index, { process, given }] of waiting.entries())
      assert.deepEqual(await process.store.begin(given), { result: 'busy', active, position: index + 1 })
    assert.deepEqual(await positions(), [1, 2, 3])
    await gone.expire()
    await one.store.heartbeat([active])
    assert.deepEqual(await positions(), [undefined, 1, 2])
    await two.store.leaveQueue(waiting[1]?.given.turn ?? '')
    assert.deepEqual(await positions(), [undefined, undefined, 1])
    await one.store.endStep(step(active, 1, 'ok'), [])
    await begun(one.store, waiting[2]?.given ?? assert.fail())
    assert.deepEqual(await positions(), [undefined, undefined, undefined])
  })

  test('of requests that come at once, each begins once', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const conversation = world().conversation()
    const waiting = Array.from({ length: 9 }, (_, index) => ({
      given: queued(conversation, `${index}`),
      process: processes[index % 3],
    }))
    const outcomes: string[] = []
    while (outcomes.length < 9) {
      const begins = await Promise.all(
        waiting
          .filter(({ given }) => !outcomes.includes(given.turn))
          .map(({ given, process }) => process?.store.begin(given)),
      )
      const [state, ...others] = statesOf(begins)
      assert.ok(state)
      assert.deepEqual(others, [])
      outcomes.push(state.id)
      await Promise.any(processes.map(({ store }) => store.endStep(step(state.id, 1, 'ok'), [])))
    }
    assert.equal(new Set(outcomes).size, 9)
  })

  test('a request that does not wait is refused while others wait, and is not in the queue', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    const first = queued(conversation, 'first')
    await store.begin(first)
    const refused = beginning(conversation, 'impatient')
    assert.deepEqual(await store.begin(refused), { result: 'busy', active })
    await store.endStep(step(active, 1, 'ok'), [])
    assert.deepEqual(await store.begin(refused), { result: 'busy', active: undefined })
    await begun(store, first)
  })

  test('a request that replaces the running turn goes before all that wait', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    const first = queued(conversation, 'first')
    await store.begin(first)
    const replacing = beginning(conversation, 'now', { whenBusy: 'replace' })
    assert.deepEqual(await store.begin(replacing), { result: 'busy', active })
    await store.endTurn({ turn: active, status: 'cancelled' }, [])
    const { id } = await begun(store, replacing)
    await store.endStep(step(id, 1, 'ok'), [])
    await begun(store, first)
  })

  test('where too many wait, another is refused with a message, and is not in the queue', async () => {
    const { store } = await world().process({ busyQueue: 2 })
    const strict = await world().process({ busyQueue: 0 })
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    await assert.rejects(strict.store.begin(queued(conversation, 'x')), refusal('conversation-busy'))
    const queue = [1, 2].map((index) => queued(conversation, `${index}`))
    for (const given of queue) await store.begin(given)
    await assert.rejects(store.begin(queued(conversation, '3')), {
      ...refusal('conversation-busy'),
      message: 'The conversation is busy, and 2 requests wait for it already (setting CHATTERD_BUSY_QUEUE).',
    })
    for (const given of queue) assert.deepEqual(await store.begin(given), { result: 'busy', active })
  })

  test('a request that left the queue, or whose process is gone, holds up no others', async () => {
    const [one, gone] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: active } = await begun(one.store, beginning(conversation))
    const [gaveUp, lost, last] = ['left', 'lost', 'last'].map((content) => queued(conversation, content))
    assert.ok(gaveUp && lost && last)
    await one.store.begin(gaveUp)
    await gone.store.begin(lost)
    await one.store.begin(last)
    await one.store.endStep(step(active, 1, 'ok'), [])
    assert.equal((await one.store.begin(last)).result, 'busy')
    await one.store.leaveQueue(gaveUp.turn)
    await one.store.leaveQueue(gaveUp.turn)
    assert.equal((await one.store.begin(last)).result, 'busy')
    await gone.expire()
    await begun(one.store, last)
    await one.store.heartbeat([last.turn])
    const rows = await world().query('select from chatterd.queue where turn_id = $1', [lost.turn])
    assert.deepEqual(rows, [])
  })

  test('a heartbeat does not remove a request from the queue while it asks again', async (t) => {
    if (world().isAlone) return t.skip('nothing happens at the same time on the embedded database')
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    const [first, second] = ['first', 'second'].map((content) => queued(conversation, content))
    assert.ok(first && second)
    for (const given of [first, second]) await store.begin(given)
    const row = 'select from chatterd.conversations where name = $1 for update'
    const release = await world().hold(row, [conversation.name])
    const asking = store.begin(first)
    await store.heartbeat([active])
    await release()
    assert.deepEqual(await asking, { result: 'busy', active })
    await store.endStep(step(active, 1, 'ok'), [])
    assert.deepEqual(await store.begin(second), { result: 'busy', active: undefined })
    await begun(store, first)
  })

  test('a turn that waits for its device is superseded by the first in the queue', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    const first = queued(conversation, 'first')
    await store.begin(first)
    const second = { ...step(turn, 2, ''), status: 'waiting' as const }
    const calls = [
      { id: 'c', index: 0, name: 'n', arguments: {}, side: 'device' as const, status: 'offered' as const },
    ]
    await store.endStep({ ...second, message: { ...second.message, calls } }, [])
    assert.equal((await store.begin(beginning(conversation, 'other'))).result, 'busy')
    assert.equal((await begun(store, first)).log.at(-2)?.calls[0]?.status, 'superseded')
  })

  test('a repeated beginning is the same beginning, and a replay of its turn once that has gone on or is lost', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const given = queued(conversation, 'x')
    const [first, again] = await Promise.all([begun(one.store, given), begun(one.store, given)])
    assert.deepEqual(again, first)
    const replay = { result: 'replay', turn: first.id, after: 0 }
    assert.deepEqual(await two.store.begin(given), replay)
    const { seq } = await one.store.endStep(step(first.id, 1, 'ok', { calls: [residentCall()] }), [])
    assert.deepEqual(await one.store.begin(given), replay)
    await one.store.endCalls(first.id, [succeeded(seq, 0)], [])
    await one.store.endStep(step(first.id, 2, 'done'), [])
    assert.deepEqual(await one.store.begin(given), replay)
    assert.deepEqual(
      (await begun(one.store, beginning(conversation, 'y'))).log.map(({ content }) => content),
      ['x', 'ok', 'done', 'y'],
    )
  })

  test('repeated results are the same results', async () => {
    const { store } = await world().process()
    const { turn, seq } = await waitingTurn(
      store,
      world().conversation(),
      [0, 1].map((index) => ({ ...storedCall(index) })),
    )
    const [first, last] = [resultsFor(turn, [answered(seq, 0)]), resultsFor(turn, [answered(seq, 1)])]
    for (const _ of [1, 2]) assert.deepEqual(await store.storeResults(first), { result: 'recorded' })
    const outcome = await store.storeResults(last)
    assert.equal(outcome.result, 'go-on')
    assert.deepEqual(await store.storeResults(last), outcome)
    assert.deepEqual(await store.storeResults(first), { result: 'recorded' })
  })

  test('a request that was withdrawn before it came does not begin any more', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const run = (turn: string) => ({ turn, conversation, results: [] })
    const late = queued(conversation, 'late')
    assert.equal(await store.withdraw(run(late.turn)), true)
    assert.equal(await world().snapshot(conversation), undefined)
    await assert.rejects(store.begin(late), refusal('turn-lost'))
    assert.equal(await world().snapshot(conversation), undefined)
    for (let round = 0; round < 10; round++) {
      const racing = beginning(conversation, 'racing', { messages: [user('racing')] })
      await Promise.all([store.withdraw(run(racing.turn)), store.begin(racing).catch(() => undefined)])
      assert.equal(await world().snapshot(conversation), undefined)
    }
  })

  test('a request that waits in the queue and is withdrawn is not in the queue any more', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    const [first, second] = [queued(conversation, 'first'), queued(conversation, 'second')]
    await store.begin(first)
    await store.begin(second)
    await store.withdraw({ turn: first.turn, conversation, results: [] })
    await store.endStep(step(active, 1, 'ok'), [])
    await begun(store, second)
  })
}

function storedCall(index: number) {
  const call = { id: `call-${index}`, index, name: 'n', arguments: {} }
  return { ...call, side: 'device' as const, status: 'offered' as const }
}
