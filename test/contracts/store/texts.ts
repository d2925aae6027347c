import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../src/protocol/call.ts'
import { parseExact } from '../../../src/protocol/exact-json.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'
import type { NewMessage } from '../../../src/protocol/message.ts'
import { testSize } from '../../support/test-size.ts'
import {
  beginning,
  begun,
  residentCall,
  resultsFor,
  step,
  succeeded,
  tool,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

/** What databases, JSON and encodings are known to alter. */
const awkward: Record<string, string> = {
  'no characters': '',
  blanks: ' \t\r\n\u00a0\ufeff ',
  'line ends': 'a\r\nb\rc\nd\u2028e\u0085',
  'U+0000': '\u0000a\u0000\u0000',
  'control characters': '\u0001\u001f\u007f\u009f',
  'lone surrogates': '\ud83ca\udf88\udf88\ud83c',
  emoji: '🎈👩‍👩‍👧‍👦🇫🇷é',
  escapes: '\\u0000 \\ud83c \\" \' $1 %s {{}} \\x41',
}

export function texts(world: () => StoreWorld): void {
  for (const [title, text] of Object.entries(awkward)) {
    test(`every field keeps ${title}`, async () => {
      const { store } = await world().process()
      const conversation = world().conversation()
      const call = (index: number, rest: Pick<Call, 'side' | 'status'>): Call => ({
        ...{ id: `${index}${text}`, index, name: `${text} name`, arguments: { [`${text}key`]: [text] } },
        repairs: [{ code: 'name', detail: text }],
        ...rest,
      })
      const input: NewMessage[] = [
        { role: 'system', content: text },
        { role: 'user', content: text, images: [text, 'aGk='] },
        {
          ...{ role: 'assistant', content: text, thinking: text },
          calls: [{ ...call(0, { side: 'resident', status: 'succeeded' }), output: text }],
        },
      ]
      const request = {
        model: `m${text}`,
        stream: true,
        offerTools: true,
        settings: { format: { [text]: text } },
      }
      const tools = [tool(`a${text}`, text), tool(`b${text}`)]
      const first = await begun(store, beginning(conversation, '', { messages: input, request, tools }))
      assert.deepEqual(first.request, request)
      assert.deepEqual(first.deviceTools, tools)

      const calls = [
        call(0, { side: 'resident', status: 'running' }),
        call(1, { side: 'device', status: 'offered' }),
      ]
      const outcome = step(first.id, 1, text, { calls })
      const stored = await store.endStep({ ...outcome, message: { ...outcome.message, thinking: text } }, [])
      const { seq } = stored
      await store.endCalls(first.id, [{ seq, index: 0, status: 'failed', output: text }], [])
      const newest = await store.newestTurn(conversation)
      const bare = input.map(({ calls: _, ...message }) => message)
      assert.deepEqual(newest?.input, bare)
      const gone = await store.storeResults(
        resultsFor(first.id, [{ seq, index: 1, status: 'answered', output: text }], {
          tools: [tool(`a${text}`, 'newer')],
        }),
      )
      assert.ok(gone.result === 'go-on')
      assert.deepEqual(gone.state.deviceTools, [tool(`a${text}`, 'newer'), tool(`b${text}`)])

      const error = { code: 'internal' as const, detail: text }
      const partial = { role: 'assistant' as const, content: text, thinking: text }
      await store.endTurn({ turn: first.id, status: 'failed', error, partial }, [])
      const { log } = await begun(store, beginning(conversation, 'next'))
      const ended = calls.map((one, index) => ({
        ...{ ...one, status: index === 0 ? 'failed' : 'answered' },
        output: text,
      }))
      assert.deepEqual(
        log.slice(0, -1).map(({ seq: _, turn: __, complete: ___, ...message }) => message),
        [
          ...input.map((message) => ({ ...message, calls: message.calls ?? [] })),
          { ...outcome.message, thinking: text, calls: ended },
          { ...partial, calls: [], finishReason: 'error' },
        ],
      )
    })
  }

  test(`${testSize.textMegabytes} MB of text come back as they were`, async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const text = `🎈${'ä"\\ \u0000x'.repeat(testSize.textMegabytes * 140_000)}`
    const { id: turn, log } = await begun(store, beginning(conversation, text))
    assert.ok(log[0]?.content === text)
    const { seq } = await store.endStep(step(turn, 1, text, { calls: [residentCall()] }), [])
    const {
      calls: [call],
    } = await store.endCalls(turn, [succeeded(seq, 0, text)], [])
    assert.ok(call?.output === text)
    await store.endStep(step(turn, 2, 'done'), [])
    const { log: whole } = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(
      whole.map(({ content, calls }) => [content === text, calls[0]?.output === text]),
      [
        [true, false],
        [true, true],
        [false, false],
        [false, false],
      ],
    )
  })

  test('arguments and settings keep the order of their names and the spelling of their numbers', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const args = { z: 1, a: { y: 1e21, b: -0.1, '10': 1, '9': 2 }, m: [1e-7, 9007199254740991] }
    const request = { model: 'm', stream: true, offerTools: true, settings: { options: args } }
    const { id: turn } = await begun(store, beginning(conversation, 'x', { request }))
    const call: Call = {
      ...{ id: 'c', index: 0, name: 'n', arguments: args, side: 'device', status: 'offered' },
    }
    await store.endStep(step(turn, 1, '', { calls: [call] }), [])
    await store.endTurn({ turn, status: 'cancelled' }, [])
    const state = await begun(store, beginning(conversation, 'y', { request }))
    assert.equal(JSON.stringify(state.log[1]?.calls[0]?.arguments), JSON.stringify(args))
    assert.equal(JSON.stringify(state.request), JSON.stringify(request))
  })

  test('numbers of settings and of device tools keep the digits that they were written with', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const settings = parseExact(
      '{"options":{"seed":9223372036854775807,"temperature":0.10},"format":{"properties":{"id":{"maximum":12345678901234567890}}}}',
    ) as JsonObject
    const parameters = parseExact(
      '{"type":"object","properties":{"id":{"minimum":9007199254740993}}}',
    ) as JsonObject
    const tools = [{ type: 'function' as const, function: { name: 'find', parameters } }]
    const request = { model: 'm', stream: true, offerTools: true, settings }
    const { id: turn, ...first } = await begun(store, beginning(conversation, 'x', { request, tools }))
    const call: Call = { id: 'c', index: 0, name: 'find', arguments: {}, side: 'device', status: 'offered' }
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [call], status: 'waiting' }), [])
    const answered = await store.storeResults(
      resultsFor(turn, [{ seq, index: 0, status: 'answered', output: '1' }]),
    )
    assert.ok(answered.result === 'go-on')
    for (const state of [first, answered.state]) {
      assert.equal(JSON.stringify(state.request), JSON.stringify(request))
      assert.equal(JSON.stringify(state.deviceTools), JSON.stringify(tools))
    }
  })

  test('names of conversations differ by every character', async () => {
    const { store } = await world().process()
    const names = ['é', 'e\u0301', 'É', ' é', 'é ', '🎈', "'; drop table chatterd.turns; --", 'x'.repeat(155)]
    for (const name of names) {
      await begun(store, beginning({ tenant: 'names', name }, `to ${name}`))
    }
    for (const name of names) {
      const newest = await store.newestTurn({ tenant: 'names', name })
      assert.deepEqual(newest?.input, [{ role: 'user', content: `to ${name}` }])
    }
  })
}
