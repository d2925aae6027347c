import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { call, createScriptedEngine, part, type Scene } from '../../test/support/turns/scripted-engine.ts'
import { engineError, limits, publishedText, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { isOpen } from '../protocol/call.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { TurnAbort } from './turn-abort.ts'

const toolbox = createToolbox([
  resident('quick', () => 'done'),
  resident('later', () => Promise.resolve({ later: true })),
  resident('broken', () => Promise.reject(new Error('broken'))),
])

const parts = fc.record({
  text: fc.constantFrom('', 'a', 'Hello ', '🎈', '\ud83c'),
  thinking: fc.constantFrom('', 'Hm'),
  names: fc.option(
    fc.array(fc.constantFrom('quick', 'later', 'broken', 'locate', 'nobody'), { minLength: 1, maxLength: 3 }),
    {
      nil: undefined,
      freq: 3,
    },
  ),
})
const endings = fc.constantFrom<'done' | 'cut' | 'fails' | 'abort'>(
  'done',
  'done',
  'done',
  'done',
  'cut',
  'fails',
  'abort',
)

type Script = { batches: { text: string; thinking: string; names: string[] | undefined }[][]; ending: string }
const scripts = fc.record({
  batches: fc.array(fc.array(parts, { minLength: 1, maxLength: 3 }), { maxLength: 3 }),
  ending: endings,
})

/** An abort comes when the engine has fallen silent. */
function scenes({ batches, ending }: Script): Scene[] {
  const scenes = batches.map((batch) =>
    batch.map(({ names, ...rest }) =>
      part({ ...rest, ...(names && { calls: names.map((name) => call(name)) }) }),
    ),
  )
  if (ending === 'done') return [...scenes, [part({ done: true })]]
  if (ending === 'fails') return [...scenes, engineError('engine-failed')]
  return ending === 'abort' ? [...scenes, 'silence'] : scenes
}

const cases = fc.record({
  replies: fc.array(scripts, { minLength: 1, maxLength: 4 }),
  accepted: fc.boolean(),
  maxSteps: fc.integer({ min: 1, max: 4 }),
})

// What is true of every run is held in `run` itself: one last event, and no end published that is not stored.
test('whatever the engine does, the turn ends once, with all its calls, and what is published is what is stored [ends-once]', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ replies, accepted, maxSteps }) => {
      const aborter = new AbortController()
      const stop = new TurnAbort('cancelled', { code: 'turn-lost', detail: 'stop' })
      const engine = createScriptedEngine(replies.map(scenes), { onSilence: () => aborter.abort(stop) })
      const { events, last, store } = await run({
        ...{ engine, toolbox, signal: aborter.signal, accepted: () => accepted },
        limits: { ...limits, maxSteps, maxCalls: 100 },
      })

      const stored = store.conversation('talk')?.messages.filter(({ role }) => role === 'assistant') ?? []
      assert.equal(stored.map(({ content }) => content).join(''), publishedText(events))
      assert.ok(engine.requests.length <= maxSteps)
      const open = stored.flatMap((message) => message.calls).filter(isOpen)
      if (last.type === 'turn-waiting')
        assert.deepEqual(
          last.calls,
          open.map(({ id }) => id),
        )
      else assert.deepEqual(open, [])
      if (last.type === 'turn-end' && last.refused) assert.equal(accepted, false)

      const started = events.filter(({ type }) => type === 'call-start')
      assert.equal(started.length, stored.flatMap((message) => message.calls).length)
    }),
    { numRuns: 300, seed: 1 },
  )
})
