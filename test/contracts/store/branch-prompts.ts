import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewMessage } from '../../../src/protocol/message.ts'
import { talk } from '../../support/turns/branch-calls.ts'
import {
  beginning,
  begun,
  deviceCall,
  residentCall,
  step,
  succeeded,
  user,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

const system = (content: string): NewMessage => ({ role: 'system', content })

export function branchPrompts(world: () => StoreWorld): void {
  test('whichever process begins a turn, and whatever it has cached, its prompt is of the branch', async () => {
    const processes = [await world().process(), await world().process()]
    const conversation = world().conversation()
    let reads = 0
    const say = async (prompt: string, after?: number) => {
      const { store } = processes[reads++ % 2] ?? assert.fail()
      return (
        await talk(store, conversation, [prompt, `${prompt}!`], after === undefined ? {} : { after })
      ).prompt.join(' ')
    }
    const { directory } = processes[0] ?? assert.fail()
    assert.equal(await say('a'), 'a')
    assert.equal(await say('b'), 'a a! b')
    assert.equal(await say('c'), 'a a! b b! c')
    assert.equal(await say('d', 4), 'a a! b b! d')
    assert.equal(await say('e', 3), 'a a! b e')
    assert.equal(await say('f'), 'a a! b e e! f')
    await directory.change(conversation, { branch: 2 })
    assert.equal(await say('g'), 'a a! b b! d d! g')
    assert.equal(await say('h'), 'a a! b b! d d! g g! h')
    assert.equal(await say('i', 0), 'i')
    assert.equal(await say('j'), 'i i! j')
    await directory.change(conversation, { branch: 1 })
    assert.equal(await say('k'), 'a a! b b! c c! k')
    assert.equal(await say('l'), 'a a! b b! c c! k k! l')
  })

  test('calls and their results are in the prompts of all branches that have their message', async () => {
    const { store } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'a'))
    const { seq } = await store.endStep(
      step(id, 1, 'calls', { calls: [residentCall(0), residentCall(1)] }),
      [],
    )
    await store.endCalls(id, [succeeded(seq, 0), succeeded(seq, 1)], [])
    await store.endStep(step(id, 2, 'b'), [])
    const next = await begun(store, beginning(conversation, 'c', { after: 0 }))
    const { seq: same } = await store.endStep(step(next.id, 1, 'calls', { calls: [residentCall(0)] }), [])
    assert.equal(same, seq)
    const ended = await store.endCalls(next.id, [succeeded(same, 0, 'own')], [])
    assert.deepEqual(
      ended.calls.map(({ output }) => output),
      ['own'],
    )
    await store.endStep(step(next.id, 2, 'd'), [])
    const outputs = async (after: number, branch: number) => {
      await other.directory.change(conversation, { branch })
      const { id: turn, log } = await begun(other.store, beginning(conversation, 'x', { after }))
      await other.store.endTurn({ turn, status: 'cancelled' }, [])
      return log.map(({ calls }) => calls.map((call) => call.output).join(' '))
    }
    assert.deepEqual(await outputs(2, 2), ['', 'own', ''])
    assert.deepEqual(await outputs(2, 1), ['', 'output 0 output 1', ''])
  })

  test('what is left out of the prompt stays so where the branch shares it, so that the prefix stays; else the prompt is whole again', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    for (const prompt of ['a', 'b', 'c', 'd']) await talk(store, conversation, [prompt, `${prompt}!`])
    const truncation = { window: 512, refusedFor: 'a \u0000 "shortened":9 model', shortened: 7 }
    const outcome = { promptFrom: 5, truncation }
    await talk(store, conversation, ['e', 'e!'], { outcome })
    const begin = async (after: number) => {
      const { id, log, ...state } = await begun(store, beginning(conversation, 'x', { after }))
      await store.withdraw({ turn: id, conversation, results: [] })
      return [log[0]?.seq, state.promptFrom, state.truncation]
    }
    const before = await world().snapshot(conversation)
    for (const after of [10, 9, 8, 7]) assert.deepEqual(await begin(after), [5, 5, truncation])
    // A turn was shortened that the branch does not have.
    for (const after of [6, 5, 4, 3, 0]) assert.deepEqual(await begin(after), [1, 1, undefined])
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('the system messages that a branch begins with always stay in its prompts', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [system('s1'), system('s2')])
    await talk(store, conversation, ['a', 'b'])
    const pinned = async (after: number, messages: NewMessage[]) => {
      const { id, pinned, promptFrom } = await begun(store, beginning(conversation, '', { after, messages }))
      await store.endStep(step(id, 1, 'reply', { promptFrom }), [])
      return [pinned, promptFrom]
    }
    assert.deepEqual(await pinned(3, [system('s3'), user('x')]), [2, 3])
    assert.deepEqual(await pinned(1, [system('s3'), system('s4'), user('x')]), [3, 4])
    assert.deepEqual(await pinned(0, [user('x')]), [0, 1])
    for (const [branch, expected] of [
      [1, 2],
      [2, 2],
      [3, 3],
      [4, 0],
    ] as const) {
      await directory.change(conversation, { branch })
      const state = await begun(store, beginning(conversation, 'y'))
      assert.deepEqual([state.pinned, state.promptFrom, state.log[0]?.seq], [expected, expected + 1, 1])
      await store.withdraw({ turn: state.id, conversation, results: [] })
    }
  })

  test('of ten thousand messages a branch reads only those in its prompt', async () => {
    const { store } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    const messages = Array.from({ length: 10_000 }, (_, index) => user(`message ${index}`))
    const outcome = { promptFrom: 9_900, truncation: { window: 512 } }
    await talk(store, conversation, ['', 'reply'], { messages, outcome })
    for (const { store } of [other, await world().process()]) {
      const { id, log } = await begun(store, beginning(conversation, 'x', { after: 9_950 }))
      assert.deepEqual(
        log.map(({ seq }) => seq),
        Array.from({ length: 52 }, (_, index) => 9_900 + index),
      )
      await store.endTurn({ turn: id, status: 'cancelled' }, [])
    }
  })

  test('a branch may begin between a call and the reply to its result', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'a'))
    await store.endStep(step(id, 1, 'calls', { calls: [deviceCall()] }), [])
    const { log } = await begun(store, beginning(conversation, 'b', { after: 2 }))
    assert.deepEqual(
      log.map(({ content, calls }) => [content, ...calls.map(({ status }) => status)]),
      [['a'], ['calls', 'superseded'], ['b']],
    )
  })
}
