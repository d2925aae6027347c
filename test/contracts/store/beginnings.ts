import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  refusal,
  resultsFor,
  statesOf,
  step,
  tool,
  user,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function beginnings(world: () => StoreWorld): void {
  test('what a beginning has led to can be asked for, and then nothing is begun', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const given = beginning(conversation, 'Hello')
    const asked = { ...given, onlyIfBegun: true }
    assert.deepEqual(await store.begin(asked), { result: 'busy', active: undefined })
    assert.equal(await world().snapshot(conversation), undefined)
    await begun(store, given)
    const found = await store.begin(asked)
    assert.equal(found.result === 'begun' && found.state.id, given.turn)
    await store.reset(conversation, [])
    const before = await world().snapshot(conversation)
    assert.deepEqual(await store.begin(asked), { result: 'busy', active: undefined })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a turn begins with the whole log before it and its own messages', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [{ role: 'system', content: 'Be brief.' }])
    const first = await begun(store, beginning(conversation, 'one'))
    await store.endStep(step(first.id, 1, 'first reply', { promptFrom: 2 }), [])
    const tools = { offerTools: false, residentTools: ['get_*', 'a "b"'], toolChoice: { name: 'x' } }
    const request = { model: 'other', stream: false, ...tools, settings: { think: true } }
    const state = await begun(
      store,
      beginning(conversation, '', { request, messages: [user('two'), user('three')] }),
    )
    assert.deepEqual(
      state.log.map(({ seq, role, content, turn }) => [seq, role, content, turn]),
      [
        [1, 'system', 'Be brief.', null],
        [2, 'user', 'one', first.id],
        [3, 'assistant', 'first reply', first.id],
        [4, 'user', 'two', state.id],
        [5, 'user', 'three', state.id],
      ],
    )
    const { conversation: key, step: steps, status, pinned, promptFrom, lastEvent } = state
    assert.deepEqual(
      { key, request: state.request, steps, status, pinned, promptFrom, lastEvent, results: state.results },
      {
        key: conversation,
        request,
        steps: 0,
        status: 'running',
        pinned: 1,
        promptFrom: 2,
        lastEvent: 1,
        results: [],
      },
    )
  })

  test('the system messages of a first prompt are in every prompt, and are removed with it when it is withdrawn', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const system = (content: string) => ({ role: 'system' as const, content })
    const messages = [system('Speak French.'), system('Be brief.'), user('one'), system('not pinned')]
    await begun(store, beginning(conversation, '', { messages: [system('other'), user('x')] })).then(
      ({ id }) => store.withdraw({ turn: id, conversation, results: [] }),
    )
    const first = await begun(store, beginning(conversation, '', { messages }))
    assert.deepEqual([first.pinned, first.promptFrom], [2, 3])
    await store.endStep({ ...step(first.id, 1, 'un'), status: 'completed', promptFrom: 5 }, [])
    const next = await begun(
      store,
      beginning(conversation, '', { messages: [system('nor this'), user('two')] }),
    )
    assert.deepEqual([next.pinned, next.promptFrom, next.log.map(({ seq }) => seq)], [2, 5, [1, 2, 5, 6, 7]])
  })

  test('device tools add up: one schema for each name, the latest, in the position of the first', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const given = [[tool('b'), tool('a')], undefined, [tool('c'), tool('b', 'newer')], [tool('a', 'newest')]]
    const offered: unknown[] = []
    for (const tools of given) {
      const state = await begun(store, beginning(conversation, 'x', tools && { tools }))
      offered.push(state.deviceTools)
      await store.endStep(step(state.id, 1, 'y'), [])
    }
    assert.deepEqual(offered, [
      [tool('b'), tool('a')],
      [tool('b'), tool('a')],
      [tool('b', 'newer'), tool('a'), tool('c')],
      [tool('b', 'newer'), tool('a', 'newest'), tool('c')],
    ])
  })

  test('of two schemas of one name in one request the last one is stored', async () => {
    const { store } = await world().process()
    const tools = [tool('a', 'old'), tool('b'), tool('a', 'new')]
    const state = await begun(store, beginning(world().conversation(), 'x', { tools }))
    assert.deepEqual(state.deviceTools, [tool('a', 'new'), tool('b')])
  })

  test('an empty list clears the device tools', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const first = await begun(store, beginning(conversation, 'x', { tools: [tool('a')] }))
    await store.endStep(step(first.id, 1, 'y'), [])
    const second = await begun(store, beginning(conversation, 'x', { tools: [] }))
    assert.deepEqual(second.deviceTools, [])
  })

  test('a prompt that brings too many device tools is refused, and leaves no trace [no-trace]', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const names = Array.from({ length: world().maxTools + 1 }, (_, index) => `tool-${index}`)
    const tooMany = beginning(conversation, 'x', { tools: names.map((name) => tool(name)) })
    await assert.rejects(store.begin(tooMany), refusal('invalid-request'))
    assert.equal(await world().snapshot(conversation), undefined)

    const { turn } = await waitingTurn(store, conversation)
    const before = await world().snapshot(conversation)
    await assert.rejects(store.begin({ ...tooMany, turn: crypto.randomUUID() }), refusal('invalid-request'))
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.equal((await store.newestTurn(conversation))?.turn, turn)
  })

  test('while a turn runs, another one does not begin, in any process, and leaves no trace', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: active } = await begun(one.store, beginning(conversation, 'first'))
    const busy = { result: 'busy', active }
    const before = await world().snapshot(conversation)
    assert.deepEqual(await one.store.begin(beginning(conversation, 'second', { tools: [tool('a')] })), busy)
    assert.deepEqual(await two.store.begin(beginning(conversation, 'third')), busy)
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a new prompt supersedes a turn that waits for its device', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation, [deviceCall(0), deviceCall(1)])
    const state = await begun(store, beginning(conversation, 'something else'))
    const calls = state.log.find((message) => message.seq === seq)?.calls
    assert.deepEqual(
      calls?.map(({ status }) => status),
      ['superseded', 'superseded'],
    )
    const late = resultsFor(turn, [answered(seq, 0, 'late')])
    assert.deepEqual(await store.storeResults(late), { result: 'conflict' })
    await store.endStep(step(state.id, 1, 'done'), [])
    assert.equal((await store.newestTurn(conversation))?.status, 'completed')
  })

  test('of twenty prompts at once, from several processes, exactly one begins [one-turn]', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const conversation = world().conversation()
    for (const round of [0, 1, 2]) {
      const begins = Array.from({ length: 20 }, (_, index) =>
        processes[index % processes.length]?.store.begin(beginning(conversation, `prompt ${index}`)),
      )
      const states = statesOf(await Promise.all(begins))
      assert.equal(states.length, 1)
      const [state] = states
      assert.deepEqual(
        state?.log.map(({ seq }) => seq),
        Array.from({ length: 2 * round + 1 }, (_, index) => index + 1),
      )
      await Promise.any(processes.map(({ store }) => store.endStep(step(String(state?.id), 1, 'ok'), [])))
    }
  })

  test('of twenty prompts at once to a conversation that waits for its device, one supersedes it', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [first] = processes
    assert.ok(first)
    const conversation = world().conversation()
    const { seq } = await waitingTurn(first.store, conversation)
    const begins = Array.from({ length: 20 }, (_, index) =>
      processes[index % processes.length]?.store.begin(beginning(conversation, `prompt ${index}`)),
    )
    const states = statesOf(await Promise.all(begins))
    assert.equal(states.length, 1)
    assert.deepEqual(
      states[0]?.log.map((message) => message.seq),
      [1, seq, seq + 1],
    )
  })

  test('conversations of the same name of two tenants are separate', async () => {
    const { store } = await world().process()
    const { name } = world().conversation()
    const [a, b] = ['a', 'b'].map((tenant) => ({ tenant, name }))
    assert.ok(a && b)
    await begun(store, beginning(a, 'of a', { tools: [tool('a')] }))
    const state = await begun(store, beginning(b, 'of b'))
    assert.deepEqual(
      state.log.map(({ content }) => content),
      ['of b'],
    )
    assert.deepEqual(state.deviceTools, [])
    await store.reset(b, [])
    assert.equal((await store.newestTurn(a))?.status, 'running')
  })
}
