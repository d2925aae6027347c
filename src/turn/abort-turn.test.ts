import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import {
  call,
  calls,
  createScriptedEngine,
  part,
  type Scene,
  says,
} from '../../test/support/turns/scripted-engine.ts'
import { begin, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { isOpen } from '../protocol/call.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { TurnAbort } from './turn-abort.ts'

const cancelled = new TurnAbort('cancelled', { code: 'turn-lost', detail: 'The user pressed stop.' })

/** Runs a turn that is aborted the `at`th time that it waits: for the engine, the store, a tool, or its reader. */
async function abortAt(at: number, scripts: Scene[][], accepted: boolean) {
  const aborter = new AbortController()
  let waits = 0
  let last = false
  let abortedAfterLast = false
  const reach = () => {
    waits += 1
    if (waits !== at) return
    abortedAfterLast = last
    aborter.abort(cancelled)
  }
  const store = createMemoryStore()
  const state = await begin(store)
  store.before = reach
  const weather = resident('weather', async () => {
    reach()
    return 'sunny'
  })
  const ran = await run({
    engine: createScriptedEngine(scripts, { beforeBatch: reach }),
    toolbox: createToolbox([weather]),
    ...{ store, state, signal: aborter.signal, accepted: () => accepted },
    onEvent({ type }) {
      last = type === 'turn-end'
      reach()
    },
  })
  return { ...ran, inTime: aborter.signal.aborted && !abortedAfterLast }
}

const scripts: Record<string, Scene[][]> = {
  'a plain reply': [says('Hi.')],
  'a reply in pieces': [[[part({ text: 'a' })], [part({ text: 'b' })], [part({ done: true })]]],
  'a resident call': [calls(call('weather')), says('Sunny.')],
  'a device call': [calls(call('locate'))],
  'calls of both sides': [calls(call('weather'), call('locate'))],
}

for (const [name, script] of Object.entries(scripts)) {
  for (const accepted of [true, false]) {
    const whose = accepted ? 'a client that was accepted' : 'a client that can still be refused'
    test(`${name}, for ${whose}: aborted anywhere, the turn ends once, as the abort says`, async () => {
      let aborts = 0
      for (let at = 1; ; at++) {
        const { last, store, inTime } = await abortAt(at, script, accepted)
        if (!inTime) break
        aborts += 1
        assert.ok(last.type === 'turn-end', `wait ${at}`)
        // Completed where the whole reply was being stored already.
        if (last.status !== 'completed')
          assert.deepEqual([last.status, last.error], ['cancelled', cancelled.detail], `wait ${at}`)
        const held = store.conversation('talk')?.messages.flatMap((message) => message.calls)
        assert.ok(held?.every((one) => !isOpen(one)))
      }
      assert.ok(aborts >= 4)
    })
  }
}

test('a cancelled turn does not wait for its device, also when its resident calls were running', async () => {
  const aborter = new AbortController()
  const stopping = resident('stopping', () => aborter.abort(cancelled))
  const engine = createScriptedEngine([calls(call('stopping'), call('locate'))])
  const { last, store } = await run({ engine, toolbox: createToolbox([stopping]), signal: aborter.signal })
  assert.ok(last.type === 'turn-end' && last.status === 'cancelled')
  assert.deepEqual(
    store
      .conversation('talk')
      ?.messages.at(-1)
      ?.calls.map(({ status }) => status),
    ['failed', 'cancelled'],
  )
})

test('the connection to a silent engine is closed when the turn is aborted', async () => {
  const aborter = new AbortController()
  const engine = createScriptedEngine([[[part({ text: 'It is' })], 'silence']])
  const { last, store } = await run({
    ...{ engine, signal: aborter.signal },
    onEvent: ({ type }) => type === 'text-delta' && aborter.abort(cancelled),
  })
  assert.ok(last.type === 'turn-end' && last.status === 'cancelled')
  assert.deepEqual(
    store.conversation('talk')?.messages.map(({ content, complete }) => [content, complete]),
    [
      ['Hello?', true],
      ['It is', false],
    ],
  )
})

test('a turn that is aborted before it could begin is ended', async () => {
  const engine = createScriptedEngine([says('Hi.')])
  const { last } = await run({ engine, signal: AbortSignal.abort(cancelled) })
  assert.ok(last.type === 'turn-end' && last.status === 'cancelled')
  assert.equal(engine.requests.length, 0)
})

test('a signal that is aborted with something else than a TurnAbort is a fault', async () => {
  const engine = createScriptedEngine([says('Hi.')])
  await assert.rejects(run({ engine, signal: AbortSignal.abort(new Error('who?')) }), /who\?/)
})
