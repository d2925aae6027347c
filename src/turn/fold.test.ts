import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wellFormedTexts } from '../../test/support/arbitraries/texts.ts'
import { call, part } from '../../test/support/turns/scripted-engine.ts'
import { deltas, emptyReply, fold, type Reply } from './fold.ts'
import type { EnginePart } from './ports/engine.ts'

const limits = { maxSteps: 9, maxCalls: 100, maxAnswerBytes: 100_000 }
const runs = { numRuns: 300, seed: 1 }

/** Any text, also such as breaks an emoji in two. */
const texts = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('🎈', '\ud83c', '\udf88', 'ß', '…', '\n'))
const bodies = fc.record({
  text: fc.option(texts, { nil: '' }),
  thinking: fc.option(texts, { nil: '' }),
  calls: fc.option(fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 }), { nil: undefined }),
})

function made(
  { text, thinking, calls }: { text: string; thinking: string; calls: string[] | undefined },
  done = false,
) {
  return part({ text, thinking, ...(calls && { calls: calls.map((name) => call(name)) }), done })
}

/** Whole replies: the last part, and only that, has the end. */
const replies = fc
  .tuple(fc.array(bodies, { maxLength: 8 }), bodies)
  .map(([begin, end]) => [...begin.map((body) => made(body)), made(end, true)])

/** Splits a list into batches of any sizes. */
function batched<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  const batches: T[][] = []
  let at = 0
  for (const size of sizes) {
    if (at >= list.length) break
    batches.push(list.slice(at, at + size))
    at += size
  }
  return at < list.length ? [...batches, list.slice(at)] : batches
}

const splitReplies = fc
  .tuple(replies, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }))
  .map(([parts, sizes]) => batched(parts, sizes))

function play(batches: readonly EnginePart[][]) {
  let reply: Reply = emptyReply
  const events = batches.flatMap((parts) => {
    reply = fold(reply, parts, limits)
    return deltas(parts)
  })
  const joined = (type: string) =>
    events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('')
  return { reply, events, text: joined('text-delta'), thinking: joined('thinking-delta') }
}

test('the text that is published, the text that is kept and the text of the engine are the same, however it was read', () => {
  fc.assert(
    fc.property(splitReplies, (batches) => {
      const { reply, text, thinking } = play(batches)
      const parts = batches.flat()
      assert.equal(text, parts.map((one) => one.text ?? '').join(''))
      assert.equal(reply.text, text)
      assert.equal(thinking, parts.map((one) => one.thinking ?? '').join(''))
      assert.equal(reply.thinking, thinking)
    }),
    runs,
  )
})

test('how a reply was read changes nothing', () => {
  fc.assert(
    fc.property(splitReplies, (batches) => {
      const once = play([batches.flat()])
      const several = play(batches)
      assert.deepEqual(several, once)
    }),
    runs,
  )
})

test('the calls are kept in order', () => {
  fc.assert(
    fc.property(splitReplies, (batches) => {
      const expected = batches.flat().flatMap(({ calls = [] }) => calls)
      assert.deepEqual(play(batches).reply.calls, expected)
    }),
    runs,
  )
})

test('of a part with calls or the end, only the text is published at once', () => {
  const both = part({ text: 'Look', thinking: 'Hm', calls: [call('a')], done: true })
  assert.deepEqual(deltas([both]), [
    { type: 'thinking-delta', text: 'Hm' },
    { type: 'text-delta', text: 'Look' },
  ])
  assert.deepEqual(deltas([part({ calls: [call('a')] }), part({ done: true }), part({})]), [])
})

test('a reply may have as many bytes of UTF-8 as allowed, and no more', () => {
  for (const text of ['abcd', 'ßß', '…a', '🎈']) {
    const fits = { ...limits, maxAnswerBytes: 4 }
    assert.equal(fold(emptyReply, [part({ text })], fits).bytes, 4)
    assert.throws(() => fold(emptyReply, [part({ text }), part({ text: 'x' })], fits), {
      code: 'answer-limit',
    })
    assert.throws(() => fold(emptyReply, [part({ thinking: text, text: 'x' })], fits), {
      code: 'answer-limit',
    })
  }
})

test('log probabilities are published after the text of their part, and are bounded', () => {
  const logprobs = [{ token: 'Hi', logprob: -0.5 }]
  const given = [{ ...part({ text: 'Hi', thinking: 'Hm' }), logprobs }, part({ text: '!' })]
  assert.deepEqual(deltas(given), [
    { type: 'thinking-delta', text: 'Hm' },
    { type: 'text-delta', text: 'Hi' },
    { type: 'logprobs', logprobs },
    { type: 'text-delta', text: '!' },
  ])
  const few = { ...limits, maxAnswerBytes: JSON.stringify(logprobs).length }
  const only = { line: null, logprobs }
  const full = fold(emptyReply, Array(16).fill(only), few)
  assert.throws(() => fold(full, [only], few), { code: 'answer-limit' })
})

test('an emoji counts the same when it comes in two halves', () => {
  const halves = [part({ text: '\ud83c' }), part({ text: '\udf88' })]
  assert.equal(fold(emptyReply, halves, limits).bytes, Buffer.byteLength('🎈'))
})

test('well-formed text counts as many bytes as it has in UTF-8', () => {
  fc.assert(
    fc.property(wellFormedTexts(), (text) => {
      assert.equal(fold(emptyReply, [part({ text })], limits).bytes, Buffer.byteLength(text))
    }),
    runs,
  )
})

test('a reply may have as many calls as allowed, and no more', () => {
  const two = part({ calls: [call('a'), call('b')] })
  const few = { ...limits, maxCalls: 2 }
  const full = fold(emptyReply, [two], few)
  assert.equal(full.calls.length, 2)
  assert.throws(() => fold(full, [part({ calls: [call('a')] })], few), {
    code: 'call-limit',
    message: /3 calls in one answer; 2 are allowed \(setting CHATTERD_MAX_CALLS\)/,
  })
})

test('folding parts does not change the reply before', () => {
  const before = fold(emptyReply, [part({ text: 'a', calls: [call('a')] })], limits)
  const copy = structuredClone(before)
  fold(before, [part({ text: 'b', calls: [call('b')], done: true })], limits)
  assert.deepEqual(before, copy)
  assert.deepEqual(emptyReply, {
    text: '',
    thinking: '',
    bytes: 0,
    logprobsBytes: 0,
    calls: [],
    done: undefined,
  })
})
