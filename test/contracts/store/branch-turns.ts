import assert from 'node:assert/strict'
import { test } from 'node:test'
import { branchOf, talk } from '../../support/turns/branch-calls.ts'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
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

export function branchTurns(world: () => StoreWorld): void {
  test('a withdrawn turn takes its branch along, and the one before is the current one, as it was [no-trace]', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [{ role: 'system', content: 's' }])
    await talk(store, conversation, ['a', 'b'])
    await talk(store, conversation, ['c', 'd'], { after: 2 })
    const truncation = { window: 512, refusedFor: '\u0000' }
    await talk(store, conversation, ['e', 'f'], { outcome: { promptFrom: 4, truncation } })
    const before = await world().snapshot(conversation)
    for (const after of [0, 1, 2, 3, 4, 5]) {
      for (const messages of after === 2 || after === 3 ? [[], [user('x')]] : [[user('x')]]) {
        const rest = { after, messages, tools: [tool('a')], system: 'new' }
        const { id } = await begun(store, beginning(conversation, '', rest))
        await store.withdraw({ turn: id, conversation, results: [] })
        // Repeated, as after a response of the database that was lost.
        await store.withdraw({ turn: id, conversation, results: [] })
        assert.deepEqual(await world().snapshot(conversation), before)
      }
    }
  })

  test('a turn that waits is superseded by a branch, and waits again where that is withdrawn', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation, [deviceCall(0)])
    const before = await world().snapshot(conversation)
    const { id } = await begun(store, beginning(conversation, 'other', { after: 0 }))
    await store.withdraw({ turn: id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.equal((await store.storeResults(resultsFor(turn, [answered(seq, 0)]))).result, 'go-on')
  })

  test('results of a turn in a branch are stored there, and withdrawn there', async () => {
    const { store, directory } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    const first = await waitingTurn(store, conversation, [deviceCall(0)])
    await store.storeResults(resultsFor(first.turn, [answered(first.seq, 0, 'first')]))
    await store.endStep(step(first.turn, 2, 'done'), [])
    const { id: turn } = await begun(store, beginning(conversation, 'again', { after: 0 }))
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [deviceCall(0)] }), [])
    const before = await world().snapshot(conversation)
    const outcome = await other.store.storeResults(resultsFor(turn, [answered(seq, 0, 'second')]))
    assert.ok(outcome.result === 'go-on')
    assert.deepEqual(outcome.state.log[1]?.calls[0]?.output, 'second')
    await other.store.withdraw({ turn, conversation, results: outcome.state.results })
    assert.deepEqual(await world().snapshot(conversation), before)
    const messages = await directory.messages(conversation, undefined, 9, 1)
    assert.equal(messages?.[1]?.calls[0]?.output, 'first')
  })

  test('the part of a reply that a lost process had sent is added to its branch', async () => {
    const { store, journal, directory, expire } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    const { id: turn } = await begun(store, beginning(conversation, '', { messages: [], after: 1 }))
    const written = [{ turn, chunks: [chunk(2, { type: 'step-start', step: 1 }, delta('half'))] }]
    await journal.write(written)
    await expire()
    await other.store.heartbeat([])
    assert.equal((await directory.turn(turn))?.status, 'interrupted')
    assert.deepEqual(await branchOf(directory, conversation), ['1 a of 1', '2 half of 2, siblings 1 2'])
    assert.deepEqual(await branchOf(directory, conversation, 1), ['1 a of 1', '2 b of 1, siblings 1 2'])
    assert.deepEqual((await talk(other.store, conversation, ['c', 'd'])).prompt, ['a', 'half', 'c'])
  })

  test('a process adopts a turn with the prompt of its branch', async () => {
    const one = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    await talk(one.store, conversation, ['a', 'b'])
    await talk(one.store, conversation, ['c', 'd'])
    const { id } = await begun(one.store, beginning(conversation, 'e', { after: 2 }))
    const call = { ...residentCall(), restartable: true as const }
    const { seq } = await one.store.endStep(step(id, 1, 'calls', { calls: [call] }), [])
    await one.expire()
    const { adopted } = await other.store.heartbeat([])
    const state = adopted.find((turn) => turn.id === id) ?? assert.fail()
    assert.deepEqual(
      state.log.map(({ content }) => content),
      ['a', 'b', 'e', 'calls'],
    )
    await other.store.endCalls(id, [succeeded(seq, 0)], [])
    await other.store.endStep(step(id, 2, 'done'), [])
  })

  test('a turn has its own replies, however its branch and others go on', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const turns: string[] = []
    const add = async (texts: [string, string], after?: number) =>
      turns.push((await talk(store, conversation, texts, after === undefined ? {} : { after })).turn)
    await add(['a', 'b'])
    await add(['c', 'd'])
    await add(['', 'e'], 1)
    await add(['f', 'g'])
    const { id: cancelled } = await begun(store, beginning(conversation, 'h'))
    await store.endTurn({ turn: cancelled, status: 'cancelled' }, [])
    const { id: alsoCancelled } = await begun(store, beginning(conversation, '', { messages: [], after: 5 }))
    await store.endTurn({ turn: alsoCancelled, status: 'cancelled' }, [])
    await add(['', 'i'], 5)
    const repliesOf = async (turn: string) =>
      (await directory.outcome(turn))?.replies.map(({ content }) => content)
    assert.deepEqual(await Promise.all(turns.map(repliesOf)), [['b'], ['d'], ['e'], ['g'], ['i']])
    assert.deepEqual([await repliesOf(cancelled), await repliesOf(alsoCancelled)], [[], []])
    assert.equal((await directory.turn(alsoCancelled))?.finishReason, 'cancelled')
  })

  test('the newest turn of a conversation is that of its current branch', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const newest = async () => (await store.newestTurn(conversation))?.turn
    const one = await talk(store, conversation, ['a', 'b'])
    const two = await talk(store, conversation, ['c', 'd'])
    const three = await talk(store, conversation, ['', 'e'], { after: 1 })
    assert.equal(await newest(), three.turn)
    assert.deepEqual((await store.newestTurn(conversation))?.input, [])
    await directory.change(conversation, { branch: 1 })
    assert.equal(await newest(), two.turn)
    const { id } = await begun(store, beginning(conversation, 'f', { after: 2 }))
    assert.equal(await newest(), id)
    await store.withdraw({ turn: id, conversation, results: [] })
    assert.equal(await newest(), two.turn)
    await talk(store, conversation, ['g', 'h'], { after: 2 })
    await store.reset(conversation, [])
    assert.equal(await newest(), undefined)
    assert.equal(await directory.turn(one.turn), undefined)
  })

  test('a branch whose turn came to no reply names the branches beside it, and is no sibling of their messages', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const siblings = async () => (await directory.conversation(conversation))?.siblings
    await talk(store, conversation, ['a', 'b'])
    for (const status of ['failed', 'cancelled'] as const) {
      const { id } = await begun(store, beginning(conversation, '', { messages: [], after: 1 }))
      assert.deepEqual(await siblings(), [1, 2])
      await store.endTurn({ turn: id, status }, [])
    }
    assert.deepEqual(await siblings(), [1, 2])
    await directory.change(conversation, { branch: 1 })
    assert.equal(await siblings(), undefined)
    assert.deepEqual(await branchOf(directory, conversation), ['1 a of 1', '2 b of 1'])
    await talk(store, conversation, ['', 'c'], { after: 1 })
    assert.deepEqual((await branchOf(directory, conversation))[1], '2 c of 3, siblings 1 3')
    await begun(store, beginning(conversation, '', { messages: [], after: 1 }))
    assert.deepEqual(await siblings(), [1, 3, 4])
  })

  test('a request that is sent again with its key begins one branch', async () => {
    const { store, directory } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    const key = { key: 'k', digest: 'd' }
    const given = beginning(conversation, 'c', { after: 0, key })
    const { id } = await begun(store, given)
    assert.deepEqual((await begun(store, given)).log.length, 1)
    const replay = await other.store.begin(beginning(conversation, 'c', { after: 0, key }))
    assert.deepEqual(replay, { result: 'replay', turn: id, after: 0 })
    await store.endStep(step(id, 1, 'd'), [])
    assert.deepEqual(await branchOf(directory, conversation), ['1 c of 2, siblings 1 2', '2 d of 2'])
    await assert.rejects(branchOf(directory, conversation, 3))
  })
}
