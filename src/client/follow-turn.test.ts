import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { faultTapes, turnScripts } from '../../test/support/arbitraries/turn-scripts.ts'
import {
  createFakeServer,
  type Fault,
  type ScriptedEvent,
} from '../../test/support/clients/sdk/fake-server.ts'
import { createVirtualPlatform } from '../../test/support/clients/sdk/virtual-platform.ts'
import { createClientOn } from './create-client.ts'
import { foldEvent, newTurn, resultOf } from './fold-event.ts'
import type { TurnResult, TurnState } from './turn-state.ts'
import type { ClientEvent, DeviceTool, Turn } from './types.ts'

/** Attempts without end, so that any number of faults can be overcome. */
const reconnect = { attempts: Number.POSITIVE_INFINITY }

function open(script: readonly ScriptedEvent[], faults: readonly Fault[] = [], cuts: readonly number[] = []) {
  const server = createFakeServer(script, faults, cuts)
  const platform = createVirtualPlatform()
  const client = createClientOn(platform, { fetch: server.fetch, reconnect })
  const runs: string[] = []
  const tool: DeviceTool = {
    name: 'on_device',
    run: (_args, { callId }) => {
      runs.push(callId)
      return `result of ${callId}`
    },
  }
  return { server, platform, client, chat: client.conversation('c'), runs, tools: [tool] }
}

/** The state that the whole script makes, without what depends on when things came. */
function expectedState(script: readonly ScriptedEvent[]): unknown {
  const events = script.map(({ type, data }, index) => {
    const output = type === 'call-end' && data.status === 'answered' && { output: `result of ${data.callId}` }
    return { ...data, ...output, type, number: index + 1, at: 0 } as ClientEvent
  })
  return timeless(events.reduce(foldEvent, newTurn))
}

function timeless({ connection, ...state }: TurnState): unknown {
  const replies = state.replies.map(({ startedAt, textAt, endedAt, ...reply }) => ({
    ...reply,
    calls: reply.calls.map(({ startedAt, ...call }) => call),
  }))
  return { ...state, replies }
}

async function readAll(turn: Turn): Promise<ClientEvent[]> {
  const events: ClientEvent[] = []
  for await (const event of turn) events.push(event)
  return events
}

function numbersOf(events: readonly ClientEvent[]): number[] {
  return events.flatMap((event) => ('number' in event ? [event.number] : []))
}

test('whatever is cut, repeated or lost, a turn begins once, its calls run once, and its state is what the server says', async () => {
  await fc.assert(
    fc.asyncProperty(
      turnScripts,
      faultTapes,
      fc.array(fc.nat(40), { maxLength: 6 }),
      async (script, faults, cuts) => {
        const { server, platform, chat, runs, tools } = open(script, faults, cuts)
        const turn = chat.send('hello', { tools })
        const readers = [readAll(turn), readAll(turn)]
        let result: TurnResult | undefined
        turn.result.then((value) => {
          result = value
        })
        await platform.passUntil(() => result !== undefined)
        const late = readAll(turn)

        assert.deepEqual(timeless(turn.state), expectedState(script))
        assert.deepEqual(result, resultOf(turn.state))
        assert.equal(server.begun, 1)
        assert.deepEqual(server.violations, [])
        assert.deepEqual(runs.toSorted(), [...server.results.keys()].toSorted())
        const expected = script.map((_, index) => index + 1)
        for (const events of await Promise.all([...readers, late]))
          assert.deepEqual(numbersOf(events), expected)
      },
    ),
    { numRuns: 150 },
  )
})
