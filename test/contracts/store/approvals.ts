import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  askedCall,
  beginning,
  begun,
  chunk,
  denied,
  deviceCall,
  eventsFrom,
  residentCall,
  resultsFor,
  step,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function approvals(world: () => StoreWorld): void {
  const approve = (seq: number, index: number) => ({ seq, index, status: 'running' as const })
  const statusesOf = (calls: readonly { status: string }[] = []) => calls.map(({ status }) => status)

  test('an approved resident call makes its turn go on at whoever takes the approval, while others are still asked [asked-first]', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(one.store, conversation, [
      askedCall(0),
      askedCall(1),
      deviceCall(2),
    ])
    const given = resultsFor(turn, [approve(seq, 0)])
    const outcome = await two.store.storeResults(given)
    assert.ok(outcome.result === 'go-on')
    assert.deepEqual(statusesOf(outcome.state.log.at(-1)?.calls), ['running', 'asked', 'offered'])
    assert.deepEqual(outcome.state.log.at(-1)?.calls[0]?.approval, { hash: 'hash 0', source: 'builtin' })
    // The response to the first may have been lost.
    assert.deepEqual(await two.store.storeResults(given), outcome)

    const last = outcome.state.lastEvent
    const ended = await two.store.endCalls(
      turn,
      [succeeded(seq, 0)],
      [
        chunk(last + 1, {
          type: 'call-end',
          callId: 'call-0',
          status: 'succeeded',
          output: 'output 0',
          ms: 0,
        }),
      ],
    )
    assert.deepEqual([ended.status, statusesOf(ended.calls)], ['waiting', ['succeeded', 'asked', 'offered']])
    assert.deepEqual(await two.store.storeResults(resultsFor(turn, [denied(seq, 1)])), { result: 'recorded' })
    const end = await two.store.storeResults(resultsFor(turn, [answered(seq, 2)]))
    assert.ok(end.result === 'go-on')
    assert.deepEqual(
      end.state.log.at(-1)?.calls.map(({ output }) => output),
      ['output 0', 'The user denied this call.', 'result 2'],
    )
    assert.deepEqual(await eventsFrom(two.journal, turn, last), [
      ['call-approved', { callId: 'call-0' }],
      ['call-end', { callId: 'call-0', status: 'succeeded', output: 'output 0' }],
      ['turn-waiting', { calls: ['call-1', 'call-2'] }],
      ['call-end', { callId: 'call-1', status: 'denied', error: 'The user denied this call.' }],
      ['call-end', { callId: 'call-2', status: 'answered', output: 'result 2' }],
    ])
  })

  test('an approved device call is offered to its device, and its result makes the turn go on', async () => {
    const { store, journal } = await world().process()
    const { turn, seq } = await waitingTurn(store, world().conversation(), [askedCall(0, 'device')])
    const early = await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    assert.deepEqual(early, { result: 'conflict' })
    const offered = resultsFor(turn, [{ seq, index: 0, status: 'offered' }])
    assert.deepEqual(await store.storeResults(offered), { result: 'recorded' })
    assert.deepEqual(await store.storeResults(offered), { result: 'recorded' })
    assert.equal((await store.storeResults(resultsFor(turn, [answered(seq, 0)]))).result, 'go-on')
    assert.deepEqual(await eventsFrom(journal, turn, 2), [
      ['call-approved', { callId: 'call-0' }],
      ['call-end', { callId: 'call-0', status: 'answered', output: 'result 0' }],
    ])
  })

  test('what is decided while other calls run is taken up when these have ended', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const calls = [residentCall(0), askedCall(1), askedCall(2)]
    const { seq } = await store.endStep(step(turn, 1, '', { calls }), [])
    const decided = resultsFor(turn, [approve(seq, 1), denied(seq, 2)], { approvedTools: ['send_mail'] })
    assert.deepEqual(await store.storeResults(decided), { result: 'recorded' })
    const {
      status,
      calls: now,
      approvedTools,
      appended,
    } = await store.endCalls(turn, [succeeded(seq, 0)], [])
    assert.deepEqual([status, statusesOf(now)], ['running', ['succeeded', 'running', 'denied']])
    assert.deepEqual(approvedTools, ['send_mail'])
    assert.match(appended?.records ?? '', /^call-approved \{"callId":"call-1"\}\ncall-end .*"denied"/)
    assert.equal((await store.endCalls(turn, [succeeded(seq, 1)], [])).status, 'running')
    await store.endStep(step(turn, 2, 'done'), [])
  })

  test('a call is decided once: of ten who approve and deny it at once, one is taken, and the others are conflicts [asked-first]', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [first] = processes
    assert.ok(first)
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(first.store, conversation, [askedCall()])
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (processes[index % 3] ?? first).store.storeResults(
          resultsFor(turn, [index % 2 === 0 ? approve(seq, 0) : denied(seq, 0)]),
        ),
      ),
    )
    const winner = outcomes.findIndex(({ result }) => result === 'go-on')
    assert.deepEqual(outcomes.filter(({ result }) => result === 'conflict').length, 9)
    const newest = await first.store.newestTurn(conversation)
    assert.deepEqual(statusesOf(newest?.calls), [winner % 2 === 0 ? 'running' : 'denied'])
  })

  test('an approval and a new prompt, or a cancel, at once: either the call is run, or nobody runs it', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (let round = 0; round < 10; round++) {
      const conversation = world().conversation()
      const { turn, seq } = await waitingTurn(one.store, conversation, [askedCall()])
      const cancels = round % 2 === 0
      const [outcome, other] = await Promise.all([
        one.store.storeResults(resultsFor(turn, [approve(seq, 0)])),
        cancels
          ? two.store.cancel(turn)
          : two.store.begin(beginning(conversation, 'next')).then((it) => it.result),
      ])
      const found = statusesOf((await one.directory.turn(turn))?.calls)
      if (outcome.result === 'go-on')
        assert.deepEqual([other, found], [cancels ? 'asked' : 'busy', ['running']])
      else {
        const closed = cancels ? ['ended', ['cancelled']] : ['begun', ['superseded']]
        assert.deepEqual([outcome.result, other, found], ['conflict', ...closed])
      }
    }
  })

  test('a call that nobody decides expires, and its turn goes on', async () => {
    const { store } = await world().process({ callTimeoutMs: 0 })
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation, [askedCall(0), askedCall(1, 'device')])
    const { adopted } = await store.heartbeat([])
    const state = adopted.find(({ id }) => id === turn)
    assert.deepEqual(statusesOf(state?.log.at(-1)?.calls), ['expired', 'expired'])
    const late = await store.storeResults(resultsFor(turn, [approve(seq, 0)]))
    assert.deepEqual(late, { result: 'conflict' })
  })

  test('a call whose process dies after it was approved is not run again, unless that does no harm', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (const restartable of [false, true]) {
      const conversation = world().conversation()
      const call = restartable ? { ...askedCall(), restartable } : askedCall()
      const { turn, seq } = await waitingTurn(one.store, conversation, [call, askedCall(1)])
      assert.equal((await one.store.storeResults(resultsFor(turn, [approve(seq, 0)]))).result, 'go-on')
      await one.expire()
      const { ended, adopted } = await two.store.heartbeat([])
      const found = await two.directory.turn(turn)
      assert.deepEqual(
        statusesOf(found?.calls),
        restartable ? ['running', 'asked'] : ['interrupted', 'cancelled'],
      )
      assert.deepEqual(
        [ended.includes(turn), adopted.some(({ id }) => id === turn)],
        restartable ? [false, true] : [true, false],
      )
      await one.store.heartbeat([])
    }
  })

  test('a prompt that is withdrawn gives the calls back that it has superseded: those that were asked are asked again', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const calls = [askedCall(0), askedCall(1, 'device'), askedCall(2, 'device')]
    const { turn, seq } = await waitingTurn(store, conversation, calls)
    await store.storeResults(resultsFor(turn, [{ seq, index: 2, status: 'offered' }]))
    const next = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(statusesOf((await store.newestTurn(conversation))?.calls), [])
    assert.equal(await store.withdraw({ turn: next.id, conversation, results: [] }), true)
    assert.deepEqual(statusesOf((await store.newestTurn(conversation))?.calls), ['asked', 'asked', 'offered'])
  })

  test('tools that are approved for good stay so in their conversation, and until it is emptied', async () => {
    const { store } = await world().process()
    const [conversation, other] = [world().conversation(), world().conversation()]
    const { turn, seq } = await waitingTurn(store, conversation, [askedCall()])
    const approvedTools = ['send_mail', 'a \u0000 "name"']
    await store.storeResults(resultsFor(turn, [approve(seq, 0)], { approvedTools }))
    await store.storeResults(resultsFor(turn, [], { approvedTools: ['send_mail'] }))
    await store.endTurn({ turn, status: 'failed' }, [])
    const state = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(state.approvedTools.toSorted(), approvedTools.toSorted())
    assert.deepEqual((await begun(store, beginning(other))).approvedTools, [])
    await store.reset(conversation, [])
    assert.deepEqual((await begun(store, beginning(conversation))).approvedTools, [])
  })
}
