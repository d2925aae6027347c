import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewMessage } from '../../../src/protocol/message.ts'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  residentCall,
  resultsFor,
  step,
  succeeded,
  tool,
  user,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function withdrawals(world: () => StoreWorld): void {
  test('the first prompt of a conversation, withdrawn, leaves no conversation', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'x', { tools: [tool('a')] }))
    await store.withdraw({ turn: id, conversation, results: [] })
    assert.equal(await world().snapshot(conversation), undefined)
    assert.equal(await store.newestTurn(conversation), undefined)
  })

  test('a conversation that was emptied stays, empty, when its first prompt is withdrawn [no-trace]', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [])
    const before = await world().snapshot(conversation)
    const { id } = await begun(store, beginning(conversation))
    await store.withdraw({ turn: id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
    const late = beginning(conversation)
    await store.withdraw({ turn: late.turn, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
    await directory.remove(conversation)
    assert.equal(await world().snapshot(conversation), undefined)
  })

  test('a withdrawn prompt leaves its conversation where it was in the list, unless it was changed meanwhile [no-trace]', async () => {
    const { store, directory } = await world().process()
    const tenant = crypto.randomUUID()
    const [first, last] = ['first', 'last'].map((name) => ({ tenant, name }))
    assert.ok(first && last)
    for (const conversation of [first, last]) await store.reset(conversation, [user('x')])
    const names = async () =>
      (await directory.conversations(tenant, undefined, 9)).conversations.map(({ name }) => name)
    for (const changed of [false, true]) {
      const { id } = await begun(store, beginning(first))
      assert.deepEqual(await names(), ['first', 'last'])
      if (changed) await directory.change(first, { title: 'New' })
      await store.withdraw({ turn: id, conversation: first, results: [] })
      assert.deepEqual(await names(), changed ? ['first', 'last'] : ['last', 'first'])
    }
  })

  test('a withdrawn prompt leaves the conversation as it was: messages, numbers, device tools', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [{ role: 'system', content: 'Be brief.' }])
    const first = await begun(store, beginning(conversation, 'one', { tools: [tool('a'), tool('b')] }))
    await store.endStep(step(first.id, 1, 'first', { promptFrom: 2 }), [])
    const before = await world().snapshot(conversation)
    for (const tools of [undefined, [], [tool('c'), tool('a', 'newer')]]) {
      const messages = [user('two'), user('three')]
      const state = await begun(
        store,
        beginning(conversation, '', tools ? { messages, tools } : { messages }),
      )
      await store.withdraw({ turn: state.id, conversation, results: [] })
      // Repeated, as after a response of the database that was lost.
      await store.withdraw({ turn: state.id, conversation, results: [] })
      assert.deepEqual(await world().snapshot(conversation), before)
    }
  })

  test('the calls of a turn that a withdrawn prompt superseded are open again', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const calls = [deviceCall(0), deviceCall(1), deviceCall(2)]
    const { turn, seq } = await waitingTurn(store, conversation, calls)
    await store.storeResults(resultsFor(turn, [answered(seq, 1)]))
    const before = await world().snapshot(conversation)
    const state = await begun(store, beginning(conversation, 'something else', { tools: [] }))
    await store.withdraw({ turn: state.id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
    const outcome = await store.storeResults(resultsFor(turn, [answered(seq, 0), answered(seq, 2)]))
    assert.equal(outcome.result, 'go-on')
  })

  test('a withdrawn prompt does not open the calls of a history that a client brought along', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const history: NewMessage = {
      role: 'assistant',
      content: '',
      calls: [{ ...deviceCall(0), status: 'superseded' }],
    }
    const first = await begun(
      store,
      beginning(conversation, '', { messages: [user('one'), history, user('two')] }),
    )
    await store.endStep(step(first.id, 1, '', { calls: [deviceCall(0)] }), [])
    const before = await world().snapshot(conversation)
    const second = await begun(store, beginning(conversation, 'three'))
    await store.withdraw({ turn: second.id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('withdrawn results leave their calls open and the device tools as they were', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const calls = [deviceCall(0), deviceCall(1), deviceCall(2)]
    const { turn, seq } = await waitingTurn(one.store, conversation, calls)
    await one.store.storeResults(resultsFor(turn, [answered(seq, 1)]))
    const before = await world().snapshot(conversation)
    const results = [answered(seq, 0), answered(seq, 2)]
    const outcome = await two.store.storeResults(resultsFor(turn, results, { tools: [tool('late')] }))
    assert.ok(outcome.result === 'go-on')
    await two.store.withdraw({ turn, conversation, results: outcome.state.results })
    await two.store.withdraw({ turn, conversation, results: outcome.state.results })
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.equal((await one.store.storeResults(resultsFor(turn, results))).result, 'go-on')
  })

  test('withdrawn results of a conversation that has device tools leave them as they were', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation, 'where?', { tools: [tool('a')] }))
    const calls = [deviceCall(0)]
    const { seq } = await store.endStep({ ...step(turn, 1, '', { calls }), status: 'waiting' }, [])
    const before = await world().snapshot(conversation)
    const outcome = await store.storeResults(resultsFor(turn, [answered(seq, 0)], { tools: [tool('b')] }))
    assert.ok(outcome.result === 'go-on')
    await store.withdraw({ turn, conversation, results: outcome.state.results })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a prompt that another process has ended is not withdrawn', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id } = await begun(one.store, beginning(conversation))
    await one.expire()
    await two.store.heartbeat([])
    const before = await world().snapshot(conversation)
    await one.store.withdraw({ turn: id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('after a withdrawn prompt the next one takes its numbers', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const first = await begun(store, beginning(conversation, 'one'))
    const { seq } = await store.endStep(step(first.id, 1, '', { calls: [residentCall()] }), [])
    await store.endCalls(first.id, [succeeded(seq, 0)], [])
    await store.endStep(step(first.id, 2, 'done'), [])
    const withdrawn = await begun(store, beginning(conversation, 'withdrawn'))
    await store.withdraw({ turn: withdrawn.id, conversation, results: [] })
    const { log } = await begun(store, beginning(conversation, 'two'))
    assert.deepEqual(
      log.map((message) => [message.seq, message.content]),
      [
        [1, 'one'],
        [2, ''],
        [3, 'done'],
        [4, 'two'],
      ],
    )
  })
}
