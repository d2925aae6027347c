import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../src/protocol/call.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  eventsFrom,
  journalEvents,
  residentCall,
  resultsFor,
  step,
  stepEnd,
  succeeded,
} from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

/** Events that a process of these tests may publish before the journal has them. */
const maxUnjournaled = 8
const logprobs: TurnEvent = { type: 'logprobs', logprobs: [{ token: '"text":"x"}', logprob: -1 }] }
const lost = { code: 'turn-lost', detail: 'The process that ran this turn is gone.' }

export function interrupts(world: () => StoreWorld): void {
  /** A turn that has these events in the journal, and whose process is gone. */
  async function abandoned(events: TurnEvent[], calls?: Call[]) {
    const gone = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(gone.store, beginning(conversation))
    await gone.journal.write([{ turn, chunks: events.map((event, index) => chunk(index + 2, event)) }])
    const outcome = step(turn, 1, 'whole', calls && { calls })
    if (calls) await gone.store.endStep(outcome, [chunk(events.length + 2, stepEnd(outcome))])
    await gone.expire()
    return { gone, conversation, turn }
  }

  const logOf = async ({ store }: StoreProcess, conversation: ReturnType<StoreWorld['conversation']>) =>
    (await begun(store, beginning(conversation, 'next'))).log.slice(1, -1)

  test('the text that is in the journal is kept, character for character, and marked [text-kept]', async () => {
    const texts = ['a\u0000b', '"\\" \\u0041', '🎈 \ud83c', '\udf88 line\nend\r\u2028', '{"text":"x"}', '%_']
    const thinking = ['hm\u0000 "', '\\ so\n']
    const { turn, conversation } = await abandoned([
      { type: 'step-start', step: 1 },
      ...thinking.map((text) => delta(text, 'thinking-delta')),
      ...texts.flatMap((text): TurnEvent[] => [delta(text), logprobs]),
    ])
    const living = await world().process({ quiet: true })
    assert.ok((await living.store.heartbeat([])).ended.includes(turn))
    const [message, ...others] = await logOf(living, conversation)
    const content = texts.join('')
    assert.deepEqual(others, [])
    assert.deepEqual(message, {
      ...{
        seq: 2,
        turn,
        role: 'assistant',
        content,
        thinking: thinking.join(''),
        complete: false,
        calls: [],
        finishReason: 'error',
      },
    })
    assert.deepEqual((await living.directory.outcome(turn))?.replies, [message])
  })

  test('only the text of the step that was not stored makes an incomplete reply', async () => {
    const gone = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(gone.store, beginning(conversation))
    const first = step(turn, 1, 'old text', { calls: [residentCall()] })
    const { seq } = await gone.store.endStep(first, [
      chunk(2, { type: 'step-start', step: 1 }, delta('old text'), stepEnd(first)),
    ])
    await gone.store.endCalls(turn, [succeeded(seq, 0)], [])
    await gone.journal.write([
      {
        turn,
        chunks: [
          chunk(5, delta('stray'), { type: 'step-start', step: 2 }, delta('new ')),
          chunk(8, delta('text')),
        ],
      },
    ])
    await gone.expire()
    const living = await world().process({ quiet: true })
    await living.store.heartbeat([])
    assert.deepEqual(
      (await logOf(living, conversation)).map(({ content, complete }) => [content, complete]),
      [
        ['old text', true],
        ['new text', false],
      ],
    )
  })

  test('where the journal has no text, there is no incomplete reply', async () => {
    const { conversation } = await abandoned([{ type: 'step-start', step: 1 }])
    const living = await world().process({ quiet: true })
    // A prompt finds it before a heartbeat does.
    assert.deepEqual(await logOf(living, conversation), [])
  })

  test('a prompt that finds a turn whose process is gone begins after its incomplete reply', async () => {
    const { conversation, turn } = await abandoned([delta('half')])
    const living = await world().process({ quiet: true })
    const { log } = await begun(living.store, beginning(conversation, 'next'))
    assert.deepEqual(
      log.map(({ seq, content, turn: of }) => [seq, content, of === turn]),
      [
        [1, 'Hello?', true],
        [2, 'half', true],
        [3, 'next', false],
      ],
    )
  })

  test('lost numbers that clients may have seen are filled, before the end of the turn', async () => {
    const { turn } = await abandoned([delta('half')])
    const living = await world().process({ quiet: true })
    await living.store.heartbeat([])
    const events = await journalEvents(living.journal, turn)
    assert.deepEqual(
      events.map(({ number }) => number),
      Array.from({ length: 2 + maxUnjournaled + 1 }, (_, index) => index + 1),
    )
    assert.deepEqual(
      (await eventsFrom(living.journal, turn, 3)).slice(0, maxUnjournaled),
      Array.from({ length: maxUnjournaled }, () => ['text-delta', { text: '' }]),
    )
    assert.deepEqual(await eventsFrom(living.journal, turn, 3 + maxUnjournaled), [
      ['turn-end', { status: 'interrupted', error: lost }],
    ])
  })

  test('open calls have events for their end; there are no fillers where nothing can be lost', async () => {
    const calls = [residentCall(0), deviceCall(1), deviceCall(2)]
    const { gone, turn } = await abandoned([], calls)
    await gone.store.storeResults(resultsFor(turn, [answered(2, 2)]))
    await gone.expire()
    const living = await world().process({ quiet: true })
    await living.store.heartbeat([])
    assert.deepEqual(await eventsFrom(living.journal, turn, 3), [
      ['call-end', { callId: 'call-0', status: 'interrupted' }],
      ['call-end', { callId: 'call-1', status: 'cancelled' }],
      ['call-end', { callId: 'call-2', status: 'answered', output: 'result 2' }],
      ['turn-end', { status: 'interrupted', error: lost }],
    ])
  })
}
