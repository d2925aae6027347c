import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { call, createScriptedEngine, part } from '../../test/support/turns/scripted-engine.ts'
import {
  begin,
  conversation,
  kinds,
  locate,
  resident,
  run,
  user,
} from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { offeredTools } from './route-calls.ts'

function openToolbox() {
  const ran: string[] = []
  const tools = ['send', 'look'].map((name) => resident(name, () => void ran.push(name)))
  const toolbox = createToolbox(tools)
  toolbox.setSources([], { ask: ['send', 'loc*'] })
  return { toolbox, ran }
}

test('tools whose calls have to be approved are offered only where the client can ask, of either side', () => {
  const { toolbox } = openToolbox()
  const names = (canAsk?: true) =>
    offeredTools(toolbox, [locate], canAsk ? { canAsk } : {}).map((tool) => tool.function.name)
  assert.deepEqual([names(true), names()], [['look', 'send', 'locate'], ['look']])
})

test('of a step with calls of all kinds, ordinary resident ones run at once, and the turn waits for the others [asked-first]', async () => {
  const { toolbox, ran } = openToolbox()
  const store = createMemoryStore()
  const asksFor = ['send', 'look', 'locate'].map((name) => call(name, { city: 'Bonn' }, `${name} 1`))
  const again = part({ calls: [call('send', { city: 'Rome' }, 'send 2')], done: true })
  const engine = createScriptedEngine([
    [[part({ calls: asksFor, done: true })]],
    [[again]],
    [[part({ text: 'Sent.', done: true })]],
  ])
  const begun = await begin(store, [user('Send it.')])
  const state = { ...begun, request: { ...begun.request, canAsk: true as const } }
  const first = await run({ engine, store, toolbox, state })
  assert.deepEqual([first.last, ran], [{ type: 'turn-waiting', calls: ['send 1', 'locate 1'] }, ['look']])
  const starts = first.events.filter((event) => event.type === 'call-start')
  assert.deepEqual(
    starts.map(({ approval }) => [approval?.source, approval?.hash.length]),
    [
      ['builtin', 64],
      [undefined, undefined],
      ['device', 64],
    ],
  )

  const { seq = 0 } = (await store.newestTurn(conversation))?.calls[0] ?? {}
  const denied = { seq, index: 2, status: 'denied' as const, output: 'The user denied this call.' }
  await store.storeResults({ turn: state.id, id: 'deny', results: [denied] })
  const approved = { seq, index: 0, status: 'running' as const }
  const outcome = await store.storeResults({
    ...{ turn: state.id, id: 'approve', results: [approved], approvedTools: ['send builtin'] },
  })
  assert.ok(outcome.result === 'go-on')
  const { events, last } = await run({
    engine,
    store,
    toolbox,
    state: { ...outcome.state, request: state.request },
  })
  assert.deepEqual([last, ran], [{ type: 'turn-end', status: 'completed' }, ['look', 'send', 'send']])
  assert.ok(!kinds(events).includes('turn-waiting'), 'the tool is approved for the conversation')
})
