import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { createScriptedEngine, type Scene, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, engineError, limits, run, user } from '../../test/support/turns/scripted-turn.ts'

/** A conversation, and a function that has one turn of it: the usage of its reply, as the log has it. */
function talk() {
  const store = createMemoryStore()
  let turns = 0
  return async (
    content: string,
    {
      asked,
      context,
      replies = [says('Yes.')],
    }: { asked?: number; context?: number; replies?: Scene[][] } = {},
  ) => {
    const engine = createScriptedEngine(replies, { ...(context && { context }) })
    const state = await begin(store, [user(content)], `t${++turns}`)
    const { events } = await run({
      ...{ engine, store, state, limits: { ...limits, ...(asked && { contextTokens: asked }) } },
    })
    const usage = store.conversation('talk')?.messages.at(-1)?.usage
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'step-end' ? [event.usage] : [])),
      [usage],
    )
    return usage
  }
}

test('usage has the window that a prompt was made to fit, of a short prompt too: what is asked for, else what the model has', async () => {
  const ask = talk()
  assert.deepEqual(await ask('Hello?', { context: 32_768 }), { window: 32_768 })
  assert.deepEqual(await ask('Hello?', { context: 32_768, asked: 8_192 }), { window: 8_192 })
  assert.deepEqual(await ask('Hello?'), {})
})

test('usage has how many messages of the log were not in the prompt', async () => {
  const ask = talk()
  for (let number = 0; number < 10; number++) assert.deepEqual(await ask('x'.repeat(600)), {})
  const narrow = await ask('Who am I?', { asked: 1_000 })
  assert.equal(narrow?.window, 1_000)
  assert.ok(narrow.leftOut && narrow.leftOut > 10 && narrow.leftOut < 20, `${narrow.leftOut}`)
  assert.deepEqual(await ask('Who am I?', { asked: 30_000 }), { window: 30_000 })
})

test('after a refusal, the window is no larger than the prompt that the engine has refused', async () => {
  const ask = talk()
  for (let number = 0; number < 10; number++) await ask('x'.repeat(600))
  const tooLong: Scene[] = [engineError('context-overflow', 'the prompt is too long')]
  const usage = await ask('Who am I?', { context: 100_000, replies: [tooLong, says('Yes.')] })
  assert.ok(usage?.window && usage.window < 5_000 && usage.leftOut, JSON.stringify(usage))
})
